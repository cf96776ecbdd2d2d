"""Orders, payments and the steps of a settlement as operations of the outbox.

`kind` is the deed's action, or PAYMENT. What one operation needs of another comes along when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kioskd.core import settlement
from kioskd.core.deeds import Action
from kioskd.core.order import CardPayment, Order, Tender
from kioskd.core.order_document import to_document
from kioskd.core.settlement import Step
from kioskd.daemon.selling.reserved import Hold, Reserved
from kioskd.outbox.operation import Draft, Lock, Strategy

ORDER = Action.TELL_ORDER.value
PAYMENT = "card_payment"
PART_PAID = "part_paid"
"""An order of which a card has paid a part: its guest is asked for the rest."""
SESSION = "session"
"""A transaction of the backend's that is open for a guest: see `sessions`."""
UNPAID = "unpaid"

_FENCED_FROM_S = 120.0
"""A hold that ends sooner is none to build upon."""

_KEYED = frozenset({Action.RELEASE_VOUCHER, Action.TELL_RETURN, Action.VOID_ORDER})
"""Letting go is harmless to repeat: what is gone is gone. A return has an id of its own, and a
void its transaction's."""


def order_draft(
    order: Order,
    *,
    loyalty: bool,
    reserved: Reserved | None = None,
    written: Mapping[str, Any] | None = None,
) -> Draft:
    """The operation that tells the backend about an order, or keeps it when there is nobody to tell.

    An order to be paid at the counter is held until it is. `written` is the backend's own, where it wants
    to be told of every order, a guest's too whom nobody knows.
    """
    known = order.member_id is not None or order.credential is not None
    told = loyalty and (known or written is not None) and not (reserved and reserved.at_counter)
    draft = Draft(
        op_id=order.id,
        kind=ORDER,
        lane=_lane(order),
        payload=to_document(order),
        strategy=Strategy.KEYED if told else Strategy.LOCAL,
        held=UNPAID if order.tender is Tender.COUNTER else None,
        amount_minor=order.total.minor,
        currency=order.currency,
        order_number=order.sequence,
    )
    if reserved:
        draft = replace(draft, payload=_with_steps(order, reserved), saga=reserved.saga)
    return replace(draft, payload={**draft.payload, "written": dict(written)}) if written else draft


def _lane(order: Order) -> str:
    if order.session:
        return settlement.session_lane(order.session)
    return f"member:{order.member_id}" if order.member_id else f"order:{order.id}"


def payment_id(reference: str) -> str:
    """Of the operation that remembers the payment which the terminal was asked for with `reference`."""
    return f"pay-{reference}"


def payment_draft(order: Order, reserved: Reserved | None = None, reference: str = "") -> Draft:
    """The intent to charge a card, written down before the terminal is asked; `reference` is the order's id
    unless another card has paid a part.

    It carries all that the order's acceptance needs, should another process have to go on.
    """
    first = not order.card_payments
    return Draft(
        op_id=payment_id(reference or order.id),
        kind=PAYMENT,
        lane=f"payment:{order.id}",
        payload=_remembered(order, reserved),
        strategy=Strategy.ATTENDED,
        amount_minor=order.due.minor,
        currency=order.currency,
        order_number=order.sequence,  # used up: the terminal may turn out to have taken the money
        saga=reserved.saga if reserved and first else None,
    )


def part_paid_draft(order: Order, reserved: Reserved | None) -> Draft:
    """While it is open the order's saga is not undone: the guest may pay the rest."""
    return Draft(
        op_id=f"rest-{order.card_payments[-1].id}",
        kind=PART_PAID,
        lane=f"payment:{order.id}",
        payload=_remembered(order, reserved),
        strategy=Strategy.ATTENDED,
        amount_minor=order.paid_by_card.minor,
        currency=order.currency,
        saga=reserved.saga if reserved else None,
    )


def reversal_draft(payment: CardPayment, order: Order, saga: str | None = None) -> Draft:
    """Card money goes back. With `saga`, that of the settlement which the payment was a step of."""
    step = settlement.uncharge(payment, order)
    return replace(step_draft(step, saga), compensates=payment_id(payment.id) if saga else None)


def settled_drafts(
    order: Order,
    reserved: Reserved,
    *,
    loyalty: bool,
    now_s: float,
    written: Mapping[str, Any] | None = None,
) -> tuple[Draft, ...]:
    """What a paid order leads to: its offers are used up, then the backend is told what used them.

    The order does not wait for a use that came to nothing: it is told without a link to that one.
    """
    uses = [
        step_draft(step, reserved.saga, hold=reserved.holds.get(step.part_id), now_s=now_s)
        for step in settlement.using(order, reserved.hold_ids)
    ]
    before = [step.id for step in settlement.reserving(order)]
    told = order_draft(order, loyalty=loyalty, reserved=reserved, written=written)
    return (*uses, replace(told, follows=(*before, *(draft.op_id for draft in uses))))


def step_draft(
    step: Step, saga: str | None, *, at_once: bool = False, hold: Hold | None = None, now_s: float = 0.0
) -> Draft:
    """`hold` is that of the voucher to be redeemed, at the time `now_s` of the same clock."""
    strategy, lock = Strategy.KEYED if step.action in _KEYED else Strategy.READ_BACK, None
    if step.action is Action.REVERSE_CARD:
        strategy = Strategy.ATTENDED
    if step.action is Action.REDEEM_VOUCHER and not step.reusable and hold:
        left_s = hold.left_s(now_s)
        if left_s is not None and left_s > _FENCED_FROM_S:
            strategy, lock = Strategy.FENCED, Lock(left_s, hold.until)
    return Draft(
        op_id=step.id,
        kind=step.action.value,
        lane=step.lane,
        payload=step.details,
        strategy=strategy,
        lock=lock,
        amount_minor=step.amount.minor if step.amount else None,
        currency=step.amount.currency if step.amount else None,
        saga=saga,
        depends_on=step.needs,
        compensates=step.undoes,
        at_once=at_once,
    )


def _remembered(order: Order, reserved: Reserved | None) -> Mapping[str, object]:
    return {**_with_steps(order, reserved), "saga": reserved.saga} if reserved else to_document(order)


def _with_steps(order: Order, reserved: Reserved) -> Mapping[str, object]:
    steps = settlement.used_by(order)
    return {**to_document(order), "steps": steps, "holds": reserved.hold_ids}
