"""The backend's transactions of the guests in front of the kiosk, where it takes orders as a whole.

Each is on the disk, with the operation that voids it armed, before the visit hears of it: one that is neither
claimed nor voided keeps a guest's points. It lives in a saga of its own, which the order's claim finishes and
everything else undoes: the guest leaves, another transaction takes its place, the process dies.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kioskd.core import errors, settlement
from kioskd.core.catalogue import Service
from kioskd.core.deeds import Action, Deed
from kioskd.core.denial import Denial
from kioskd.core.effects import JudgeOrder
from kioskd.core.events import Event, OrderJudged
from kioskd.core.judgement import Judgement
from kioskd.core.member import Member
from kioskd.core.order import Order, Tender
from kioskd.core.ports import KeepsWholeOrders
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.drafts import SESSION, step_draft
from kioskd.daemon.selling.objection_counts import ObjectionCounts
from kioskd.outbox.operation import Draft, OperationRefused, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.saga import Course, Decision, SagaState

log = logging.getLogger(__name__)

JUDGE_S = 6.0
"""How long a guest waits for a judgement: one question and its repeat."""
VOID_S = 4.0
"""How long the next step waits for the transaction before it to be void."""


@dataclass(slots=True)
class _Open:
    """`saga` changes when what voids it does. `lent`: an order is being settled with it."""

    saga: str
    number: int = 1
    lent: bool = False
    unwanted: bool = False
    agreed: tuple[object, ...] | None = None
    """What the backend last had nothing against."""


class Sessions:
    """One question at a time, in the order they were asked. `wall` only labels. Raises only StorageError.

    `counts` keeps how often which rule objected.
    """

    def __init__(
        self,
        outbox: Outbox,
        courier: LoyaltyCourier,
        post: Callable[[Event], None],
        wall: Callable[[], datetime],
        currency: str,
        counts: ObjectionCounts | None = None,
    ) -> None:
        self._counts = counts
        self._outbox = outbox
        self._courier = courier
        self._post = post
        self._wall = wall
        self._currency = currency
        self._open: dict[str, _Open] = {}
        self._in_turn = asyncio.Lock()

    @property
    def _backend(self) -> KeepsWholeOrders | None:
        backend = self._courier.backend
        return backend if isinstance(backend, KeepsWholeOrders) else None

    # --- while the guest is there ----------------------------------------------------------------------

    async def opened(self, member: Member) -> bool:
        """False: it could not be written down, so nobody may build upon it. It is voided if that can be."""
        assert member.session is not None
        known = _Open(f"session-{member.session}")
        drafts = self._drafts(known, self._empty(member, member.session))
        try:
            await self._outbox.accept(*drafts)
        except OperationRefused as refused:
            log.error("a guest is not recognised, as this could not be undone: %s", refused)
            await self._void_at_once(drafts[1])
            return False
        self._open[member.session] = known
        return True

    def knows(self, session: str) -> bool:
        return session in self._open

    async def _void_at_once(self, void: Draft) -> None:
        if backend := self._courier.backend:
            try:
                await backend.perform(Deed(void.op_id, Action.VOID_ORDER, void.payload))
            except errors.LoyaltyError as error:
                log.error("a transaction is left open at the backend: %s", error)

    async def drop(self, session: str) -> None:
        """Returns when it is void, or after VOID_S: then it will be."""
        known = self._open.get(session)
        if known is None or known.lent:
            return
        async with self._in_turn:
            del self._open[session]
            await self._undo(known, "not wanted any more")

    async def judge(self, wish: JudgeOrder) -> None:
        async with self._in_turn:
            judgement: Judgement | None = None
            try:
                async with asyncio.timeout(JUDGE_S):
                    judgement = await self._ask(wish.order, hold=wish.hold)
            except (errors.LoyaltyError, TimeoutError) as error:
                log.info("an order could not be judged: %s", error)
        self._post(OrderJudged(wish.request, judgement))

    async def _ask(self, order: Order, *, hold: bool) -> Judgement | None:
        backend, session = self._backend, order.session
        known = self._open.get(session or "")
        if backend is None or session is None or known is None:
            return None
        if hold:
            await self._rearm(known, order)
        judgement = await backend.judge(order, hold=hold)
        for objection in judgement.objections:
            log.info("objection: %s %s", objection.denial, objection.rule)
        if self._counts is not None and judgement.objections:
            self._counts.judged(judgement.objections)
        known.agreed = None if judgement.objections else _fingerprint(order)
        return judgement

    async def _rearm(self, known: _Open, order: Order) -> None:
        """What voids it from now on is what is about to be sent."""
        old = known.saga
        renewed = replace(known, saga=f"session-{order.session}-{known.number}", number=known.number + 1)
        drafts = self._drafts(renewed, order)
        try:
            await self._outbox.accept(*drafts, decide=Decision(old, Course.FINISH, "held anew"))
        except OperationRefused as refused:
            log.error("what voids a transaction is not up to date: %s", refused)
            return
        known.saga, known.number = renewed.saga, renewed.number

    async def forget(self) -> None:
        """The guest is gone. What is being settled goes on."""
        gone = [(session, known) for session, known in self._open.items() if not known.lent]
        for known in self._open.values():
            known.unwanted = True
        for session, known in gone:
            del self._open[session]
            await self._undo(known, "the guest left", patience_s=0.0)

    # --- settling --------------------------------------------------------------------------------------

    async def last_question(self, order: Order) -> Judgement | Denial:
        """Once before paying. Nobody answers: what was agreed upon before still counts."""
        known = self._open.get(order.session or "")
        if known is None:
            return Denial.UNREACHABLE
        if not order.discounts:
            return Judgement()
        try:
            async with self._in_turn, asyncio.timeout(JUDGE_S):
                judgement = await self._ask(order, hold=False)
        except (errors.LoyaltyError, TimeoutError) as error:
            log.info("the last question before paying had no answer: %s", error)
            judgement = Judgement() if known.agreed == _fingerprint(order) else None
        return judgement or Denial.UNREACHABLE

    async def hand_to_counter(self, order: Order) -> bool:
        """Whether the till where it is paid can claim it."""
        known, backend = self._open.get(order.session or ""), self._backend
        if known is None or backend is None:
            return False
        try:
            async with self._in_turn, asyncio.timeout(JUDGE_S):
                await self._rearm(known, order)
                await backend.hand_to_counter(order)
        except (errors.LoyaltyError, TimeoutError) as error:
            log.info("an order to be paid at the counter could not be held: %s", error)
            return False
        return True

    def lend(self, session: str) -> str | None:
        """The saga an order is settled in; from now on the order decides. None: it is not open any more."""
        known = self._open.get(session)
        if known is None:
            return None
        known.lent = True
        return known.saga

    async def take_back(self, session: str) -> None:
        """The order came to nothing, or to an end: it is the guest's again if it is still open."""
        known = self._open.get(session)
        if known is None:
            return
        known.lent = False
        sagas = {saga.saga_id: saga for saga in await self._outbox.sagas()}
        saga = sagas.get(known.saga)
        if saga is None or saga.state is not SagaState.OPEN or saga.awaits_terminal:
            del self._open[session]
        elif known.unwanted:
            del self._open[session]
            await self._undo(known, "the guest left", patience_s=0.0)

    # --- writing down ----------------------------------------------------------------------------------

    def _drafts(self, known: _Open, order: Order) -> tuple[Draft, Draft]:
        assert order.session is not None
        opened = Draft(
            op_id=known.saga,
            kind=SESSION,
            lane=settlement.session_lane(order.session),
            payload={},
            strategy=Strategy.LOCAL,
            saga=known.saga,
        )
        void = step_draft(settlement.void(order.session, f"void-{known.saga}", undoes=known.saga), known.saga)
        return opened, replace(void, payload={**void.payload, **self._written(order)})

    def _written(self, order: Order) -> dict[str, Any]:
        backend = self._backend
        return {"written": dict(backend.written(order))} if backend else {}

    def _empty(self, member: Member, session: str) -> Order:
        return Order(
            id=session,
            number="",
            sequence=self._outbox.next_order_number,
            placed_at=self._wall(),
            service=Service.EAT_IN,
            language="en",
            currency=self._currency,
            lines=(),
            tender=Tender.NONE,
            member_id=member.id,
            session=session,
        )

    async def _undo(self, known: _Open, reason: str, patience_s: float = VOID_S) -> None:
        try:
            await self._outbox.accept_and_watch(
                decide=Decision(known.saga, Course.UNDO, reason),
                watch=(f"void-{known.saga}",),
                deadline_s=patience_s,
            )
        except OperationRefused as refused:
            log.debug("nothing to void: %s", refused)


def _fingerprint(order: Order) -> tuple[object, ...]:
    """What is ordered with which offers, whatever the ids of the try."""
    lines = tuple((part.sku, part.quantity, part.unit_price) for part in order.parts())
    offers = tuple((discount.use.right_id, discount.amount) for discount in order.discounts)
    return order.service, lines, offers
