"""Looks up what was sold, and carries out what staff want to take back of it.

A return is one commit: the record of it, and every deed it leads to, as one saga of the outbox. What can be
done at once is waited for; the rest is done as soon as the backend answers, whatever happens to this process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kioskd.core.deeds import Action
from kioskd.core.order import Order, Tender
from kioskd.core.refunding import Fate, TakeBack, take_back
from kioskd.core.return_forecast import returned_by
from kioskd.core.returning import ReturnRefused, piece
from kioskd.core.sale import Progress, Returned, Sale, SaleState
from kioskd.core.sale_document import returned_from, sale_from
from kioskd.core.settlement import Step, giving_back
from kioskd.daemon.selling.drafts import UNPAID, step_draft
from kioskd.daemon.selling.sales import SALE, drop_draft, return_draft, return_id, sale_id, sale_lane
from kioskd.daemon.selling.selling import Selling
from kioskd.outbox.operation import Draft, Operation, OperationRefused, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import TERMINAL, WITHOUT_EFFECT, OpState

log = logging.getLogger(__name__)

PATIENCE_S = 8.0
"""How long a person waits for what can be done at once."""
LONGEST_LIST = 500
LONGEST_REASON = 200
_RETURNS_AT_ONCE = 8
_FOR_A_PERSON = frozenset({OpState.IN_DOUBT, OpState.QUARANTINED})


class Orders:
    """For the staff screen and the command line. Every refusal is a ReturnRefused with a sentence for staff.

    `claim_link` is the loyalty backend's; `wall` only labels. `hand_back` has the card terminal take payments
    back, see `Payments.hand_back`; None where there is none. Raises StorageError when the file fails.
    """

    def __init__(
        self,
        outbox: Outbox,
        selling: Selling,
        *,
        claim_link: Callable[[Order], str | None],
        wall: Callable[[], datetime],
        written: Callable[[Order], Mapping[str, Any] | None] = lambda order: None,
        patience_s: float = PATIENCE_S,
        hand_back: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self._outbox = outbox
        self._selling = selling
        self._claim_link = claim_link
        self._wall = wall
        self._written = written
        self._patience_s = patience_s
        self._hand_back = hand_back
        self._one_at_a_time = asyncio.Lock()

    # --- looking up --------------------------------------------------------------------------------------

    async def list(self, limit: int = 20) -> list[Sale]:
        """The newest first."""
        parcels = await self._outbox.records(SALE, min(max(limit, 0), LONGEST_LIST))
        return [
            await self._sale(order)
            for parcel in parcels
            if (order := _order(parcel.operation, parcel.payload)) is not None
        ]

    async def show(self, number: str) -> Sale:
        """The newest order of that number, as on the receipt; or the one with that id."""
        parcels = await self._outbox.records(SALE, 1, sale_lane(number))
        parcels = parcels or await self._outbox.kept([sale_id(number)])
        order = _order(parcels[0].operation, parcels[0].payload) if parcels else None
        if order is None:
            raise ReturnRefused(f"no order {number} is on record")
        return await self._sale(order)

    # --- taking back -------------------------------------------------------------------------------------

    async def cancel(self, number: str, *, actor: str, reason: str) -> Sale:
        """Everything that is left goes back. An order nobody has paid yet is dropped."""
        _check_words(actor, reason)
        async with self._one_at_a_time:
            sale = await self.show(number)
            if sale.state is SaleState.UNPAID:
                return await self._drop(sale, actor, reason)
            return await self._take_back(sale, sale.left, actor, reason)

    async def give_back(
        self, number: str, quantities: Mapping[str, int], *, actor: str, reason: str, again: bool = False
    ) -> Sale:
        """Units go back, by line id. Exactly the same as an earlier return only when `again` says so."""
        _check_words(actor, reason)
        async with self._one_at_a_time:
            sale = await self.show(number)
            if sale.state is SaleState.UNPAID:
                raise ReturnRefused(f"order {sale.order.number} is not paid yet: cancel it instead")
            wanted = {line_id: units for line_id, units in quantities.items() if units}
            if not again:
                _check_not_repeated(sale, wanted)
            return await self._take_back(sale, wanted, actor, reason)

    async def _drop(self, sale: Sale, actor: str, reason: str) -> Sale:
        try:
            await self._selling.dropped_at_counter(sale.order.number)
        except OperationRefused as refused:
            raise ReturnRefused(str(refused)) from None
        await self._outbox.accept(drop_draft(sale.order, self._wall(), actor, reason))
        if sale.order.card_payments and self._hand_back:
            await self._hand_back(self._patience_s)
        log.warning("order %s was never paid and is dropped", sale.order.number)
        return await self._sale(sale.order)

    async def _take_back(self, sale: Sale, quantities: Mapping[str, int], actor: str, reason: str) -> Sale:
        order = sale.order
        if sale.state is SaleState.DROPPED:
            raise ReturnRefused(f"order {order.number} was never paid, and is dropped already")
        this = piece(
            order,
            return_id(order.id, len(sale.returns) + 1),
            quantities,
            [each.quantities for each in sale.returns],
        )
        known = await self._known(order)
        told = known.get(order.id)
        fate = _told(told, order)
        claimable = self._claim_link(order) is not None
        if order.session is None and _is_nobodys(order) and fate is not Fate.WITHOUT_EFFECT:
            fate, claimable = Fate.WITHOUT_EFFECT, True  # told of, and nobody's points moved
        plan = take_back(
            order,
            this,
            [back for each in sale.returns for back in each.pay_backs],
            {op_id: _fate(operation) for op_id, operation in known.items()},
            told=fate,
            tell_lane=told.lane if told else f"order:{order.id}",
            claimable=claimable,
            cards=self._hand_back is not None and order.placed_at.date() == self._wall().date(),
        )
        returned = returned_by(plan, order, self._wall(), actor, reason)
        await self._write_down(plan, returned, order, known)
        log.warning("return %s of order %s is written down", returned.id, order.number)
        return await self._sale(order)

    async def _write_down(
        self, plan: TakeBack, returned: Returned, order: Order, known: Mapping[str, Operation]
    ) -> None:
        saga = returned.id
        under_way = {open_.saga_id for open_ in await self._outbox.sagas()}
        drafts = [return_draft(returned, order, saga)]
        drafts += [
            self._with_written(_draft(step, saga, order.id, known, under_way), order) for step in plan.steps
        ]
        reachable = self._outbox.counts().online is not False
        try:
            await self._outbox.accept_and_watch(
                *drafts,
                decide=Decision(saga, Course.FINISH, "staff took it back"),
                deadline_s=self._patience_s if reachable else 0.0,
            )
            if self._hand_back and any(draft.strategy is Strategy.ATTENDED for draft in drafts):
                await self._hand_back(self._patience_s)
        except OperationRefused as refused:
            raise ReturnRefused(f"nothing was returned, try again: {refused}") from None

    def _with_written(self, draft: Draft, order: Order) -> Draft:
        """The backend voids an order with what it was told of it, which follows from the order."""
        written = self._written(order) if draft.kind == Action.VOID_ORDER else None
        return replace(draft, payload={**draft.payload, "written": dict(written)}) if written else draft

    # --- reading the record ------------------------------------------------------------------------------

    async def _sale(self, order: Order) -> Sale:
        returns = await self._returns(order)
        operations = await self._outbox.known([order.id, f"pay-{order.id}"])
        paid = operations.get(f"pay-{order.id}")
        reference = paid.detail if paid and order.due else ""
        if order.card_payments:
            reference = "; ".join(payment.evidence for payment in order.card_payments)
        sale = Sale(order, SaleState.SOLD, returns, reference)
        return replace(sale, state=_state(sale, operations.get(order.id)))

    async def _returns(self, order: Order) -> tuple[Returned, ...]:
        found: list[Returned] = []
        while True:
            first = len(found) + 1
            ids = [return_id(order.id, n) for n in range(first, first + _RETURNS_AT_ONCE)]
            parcels = await self._outbox.kept(ids)
            found += [returned_from(parcel.payload) for parcel in parcels]
            if len(parcels) < _RETURNS_AT_ONCE:
                break
        known = await self._outbox.known(undoing.id for each in found for undoing in each.undoings)
        return tuple(
            replace(
                each,
                undoings=tuple(
                    replace(undoing, progress=_progress(known.get(undoing.id))) for undoing in each.undoings
                ),
            )
            for each in found
        )

    async def _known(self, order: Order) -> dict[str, Operation]:
        """All that was done for the order, and the order itself."""
        undone = [step.undoes for step in giving_back(order) if step.undoes]
        return await self._outbox.known([order.id, *undone])


def _order(operation: Operation, payload: Mapping[str, object]) -> Order | None:
    try:
        return sale_from(payload)
    except (KeyError, TypeError, ValueError) as error:  # written by another version
        log.error("%s cannot be read: %s", operation.op_id, type(error).__name__)
        return None


def _check_words(actor: str, reason: str) -> None:
    for what, word in (("who does it", actor), ("why", reason)):
        if not word.strip() or not word.isprintable() or len(word) > LONGEST_REASON:
            raise ReturnRefused(f"say {what}, in 1 to {LONGEST_REASON} printable characters")


def _check_not_repeated(sale: Sale, wanted: Mapping[str, int]) -> None:
    for each in sale.returns:
        if each.quantities == wanted:
            raise ReturnRefused(
                f"exactly this was returned already ({each.id}, {each.at:%Y-%m-%d %H:%M}, by {each.actor}): "
                "say so (--again) when it is meant once more"
            )


def _state(sale: Sale, told: Operation | None) -> SaleState:
    if sale.returns:
        return SaleState.PARTLY_RETURNED if any(sale.left.values()) else SaleState.RETURNED
    if told is not None and sale.order.tender is Tender.COUNTER and told.attempts == 0:
        if told.state is OpState.HELD and told.detail == UNPAID:
            return SaleState.UNPAID
        if told.state is OpState.CANCELLED:
            return SaleState.DROPPED
    return SaleState.SOLD


def _fate(operation: Operation) -> Fate:
    if operation.state in WITHOUT_EFFECT or operation.state is OpState.COMPENSATED:
        return Fate.WITHOUT_EFFECT
    if operation.state in _FOR_A_PERSON:
        return Fate.UNCLEAR
    return Fate.IN_EFFECT if operation.state is OpState.CONFIRMED else Fate.UNDER_WAY


def _is_nobodys(order: Order) -> bool:
    return order.member_id is None and order.credential is None


def _told(operation: Operation | None, order: Order) -> Fate:
    """An order that was only kept for the record was told to nobody, or by the till it was paid at."""
    if operation is None:
        return Fate.UNCLEAR
    if operation.strategy is Strategy.LOCAL:
        return Fate.ELSEWHERE if order.session else Fate.WITHOUT_EFFECT
    return _fate(operation)


def _progress(operation: Operation | None) -> Progress:
    if operation is None:
        return Progress.UNCLEAR
    if operation.state in _FOR_A_PERSON:
        return Progress.UNCLEAR
    if operation.state not in TERMINAL:
        return Progress.WAITS
    return Progress.DONE if operation.state is OpState.CONFIRMED else Progress.REFUSED


def _draft(
    step: Step, saga: str, order_id: str, known: Mapping[str, Operation], under_way: Iterable[str]
) -> Draft:
    """What undoes a deed that is not final yet waits for it, in the saga of that; all else joins `saga`."""
    base_id = step.undoes or (order_id if step.action is Action.TELL_RETURN else None)
    base = known.get(base_id) if base_id else None
    draft = step_draft(replace(step, needs=(), undoes=None), saga)
    if base is None or base_id is None:
        return draft
    if base.is_open:
        waits_in = (
            base.saga if base.saga and base.saga in under_way else saga
        )  # an order that stood alone joins `saga`
        if step.undoes:
            return replace(draft, saga=waits_in, compensates=base_id)
        return replace(draft, saga=waits_in, depends_on=(base_id,))
    earlier = {base_id: {"remote_id": base.remote_uuid}}
    return replace(draft, payload={**draft.payload, "earlier": earlier})
