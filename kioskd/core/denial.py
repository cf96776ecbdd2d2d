"""Why an offer, or money kept with the merchant, cannot be used: known to guests in their own words."""

from __future__ import annotations

from enum import StrEnum


class Denial(StrEnum):
    """The values are the words in which a loyalty backend refuses (`errors.Refused.reason`)."""

    UNKNOWN_VOUCHER = "unknown_voucher"
    UNKNOWN_GIFT_CARD = "unknown_gift_card"
    EXPIRED = "expired"
    USED = "used"
    LOCKED_ELSEWHERE = "locked_elsewhere"
    NOT_YET_ACTIVE = "not_yet_active"
    DEACTIVATED = "deactivated"
    NOT_HERE = "not_here"
    """Another shop's."""
    OTHER_MEMBER = "other_member"
    CARD_NEEDED = "card_needed"
    """It belongs to nobody yet, and the backend wants to know who uses it."""
    UNUSABLE = "unusable"
    """Nobody can tell what it is worth: staff must act."""
    INSUFFICIENT_POINTS = "insufficient_points"
    OUT_OF_STOCK = "out_of_stock"
    CLAIM_LIMIT = "claim_limit"
    TOO_FEW_LEFT = "too_few_left"
    NOT_AVAILABLE = "not_available"
    NOT_VALID = "not_valid"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    NOT_SPENDABLE_HERE = "not_spendable_here"
    ALREADY_ADDED = "already_added"
    BELOW_MINIMUM = "below_minimum"
    TOO_MANY = "too_many"
    """More of it than one order may have."""
    OTHER_SERVICE = "other_service"
    """For eating in and not for taking away, or the other way round."""
    NEEDS_MORE = "needs_more"
    """Something else must be ordered with it."""
    NOT_TOGETHER = "not_together"
    """It does not go with something else in the order."""
    OTHER_TENDER = "other_tender"
    NOT_TODAY = "not_today"
    NOT_FOR_ACCOUNT = "not_for_account"
    UNKNOWN_CODE = "unknown_code"
    """There is no such promo code."""
    CODE_OVER = "code_over"
    """The promo code was used, is too old, or is not for this guest."""
    CODE_NOT_SET_UP = "code_not_set_up"
    """The promo code is one, and the merchant has to do something before it works here."""
    CODE_UNCLEAR = "code_unclear"
    """Nobody knows whether the promo code is used up now: staff must look, as asking again may cost it."""
    UNREACHABLE = "unreachable"
    """Nobody could be asked: nothing was used."""
    UNCLEAR = "unclear"
    """Nobody knows yet whether it was used; if so, it is given back."""

    @classmethod
    def of(cls, reason: str) -> Denial:
        """The denial a backend's word stands for; NOT_AVAILABLE for a word that is not listed."""
        try:
            return cls(reason)
        except ValueError:
            return cls.NOT_AVAILABLE

    @property
    def may_pass(self) -> bool:
        """Nobody has refused it: asked for again, it may be had."""
        return self in (Denial.UNREACHABLE, Denial.UNCLEAR)
