"""A kiosk without kiosk.toml: it shows how to set it up, listens to codes, and ends once it was told."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from kioskd import __version__
from kioskd.core.catalogue import Catalogue, Category, Words
from kioskd.core.effects import Effect
from kioskd.core.enrolling import CheckEnrolment, Enrolling
from kioskd.core.shop import Shop
from kioskd.core.visit import first_visit
from kioskd.daemon import exit_codes
from kioskd.daemon.any_display import any_display
from kioskd.daemon.clock import Clock
from kioskd.daemon.control import Answer, Command, ControlSocket
from kioskd.daemon.display import Display, make_display
from kioskd.daemon.first_boot.enrolment_desk import EnrolmentDesk
from kioskd.daemon.first_boot.hardware import FILE, Hardware, found_readers, read_hardware, readers_only
from kioskd.daemon.first_boot.places import Places
from kioskd.daemon.notify import ServiceManager
from kioskd.daemon.report import UntoldReport
from kioskd.daemon.runtime import Runtime
from kioskd.daemon.screen_commands import ScreenCommands
from kioskd.daemon.wiring.hardware import Plugged, expected_devices, hardware_of
from kioskd.devices.supervisor import supervise
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.window import Window

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.25
LOOK_FOR_READERS_S = 5.0


class _Over(Exception):
    """We were told, or asked to stop: ends the task group."""


def set_up(config_file: Path, places: Places, window: Window | None) -> int:
    """Runs until the configuration is there, root says what is wrong with it, or SIGTERM or SIGINT.

    Raises ConfigError for a hardware.toml that is wrong, DeviceError without a display.
    """
    named = read_hardware(config_file.with_name(FILE))
    hardware = named or found_readers()
    log.info("%s does not exist: waiting for codes that tell what this kiosk is", config_file)
    clock = Clock("UTC")
    shop = Shop(
        "kioskd",
        "",
        Catalogue("EUR", (Category("none", Words("")),), {}),
        ("en", *(language for language in LANGUAGES if language != "en")),
        (),
        loyalty=False,
    )
    display = make_display(hardware.display or any_display(), shop, None, clock.mono_s, window)
    try:
        asyncio.run(_serve(config_file, places, hardware, shop, clock, display, search=named is None))
    except* _Over:
        pass
    finally:
        display.close()
    return exit_codes.OK


async def _serve(
    config_file: Path,
    places: Places,
    hardware: Hardware,
    shop: Shop,
    clock: Clock,
    display: Display,
    *,
    search: bool,
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    manager = ServiceManager()
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())

        def carry_out(effect: Effect) -> None:
            if isinstance(effect, CheckEnrolment):
                tasks.create_task(desk.check(effect))

        config = readers_only(hardware)
        expected = expected_devices(config)
        begins = Enrolling()
        display.show(replace(first_visit(shop, clock.wall()), phase=begins, devices=expected))
        runtime = Runtime(
            shop, clock, carry_out=carry_out, show=display.show, devices=expected, begins=begins
        )
        desk = EnrolmentDesk(places.enrolled, runtime.post)
        display.on_intent = runtime.post

        async def listen(wanted: Hardware, known: set[str]) -> None:
            """To what is wanted and not listened to yet."""
            for each in hardware_of(
                readers_only(wanted), clock.mono_s, display.touch_panel, display.press
            ).plugged:
                if each.device.name not in known:
                    known.add(each.device.name)
                    tasks.create_task(_supervised(each, runtime))

        async def listen_to_all() -> None:
            known: set[str] = set()
            await listen(hardware, known)
            while search:  # somebody plugs a scanner in
                await asyncio.sleep(LOOK_FOR_READERS_S)
                await listen(await asyncio.to_thread(found_readers), known)

        tasks.create_task(runtime.run())
        tasks.create_task(display.run())
        if hardware.display is None or hardware.display.driver != "offscreen":
            tasks.create_task(display.watch_window(stop.set, touched=True))
        tasks.create_task(desk.show_pairing_codes())
        tasks.create_task(listen_to_all())
        if socket := _socket(hardware):
            commands = ScreenCommands(runtime, display, clock, drive=hardware.control.drive)
            served = {**commands.table(), "status": _status_of(runtime, display)}
            await stack.enter_async_context(ControlSocket(socket, served).serving())
        tasks.create_task(_until_told(config_file, places, stop))
        manager.ready()
        manager.status("waiting to be told what this kiosk is")
        tasks.create_task(manager.watch({"screen": runtime.alive}))
        await stop.wait()
        manager.stopping()
        raise _Over


async def _supervised(each: Plugged, runtime: Runtime) -> None:
    await supervise(each.device, each.kind, runtime.post, path=each.path)


async def _until_told(config_file: Path, places: Places, stop: asyncio.Event) -> None:
    """Root has taken over what was told, or says what is wrong with it: the next start shows either."""
    while True:
        if await asyncio.to_thread(_told, config_file, places):
            stop.set()
            return
        await asyncio.sleep(LOOK_AGAIN_S)


def _told(config_file: Path, places: Places) -> bool:
    return config_file.exists() or places.problem.exists()


def _socket(hardware: Hardware) -> Path | None:
    """Where whoever watches this machine finds it, also while it does not sell."""
    if hardware.control.socket:
        return hardware.control.socket
    folder = os.environ.get("RUNTIME_DIRECTORY")
    return Path(folder) / "control.socket" if folder else None


def _status_of(runtime: Runtime, display: Display) -> Command:
    async def status(_request: dict[str, Any]) -> Answer:
        visit = runtime.visit
        report = UntoldReport(
            version=__version__,
            pid=os.getpid(),
            place=visit.place,
            devices=tuple(visit.devices.values()),
            pictures_shown=display.seq,
        )
        return report.document(), b""

    return status
