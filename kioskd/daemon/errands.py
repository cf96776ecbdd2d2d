"""Carries out what the visit wishes for, each wish in a task of its own, and answers with events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from kioskd.core import errors
from kioskd.core.effects import (
    AbortPayment,
    CallHelp,
    CheckPin,
    CloseTerminalDay,
    CountAsPaid,
    DecideQuestion,
    DropSession,
    Effect,
    EndCall,
    FindAbout,
    FindDials,
    FindLastOrder,
    FindOverview,
    FindQuestions,
    FindReadiness,
    FindSales,
    FindTotals,
    Forget,
    HoldVoucher,
    JudgeOrder,
    LetGo,
    LookUp,
    NoteReady,
    PreviewPoints,
    PrintReceipt,
    PrintTest,
    ReadScreen,
    RedeemPromoCode,
    ReturnParts,
    SetDial,
    Settle,
    Sought,
    SwitchPower,
    TakeBackSale,
)
from kioskd.core.events import (
    Event,
    GiftCardFound,
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    PointsPreviewed,
    ReceiptEnded,
    VoucherFound,
)
from kioskd.core.order_receipt import Letterhead, order_receipt
from kioskd.core.ports import (
    KeepsWholeOrders,
    LoyaltyBackend,
    PreviewsPoints,
    ReceiptPrinter,
    TellsLastOrder,
    Translator,
)
from kioskd.core.preview import BasketPoints
from kioskd.core.print_verdict import PrintVerdict
from kioskd.daemon.journal import without_content
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.last_orders import found as last_order_found
from kioskd.daemon.selling.promo_codes import redeemed
from kioskd.daemon.selling.settlement import Settlement
from kioskd.daemon.staff.help_desk import HelpDesk
from kioskd.daemon.staff.readiness_desk import ReadinessDesk
from kioskd.daemon.staff.staff_desk import StaffDesk

log = logging.getLogger(__name__)

PREVIEW_S = 2.0
"""How long what a basket would earn is news."""

_ENDINGS = {
    "blocked_card": LookupFailure.BLOCKED_CARD,
    "used": LookupFailure.USED_CODE,
    "wrong_kind": LookupFailure.WRONG_KIND,
    "not_available": LookupFailure.PICK_GONE,
}
"""Refusals that end a search: the code is known as a member's, and cannot be used now."""


