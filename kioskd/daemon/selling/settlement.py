"""Settles orders: what the loyalty backend must agree to first, then the card, then the thanks.

Everything is one saga of the outbox. A process that dies in the middle has decided to undo it, unless the
card terminal was asked: then the terminal's word decides (`payments`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kioskd.core import settlement
from kioskd.core.deeds import Action
from kioskd.core.denial import Denial
from kioskd.core.discount import OfferKind
from kioskd.core.effects import HoldVoucher
from kioskd.core.events import (
    Event,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    PaymentStep,
    RewardClaimed,
    SettlementDenied,
)
from kioskd.core.judgement import Judgement
from kioskd.core.member import CollectableReward
from kioskd.core.order import Order, OrderDiscount, Tender
from kioskd.core.settlement import Step
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.reservations import Reservations, VisitHolds
from kioskd.daemon.selling.reserved import Hold, Reserved
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.sessions import Sessions
from kioskd.daemon.selling.steps import STEP_S, Steps

log = logging.getLogger(__name__)

RESERVE_S = 30.0
"""How long all steps before the card may take together."""
RENEW_S = 900.0
"""A hold that lapses sooner might not outlast the payment: it is taken anew."""


@dataclass(slots=True)
class _Reserving:
    """An order that is being settled and has not come to the card yet."""

    order: Order
    until_s: float
    aborted: bool = False


class _Denied(Exception):
    """`part_id` is what was refused."""

    def __init__(self, part_id: str, denial: Denial) -> None:
        self.part_id = part_id
        self.denial = denial
        super().__init__(f"{denial}")


class _Aborted(Exception):
    """The guest changed their mind."""


class Settlement:
    """One order at a time. Whatever becomes of it is told once: by SettlementDenied, by PaymentEnded when it
    did not come to be paid, or by OrderAccepted.

    `clock` is the monotonic one. `payments` is None without a card terminal, `sessions` without a backend
    that takes orders as a whole.
    """

    def __init__(
        self,
        *,
        steps: Steps,
        selling: Selling,
        payments: Payments | None,
        post: Callable[[Event], None],
        clock: Callable[[], float],
        sessions: Sessions | None = None,
    ) -> None:
        self._steps = steps
        self._selling = selling
        self._payments = payments
        self._post = post
        self._clock = clock
        self._reservations = Reservations(steps, post)
        self._reserving: _Reserving | None = None
        self.sessions = sessions

    # --- before there is an order ----------------------------------------------------------------------

    async def hold(self, wish: HoldVoucher) -> None:
        await self._reservations.hold(wish)

    async def let_go(self, offer_id: str) -> None:
        await self._reservations.let_go(offer_id)

    async def forget(self) -> None:
        """The guest is gone. What is being settled goes on."""
        await self._reservations.forget()
        if self.sessions:
            await self.sessions.forget()

    # --- the order -------------------------------------------------------------------------------------

    async def settle(self, order: Order) -> None:
        """Raises StorageError."""
        if order.card_payments:
            await self._settle_rest(order)
            return
        if (
            order.session
            and not order.discounts
            and not (self.sessions and self.sessions.knows(order.session))
        ):
            order = replace(order, session=None, member_id=None)  # it was voided meanwhile: a guest's order
        if order.session and self.sessions:
            await self._settle_whole(order, self.sessions)
            return
        if not order.reserves:
            await self._reservations.forget()  # what was held takes nothing off
        if order.tender is not Tender.CARD or not order.due:
            await self._settle_without_card(order)
        elif self._payments is None:
            self._post(PaymentEnded(order.id, PaymentOutcome.UNAVAILABLE))
        elif order.reserves:
            await self._payments.take(order, lambda: self._reserve(order))
        else:
            await self._payments.take(order)

    async def _settle_rest(self, order: Order) -> None:
        """A card has paid a part, so all that was to be reserved is."""
        assert self._payments
        if order.tender is Tender.CARD and order.due:
            await self._payments.take(order)
        else:
            await self._payments.accept_rest(order)

    async def return_parts(self, order_id: str) -> None:
        """The guest does not pay the rest of it."""
        if self._payments:
            await self._payments.return_parts(order_id)

    async def _settle_whole(self, order: Order, sessions: Sessions) -> None:
        """The backend takes the order with its transaction, or is told of a guest it does not know."""
        assert order.session is not None
        try:
            if order.tender is not Tender.CARD or not order.due:
                reserved = await self._agree(order, sessions)
                if reserved:
                    self._post(await self._selling.accept(order, reserved=reserved))
            elif self._payments is None:
                self._post(PaymentEnded(order.id, PaymentOutcome.UNAVAILABLE))
            else:
                await self._payments.take(order, lambda: self._agree(order, sessions))
        finally:
            await sessions.take_back(order.session)

    async def _agree(self, order: Order, sessions: Sessions) -> Reserved | None:
        """None: the guest was told why not."""
        assert order.session is not None
        judgement = await sessions.last_question(order)
        if isinstance(judgement, Judgement) and not judgement.objections:
            at_counter = order.tender is Tender.COUNTER and await sessions.hand_to_counter(order)
            if saga := sessions.lend(order.session):
                return Reserved(saga, lasts=True, at_counter=at_counter)
            judgement = Denial.UNREACHABLE
        if isinstance(judgement, Denial):
            self._post(SettlementDenied(order.id, order.id, judgement))
            return None
        first = judgement.objections[0]
        self._post(SettlementDenied(order.id, first.offer_id or "", first.denial, judgement.objections))
        return None

    async def abort(self, order_id: str) -> None:
        """Stops after the step under way; or asks the terminal, which has the last word."""
        if self._reserving and self._reserving.order.id == order_id:
            self._reserving.aborted = True
        elif self._payments:
            await self._payments.abort(order_id)

    async def _settle_without_card(self, order: Order) -> None:
        reserved = None
        if order.reserves:
            reserved = await self._reserve(order)
            if reserved is None:
                return
        self._post(await self._selling.accept(order, reserved=reserved))

    async def _reserve(self, order: Order) -> Reserved | None:
        """None: it is undone, and the guest was told why."""
        visit = self._reservations.hand_over()
        saga = visit.saga or f"settle-{order.id}"
        self._post(PaymentProgress(order.id, PaymentStep.RESERVING))
        work = self._reserving = _Reserving(order, self._clock() + RESERVE_S)
        claimed: list[RewardClaimed] = []
        ended: Event
        try:
            holds = await self._hold_all(work, visit, saga)
            for step in settlement.reserving(order):
                await self._do(work, step, saga, claimed)
            self._check(work)
            return Reserved(saga, holds, tuple(claimed))
        except _Denied as denied:
            log.info("order %s cannot be settled: %s", order.number, denied.denial)
            ended = SettlementDenied(order.id, denied.part_id, denied.denial)
        except _Aborted:
            ended = PaymentEnded(order.id, PaymentOutcome.ABORTED)
        finally:
            self._reserving = None
        await self._steps.undo(saga, "not settled")
        for event in (*claimed, ended):
            self._post(event)
        return None

    async def _hold_all(self, work: _Reserving, visit: VisitHolds, saga: str) -> dict[str, Hold]:
        """The order's vouchers are held long enough, and no others any more."""
        vouchers = {
            discount.use.id: discount
            for discount in work.order.discounts
            if discount.use.kind is OfferKind.VOUCHER
        }
        for offer_id, wish in visit.wishes.items():
            if offer_id not in vouchers:
                await self._steps.abandon(wish.step_id, "it takes nothing off this order")
        holds = {}
        for use_id, discount in vouchers.items():
            self._check(work)
            asked = visit.wishes.get(use_id)
            answer = await asked.answer if asked else None  # it ends within STEP_S
            if isinstance(answer, Denial):
                raise _Denied(use_id, answer)
            if answer and self._outlasts(answer):
                holds[use_id] = answer
            else:
                holds[use_id] = await self._renew(work, discount, answer, saga)
        return holds

    def _outlasts(self, hold: Hold) -> bool:
        left_s = hold.left_s(self._clock())
        return left_s is None or left_s >= RENEW_S

    async def _renew(self, work: _Reserving, discount: OrderDiscount, old: Hold | None, saga: str) -> Hold:
        if old:
            await self._steps.abandon(old.step_id, "it lapses too soon")
        step = settlement.hold(discount.use, settlement.renewed_hold_id(discount))
        answer = await self._steps.hold(step, saga, self._patience_s(work))
        if isinstance(answer, Denial):
            raise _Denied(step.part_id, answer)
        return answer

    async def _do(self, work: _Reserving, step: Step, saga: str, claimed: list[RewardClaimed]) -> None:
        self._check(work)
        done = await self._steps.do(step, saga, self._patience_s(work))
        if isinstance(done, Denial):
            raise _Denied(step.part_id, done)
        if step.action is Action.CLAIM_REWARD and step.details["use"]["keeps"] and done.remote_uuid:
            claimed.append(_claimed(work.order, step, done.remote_uuid, done.result))

    def _patience_s(self, work: _Reserving) -> float:
        return min(STEP_S, max(0.0, work.until_s - self._clock()))

    def _check(self, work: _Reserving) -> None:
        if work.aborted:
            raise _Aborted


def _claimed(order: Order, step: Step, claim_id: str, result: Mapping[str, Any]) -> RewardClaimed:
    """`result` is the backend's: `points_left` and `expires_on`, as far as it says."""
    expires_on, points_left = result.get("expires_on"), result.get("points_left")
    collectable = CollectableReward(
        claim_id,
        str(step.details["use"]["title"]),
        date.fromisoformat(expires_on) if isinstance(expires_on, str) else None,
    )
    return RewardClaimed(
        order.id, step.part_id, collectable, points_left if isinstance(points_left, int) else None
    )
