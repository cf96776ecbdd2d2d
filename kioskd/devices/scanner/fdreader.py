"""Reads a device's file descriptor on the event loop and notices silence."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import NoReturn

from kioskd.core.errors import DeviceAbsent

CHUNK_BYTES = 4096


async def follow(
    fd: int, *, on_data: Callable[[bytes], None], on_silence: Callable[[], None], silence_s: float
) -> NoReturn:
    """Calls `on_data` with what arrives and `on_silence` once after it has stopped for `silence_s`.

    Lasts until the device goes, then raises DeviceAbsent. `fd` must be non-blocking and stays open. The
    callbacks run straight from the loop's selector: one wake-up between the kernel and the event.
    """
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[str] = loop.create_future()
    timer: asyncio.TimerHandle | None = None

    def readable() -> None:
        nonlocal timer
        try:
            data = os.read(fd, CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            # ENODEV from evdev and EIO from a tty are how Linux says that it was unplugged.
            end(os.strerror(error.errno or 0))
            return
        if not data:
            end("end of file")
            return
        on_data(data)
        # A late loop sees data and timer together; data comes first and takes the timer back.
        if timer is not None:
            timer.cancel()
        timer = loop.call_later(silence_s, on_silence)

    def end(why: str) -> None:
        loop.remove_reader(fd)
        if not gone.done():
            gone.set_result(why)

    loop.add_reader(fd, readable)
    try:
        raise DeviceAbsent(f"gone: {await gone}")
    finally:
        loop.remove_reader(fd)
        if timer is not None:
            timer.cancel()