class Errands:
    """`carry_out` returns at once. Questions and receipts always end in an answer, whatever goes wrong.

    Money does not: an order that cannot be stored ends the daemon, and the next start finds out.

    `tasks` is where the work runs. `translators` has one for every language a guest can choose.
    """

    def __init__(
        self,
        *,
        tasks: asyncio.TaskGroup,
        post: Callable[[Event], None],
        courier: LoyaltyCourier,
        settlement: Settlement,
        staff_desk: StaffDesk,
        help_desk: HelpDesk,
        printer: ReceiptPrinter | None,
        letterhead: Letterhead,
        translators: Mapping[str, Translator],
        read_screen: Callable[[], None],
        last_orders: TellsLastOrder | None = None,
        readiness: ReadinessDesk | None = None,
    ) -> None:
        self._tasks = tasks
        self._post = post
        self._courier = courier
        self._settlement = settlement
        self._staff_desk = staff_desk
        self._help_desk = help_desk
        self._printer = printer
        self._letterhead = letterhead
        self._translators = translators
        self._read_screen = read_screen
        self._last_orders = last_orders
        self._readiness = readiness
        self._lookup: asyncio.Task[None] | None = None
        self._preview: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._money: set[asyncio.Task[None]] = set()

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case LookUp():
                self._forget_lookup()
                self._lookup = self._start(self._look_up(effect))
            case PreviewPoints():
                self._preview = self._start(self._preview_points(effect))
            case FindLastOrder():
                self._start(self._find_last_order(effect))
            case RedeemPromoCode():
                self._start(self._redeem(effect))
            case HoldVoucher():
                self._start(self._settlement.hold(effect))
            case LetGo(offer_id):
                self._start(self._settlement.let_go(offer_id))
            case JudgeOrder() if self._settlement.sessions:
                self._start(self._settlement.sessions.judge(effect))
            case DropSession(session) if self._settlement.sessions:
                self._start(self._settlement.sessions.drop(session))
            case Settle(order):
                self._moving_money(self._settlement.settle(order))
            case ReturnParts(order_id):
                self._moving_money(self._settlement.return_parts(order_id))
            case AbortPayment(order_id):
                self._moving_money(self._settlement.abort(order_id))
            case PrintReceipt():
                self._start(self._print(effect))
            case CheckPin():
                self._start(self._staff_desk.check_pin(effect))
            case FindSales():
                self._start(self._staff_desk.find_sales(effect))
            case CountAsPaid():
                self._start(self._staff_desk.settle_at_counter(effect))
            case FindTotals():
                self._start(self._staff_desk.find_totals(effect))
            case CloseTerminalDay():
                self._start(self._staff_desk.close_day(effect))
            case TakeBackSale():
                self._start(self._staff_desk.take_back(effect))
            case FindOverview():
                self._start(self._staff_desk.find_overview(effect))
            case FindQuestions():
                self._start(self._staff_desk.find_questions(effect))
            case DecideQuestion():
                self._start(self._staff_desk.decide(effect))
            case PrintTest():
                self._start(self._staff_desk.upkeep.print_test(effect))
            case FindDials():
                self._start(self._staff_desk.upkeep.find_dials(effect))
            case SetDial():
                self._start(self._staff_desk.upkeep.set_dial(effect))
            case FindAbout():
                self._start(self._staff_desk.upkeep.find_about(effect))
            case FindReadiness() if self._readiness:
                self._start(self._readiness.find(effect))
            case NoteReady() if self._readiness:
                self._start(self._readiness.note())
            case SwitchPower():
                self._start(self._staff_desk.upkeep.switch_power(effect, money_moves=bool(self._money)))
            case ReadScreen():
                self._read_screen()
            case CallHelp():
                self._start(self._help_desk.call(effect))
            case EndCall():
                self._start(self._help_desk.end())
            case Forget():
                self._forget_questions()
                if self._printer:
                    self._printer.forget()
                self._start(self._settlement.forget())
                self._start(self._help_desk.end())

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._tasks.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def _moving_money(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._start(work)
        self._money.add(task)
        task.add_done_callback(self._money.discard)

    async def finish(self, patience_s: float) -> None:
        """Let what is being printed or written come to its end, but not for ever."""
        self._forget_questions()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience_s)

    def _forget_questions(self) -> None:
        self._forget_lookup()
        if self._preview:
            self._preview.cancel()
            self._preview = None

    def _forget_lookup(self) -> None:
        if self._lookup:
            if not isinstance(self._courier.backend, KeepsWholeOrders):  # else its answer begins something
                self._lookup.cancel()
            self._lookup = None

    async def _look_up(self, asked: LookUp) -> None:
        self._post(await self._answer(asked))

    async def _answer(self, asked: LookUp) -> Event:
        backend = self._courier.backend
        if backend is None:
            return LookupFailed(asked.request, LookupFailure.UNREACHABLE)
        try:
            found = await _search(backend, asked)
        except errors.Refused as refused:
            self._post(NetworkChanged(online=True))
            return LookupFailed(asked.request, _ENDINGS[refused.reason])
        except errors.LoyaltyError as error:
            log.warning("a code could not be looked up: %s", error)
            return LookupFailed(asked.request, LookupFailure.UNREACHABLE)
        except Exception as error:  # noqa: BLE001 - an answer nobody thought of must not end the kiosk
            log.error("a code could not be looked up: %s", without_content(error))
            return LookupFailed(asked.request, LookupFailure.UNREACHABLE)
        self._post(NetworkChanged(online=True))
        if isinstance(found, MemberFound) and not await self._may_begin(found):
            return LookupFailed(asked.request, LookupFailure.UNREACHABLE)
        return found or LookupFailed(asked.request, LookupFailure.UNKNOWN_CARD)

    async def _may_begin(self, found: MemberFound) -> bool:
        sessions = self._settlement.sessions
        if found.member.session is None:
            return True
        return sessions is not None and await sessions.opened(found.member)

    async def _redeem(self, asked: RedeemPromoCode) -> None:
        self._post(await redeemed(self._courier.backend, asked))

    async def _find_last_order(self, asked: FindLastOrder) -> None:
        self._post(await last_order_found(self._last_orders, asked))

    async def _preview_points(self, asked: PreviewPoints) -> None:
        points: BasketPoints | None = None
        backend = self._courier.backend
        try:
            if isinstance(backend, PreviewsPoints):
                async with asyncio.timeout(PREVIEW_S):
                    points = await backend.preview_points(
                        asked.lines, asked.discounts, asked.charges, asked.member_id, asked.language
                    )
        except (errors.LoyaltyError, TimeoutError) as error:
            log.debug("no preview of points: %s", error)
        except Exception as error:  # noqa: BLE001 - what nobody needs must not end the kiosk
            log.error("no preview of points: %s", without_content(error))
        self._post(PointsPreviewed(asked.request, points))

    async def _print(self, job: PrintReceipt) -> None:
        verdict = PrintVerdict.BLOCKED
        try:
            if self._printer:
                receipt = order_receipt(job, self._letterhead, self._translators[job.order.language])
                verdict = await self._printer.print(job.order.id, receipt)
        except Exception as error:  # noqa: BLE001 - the order is sold, with its paper or without
            log.error("receipt of order %s: %s", job.order.number, without_content(error))
            verdict = PrintVerdict.UNKNOWN
        if verdict is not PrintVerdict.PRINTED:
            log.warning("receipt of order %s: %s", job.order.number, verdict)
        self._post(ReceiptEnded(job.order.id, verdict))
        if verdict is PrintVerdict.KEPT and self._printer:
            self._tasks.create_task(self._tell_when_settled(self._printer, job.order.id))

    async def _tell_when_settled(self, printer: ReceiptPrinter, order_id: str) -> None:
        """Not under way: when the kiosk ends it does not wait for paper."""
        self._post(ReceiptEnded(order_id, await printer.settled(order_id)))


async def _search(backend: LoyaltyBackend, asked: LookUp) -> Event | None:
    """The first of `sought` that has this code; None when none has.

    Raises Refused when the card is blocked: it is none of the others then.
    """
    for kind in asked.sought:
        try:
            return await _find(backend, kind, asked)
        except errors.Refused as refused:
            if kind is Sought.MEMBER and refused.reason in _ENDINGS:
                raise
    return None


async def _find(backend: LoyaltyBackend, kind: Sought, asked: LookUp) -> Event:
    code = asked.credential.value
    match kind:
        case Sought.MEMBER:
            return MemberFound(asked.request, await backend.identify(asked.credential, asked.language))
        case Sought.VOUCHER:
            return VoucherFound(asked.request, await backend.find_voucher(code, asked.member_id))
        case Sought.GIFT_CARD:
            return GiftCardFound(asked.request, await backend.find_gift_card(code))
