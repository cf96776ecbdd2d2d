"""How the kiosk is at the moment of asking, as Prometheus wants it told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from kioskd.core.health import DeviceState
from kioskd.core.staff_overview import Concern
from kioskd.daemon.report import UNANSWERED, Condition, Report
from kioskd.outbox.states import TERMINAL, OpState

THERMAL = Path("/sys/class/thermal")


class Readings(Collector):
    """Collects from `report`: put a fresh one in before. `thermal` is where the kernel tells temperatures."""

    def __init__(self, thermal: Path = THERMAL) -> None:
        self.report: Report | None = None
        self._thermal = thermal

    def collect(self) -> Iterable[Metric]:
        if self.report:
            yield from _of(self.report)
        yield from self._temperatures()

    def _temperatures(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "kioskd_temperature_celsius", "What the machine's sensors say.", labels=("sensor",)
        )
        for zone in sorted(self._thermal.glob("thermal_zone*")):
            try:
                name, milli = (zone / "type").read_text("ascii"), int((zone / "temp").read_text("ascii"))
            except (OSError, ValueError):  # some cannot be read while they are off
                continue
            family.add_metric((name.strip(),), milli / 1000)
        if family.samples:
            yield family


def _of(report: Report) -> Iterator[Metric]:
    yield InfoMetricFamily(
        "kioskd_build", "What runs here.", {"version": report.version, "backend": report.backend}
    )
    yield _flag("kioskd_selling", "Whether guests can buy.", report.condition is not Condition.NOT_SELLING)
    yield _flag("kioskd_clock_trusted", "Whether the clock was set since power-on.", report.clock_trusted)
    if report.online is not None:
        yield _flag("kioskd_backend_online", "Whether the loyalty backend answers.", report.online)
    yield _flag("kioskd_help_waiting", "Whether a guest waits for an answer.", report.help in UNANSWERED)
    if report.last_order_at:
        yield GaugeMetricFamily(
            "kioskd_last_order_timestamp_seconds",
            "When something was sold last.",
            report.last_order_at.timestamp(),
        )
    if report.free_bytes is not None:
        yield GaugeMetricFamily(
            "kioskd_disk_free_bytes", "Room where the outbox lies.", float(report.free_bytes)
        )
    yield _devices(report)
    yield from _outbox(report)
    yield _attention(report)


def _devices(report: Report) -> Metric:
    family = GaugeMetricFamily(
        "kioskd_device_state",
        "1 for the state that the device is in.",
        labels=("device", "kind", "state"),
    )
    for device in report.devices:
        for state in DeviceState:
            family.add_metric((device.name, device.kind.value, state.value), float(device.state is state))
    return family


def _outbox(report: Report) -> Iterator[Metric]:
    outbox = report.outbox
    operations = GaugeMetricFamily(
        "kioskd_outbox_operations", "What must still be told, by its state.", labels=("state",)
    )
    for state in OpState:
        if state not in TERMINAL:
            operations.add_metric((state.value,), float(outbox.by_state.get(state.value, 0)))
    yield operations
    yield GaugeMetricFamily(
        "kioskd_outbox_oldest_seconds",
        "How long the oldest waits that could be told; 0 when nothing waits.",
        outbox.oldest_s or 0.0,
    )
    yield GaugeMetricFamily(
        "kioskd_outbox_for_a_person", "What only somebody can decide.", float(outbox.for_a_person)
    )
    yield _flag("kioskd_outbox_near_limit", "Whether soon no more can be kept.", outbox.near_limit)


def _attention(report: Report) -> Metric:
    family = GaugeMetricFamily(
        "kioskd_attention", "How many of what must not go unnoticed.", labels=("concern",)
    )
    counts = {each.concern: each.count for each in report.attention}
    for concern in Concern:
        family.add_metric((concern.value,), float(counts.get(concern, 0)))
    return family


def _flag(name: str, documentation: str, value: bool) -> Metric:
    return GaugeMetricFamily(name, documentation, float(value))
