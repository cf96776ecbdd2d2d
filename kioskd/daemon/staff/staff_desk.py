"""What staff ask for at the kiosk itself: whether the PIN is right, how the kiosk is, the orders and taking
them back, the open questions and deciding them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from kioskd import __version__
from kioskd.core.card_terminal import PaymentTerminal
from kioskd.core.effects import (
    CheckPin,
    CloseTerminalDay,
    CountAsPaid,
    DecideQuestion,
    FindOverview,
    FindQuestions,
    FindSales,
    FindTotals,
    TakeBackSale,
)
from kioskd.core.errors import DeviceError
from kioskd.core.events import Event
from kioskd.core.returning import ReturnRefused
from kioskd.core.sale import Sale
from kioskd.core.staff import DecisionReason, ReturnReason
from kioskd.core.staff_events import (
    OverviewFound,
    PinChecked,
    QuestionDecided,
    QuestionRefused,
    QuestionsFound,
    SalePaid,
    SaleRefused,
    SalesFound,
    SaleTakenBack,
    TerminalRefused,
    TotalsFound,
)
from kioskd.core.staff_overview import StaffOverview
from kioskd.daemon.lookout import Lookout
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.staff.pin_guard import PinGuard, Verdict
from kioskd.daemon.staff.questions import Questions
from kioskd.daemon.staff.upkeep_desk import UpkeepDesk
from kioskd.outbox.operation import OperationRefused
from kioskd.outbox.outbox import Outbox

log = logging.getLogger(__name__)

NEWEST = 20
ACTOR = "staff at the kiosk"
_REASONS = {
    ReturnReason.WRONG_ORDER: "not what was ordered",
    ReturnReason.NOT_GOOD: "not good",
    ReturnReason.SOLD_OUT: "sold out",
    ReturnReason.CHANGED_MIND: "the guest changed their mind",
    ReturnReason.OTHER: "another reason",
}
_KNOWN_BY = {
    DecisionReason.AT_TERMINAL: "seen at the card terminal",
    DecisionReason.AT_BACKEND: "seen in the loyalty system",
    DecisionReason.BY_GUEST: "the guest showed it",
    DecisionReason.BY_OFFICE: "the office says so",
    DecisionReason.OTHER: "another reason",
}


class StaffDesk:
    """Every question ends in one answer. Without a `guard` no PIN is right.

    What is not about guests and their orders is at the `upkeep` desk.

    Raises StorageError when the file of the orders fails.
    """

    def __init__(
        self,
        guard: PinGuard | None,
        *,
        outbox: Outbox,
        selling: Selling,
        orders: Orders,
        questions: Questions,
        lookout: Lookout,
        upkeep: UpkeepDesk,
        post: Callable[[Event], None],
        terminal: PaymentTerminal | None = None,
    ) -> None:
        self._terminal = terminal
        self._guard = guard
        self._outbox = outbox
        self._selling = selling
        self._orders = orders
        self._questions = questions
        self._lookout = lookout
        self.upkeep = upkeep
        self._post = post

    async def check_pin(self, asked: CheckPin) -> None:
        verdict = await self._guard.check(asked.pin) if self._guard else Verdict(accepted=False)
        self._post(PinChecked(asked.request, verdict.accepted, verdict.wait_s))

    async def find_overview(self, asked: FindOverview) -> None:
        counts = self._outbox.counts()
        overview = StaffOverview(
            unpaid=len(await self._selling.unpaid()),
            questions=self._questions.count(),
            waiting=counts.open,
            near_limit=counts.near_limit,
            version=__version__,
            attention=await self._lookout.look(),
        )
        self._post(OverviewFound(asked.request, overview))

    async def find_questions(self, asked: FindQuestions) -> None:
        self._post(QuestionsFound(asked.request, await self._questions.all()))

    async def decide(self, asked: DecideQuestion) -> None:
        try:
            await self._questions.decide(
                asked.question_id,
                asked.decision,
                candidate=asked.candidate,
                actor=ACTOR,
                reason=_KNOWN_BY[asked.reason],
            )
        except OperationRefused as refused:
            self._post(QuestionRefused(asked.request, str(refused)))
        else:
            self._post(QuestionDecided(asked.request))

    async def find_sales(self, asked: FindSales) -> None:
        if asked.order_id is None:
            self._post(SalesFound(asked.request, tuple(await self._orders.list(NEWEST))))
            return
        try:
            known = await self._orders.show(asked.order_id)
        except ReturnRefused:
            self._post(SalesFound(asked.request, ()))
        else:
            self._post(SalesFound(asked.request, (known,)))

    async def settle_at_counter(self, asked: CountAsPaid) -> None:
        try:
            await self._selling.paid_at_counter(asked.order_id)
            sale = await self._orders.show(asked.order_id)
        except (OperationRefused, ReturnRefused) as refused:
            self._post(SaleRefused(asked.request, str(refused)))
        else:
            log.warning("order %s was paid at the counter, say staff at the kiosk", sale.order.number)
            self._post(SalePaid(asked.request, sale))

    async def find_totals(self, asked: FindTotals) -> None:
        await self._ask_terminal(asked.request, close=False)

    async def close_day(self, asked: CloseTerminalDay) -> None:
        log.warning("the card terminal's day is closed by staff at the kiosk")
        await self._ask_terminal(asked.request, close=True)

    async def _ask_terminal(self, request: str, *, close: bool) -> None:
        if self._terminal is None:
            self._post(TerminalRefused(request, "this kiosk has no card terminal"))
            return
        try:
            totals = await (self._terminal.end_of_day() if close else self._terminal.totals())
        except DeviceError as fault:
            self._post(TerminalRefused(request, str(fault)))
        else:
            self._post(TotalsFound(request, totals, closed=close))

    async def take_back(self, asked: TakeBackSale) -> None:
        try:
            sale = await self._taken_back(asked)
        except ReturnRefused as refused:
            self._post(SaleRefused(asked.request, str(refused)))
        else:
            self._post(SaleTakenBack(asked.request, sale))

    async def _taken_back(self, asked: TakeBackSale) -> Sale:
        order_id, reason = asked.order_id, _REASONS[asked.reason]
        known = await self._orders.show(order_id)
        if len(known.returns) != asked.seen_returns:
            raise ReturnRefused("somebody else took something back meanwhile: go back and look at it again")
        if asked.quantities is None:
            return await self._orders.cancel(order_id, actor=ACTOR, reason=reason)
        # Staff saw every return there is, so the same once more is meant so.
        return await self._orders.give_back(
            order_id, dict(asked.quantities), actor=ACTOR, reason=reason, again=True
        )
