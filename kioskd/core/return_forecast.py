"""A return as it is written down, and as it would be: what staff read before they agree. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kioskd.core.deeds import Action
from kioskd.core.order import Order, Tender
from kioskd.core.refunding import Fate, TakeBack, take_back
from kioskd.core.returning import piece
from kioskd.core.sale import Returned, Sale, Undoing
from kioskd.core.settlement import Step, giving_back


def forecast(sale: Sale, quantities: Mapping[str, int], *, loyalty: bool, cards: bool = False) -> Returned:
    """What a return of these units, by line id, would lead to, if all that was done for it took effect.

    `loyalty` is whether the shop has a loyalty backend, `cards` as in `take_back`. Raises ReturnRefused as
    `piece` does.
    """
    order = sale.order
    earlier = [each.quantities for each in sale.returns]
    known = order.member_id is not None or order.credential is not None
    plan = take_back(
        order,
        piece(order, "forecast", quantities, earlier),
        [back for each in sale.returns for back in each.pay_backs],
        {step.undoes: Fate.IN_EFFECT for step in giving_back(order) if step.undoes},
        told=_told(order) if known and loyalty else Fate.WITHOUT_EFFECT,
        tell_lane="",
        claimable=loyalty and not known,
        cards=cards,
    )
    return returned_by(plan, order, order.placed_at, "", "")


def _told(order: Order) -> Fate:
    """An order that the backend keeps as a whole is told by the till where it was paid."""
    return Fate.ELSEWHERE if order.session and order.tender is Tender.COUNTER else Fate.IN_EFFECT


def returned_by(plan: TakeBack, order: Order, at: datetime, actor: str, reason: str) -> Returned:
    """What is kept of a return: `at` is when it is written down, `actor` and `reason` are staff's."""
    return Returned(
        id=plan.piece.id,
        at=at,
        actor=actor,
        reason=reason,
        quantities=plan.piece.quantities,
        refund=plan.piece.refund,
        last=plan.piece.last,
        pay_backs=plan.pay_backs,
        undoings=tuple(
            Undoing(step.id, step.action, _about(step, order), step.amount) for step in plan.steps
        ),
        left=plan.left,
    )


def _about(step: Step, order: Order) -> str:
    """What tells one voucher or gift card from another."""
    if "use" in step.details:
        return str(step.details["use"]["title"])
    if "payment" in step.details:
        return str(step.details["payment"]["tail"])
    return order.number if step.action is Action.TELL_RETURN else ""
