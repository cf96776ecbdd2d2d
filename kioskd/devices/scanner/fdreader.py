"""Reads a device's file descriptor on the event loop and notices silence."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from kioskd.core.errors import DeviceAbsent
from kioskd.devices.scanner.relief import CHUNK_BYTES, Relief


async def follow(
    fd: int,
    *,
    on_data: Callable[[bytes], None],
    on_silence: Callable[[], None],
    silence_s: Callable[[], float],
    small_buffer: bool = False,
) -> NoReturn:
    """Calls `on_data` with what arrives and `on_silence` once after it has stopped for `silence_s()`.

    Lasts until the device goes, then raises DeviceAbsent. `fd` must be non-blocking and stays open. The
    callbacks run straight from the loop's selector: one wake-up between the kernel and the event.
    With `small_buffer` a thread reads what the loop leaves lying while it is busy with something else.
    """
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[str] = loop.create_future()
    timer: asyncio.TimerHandle | None = None
    relief = Relief(fd, lambda: loop.call_soon_threadsafe(readable)) if small_buffer else None
    read = relief.read if relief else partial(os.read, fd, CHUNK_BYTES)

    def readable() -> bool:
        """Whether anything came."""
        nonlocal timer
        if gone.done():
            return False  # the thread's last word came after the end
        try:
            data = read()
        except BlockingIOError:
            return False
        except OSError as error:
            # ENODEV from evdev and EIO from a tty are how Linux says that it was unplugged.
            return end(os.strerror(error.errno or 0))
        if not data:
            return end("end of file")
        on_data(data)
        if timer is not None:
            timer.cancel()
        timer = loop.call_later(silence_s(), silent)
        return True

    def silent() -> None:
        # A late loop sees data and timer together, and data first; but the thread may just have taken some.
        if not (relief and readable()) and not gone.done():
            on_silence()

    def end(why: str) -> bool:
        loop.remove_reader(fd)
        if not gone.done():
            gone.set_result(why)
        return False

    loop.add_reader(fd, readable)
    try:
        raise DeviceAbsent(f"gone: {await gone}")
    finally:
        loop.remove_reader(fd)
        if relief:
            relief.close()
        if timer is not None:
            timer.cancel()
