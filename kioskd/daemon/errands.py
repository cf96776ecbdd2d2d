"""Carries out what the visit wishes for, each wish in a task of its own, and answers with events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from kioskd.core import errors
from kioskd.core.effects import (
    AbortPayment,
    Effect,
    Forget,
    LookUp,
    PreviewPoints,
    PrintReceipt,
    Settle,
)
from kioskd.core.events import (
    Event,
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    PaymentEnded,
    PaymentOutcome,
    PointsPreviewed,
    PrintVerdict,
    ReceiptEnded,
)
from kioskd.core.order import Order, Tender
from kioskd.core.order_receipt import Letterhead, order_receipt
from kioskd.core.ports import PreviewsPoints, ReceiptPrinter, Translator
from kioskd.core.preview import BasketPoints
from kioskd.daemon.courier import LoyaltyCourier
from kioskd.daemon.journal import without_content
from kioskd.daemon.payments import Payments
from kioskd.daemon.selling import Selling

log = logging.getLogger(__name__)

PREVIEW_S = 2.0
"""How long what a basket would earn is news."""

_REFUSALS = {
    "unknown_card": LookupFailure.UNKNOWN_CARD,
    "blocked_card": LookupFailure.BLOCKED_CARD,
}


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
        selling: Selling,
        payments: Payments | None,
        printer: ReceiptPrinter | None,
        letterhead: Letterhead,
        translators: Mapping[str, Translator],
    ) -> None:
        self._tasks = tasks
        self._post = post
        self._courier = courier
        self._selling = selling
        self._payments = payments
        self._printer = printer
        self._letterhead = letterhead
        self._translators = translators
        self._lookup: asyncio.Task[None] | None = None
        self._preview: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case LookUp():
                self._forget_lookup()
                self._lookup = self._start(self._look_up(effect))
            case PreviewPoints():
                self._preview = self._start(self._preview_points(effect))
            case Settle(order):
                self._start(self._settle(order))
            case AbortPayment():
                if self._payments:
                    self._start(self._payments.abort())
            case PrintReceipt():
                self._start(self._print(effect))
            case Forget():
                self._forget_questions()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._tasks.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

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
            self._lookup.cancel()
            self._lookup = None

    async def _look_up(self, asked: LookUp) -> None:
        self._post(await self._answer(asked))

    async def _answer(self, asked: LookUp) -> Event:
        backend = self._courier.backend
        if backend is None:
            return LookupFailed(asked.request, LookupFailure.UNREACHABLE)
        try:
            member = await backend.identify(asked.credential, asked.language)
        except errors.Refused as refused:
            self._post(NetworkChanged(online=True))
            failure = _REFUSALS.get(refused.reason, LookupFailure.UNKNOWN_CARD)
            return LookupFailed(asked.request, failure)
        except errors.LoyaltyError as error:
            log.warning("a card could not be looked up: %s", error)
            return LookupFailed(asked.request, LookupFailure.UNREACHABLE)
        except Exception as error:  # noqa: BLE001 - an answer nobody thought of must not end the kiosk
            log.error("a card could not be looked up: %s", without_content(error))
            return LookupFailed(asked.request, LookupFailure.UNREACHABLE)
        self._post(NetworkChanged(online=True))
        return MemberFound(asked.request, member)

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

    async def _settle(self, order: Order) -> None:
        if order.tender is not Tender.CARD or not order.due:
            self._post(await self._selling.accept(order))
        elif self._payments:
            await self._payments.take(order)
        else:
            self._post(PaymentEnded(order.id, PaymentOutcome.UNAVAILABLE))

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
