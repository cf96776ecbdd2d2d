"""What is said to the guest on top of any screen, calmly and for a moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kioskd.core.denial import Denial
from kioskd.core.hindrance import Hindrance
from kioskd.core.judgement import Objection
from kioskd.core.place import Place as Place


class NoticeKind(StrEnum):
    """One calm sentence on top of the screen."""

    WELCOME = "welcome"
    CARD_UNKNOWN = "card_unknown"
    CARD_BLOCKED = "card_blocked"
    CODE_USED = "code_used"
    CODE_OF_WRONG_KIND = "code_of_wrong_kind"
    PICK_GONE = "pick_gone"
    CARD_SAVED = "card_saved"
    """Nobody could be asked; the points will be added later."""
    NOT_A_CARD = "not_a_card"
    CLAIM_ON_PHONE = "claim_on_phone"
    SIGNED_IN_ALREADY = "signed_in_already"
    OTHER_GUEST = "other_guest"
    """The code is somebody else's: the order stays as it is."""
    MORE_OFFERS = "more_offers"
    """The guest scanned again, and what was picked meanwhile is in the order."""
    LEFT_OUT = "left_out"
    """Something picked before cannot be had here."""
    PAYMENT_DECLINED = "payment_declined"
    CARD_WRONG_PIN = "card_wrong_pin"
    CARD_EXPIRED = "card_expired"
    CARD_NOT_TAKEN = "card_not_taken"
    CARD_UNREADABLE = "card_unreadable"
    PAYMENT_CANCELLED = "payment_cancelled"
    REST_NOT_PAID = "rest_not_paid"
    """A card has paid a part before; this time nothing was taken."""
    PAYMENT_RETURNED = "payment_returned"
    """What a card had paid is back on it."""
    TERMINAL_UNAVAILABLE = "terminal_unavailable"
    TERMINAL_BUSY = "terminal_busy"
    BANK_SILENT = "bank_silent"
    NO_LONGER_AVAILABLE = "no_longer_available"
    BASKET_FULL = "basket_full"
    ADDED = "added"
    ADDED_AGAIN = "added_again"
    """All of the last order."""
    ADDED_PARTLY = "added_partly"
    """What of the last order is to be had; `about` is not."""
    OFFER_ADDED = "offer_added"
    GIFT_CARD_ADDED = "gift_card_added"
    DENIED = "denied"
    """An offer or stored value: `Notice.denial` says why, `about` which."""
    PREPAID_DENIED = "prepaid_denied"
    NOT_CHECKED = "not_checked"
    """Nobody could be asked what the code is."""
    HELP = "help"
    """Nobody can be called from here; where staff are found."""
    HELP_CALLED = "help_called"
    HELP_COMING = "help_coming"
    HELP_OVERDUE = "help_overdue"
    NO_VOICE = "no_voice"
    """Nobody speaks this language here."""
    VOICE_SILENT = "voice_silent"
    NEEDS_HEADPHONES = "needs_headphones"
    """There is no loudspeaker."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`about` is a product or a person's first name, in the guest's language."""

    kind: NoticeKind
    until_s: float
    about: str = ""
    denial: Denial | None = None
    objection: Objection | None = None
    """The denial, with what it takes to mend it."""


@dataclass(frozen=True, slots=True)
class ShownHint:
    """Why what the guest holds before the camera is not read."""

    hindrance: Hindrance
    until_s: float
