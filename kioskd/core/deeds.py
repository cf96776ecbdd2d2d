"""What a loyalty backend is asked to do, one thing at a time: the parts of a settlement, as data.

REVERSE_CARD alone is asked of the card terminal.

Each deed is written down before it is done, so all it needs is in it, and what it builds upon comes along in
`earlier`. `details` hold JSON values:

    HOLD_VOUCHER       use
    RELEASE_VOUCHER    use, hold (id of the deed it undoes)
    REDEEM_VOUCHER     use, hold
    UNDO_REDEMPTION    use, redeem
    CLAIM_REWARD       use
    RETURN_REWARD      use, claim
    COLLECT_REWARD     use, claim (None: the use is of a collectable reward, claimed on another day)
    UNDO_COLLECTION    use, collect
    CHARGE_GIFT_CARD   payment, currency, reference (for people: the order's number)
    REVERSE_GIFT_CARD  payment, currency, charge
    CHARGE_PREPAID     payment, currency, reference
    REVERSE_PREPAID    payment, currency, charge
    REFILL_GIFT_CARD   payment, amount_minor (a part of what was charged), reference
    REFILL_PREPAID     payment, amount_minor, reference
    TELL_ORDER         the order's own document, and steps: by id of offer use and stored payment, the id of
                       the deed that used it; `written` where the backend wants the very same text again
    VOID_ORDER         session, and what the backend wants to be sent for it: see `ports.KeepsWholeOrders`
    TELL_RETURN        return_id, order (its id), lines, discounts, charges: see `returning.piece_document`
    REVERSE_CARD       reference (the terminal was asked to pay with it), number (the order's, for people)

`use` and `payment` are documents of `order_document`. What a hold must keep to be released or redeemed
("release_key") is in `Done.keep`, the backend's name of an effect is `Done.remote_id`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    HOLD_VOUCHER = "hold_voucher"
    RELEASE_VOUCHER = "release_voucher"
    REDEEM_VOUCHER = "redeem_voucher"
    UNDO_REDEMPTION = "undo_redemption"
    CLAIM_REWARD = "claim_reward"
    RETURN_REWARD = "return_reward"
    COLLECT_REWARD = "collect_reward"
    UNDO_COLLECTION = "undo_collection"
    CHARGE_GIFT_CARD = "charge_gift_card"
    REVERSE_GIFT_CARD = "reverse_gift_card"
    CHARGE_PREPAID = "charge_prepaid"
    REVERSE_PREPAID = "reverse_prepaid"
    REFILL_GIFT_CARD = "refill_gift_card"
    REFILL_PREPAID = "refill_prepaid"
    TELL_ORDER = "order"
    TELL_RETURN = "order_return"
    VOID_ORDER = "void_order"
    REVERSE_CARD = "reverse_card"


@dataclass(frozen=True, slots=True)
class Done:
    """It is in effect. `result` is for whoever wants to show it, `keep` for the deeds that build upon it."""

    remote_id: str | None = None
    keep: Mapping[str, str] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deed:
    """`earlier` has what is known of the deeds named in `details`, by their id, as far as they were done."""

    id: str
    action: Action
    details: Mapping[str, Any] = field(repr=False)
    earlier: Mapping[str, Done] = field(default_factory=dict, repr=False)
    repeated: bool = False
    """It was sent before, and may be in effect already."""


@dataclass(frozen=True, slots=True)
class NotDone:
    """It is certainly not in effect: it may be tried again."""


@dataclass(frozen=True, slots=True)
class MaybeDone:
    """Effects that look like it, by the backend's names. None is a proof that it is not in effect.

    `exclusive`: nobody but this kiosk can cause effects that look so.
    """

    remote_ids: tuple[str, ...]
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The backend cannot say yet."""

    after_s: float


Finding = Done | NotDone | MaybeDone | AskAgain
"""What became of a deed whose outcome was unknown."""
