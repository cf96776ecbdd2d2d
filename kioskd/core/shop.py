"""What a kiosk is set up to sell and to offer: it does not change during a visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kioskd.core.bill import ChargeRule
from kioskd.core.catalogue import Catalogue
from kioskd.core.discount import Stacking
from kioskd.core.order import Tender
from kioskd.core.place import Place as Place


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the kiosk waits for guests and for others, in seconds."""

    idle_s: float = 45.0
    still_there_s: float = 20.0
    thanks_s: float = 15.0
    ask_staff_s: float = 60.0
    lookup_s: float = 8.0
    hold_s: float = 12.0
    """How long a guest waits for an offer to be held."""
    promo_code_s: float = 8.0
    """How long a guest waits for what a promo code gives."""
    reserve_s: float = 30.0
    """How long a guest waits for offers and stored value to be used, before the terminal is asked."""
    payment_s: float = 90.0
    rest_s: float = 120.0
    """How long a guest whose card paid a part may take to decide about the rest."""
    abort_grace_s: float = 30.0
    notice_s: float = 6.0
    points_on_receipt_s: float = 2.0
    """How long the receipt waits for the points."""
    points_on_screen_s: float = 6.0
    """How long the screen waits for the points before it says "later"."""
    staff_answer_s: float = 15.0
    """How long staff wait for what they asked for."""
    test_print_s: float = 45.0
    """How long staff wait for a test receipt: letters that were never drawn before take their time."""
    test_scan_s: float = 60.0
    """How long what is scanned is taken for a test."""
    end_of_day_s: float = 180.0
    """How long staff wait while the card terminal closes its day."""
    staff_idle_s: float = 60.0
    """After so long without a touch the staff screen closes."""
    first_look_s: float = 600.0
    """And the first look at whether everything is ready: then it sells, and asks again at the next start."""
    speech_s: float = 180.0
    """How long an announcement lasts at most; a voice that is stuck does not keep a visit open."""
    help_s: float = 180.0
    """How long a guest who called for help is believed to wait for somebody."""
    claim_on_screen_s: float = 45.0
    """How long a guest has at least to take out a phone and scan the code on the screen."""


class Capability(StrEnum):
    """What the loyalty backend can do besides knowing members and their points."""

    OFFERS = "offers"
    """Rewards, vouchers and collectable rewards can be used for an order."""
    GIFT_CARDS = "gift_cards"
    PREPAID = "prepaid"
    RECEIPT_TEXTS = "receipt_texts"
    """What an order is answered has words for its receipt, be its guest known or not."""
    PROMO_CODES = "promo_codes"
    """Codes that anybody may have read somewhere give a member an offer, each once."""
    LAST_ORDER = "last_order"
    """Somebody knows what a member ordered before."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What does not change during a visit."""

    name: str
    kiosk: str
    catalogue: Catalogue
    languages: tuple[str, ...]
    tenders: tuple[Tender, ...]
    loyalty: bool = True
    preview: bool = False
    """Whether guests are told what their basket would earn."""
    capabilities: frozenset[Capability] = frozenset()
    stacking: Stacking = Stacking.BEST
    charges: tuple[ChargeRule, ...] = ()
    vouchers_need_card: bool = True
    """Whether a voucher of nobody can be used only by a member."""
    late_cards: bool = True
    """Whether a card scanned while nobody could be asked is still good when the order is told."""
    most_offers: int = 12
    """Of one order: working out the best use of more would make the guest wait."""
    help: bool = False
    """Whether somebody is told when a guest asks for help."""
    speech: bool = False
    """Whether guests can be spoken to."""
    loudspeaker: bool = False
    """Whether speech is heard without headphones."""
    staff: bool = False
    """Whether there is a staff screen: it needs a PIN."""
    power: bool = False
    """Whether staff may restart and switch off the machine there, and not the software alone."""
    limits: Limits = field(default_factory=Limits)
