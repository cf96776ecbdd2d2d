"""Orders and returns in sentences for the command line, from what `order_answers` tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kioskd.core.money import Money

Document = dict[str, Any]

_MONEY = {
    "terminal": "{amount} was paid by card: pay it back at the payment terminal{reference}",
    "counter": "{amount} was paid at the counter: pay it out there",
    "by_hand": "{amount} of {account} cannot be put back by the kiosk: pay it out by hand",
    "reversal": "{amount} goes back to {account}",
    "refill": "{amount} is put back on {account}",
    "nothing": "{amount} of {account} was never taken: nothing to pay back",
}
_DEEDS = {
    "undo_redemption": "voucher {about}: can be used again",
    "return_reward": "reward {about}: the points are given back",
    "undo_collection": "reward {about}: can be collected again",
    "reverse_gift_card": "gift card ...{about}: {amount} back on the card",
    "refill_gift_card": "gift card ...{about}: {amount} back on the card",
    "reverse_prepaid": "prepaid account: {amount} back",
    "refill_prepaid": "prepaid account: {amount} back",
    "reverse_card": "card payment: {amount} back on the card",
    "order_return": "points of the order: corrected",
    "void_order": "points and offers of the order: all taken back",
}
_PROGRESS = {
    "done": "done",
    "waits": "WAITS",
    "refused": "REFUSED",
    "unclear": "UNCLEAR",
}
_STAYS = {
    "claimable_points": "the receipt had a code to collect the points: who has it keeps them",
    "whole_order_only": "points and offers of the order: taken back with its last piece, not before",
    "at_other_till": "points and offers of the order: the till where it was paid must take them back",
    "points_unclear": "whether the order earned points is not known: see kioskd outbox, correct them by hand",
    "offer_unclear": "whether {about} was used is not known: see kioskd outbox, give it back by hand",
}
_ADVICE = {
    "waits": "what waits is written down, and is done as soon as the loyalty backend answers",
    "refused": "what was refused must be put right by hand, in the loyalty backend's dashboard",
    "unclear": "what is unclear waits for a person: see kioskd outbox",
}


def summary_text(order: Document) -> str:
    refunded = f"  {_amount(order, 'refunded_minor')} returned" if order["refunded_minor"] else ""
    unfinished = "" if order["complete"] else "  (something waits: see show)"
    return (
        f"{order['number']:<8} {_when(order['placed_at'])}  {_amount(order, 'total_minor'):>12}  "
        f"{order['state'].replace('_', ' ')}{refunded}{unfinished}"
    )


def order_text(order: Document) -> Iterator[str]:
    """Lines about the whole order."""
    yield f"order {order['number']} of {_when(order['placed_at'])}, {order['state'].replace('_', ' ')}"
    for line in order["lines"]:
        name = ", ".join([line["name"], *line["choices"]])
        gone = line["quantity"] - line["left"]
        returned = f"  ({gone} returned)" if gone else ""
        price = _amount(order, line["price_minor"])
        yield f"  {line['line']:>2}  {line['quantity']} x {name}  {price}{returned}"
    for discount in order["discounts"]:
        yield f"      {discount['title']}  -{_amount(order, discount['amount_minor'])}"
    for charge in order["charges"]:
        yield f"      {charge['name']}  {_amount(order, charge['amount_minor'])}"
    yield f"      total  {_amount(order, 'total_minor')}"
    for payment in order["payments"]:
        yield f"      paid by {_account(payment)}  {_amount(order, payment['amount_minor'])}"
    for payment in order["card_payments"]:
        evidence = f" ({payment['reference']})" if payment["reference"] else ""
        yield f"      paid by card  {_amount(order, payment['amount_minor'])}{evidence}"
    if order["due_minor"]:
        yield f"      paid by {order['tender']}  {_amount(order, 'due_minor')}{_reference(order)}"
    for each in order["returns"]:
        yield ""
        yield from return_text(order, each)


def return_text(order: Document, each: Document) -> Iterator[str]:
    """Lines about one of its returns: what was done, what waits, what staff must do, what stays."""
    units = ", ".join(f"{line['quantity']} of line {line['line']}" for line in each["lines"])
    yield f"return {each['id']} of {_when(each['at'])} by {each['by']}: {each['reason']}"
    yield f"  {units}: {_amount(order, each['refund_minor'])} back"
    for money in each["money"]:
        if money["means"] in ("reversal", "refill", "card_reversal"):
            continue  # said with the deed that does it
        yield "  BY HAND  " * (money["means"] != "nothing") + _MONEY[money["means"]].format(
            amount=_amount(order, money["amount_minor"]),
            account=_account(money),
            reference=_reference(order),
        )
    progresses = []
    for deed in each["deeds"]:
        progresses.append(deed["progress"])
        amount = _amount(order, deed["amount_minor"]) if deed["amount_minor"] is not None else ""
        text = _DEEDS[deed["action"]].format(about=deed["about"], amount=amount)
        by_hand = deed["action"] == "reverse_card" and deed["progress"] == "unclear"
        yield f"  {'BY HAND' if by_hand else _PROGRESS[deed['progress']]:<8} {text}"
        if by_hand:
            yield "           the terminal did not do it: pay it back there, then kioskd outbox resolve"
    for stays in each["stays"]:
        yield f"  STAYS    {_STAYS[stays['what']].format(about=stays['about'])}"
    for progress, advice in _ADVICE.items():
        if progress in progresses:
            yield f"  {advice}"


def _account(money: Document) -> str:
    return f"gift card ...{money['tail']}" if money["tail"] else "the prepaid account"


def _reference(order: Document) -> str:
    return f" ({order['card_reference']})" if order["card_reference"] else ""


def _amount(order: Document, minor: int | str) -> str:
    """`minor`, or the order's field of that name, in major units."""
    value = order[minor] if isinstance(minor, str) else minor
    return f"{Money(value, order['currency']).major()} {order['currency']}"


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ")
