"""Two scanners that differ in nothing but their port, at the speed of real ones."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from tests.lab.gadget import TWIN_PATHS, TWINS
from tests.lab.keystrokes import typed
from tests.lab.lab import Lab, NotSo
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.scanner import CARD, greeted

LONG = "https://example.test/" + "0123456789abcdef" * 4
BURST = 12


@asynccontextmanager
async def twins_plugged(lab: Lab) -> AsyncIterator[None]:
    await lab.twins.plug_all()
    try:
        for number in range(TWINS):
            await lab.until_device(f"twin{number}", "ok")
        yield
    finally:
        await lab.twins.pull_all()


async def told_apart(lab: Lab) -> str:
    """Either can be pulled, and it is that one which is missed."""
    async with twins_plugged(lab):
        return await _told_apart(lab)


async def _told_apart(lab: Lab) -> str:
    if others := await lab.twins.misnamed():
        raise NotSo(f"the udev rules take them for scanners that do not type: {others}")
    for number, other in ((0, 1), (1, 0)):
        await lab.twins.pull(number)
        await lab.until_device(f"twin{number}", "absent")
        if (state := await lab.device(f"twin{other}")) != "ok":
            raise NotSo(f"twin{number} was pulled, and twin{other} is {state}")
        await lab.twins.plug(number)
        await lab.until_device(f"twin{number}", "ok")
    for number in range(TWINS):
        await greeted(lab, partial(lab.twins.type, number, typed(CARD)))
        await lab.leave()
    return f"{' and '.join(TWIN_PATHS)}: each pulled, each read"


async def burst(lab: Lab) -> str:
    """Codes nobody knows, as fast as the machine takes them, then one that counts."""
    async with twins_plugged(lab):
        since_s = time.monotonic()
        await lab.twins.type(0, typed(LONG) * BURST)
        took_s = time.monotonic() - since_s
        await greeted(lab, partial(lab.twins.type, 0, typed(CARD)))
        await lab.leave()
    keys = BURST * (len(LONG) + 1)
    return (
        f"{BURST} codes of {len(LONG)} characters, {1000 * took_s / keys:.1f} ms a key; then a card was read"
    )


PROOFS = (
    Proof("twins", "two equal scanners are told apart by port", told_apart, quick=False),
    Proof("burst", "a scanner that never stops", burst, quick=False),
)
