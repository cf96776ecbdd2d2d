"""The service itself: how it ends, how it comes back, and what it said all the while."""

from __future__ import annotations

import time

from kioskd.sim.kiosk import KioskDown
from tests.lab.lab import READY_S, Lab, NotSo, until
from tests.lab.proofs.camera import CODE
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.scanner import CARD

WATCHDOG_S = 120
SECRETS = (CARD, CODE, "Sanne", "sim-token")


async def killed(lab: Lab) -> str:
    took_s = await _restarted(lab, "KILL", READY_S)
    return f"waiting for a guest again after {took_s:.1f} s"


async def hung(lab: Lab) -> str:
    """A daemon that stands still is found out by systemd's watchdog."""
    took_s = await _restarted(lab, "STOP", WATCHDOG_S + READY_S)
    if not await lab.logged("Watchdog timeout"):
        raise NotSo("it was restarted, but not by the watchdog")
    return (
        f"waiting for a guest again after {took_s:.1f} s, of which the watchdog waited up to {WATCHDOG_S} s"
    )


async def quiet_log(lab: Lab) -> str:
    """After all of that: nothing failed, no bug came up, no guest is in the log."""
    failed = (await lab.door.run("systemctl list-units --failed --plain --no-legend")).strip()
    if failed:
        raise NotSo(f"failed units: {failed}")
    for text in ("Traceback", *SECRETS):
        if found := await lab.logged(text):
            raise NotSo(f"{text!r} is in the kiosk's log, {found} times")
    return f"no failed unit, no traceback, none of {len(SECRETS)} secrets"


async def _restarted(lab: Lab, signal: str, timeout_s: float) -> float:
    before, since_s = int((await lab.status())["pid"]), time.monotonic()
    await lab.door.run(f"kill -{signal} {before}")

    async def who_waits() -> int:
        try:
            status = await lab.status()
        except KioskDown:
            return before
        return int(status["pid"]) if status["place"] == "attract" else before

    await until(who_waits, lambda pid: pid != before, "kiosk that waits for a guest", timeout_s)
    return time.monotonic() - since_s


PROOFS = (
    Proof("daemon-killed", "the daemon is killed", killed, quick=False),
    Proof("daemon-hung", "the daemon hangs", hung, quick=False),
    Proof("log", "what the kiosk's log says of all this", quiet_log),
)
