"""Who may open the staff screen: compares PINs, and makes whoever guesses wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kioskd.daemon.staff.pin import PinHash
from kioskd.durable import write_file

log = logging.getLogger(__name__)

FREE_TRIES = 2
"""Wrong PINs that cost nothing: everybody mistypes."""
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait_s` is how long no other PIN is looked at."""

    accepted: bool
    wait_s: float = 0.0


class PinGuard:
    """`file` remembers how many wrong PINs came in a row, so that switching the kiosk off and on is no way
    around the wait: after a start it begins anew. Only a right PIN ends the count.

    `clock` is monotonic, in seconds.
    """

    def __init__(self, pin_hash: PinHash, file: Path, clock: Callable[[], float]) -> None:
        self._pin_hash = pin_hash
        self._file = file
        self._clock = clock
        self._wrong: int | None = None
        self._closed_until_s = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def check(self, pin: str) -> Verdict:
        """While it is closed the PIN is not even looked at, right or wrong. Hashes and writes in a thread."""
        async with self._one_at_a_time:
            if self._wrong is None:
                self._wrong = await asyncio.to_thread(self._read)
                self._close()
            wait_s = self._closed_until_s - self._clock()
            if wait_s > 0:
                return Verdict(accepted=False, wait_s=wait_s)
            self._wrong += 1
            # It counts as wrong before it is compared: pulling the plug in between gains nothing.
            accepted = await asyncio.to_thread(self._count_and_compare, self._wrong, pin)
            if accepted:
                self._wrong = 0
                return Verdict(accepted=True)
            log.warning("a wrong staff PIN, %d in a row", self._wrong)
            self._close()
            return Verdict(accepted=False, wait_s=wait_after(self._wrong))

    def _close(self) -> None:
        self._closed_until_s = self._clock() + wait_after(self._wrong or 0)

    def _count_and_compare(self, wrong: int, pin: str) -> bool:
        self._write(wrong)
        accepted = self._pin_hash.fits(pin)
        if accepted:
            self._write(0)
        return accepted

    def _read(self) -> int:
        try:
            return max(int(self._file.read_text("ascii")), 0)
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            log.error(
                "%s cannot be read (%s): it counts as one PIN too many", self._file, type(error).__name__
            )
            return FREE_TRIES + 1

    def _write(self, wrong: int) -> None:
        try:
            write_file(self._file, str(wrong).encode(), 0o600)
        except OSError as error:  # the wait still holds until the next start
            log.error("%s cannot be written: %s", self._file, error.strerror)


def wait_after(wrong: int) -> float:
    """Seconds to wait after so many wrong PINs in a row: doubled each time, up to a quarter of an hour."""
    too_many = wrong - FREE_TRIES
    if too_many <= 0:
        return 0.0
    return min(FIRST_WAIT_S * 2.0 ** min(too_many - 1, 16), LONGEST_WAIT_S)
