"""What staff ask for to keep the kiosk itself in order: a test receipt, settings, what it is, its power."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from kioskd import __version__
from kioskd.core.effects import FindAbout, FindDials, PrintTest, SetDial, SwitchPower
from kioskd.core.events import Event
from kioskd.core.ports import ReceiptPrinter, Translator
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.staff_events import AboutFound, DialsFound, PowerRefused, TestPrinted
from kioskd.core.upkeep import About, PowerRefusal
from kioskd.daemon.journal import without_content
from kioskd.daemon.staff.dials import Dials
from kioskd.daemon.staff.machine import addresses, free_bytes, machine_up_s
from kioskd.daemon.staff.power import Power, PowerFailed
from kioskd.daemon.staff.questions import Questions
from kioskd.daemon.staff.trial_receipt import trial_receipt
from kioskd.outbox.outbox import Outbox

log = logging.getLogger(__name__)

MARGIN_S = 5.0
"""A receipt is given up before staff are told that nobody knows."""


class UpkeepDesk:
    """Every question ends in one answer, save for the power that goes.

    `columns` is how many letters fit on the paper of the `printer`; `mono_s` is the monotonic clock.
    """

    def __init__(
        self,
        *,
        kiosk: str,
        shop: str,
        state_dir: Path,
        outbox: Outbox,
        questions: Questions,
        printer: ReceiptPrinter | None,
        columns: int,
        translators: Mapping[str, Translator],
        dials: Dials,
        power: Power,
        mono_s: Callable[[], float],
        wall: Callable[[], datetime],
        post: Callable[[Event], None],
        print_s: float = 45.0,
    ) -> None:
        self._kiosk = kiosk
        self._shop = shop
        self._state_dir = state_dir
        self._outbox = outbox
        self._questions = questions
        self._printer = printer
        self._columns = columns
        self._translators = translators
        self._dials = dials
        self._power = power
        self._mono_s = mono_s
        self._wall = wall
        self._post = post
        self._print_s = print_s - MARGIN_S
        self._began_s = mono_s()
        self._one_at_a_time = asyncio.Lock()

    async def print_test(self, asked: PrintTest) -> None:
        verdict = PrintVerdict.BLOCKED
        try:
            if self._printer:
                tr = self._translators[asked.language]
                paper = trial_receipt(self._kiosk, self._shop, self._wall(), self._columns, tr)
                async with asyncio.timeout(self._print_s):
                    verdict = await self._printer.print(f"test-{asked.request}", paper)
        except Exception as error:  # noqa: BLE001 - a test that fails is an answer
            log.error("the test receipt: %s", without_content(error))
            verdict = PrintVerdict.UNKNOWN
        self._post(TestPrinted(asked.request, verdict))

    async def find_dials(self, asked: FindDials) -> None:
        self._post(DialsFound(asked.request, await asyncio.to_thread(self._dials.all)))

    async def set_dial(self, asked: SetDial) -> None:
        async with self._one_at_a_time:  # in the order they were touched
            await asyncio.to_thread(self._dials.turn, asked.knob, asked.value)
        await self.find_dials(FindDials(asked.request))

    async def find_about(self, asked: FindAbout) -> None:
        about = About(
            version=__version__,
            addresses=await asyncio.to_thread(addresses),
            running_s=self._mono_s() - self._began_s,
            machine_up_s=machine_up_s(),
            free_bytes=await asyncio.to_thread(free_bytes, self._state_dir),
            waiting=self._outbox.counts().open,
            in_doubt=self._questions.count(),
        )
        self._post(AboutFound(asked.request, about))

    async def switch_power(self, asked: SwitchPower, *, money_moves: bool) -> None:
        """Not while a payment or a settlement is under way."""
        if money_moves:
            self._post(PowerRefused(asked.request, PowerRefusal.BUSY))
            return
        try:
            await self._power.switch(asked.act)
        except PowerFailed as failed:
            log.warning("%s failed: %s", asked.act, failed)
            self._post(PowerRefused(asked.request, PowerRefusal.FAILED, str(failed)))
