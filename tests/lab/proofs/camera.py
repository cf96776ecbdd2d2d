"""A V4L2 camera, and a capture process that dies, hangs, and loses its camera."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.lab.lab import READY_S, Lab, NotSo, until
from tests.lab.proofs.proof import Proof

CODE = "KD-1001-4711"
_CHILD = "[k]ioskd.devices.camera.child"
"""A pattern that does not find the shell that looks for it."""


@asynccontextmanager
async def camera_plugged(lab: Lab) -> AsyncIterator[None]:
    """Until then the kiosk is without: looking costs an emulated processor much."""
    await lab.camera.plug()
    try:
        await _sees(lab)
        yield
    finally:
        await _pull(lab)


async def _pull(lab: Lab) -> None:
    """While the kiosk still holds it, the next one would have another name."""
    await lab.camera.pull()
    await lab.until_device("camera", "absent")


async def reads(lab: Lab) -> str:
    async with camera_plugged(lab):
        took_s = await _show(lab)
        await lab.leave()
    return f"a member's QR code was read {took_s:.1f} s after it came into view"


async def killed(lab: Lab) -> str:
    """Killed, it is started anew, and sees."""
    async with camera_plugged(lab):
        took_s = await _replaced(lab, "KILL")
        read_s = await _show(lab)
        await lab.leave()
    return f"replaced after {took_s:.1f} s; the new one read a code within {read_s:.1f} s"


async def hung(lab: Lab) -> str:
    """Stopped as if stuck in a driver, it is killed and started anew."""
    async with camera_plugged(lab):
        took_s = await _replaced(lab, "STOP")
    return f"replaced after {took_s:.1f} s"


async def pulled(lab: Lab) -> str:
    """The camera vanishes while it is looked through, and comes back."""
    async with camera_plugged(lab):
        await _pull(lab)
        await lab.camera.plug()
        await _sees(lab)
        read_s = await _show(lab)
        await lab.leave()
    return f"absent, then ok; a code was read within {read_s:.1f} s"


async def _show(lab: Lab) -> float:
    """Hold the member's code before the camera until the kiosk greets her."""
    since_s = time.monotonic()
    await lab.camera.show(CODE)
    try:
        await lab.until_screen("overview")
    finally:
        await lab.camera.hide()
    return time.monotonic() - since_s


async def _sees(lab: Lab) -> None:
    """A capture process that takes too long to begin is replaced: on a busy host more than once."""
    await lab.until_device("camera", "ok", timeout_s=READY_S)


async def _replaced(lab: Lab, signal: str) -> float:
    """Send the capture process a signal; how long until another one has the camera."""
    before, since_s = await _child(lab), time.monotonic()
    await lab.door.run(f"kill -{signal} {before}")
    await lab.until_device("camera", "faulty")
    await _sees(lab)
    after = await _child(lab)
    if after == before:
        raise NotSo(f"process {before} was not replaced")
    return time.monotonic() - since_s


async def _child(lab: Lab) -> int:
    async def found() -> str:
        return (await lab.door.run(f"pgrep --full {_CHILD} || true")).strip()

    pid = await until(found, lambda pids: pids.isdigit(), "one capture process")
    return int(pid)


PROOFS = (
    Proof("camera", "the camera reads a code", reads, quick=False),
    Proof("camera-killed", "the camera's process is killed", killed, quick=False),
    Proof("camera-hung", "the camera's process hangs", hung, quick=False),
    Proof("camera-pulled", "the camera is pulled while it is used", pulled, quick=False),
)
