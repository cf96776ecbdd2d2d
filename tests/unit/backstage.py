"""What the tests of the daemon's parts share: a clock set by hand, and people and things that obey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kioskd.core.card_terminal import (
    Agree,
    PaymentResult,
    PaymentTerminal,
    Reversal,
    ReversalOutcome,
    TerminalStatus,
    Totals,
)
from kioskd.core.credential import Credential
from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.events import Event, PaymentOutcome, PaymentStep
from kioskd.core.member import Member, Voucher
from kioskd.core.money import Money
from kioskd.core.order import Order, Tender
from kioskd.core.ports import ReceiptPrinter
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Receipt
from kioskd.core.stored_value import GiftCard
from kioskd.daemon.clock import Clock
from kioskd.daemon.lookout import Lookout
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.sales import RECORDS
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.settlement import Settlement
from kioskd.daemon.selling.steps import Steps
from kioskd.daemon.staff.dials import Dials
from kioskd.daemon.staff.pin_guard import PinGuard
from kioskd.daemon.staff.power import Power
from kioskd.daemon.staff.questions import Questions
from kioskd.daemon.staff.staff_desk import StaffDesk
from kioskd.daemon.staff.upkeep_desk import UpkeepDesk
from kioskd.outbox.courier import Courier
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.ui.locale.translator import translator
from tests.unit.shopfront import NOON, SANNE
from tests.unit.test_order import ORDER

DEADLINE_S = 10.0


class SetClock(Clock):
    """Stands still; `skip` and `shift_wall` are the only ways it moves."""

    def __init__(self) -> None:
        super().__init__("UTC")

    def mono_s(self) -> float:
        return 1000.0 + self._ahead_s

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self._ahead_s + self._wall_error_s)


class News:
    """Events as they are posted, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._came = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._came.set()

    async def until(self, kind: type[Event], count: int = 1) -> Event:
        """The newest event of that kind, once there are `count`."""
        async with asyncio.timeout(DEADLINE_S):
            while len(found := [event for event in self.events if isinstance(event, kind)]) < count:
                self._came.clear()
                await self._came.wait()
        return found[-1]


class FakeTerminal:
    """Pays as told; what it remembers of each payment is in `ledger`, and `outcome` reads it from there."""

    def __init__(self, *results: PaymentResult) -> None:
        self.results = list(results)
        self.ledger: dict[str, PaymentResult] = {}
        self.paid: list[tuple[str, Money]] = []
        self.asked: list[str] = []
        self.languages: list[str] = []
        self.takes_less: list[bool] = []
        self.reversals: list[Reversal] = []
        self.reversed: list[str] = []
        self.aborts = 0
        self.on_day_closed: Callable[[Totals], None] = lambda totals: None
        self.hold: asyncio.Event | None = None
        self.when_asked: Callable[[], None] = lambda: None
        self.thinks: asyncio.Event | None = None
        """How long it takes to say what became of a payment."""

    async def pay(
        self,
        reference: str,
        amount: Money,
        progress: Callable[[PaymentStep], None],
        *,
        agree: Agree | None = None,
        language: str = "en",
    ) -> PaymentResult:
        self.paid.append((reference, amount))
        self.languages.append(language)
        self.takes_less.append(agree is not None)
        progress(PaymentStep.ENTER_PIN)
        self.when_asked()
        if self.hold:
            await self.hold.wait()
        return self.results.pop(0) if self.results else PaymentResult(PaymentOutcome.APPROVED, "Trace 7")

    async def abort(self) -> None:
        self.aborts += 1

    async def outcome(self, reference: str) -> PaymentResult:
        self.asked.append(reference)
        if self.thinks:
            await self.thinks.wait()
        return self.ledger.get(reference, PaymentResult(PaymentOutcome.UNKNOWN))

    async def reverse(self, reference: str) -> Reversal:
        self.reversed.append(reference)
        if self.reversals:
            return self.reversals.pop(0)
        return Reversal(ReversalOutcome.REVERSED, f"Reversed {reference}")

    async def status(self) -> TerminalStatus:
        return TerminalStatus(usable=True, detail="ready")

    async def diagnose(self) -> TerminalStatus:
        return await self.status()

    async def display(self, lines: Sequence[str]) -> bool:
        return False

    async def totals(self) -> Totals:
        return Totals(Money(sum(amount.minor for _, amount in self.paid), "EUR"))

    async def end_of_day(self) -> Totals:
        return await self.totals()

    async def settle_by_hand(self, reference: str, *, paid: bool) -> None:
        self.ledger[reference] = PaymentResult(PaymentOutcome.APPROVED if paid else PaymentOutcome.DECLINED)


