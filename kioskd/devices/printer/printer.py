"""The receipt printer as the daemon sees it: a device that comes and goes, and a port that prints once."""

from __future__ import annotations

import asyncio
import logging
import secrets
import string
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from kioskd.core.errors import DeviceAbsent, DeviceError
from kioskd.core.events import DeviceChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Receipt
from kioskd.devices.printer.commands import UnprintableReceipt
from kioskd.devices.printer.conversation import Conversation
from kioskd.devices.printer.encoder import PrintData, compose
from kioskd.devices.printer.job import RECEIPT_WAITS, JobEnd, blocked_by, discard_leftover, run_job
from kioskd.devices.printer.journal import JobJournal
from kioskd.devices.printer.kept import KeptReceipts
from kioskd.devices.printer.layout import Rasteriser
from kioskd.devices.printer.profile import PrinterProfile
from kioskd.devices.printer.status import Paper
from kioskd.devices.printer.transport import Address, NetworkPrinter, SerialPort, connect

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 30.0
"""How often an idle printer is asked how it is; changes it reports by itself are seen at once."""

CHECK_KEPT_EVERY_S = 5.0
LOOK_FOR_RECEIPT_S = 1.0

ENCODING_S = 15.0
"""Encoding takes milliseconds; a thousand letters that were never drawn before take a second."""

_ID_LETTERS = string.digits + string.ascii_uppercase


def process_ids(start: int) -> Iterator[str]:
    """Four characters each, so that a late answer to an earlier job never matches a later one."""
    number = start
    while True:
        number, rest = (number + 1) % 36**4, number
        letters = []
        for _ in range(4):
            rest, digit = divmod(rest, 36)
            letters.append(_ID_LETTERS[digit])
        yield "".join(reversed(letters))


