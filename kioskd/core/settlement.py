"""What an order asks of a loyalty backend besides being told, step by step, and how each step is undone.

    reserve    before the guest pays: vouchers held, rewards claimed, stored value charged
    use        after: vouchers redeemed, rewards collected
    give back  of an order that was settled: staff cancel or return it, or nobody came to pay

Steps of one lane are about the same card, account, voucher or member's points: they are done one by one.
Every id follows from the order's own, except that of a hold: a voucher is held before there is an order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kioskd.core.deeds import Action
from kioskd.core.discount import OfferKind
from kioskd.core.money import Money
from kioskd.core.order import CardPayment, OfferUse, Order, OrderDiscount, StoredPayment, StoredValue
from kioskd.core.order_document import payment_document, use_document


@dataclass(frozen=True, slots=True)
class Step:
    """A deed to be. `part_id` is what `SettlementDenied` calls what it is about.

    `needs` names the steps that must be in effect before it, `undoes` the one it takes back. `amount` is what
    it moves, for people.
    """

    id: str
    action: Action
    lane: str
    part_id: str
    details: Mapping[str, Any] = field(repr=False)
    needs: tuple[str, ...] = ()
    undoes: str | None = None
    amount: Money | None = None

    @property
    def reusable(self) -> bool:
        """About a voucher that may be used again by somebody else: to see it used proves nothing."""
        return bool(self.details.get("use", {}).get("reusable"))


Holds = Mapping[str, str]
"""By id of an offer's use, the id of the step that holds its voucher."""


# --- ids -----------------------------------------------------------------------------------------------


def hold_id(offer_id: str) -> str:
    """The hold of a voucher the guest has just taken: whoever takes it again has a new offer."""
    return f"hold-{offer_id}"


def renewed_hold_id(discount: OrderDiscount) -> str:
    """A hold that was taken, or taken again, when the order was settled."""
    return f"hold-{discount.id}"


def claim_id(discount: OrderDiscount) -> str:
    return f"claim-{discount.id}"


def redeem_id(discount: OrderDiscount) -> str:
    return f"redeem-{discount.id}"


def collect_id(discount: OrderDiscount) -> str:
    return f"collect-{discount.id}"


def charge_id(payment: StoredPayment) -> str:
    return f"charge-{payment.id}"


def uncharge_id(reference: str) -> str:
    """What takes the card payment back that the terminal was asked for with `reference`."""
    return f"uncharge-{reference}"


def undo_id(step_id: str) -> str:
    """What takes a step back while its order is being settled."""
    return f"undo-{step_id}"


def give_back_id(step_id: str) -> str:
    """What takes a step back after its order was settled."""
    return f"return-{step_id}"


# --- steps ---------------------------------------------------------------------------------------------


def hold(use: OfferUse, step_id: str) -> Step:
    return Step(step_id, Action.HOLD_VOUCHER, _lane(use), use.id, {"use": use_document(use)})


def reserving(order: Order) -> tuple[Step, ...]:
    """What must be in effect before the guest is asked for the rest, holds left out: points, then money.

    Nothing where the backend takes the order as a whole: telling it is all there is.
    """
    if order.session is not None:
        return ()
    claims = (
        Step(
            claim_id(discount),
            Action.CLAIM_REWARD,
            _lane(discount.use),
            discount.use.id,
            {"use": use_document(discount.use)},
        )
        for discount in order.discounts
        if discount.use.kind is OfferKind.REWARD
    )
    return (*claims, *(_charge(payment, order.number) for payment in order.payments))


def using(order: Order, holds: Holds) -> tuple[Step, ...]:
    """What uses up the offers once the order is paid."""
    return tuple(_using(order, holds))


def used_by(order: Order) -> dict[str, str]:
    """The `steps` of TELL_ORDER: by id of offer use and stored payment, the step that used it."""
    steps: dict[str, str] = {}
    if order.session is not None:
        return steps
    for discount in order.discounts:
        use = discount.use
        if use.kind is OfferKind.VOUCHER:
            steps[use.id] = redeem_id(discount)
        else:
            steps[use.id] = collect_id(discount) if _is_collected(use) else claim_id(discount)
    return steps | {payment.id: charge_id(payment) for payment in order.payments}


def session_lane(session: str) -> str:
    """What is done with one transaction is done in turn."""
    return f"session:{session}"


