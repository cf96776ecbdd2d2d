"""The service itself: how it ends, how it comes back, and what it said all the while."""

from __future__ import annotations

import time

from tests.lab.lab import READY_S, Lab, NotSo
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
    log = lab.log_file.read_text("utf-8", "replace")
    for text in ("Traceback", *SECRETS):
        if found := log.count(text):
            raise NotSo(f"{text!r} is in the machine's log, {found} times")
    return f"no failed unit; in {len(log.splitlines())} lines no traceback and none of {len(SECRETS)} secrets"


async def _restarted(lab: Lab, signal: str, timeout_s: float) -> float:
    before, since_s = int((await lab.status())["pid"]), time.monotonic()
    await lab.door.run(f"kill -{signal} {before}")
    await lab.until_waiting(other_than=before, timeout_s=timeout_s)
    return time.monotonic() - since_s


PROOFS = (
    Proof("daemon-killed", "the daemon is killed", killed, quick=False),
    Proof("daemon-hung", "the daemon hangs", hung, quick=False),
)
LOG = Proof("log", "what the kiosk's log says of all this", quiet_log)
