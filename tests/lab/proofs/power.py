"""The power goes at any moment of an order; the kernel crashes. What was promised to a guest stays true."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from functools import partial

from kioskd.sim.finger import NothingToTouch
from kioskd.sim.kiosk import KioskDown
from tests.lab.lab import Lab, NotSo
from tests.lab.proofs.ordering import TEA, TEA_MINOR, TEA_POINTS, Books, books, done, order_tea
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.scanner import scan_card
from tests.lab.qmp import QmpError

CRASH_S = 60.0
"""The kernel restarts the machine ten seconds after its crash."""
AFTERWARDS_S = 4.0
"""Cuts come from the touch that pays until so long after the thank you, while the order is being told."""
_CUT_S = 600.0


def cuts(count: int) -> Proof:
    show = partial(_cut, count=count)
    return Proof(
        "power-cuts", f"the power is cut {count} times in mid-order", show, limit_s=_CUT_S * (count + 1)
    )


async def _cut(lab: Lab, count: int) -> str:
    """Nothing that a guest was thanked for is lost, nothing is told or charged twice."""
    takes_s = await _measured(lab)
    thanked = finished = undone = 0
    seeds = random.Random()
    for number in range(count):
        # Spread over the whole, and nowhere in particular.
        after_s = (takes_s + AFTERWARDS_S) * (number + seeds.random()) / count
        before = books(lab)
        acknowledged = await _cut_while_ordering(lab, after_s)
        await lab.power_on()
        await lab.until_open(0)
        verdict = judged(before, books(lab), acknowledged)
        if verdict is not None:
            raise NotSo(f"cut {number + 1}, {after_s:.2f} s after the touch that pays: {verdict}")
        thanked += acknowledged
        finished += not acknowledged and books(lab) != before
        undone += books(lab) == before
    return (
        f"{count} cuts within {takes_s + AFTERWARDS_S:.1f} s of paying: {thanked} after the thank you,"
        f" told once; {finished} before it, finished after the restart; {undone} before the card was charged,"
        " nothing left of them"
    )


def judged(before: Books, after: Books, acknowledged: bool) -> str | None:
    """What is wrong with the books after a cut in the middle of one order; None when nothing is."""
    told = len(after.orders) - len(before.orders)
    charged, rest_minor = divmod(after.charged_minor - before.charged_minor, TEA_MINOR)
    what = f"thanked: {acknowledged}, orders told: {told}, charged: {charged}; {before} became {after}"
    if acknowledged and told == 0:
        return f"an order that the guest was thanked for is lost ({what})"
    if told > 1 or charged > 1 or len(set(after.orders)) != len(after.orders):
        return f"something happened twice ({what})"
    if charged != told or rest_minor or after.points - before.points != told * TEA_POINTS:
        return f"money, order and points do not belong together ({what})"
    return None


async def _measured(lab: Lab) -> float:
    """How long it takes from the touch that pays until the thank you."""
    await scan_card(lab)
    await lab.tap(*TEA, "pay")
    since_s = time.monotonic()
    await lab.tap("pay:card")
    await lab.until_screen("thanks")
    took_s = time.monotonic() - since_s
    await done(lab)
    await lab.until_open(0)
    return took_s


async def _cut_while_ordering(lab: Lab, after_s: float) -> bool:
    """Whether the guest was thanked before the power went."""
    await scan_card(lab)
    await lab.tap(*TEA, "pay")
    paying = asyncio.create_task(_pay(lab), name="guest who pays")
    try:
        await asyncio.sleep(after_s)
    finally:
        acknowledged = paying.done() and paying.exception() is None
        await lab.power_cut()
        paying.cancel()
        with suppress(asyncio.CancelledError, KioskDown, NothingToTouch, QmpError, NotSo):
            await paying
    return acknowledged


async def _pay(lab: Lab) -> None:
    await lab.tap("pay:card")
    await lab.until_screen("thanks")


async def kernel_crash(lab: Lab) -> str:
    """The kernel crashes; the machine restarts by itself and what was sold is still known."""
    number = await order_tea(lab)
    await done(lab)
    await lab.until_open(0)
    before, since_s = books(lab), time.monotonic()
    await lab.door.run("systemd-run --quiet --on-active=1 sh -c 'echo c >/proc/sysrq-trigger'")
    await lab.machine.qmp.event(lambda event: event["event"] == "RESET", CRASH_S)
    lab.terminal.cut()  # as a network socket does whose other end restarts; QEMU's goes on as if nothing was
    await lab.until_up()
    took_s = time.monotonic() - since_s
    following = await order_tea(lab)
    await done(lab)
    await lab.until_open(0)
    if following == number:
        raise NotSo(f"two orders have the number {number}")
    if books(lab).orders != before.orders:
        raise NotSo(f"{before} became {books(lab)}")
    return f"waiting for a guest again {took_s:.1f} s after the crash; {number}, then {following}"


async def read_only(lab: Lab) -> str:
    """What the machine runs from cannot be written to by anybody."""
    mounts = {}
    for line in (
        await lab.door.run("findmnt --raw --noheadings --output TARGET,FSTYPE,OPTIONS")
    ).splitlines():
        target, kind, options = line.split(maxsplit=2)
        mounts[target] = kind, options.split(",")
    if "ro" not in mounts["/"][1]:
        raise NotSo(f"/ is {mounts['/']}")
    for path in ("/usr/lib/kioskd/spoilt", "/spoilt", "/boot/firmware/spoilt"):
        said = await lab.door.run(f"touch {path} 2>&1 || true")
        if "Read-only file system" not in said:
            raise NotSo(f"{path} could be written: {said}")
    said = await lab.door.run("mount -o remount,rw / 2>&1 || true; touch /spoilt 2>&1 || true")
    if "Read-only file system" not in said:
        raise NotSo(f"/ could be made writable: {said}")
    return f"/ is {mounts['/'][0]}, read-only even for root; data: {mounts['/data'][0]}"


READ_ONLY = Proof("read-only", "the system's disk cannot be written to", read_only)
KERNEL_CRASH = Proof("kernel-crash", "the kernel crashes", kernel_crash, quick=False)
PROOFS = (KERNEL_CRASH, cuts(2))