def void(session: str, step_id: str, *, undoes: str | None = None) -> Step:
    """Takes a transaction back, whatever became of it. What else is sent for it, the backend says."""
    return Step(
        step_id, Action.VOID_ORDER, session_lane(session), session, {"session": session}, undoes=undoes
    )


def uncharge(payment: CardPayment, order: Order) -> Step:
    """Takes a whole card payment back."""
    return Step(
        uncharge_id(payment.id),
        Action.REVERSE_CARD,
        f"payment:{order.id}",
        payment.id,
        {"reference": payment.id, "number": order.number},
        amount=payment.amount,
    )


def undo(step: Step, *, during_settlement: bool = True) -> Step | None:
    """What takes the step back; None where nothing needs to be.

    A claimed reward that keeps stays the member's to collect, so its claim is never taken back.
    """
    if step.action not in _UNDO or (step.action is Action.CLAIM_REWARD and step.details["use"]["keeps"]):
        return None
    action, name = _UNDO[step.action]
    about = {key: step.details[key] for key in ("use", "payment", "currency") if key in step.details}
    return Step(
        undo_id(step.id) if during_settlement else give_back_id(step.id),
        action,
        step.lane,
        step.part_id,
        {**about, name: step.id},
        undoes=step.id,
        amount=step.amount,
    )


def giving_back(order: Order, holds: Holds | None = None) -> tuple[Step, ...]:
    """What undoes all that was done for a settled order, in the order in which it must be done: latest first.

    Collected rewards become collectable again. `holds` where vouchers may still be held: they are let go.
    """
    if order.session is not None:
        return (void(order.session, give_back_id(order.id), undoes=order.id),)
    known = holds or {}
    uses = {discount.use.id: discount.use for discount in order.discounts}
    held = (hold(uses[use_id], step_id) for use_id, step_id in known.items() if use_id in uses)
    done = (*held, *reserving(order), *using(order, known))
    undone = (undo(step, during_settlement=False) for step in reversed(done))
    return tuple(step for step in undone if step)


_UNDO: Mapping[Action, tuple[Action, str]] = {
    Action.HOLD_VOUCHER: (Action.RELEASE_VOUCHER, "hold"),
    Action.REDEEM_VOUCHER: (Action.UNDO_REDEMPTION, "redeem"),
    Action.CLAIM_REWARD: (Action.RETURN_REWARD, "claim"),
    Action.COLLECT_REWARD: (Action.UNDO_COLLECTION, "collect"),
    Action.CHARGE_GIFT_CARD: (Action.REVERSE_GIFT_CARD, "charge"),
    Action.CHARGE_PREPAID: (Action.REVERSE_PREPAID, "charge"),
}


def _using(order: Order, holds: Holds) -> Iterator[Step]:
    if order.session is not None:
        return
    for discount in order.discounts:
        use = discount.use
        details: dict[str, Any] = {"use": use_document(use)}
        if use.kind is OfferKind.VOUCHER:
            held = holds.get(use.id)
            details["hold"] = held
            needs = (held,) if held else ()
            yield Step(redeem_id(discount), Action.REDEEM_VOUCHER, _lane(use), use.id, details, needs)
        elif _is_collected(use):
            claimed = claim_id(discount) if use.kind is OfferKind.REWARD else None
            details["claim"] = claimed
            needs = (claimed,) if claimed else ()
            yield Step(collect_id(discount), Action.COLLECT_REWARD, _lane(use), use.id, details, needs)


def _is_collected(use: OfferUse) -> bool:
    return use.kind is OfferKind.COLLECTABLE or (use.kind is OfferKind.REWARD and (use.waits or use.keeps))


def _charge(payment: StoredPayment, reference: str) -> Step:
    of_card = payment.kind is StoredValue.GIFT_CARD
    return Step(
        charge_id(payment),
        Action.CHARGE_GIFT_CARD if of_card else Action.CHARGE_PREPAID,
        f"giftcard:{payment.account_id}" if of_card else f"prepaid:{payment.account_id}",
        payment.account_id,
        {
            "payment": payment_document(payment),
            "currency": payment.amount.currency,
            "reference": reference,
        },
        amount=payment.amount,
    )


def _lane(use: OfferUse) -> str:
    if use.kind is OfferKind.VOUCHER:
        return f"voucher:{use.right_id}"
    return f"reward:{use.member_id or use.right_id}"
