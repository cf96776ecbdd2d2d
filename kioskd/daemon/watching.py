"""Who watches the kiosk from afar, if the configuration names any. Libraries are loaded only then."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kioskd.daemon.config.credentials import read_secret
from kioskd.daemon.config.kiosk import Config, Mqtt
from kioskd.daemon.reporter import Reporter

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from kioskd.daemon.metrics.meters import Meters
    from kioskd.daemon.metrics.readings import Readings
    from kioskd.daemon.mqtt.link import BrokerLink


@dataclass(frozen=True, slots=True)
class Instruments:
    """What counts, what reads, and where both are told."""

    registry: CollectorRegistry
    meters: Meters
    readings: Readings


async def instruments_of(config: Config) -> Instruments | None:
    """None when nobody asked for metrics."""
    return await asyncio.to_thread(_instruments) if config.metrics.port else None


def _instruments() -> Instruments:
    from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics

    from kioskd.daemon.metrics.meters import Meters
    from kioskd.daemon.metrics.readings import Readings

    # When each counter began is what process_start_time_seconds says of all of them.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry, readings = CollectorRegistry(), Readings()
    registry.register(readings)
    ProcessCollector(registry=registry)
    return Instruments(registry, Meters(registry), readings)


@contextlib.asynccontextmanager
async def watched(
    config: Config, instruments: Instruments | None, reporter: Reporter, tasks: asyncio.TaskGroup
) -> AsyncIterator[None]:
    """Raises ConfigError for a password or certificate that cannot be read."""
    async with contextlib.AsyncExitStack() as stack:
        if instruments and config.metrics.port:
            from kioskd.daemon.metrics.server import MetricsServer

            port = config.metrics.port
            server = MetricsServer(port, instruments.registry, instruments.readings, reporter.read)
            await stack.enter_async_context(server.serving())
        if config.mqtt.host:
            link = await asyncio.to_thread(partial(_link, config.mqtt, config.kiosk))
            await stack.enter_async_context(_told(link, reporter, tasks))
        yield


def _link(settings: Mqtt, kiosk: str) -> BrokerLink:
    from kioskd.daemon.mqtt.link import BrokerLink

    password = (
        read_secret(credential=settings.password_credential, file=settings.password_file)
        if settings.has_password
        else None
    )
    return BrokerLink(settings, kiosk, password)


@contextlib.asynccontextmanager
async def _told(link: BrokerLink, reporter: Reporter, tasks: asyncio.TaskGroup) -> AsyncIterator[None]:
    from kioskd.daemon.mqtt.telling import keep_telling

    link.start()
    telling = tasks.create_task(keep_telling(reporter.read, link.tell, asyncio.get_running_loop().time))
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.to_thread(link.close)
