"""What the operations of the outbox are called, for staff."""

from __future__ import annotations

from collections.abc import Mapping

from kioskd.core.deeds import Action
from kioskd.daemon.selling.drafts import PART_PAID, PAYMENT, SESSION

_TITLES: Mapping[str, str] = {
    Action.HOLD_VOUCHER: "hold a voucher",
    Action.RELEASE_VOUCHER: "let a voucher go",
    Action.REDEEM_VOUCHER: "redeem a voucher",
    Action.UNDO_REDEMPTION: "undo a voucher's redemption",
    Action.CLAIM_REWARD: "spend points on a reward",
    Action.RETURN_REWARD: "give a reward's points back",
    Action.COLLECT_REWARD: "hand over a reward",
    Action.UNDO_COLLECTION: "make a reward collectable again",
    Action.CHARGE_GIFT_CARD: "charge a gift card",
    Action.REVERSE_GIFT_CARD: "reverse a gift card's charge",
    Action.REFILL_GIFT_CARD: "put money back on a gift card",
    Action.CHARGE_PREPAID: "charge a prepaid account",
    Action.REVERSE_PREPAID: "reverse a prepaid charge",
    Action.REFILL_PREPAID: "put money back on a prepaid account",
    Action.TELL_ORDER: "tell an order",
    Action.TELL_RETURN: "tell a return",
    Action.VOID_ORDER: "void an order",
    Action.REVERSE_CARD: "take a card payment back",
    SESSION: "a guest's transaction",
    PAYMENT: "charge a card",
    PART_PAID: "an order paid in part",
}


def title_of(kind: str) -> str:
    """The kind itself for one that another version wrote."""
    return _TITLES.get(kind, kind)
