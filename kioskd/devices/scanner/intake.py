"""The last step of every scanner: from the characters of a code to the event, within declared limits."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable

from kioskd.core.events import Scanned, ScanRejected
from kioskd.devices.scanner.aim import AimMode, identify
from kioskd.devices.scanner.reading import ALLOWED_CONTROLS, Outcome, Reason, Rejected

MAX_TEXT = 512
DUPLICATE_WINDOW_S = 1.5
SCANS_PER_S = 10
REJECTS_PER_S = 3
_REFUSED_CONTROLS = re.compile(
    "[{}]".format("".join(sorted({*map(chr, [*range(0x20), *range(0x7F, 0xA0)])} - ALLOWED_CONTROLS)))
)


class Intake:
    """Turns outcomes into events for one device; keeps nothing of a scan but its hash, for the duplicates.

    `gs_text` is what this scanner writes for the GS1 separator where it cannot send the character itself.
    """

    def __init__(
        self, source: str, clock: Callable[[], float], aim: AimMode = AimMode.AUTO, gs_text: str | None = None
    ) -> None:
        self._source = source
        self._clock = clock
        self._aim = aim
        self._gs_text = gs_text
        self._scans = _Budget(SCANS_PER_S)
        self._rejects = _Budget(REJECTS_PER_S)
        self._last_fingerprint = 0
        self._last_s = float("-inf")

    def take(self, outcome: Outcome, symbology: str | None = None) -> Scanned | ScanRejected | None:
        """The event for this outcome. None for what is no barcode, and for rejections that come too often."""
        if isinstance(outcome, Rejected):
            return self._reject(outcome.reason)
        # Somebody waits for this: what most scans do not need is not even looked up.
        text = outcome.text
        if text.startswith("]"):
            identified = identify(text, self._aim)
            if identified is None:
                return None
            if identified.text is None:
                return self._reject(Reason.GRAMMAR)
            text, symbology = identified.text, symbology or identified.symbology
        if self._gs_text:
            text = text.replace(self._gs_text, "\x1d")
        if not text:
            return self._reject(Reason.GRAMMAR)
        if len(text) > MAX_TEXT:
            return self._reject(Reason.TOO_LONG)
        if not text.isprintable() and _REFUSED_CONTROLS.search(text):
            return self._reject(Reason.CONTROL_CHAR)
        return self._deliver(text, symbology)

    def _deliver(self, text: str, symbology: str | None) -> Scanned | ScanRejected | None:
        now_s = self._clock()
        fingerprint = hash((symbology, text))  # with this process's own salt
        if fingerprint == self._last_fingerprint and now_s - self._last_s < DUPLICATE_WINDOW_S:
            return self._reject(Reason.DUPLICATE)
        if not self._scans.spend(now_s):
            return self._reject(Reason.OVERRUN)
        self._last_fingerprint, self._last_s = fingerprint, now_s
        return Scanned(text, self._source, symbology)

    def _reject(self, reason: Reason) -> ScanRejected | None:
        return ScanRejected(str(reason), self._source) if self._rejects.spend(self._clock()) else None


class _Budget:
    """At most `limit` events in any second."""

    def __init__(self, limit: int) -> None:
        self._spent_s: deque[float] = deque(maxlen=limit)
        self._limit = limit

    def spend(self, now_s: float) -> bool:
        if len(self._spent_s) == self._limit and now_s - self._spent_s[0] < 1:
            return False
        self._spent_s.append(now_s)
        return True
