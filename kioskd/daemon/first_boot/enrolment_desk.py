"""What becomes of a whole set of codes: it is opened, checked, and laid down for root to take over."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from kioskd.core.enrolling import CheckEnrolment, EnrolmentChecked, PairingChanged
from kioskd.core.enrolment import EnrolmentRefused, Objection, open_codes, pairing_code
from kioskd.core.errors import ConfigError
from kioskd.core.events import Event
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.first_boot.card import read_card
from kioskd.daemon.first_boot.places import FILE
from kioskd.durable import sync_folder, write_folder

log = logging.getLogger(__name__)

RENEWED_S = 1800.0
MOST_REFUSED = 5


class EnrolmentDesk:
    """Shows a pairing code for half an hour, or until MOST_REFUSED sets were not made with it.

    `enrolled` is the folder that root takes over; `random_bits` gives 40 of them.
    """

    def __init__(
        self,
        enrolled: Path,
        post: Callable[[Event], None],
        random_bits: Callable[[], int] = lambda: secrets.randbits(40),
    ) -> None:
        self._enrolled = enrolled
        self._post = post
        self._random_bits = random_bits
        self._refused = 0
        self._pairing = ""
        self._renew = asyncio.Event()

    async def show_pairing_codes(self) -> None:
        while True:
            self._renew.clear()
            self._refused = 0
            self._pairing = pairing_code(self._random_bits())
            self._post(PairingChanged(self._pairing))
            try:
                async with asyncio.timeout(RENEWED_S):
                    await self._renew.wait()
            except TimeoutError:
                log.info("another pairing code: this one was shown for long enough")

    async def check(self, asked: CheckEnrolment) -> None:
        """Always ends in an answer."""
        try:
            if asked.pairing != self._pairing:
                raise EnrolmentRefused(Objection.ANOTHER_PAIRING)
            files = await asyncio.to_thread(open_codes, asked.collected, asked.pairing)
        except EnrolmentRefused as refused:
            log.warning("a set of codes was refused: %s", refused)
            self._refused += 1
            self._post(EnrolmentChecked(asked.request, refused.objection))
            if self._refused >= MOST_REFUSED:
                self._renew.set()
            return
        problems = await asyncio.to_thread(self._lay_down, files)
        for problem in problems:
            log.warning("told by codes: %s", problem)
        self._post(EnrolmentChecked(asked.request, problems=problems))

    def _lay_down(self, files: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with them; they are only laid down when nothing is."""
        draft = self._enrolled.with_name(f"{self._enrolled.name}.new")
        try:
            shutil.rmtree(draft, ignore_errors=True)
            write_folder(draft, {name: text.encode() for name, text in files.items()})
            card = read_card(draft)
            if card is None:
                return (f"{FILE} is not among the files",)
            load_menu(card.config.menu, card.config.currency)
            shutil.rmtree(self._enrolled, ignore_errors=True)
            draft.rename(self._enrolled)
            sync_folder(self._enrolled.parent)
        except ConfigError as error:
            return tuple(line.removeprefix(f"{draft}/") for line in str(error).splitlines())
        except OSError as error:
            return (f"this cannot be kept: {error.strerror}",)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return ()
