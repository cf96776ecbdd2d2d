"""Money a guest has already given: on a gift card, or on the account of a member."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kioskd.core.money import Money

_TAIL = 4


@dataclass(frozen=True, slots=True)
class GiftCard:
    """`id` is the backend's key, `code` what is printed on the card: whoever knows it can spend the money.

    `balance` was true when the card was read. `expires_on` is its last day, None when it has none.
    """

    id: str
    code: str = field(repr=False)
    balance: Money
    active: bool = True
    expires_on: date | None = None
    refillable: bool = False
    """Money can be put back even when the card was used somewhere else since."""

    @property
    def code_tail(self) -> str:
        """The last characters, to be shown: enough for the guest to tell two cards apart."""
        return self.code[-_TAIL:]

    def unspendable(self, today: date) -> str | None:
        """Why nothing can be paid with it (`not_valid`, `expired`, `insufficient_balance`), or None.

        The server has the last word: its calendar counts, and this kiosk's may be wrong.
        """
        if not self.active:
            return "not_valid"
        if self.expires_on is not None and self.expires_on < today:
            return "expired"
        return None if self.balance.minor > 0 else "insufficient_balance"


@dataclass(frozen=True, slots=True)
class PrepaidAccount:
    """A member's money with the merchant. `balance` was true when it was read."""

    member_id: str
    balance: Money


@dataclass(frozen=True, slots=True)
class Spent:
    """Money was taken off a card or an account, or put back: `transaction_id` is needed to reverse it.

    `balance` is what is left, None when the backend did not say.
    """

    transaction_id: str
    balance: Money | None = None

    @property
    def overdrawn(self) -> bool:
        """The backend let the balance fall below zero, so it must be reversed."""
        return self.balance is not None and self.balance.minor < 0