class FakeBackend:
    """Answers every question with `answer`, or raises it."""

    def __init__(self, answer: object = SANNE) -> None:
        self.answer = answer
        self.hold: asyncio.Event | None = None
        self.asked: list[object] = []

    async def _say(self, question: object) -> object:
        self.asked.append(question)
        if self.hold:
            await self.hold.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def identify(self, credential: Credential, language: str) -> Member:
        said = await self._say(credential)
        assert isinstance(said, Member)
        return said

    async def find_voucher(self, code: str, member_id: str | None) -> Voucher:
        said = await self._say(("voucher", code, member_id))
        assert isinstance(said, Voucher)
        return said

    async def find_gift_card(self, code: str) -> GiftCard:
        said = await self._say(("gift card", code))
        assert isinstance(said, GiftCard)
        return said

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        await self._say(deed)
        return {}

    async def perform(self, deed: Deed) -> Done:
        said = await self._say(deed)
        assert isinstance(said, Done)
        return said

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        said = await self._say(deed)
        assert isinstance(said, Finding)
        return said

    async def probe(self) -> None:
        await self._say("probe")

    def claim_link(self, order: Order) -> str | None:
        return f"https://portal.test/l?unique_id={order.id}"

    async def close(self) -> None: ...


class FakePrinter:
    """Keeps what it was given."""

    def __init__(self, verdict: PrintVerdict | Exception = PrintVerdict.PRINTED) -> None:
        self.verdict = verdict
        self.papers: list[tuple[str, Receipt]] = []
        self.forgotten = False

    async def print(self, job: str, receipt: Receipt) -> PrintVerdict:
        self.papers.append((job, receipt))
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict

    def forget(self) -> None:
        self.forgotten = True

    async def settled(self, job: str) -> PrintVerdict:
        assert self.verdict is PrintVerdict.KEPT
        return PrintVerdict.PRINTED


def order(number: int, *, tender: Tender = Tender.CARD, member_id: str | None = None) -> Order:
    """A small order of its own: ids and numbers differ with `number`."""
    return replace(
        ORDER, id=f"o-{number}", number=f"A{number}", sequence=number, tender=tender, member_id=member_id
    )


@asynccontextmanager
async def working(
    folder: Path, courier: Courier | None = None, *, policy: Policy | None = None
) -> AsyncIterator[Outbox]:
    """A real outbox in `folder`, at work."""
    async with Outbox.open(
        folder / "outbox.db",
        courier or LoyaltyCourier(),
        policy=policy or Policy(backoff_first_s=0.0, outage_spread_s=0.0),
    ) as outbox:
        task = asyncio.create_task(outbox.run())
        try:
            yield outbox
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def settlement(outbox: Outbox, terminal: PaymentTerminal | None, post: Callable[[Event], None]) -> Settlement:
    """For a kiosk without a loyalty backend, with everything it needs."""
    clock = SetClock().mono_s
    selling = Selling(outbox, loyalty=False)
    return Settlement(
        steps=Steps(outbox, clock),
        selling=selling,
        payments=Payments(terminal, outbox, selling, post) if terminal else None,
        post=post,
        clock=clock,
    )


def staff_desk(
    outbox: Outbox,
    post: Callable[[Event], None],
    guard: PinGuard | None = None,
    *,
    orders: Orders | None = None,
    payments: Payments | None = None,
    clock: Clock | None = None,
) -> StaffDesk:
    """For a kiosk without a loyalty backend, unless `orders` are those of another."""
    selling, wall = Selling(outbox, loyalty=False), (clock or SetClock()).wall
    return StaffDesk(
        guard,
        outbox=outbox,
        selling=selling,
        orders=orders or Orders(outbox, selling, claim_link=lambda order: None, wall=wall),
        questions=Questions(outbox, payments),
        lookout=Lookout(outbox, Path("outbox.db"), wall),
        upkeep=upkeep_desk(outbox, post),
        post=post,
    )


def upkeep_desk(
    outbox: Outbox,
    post: Callable[[Event], None],
    *,
    printer: ReceiptPrinter | None = None,
    dials: Dials | None = None,
    power: Power | None = None,
    state_dir: Path = Path(),
) -> UpkeepDesk:
    return UpkeepDesk(
        kiosk="A",
        shop="Harbour Kitchen",
        state_dir=state_dir,
        outbox=outbox,
        questions=Questions(outbox, None),
        printer=printer,
        columns=32,
        translators={"en": translator("en"), "ar": translator("ar")},
        dials=dials or Dials(state_dir / "settings.json", ()),
        power=power or Power(lambda: None, machine=False),
        mono_s=lambda: 1000.0,
        wall=lambda: NOON,
        post=post,
    )


async def listed(outbox: Outbox) -> dict[str, str]:
    """Every operation ever accepted, and its state; without what is only kept to look it up."""
    return {
        entry.operation.op_id: entry.operation.state.value
        for entry in await outbox.operations(1000)
        if entry.operation.kind not in RECORDS
    }