class EscposPrinter:
    """One printer. Local lines stay open while `run` runs; a network printer is connected to when needed.

    Prints nothing twice: a job that may have left a mark on paper is answered with its first verdict, also by
    the next process when there is a `journal` file. What waits only for paper or a plug is kept for a while.
    """

    kind = DeviceKind.PRINTER

    def __init__(
        self,
        name: str,
        address: Address,
        profile: PrinterProfile,
        *,
        rasteriser: Rasteriser,
        journal: Path | None = None,
    ) -> None:
        self.name = name
        self._address = address
        self._profile = profile
        self._rasteriser = rasteriser
        self._baud = address.baud if isinstance(address, SerialPort) else None
        self._encoding = threading.Lock()
        self._ids = process_ids(secrets.randbelow(36**4))
        self._turn = asyncio.Lock()
        self._talk: Conversation | None = None
        self._emit: Emit | None = None
        self._health: DeviceHealth | None = None
        self._journal = JobJournal(journal)
        self._kept = KeptReceipts(self._tell_expired)
        self._leftover_bytes = 0
        self._retracts: int | None = None
        self._held_out = False

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""
        self._emit, self._health = emit, None
        await self._load_journal()
        try:
            if isinstance(self._address, NetworkPrinter):
                await self._visit_regularly()
            else:
                async with self._open() as self._talk:
                    await self._watch(self._talk)
        finally:
            self._talk = self._emit = None

    async def print(self, job: str, receipt: Receipt) -> PrintVerdict:
        """See `core.ports.ReceiptPrinter`. The same `job` again prints only when nothing was sent before."""
        await self._load_journal()
        async with self._turn:
            if (verdict := self._journal.verdict(job)) is not None:
                return verdict
            end = await self._attempt(job, receipt)
            if end.verdict is PrintVerdict.BLOCKED and end.curable and self._kept.keep(job, receipt):
                await self._journal.end(job, PrintVerdict.KEPT)
                return PrintVerdict.KEPT
            return end.verdict

    async def settled(self, job: str) -> PrintVerdict:
        """See `core.ports.ReceiptPrinter`."""
        return await self._kept.outcome(job) or self._journal.verdict(job) or PrintVerdict.BLOCKED

    def forget(self) -> None:
        """See `core.ports.ReceiptPrinter`."""
        self._kept.drop()

    async def _load_journal(self) -> None:
        await self._journal.load()
        self._leftover_bytes = max(self._leftover_bytes, self._journal.interrupted_bytes)
        self._journal.interrupted_bytes = 0

    def _tell_expired(self, job: str) -> None:
        self._journal.forget(job)
        _log.warning("%s: receipt %s could not be printed in time and was dropped", self.name, job)

    async def _attempt(self, job: str, receipt: Receipt) -> JobEnd:
        end = await self._print_once(job, receipt)
        await self._journal.end(job, end.verdict)
        if end.verdict in (PrintVerdict.BLOCKED, PrintVerdict.UNKNOWN):
            _log.warning("%s: receipt %s: %s (%s)", self.name, job, end.verdict, end.detail)
        return end

    async def _print_kept(self) -> None:
        while kept := self._kept.first():
            end = await self._attempt(kept.job, kept.receipt)
            if end.verdict is PrintVerdict.BLOCKED and end.curable:
                await self._journal.end(kept.job, PrintVerdict.KEPT)
                return
            if kept is self._kept.first():  # it may have expired meanwhile
                self._kept.end(kept.job, end.verdict)

    async def _print_once(self, job: str, receipt: Receipt) -> JobEnd:
        proofs = (next(self._ids), next(self._ids)) if self._profile.process_id else None
        try:
            data = await self._encoded(receipt, proofs)
            async with self._line() as talk:
                if self._leftover_bytes and (trouble := await self._tidy(talk)):
                    return JobEnd(PrintVerdict.BLOCKED, trouble, curable=not talk.status.needs_service)
                await self._journal.begin(job, data.filler_bytes)
                self._leftover_bytes = data.filler_bytes  # stays when this is cancelled half-way
                end = await run_job(talk, self._profile, data, self._baud)
                self._leftover_bytes = end.leftover_bytes
                if self._profile.presenter and end.verdict is PrintVerdict.PRINTED:
                    self._held_out = True
                self._report(talk, end.detail)
                return end
        except UnprintableReceipt as bug:
            _log.error("%s: %s", self.name, bug)
            return JobEnd(PrintVerdict.BLOCKED, str(bug))
        except DeviceError as wrong:
            return JobEnd(PrintVerdict.BLOCKED, str(wrong), curable=True)

    async def _encoded(self, receipt: Receipt, proofs: tuple[str, str] | None) -> PrintData:
        """In a thread: drawing letters would keep the screen waiting. Raises UnprintableReceipt."""

        def encode() -> PrintData:
            with self._encoding:  # a cancelled job may still be at it
                return compose(receipt, self._profile, rasteriser=self._rasteriser, proofs=proofs)

        try:
            async with asyncio.timeout(ENCODING_S):
                return await asyncio.to_thread(encode)
        except TimeoutError:
            raise UnprintableReceipt(f"encoding took longer than {ENCODING_S:g} s") from None

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Conversation]:
        if isinstance(self._address, NetworkPrinter):
            async with self._open() as talk:
                yield talk
        elif self._talk is None:
            raise DeviceAbsent(f"{self._address} is not there")
        else:
            yield self._talk

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Conversation]:
        connection = await connect(self._address)
        try:
            talk = Conversation(connection, self._profile)
            if self._profile.status.silence_is_a_fault:
                await talk.greet()
            yield talk
        finally:
            await connection.close()

    async def _watch(self, talk: Conversation) -> None:
        """Until the line is lost: look when the printer reports something, and from time to time."""
        while True:
            async with self._turn:
                await self._look_after(talk)
                if self._profile.status.silence_is_a_fault:
                    await talk.greet()  # again: it may have been switched off and on behind its adapter
            known = talk.status
            patience_s = LOOK_FOR_RECEIPT_S if self._held_out else self._pause_s
            await talk.wait_until(lambda: talk.status != known, patience_s)  # noqa: B023

    async def _visit_regularly(self) -> None:
        while True:
            async with self._turn, self._open() as talk:
                await self._look_after(talk)
            await asyncio.sleep(self._pause_s)

    @property
    def _pause_s(self) -> float:
        return CHECK_KEPT_EVERY_S if self._kept else CHECK_EVERY_S

    async def _look_after(self, talk: Conversation) -> None:
        trouble = await blocked_by(talk, self._profile)
        if self._leftover_bytes and not trouble:
            trouble = await self._tidy(talk)
        if self._profile.presenter:
            await self._follow_receipt(talk)
        self._report(talk, trouble or "")
        if self._kept and not trouble:
            await self._print_kept()

    async def _follow_receipt(self, talk: Conversation) -> None:
        """Whether the last receipt was taken: staff should know when guests leave theirs."""
        if talk.status.receipt_waiting or (self._retracts is not None and not self._held_out):
            return
        before, self._retracts = self._retracts, await talk.count_retracts()
        if self._held_out and None not in (before, self._retracts) and before != self._retracts:
            _log.info("%s: nobody took the last receipt, it was pulled back in", self.name)
        self._held_out = False

    async def _tidy(self, talk: Conversation) -> str | None:
        """Deal with the rest of an interrupted receipt; returns why that is not possible yet."""
        if trouble := await blocked_by(talk, self._profile):
            return trouble
        _log.info("%s: throwing away what is left of an interrupted receipt", self.name)
        talk.forget_halt()
        await discard_leftover(talk, self._profile, self._leftover_bytes, next(self._ids), self._baud)
        self._leftover_bytes = 0
        return None

    def _report(self, talk: Conversation, trouble: str) -> None:
        if talk.connection.lost:
            return  # `run` tells
        waiting = talk.status.receipt_waiting and trouble == RECEIPT_WAITS  # its guest is just taking it
        trouble = talk.status.trouble if waiting else trouble or talk.status.trouble
        if trouble:
            health = DeviceHealth(self.name, self.kind, DeviceState.FAULTY, trouble)
        elif talk.status.paper is Paper.LOW:
            health = DeviceHealth(self.name, self.kind, DeviceState.DEGRADED, "paper low")
        else:
            health = DeviceHealth(self.name, self.kind, DeviceState.OK)
        if health != self._health and self._emit:
            self._health = health
            self._emit(DeviceChanged(health))
