"""One guest's time at the kiosk, as a frozen value. Screens are derived from it, never switched by hand.

`rules/` says how it changes, `flow.py` applies them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from kioskd.core.access import AS_EVERYBODY, Access
from kioskd.core.basket import Basket, Choice
from kioskd.core.bill import DRAFT, Bill, ChargeRule, TakenOffer, bill_of, order_discounts
from kioskd.core.catalogue import Catalogue, Service, SuggestionRule
from kioskd.core.credential import Credential
from kioskd.core.denial import Denial
from kioskd.core.discount import Discount, Refusal, Stacking
from kioskd.core.effects import Sought
from kioskd.core.events import PaymentStep, PrintVerdict
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.help import HelpCall
from kioskd.core.hindrance import Hindrance
from kioskd.core.judgement import Judging, Objection
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.core.member import Member, Reward, Right, Voucher
from kioskd.core.money import Money
from kioskd.core.order import Order, Tender
from kioskd.core.past_order import PastOrder
from kioskd.core.place import Place as Place
from kioskd.core.preview import BasketPoints, Previews, PreviewSubject
from kioskd.core.slip import Slip
from kioskd.core.staff import StaffPhase
from kioskd.core.stored_value import GiftCard
from kioskd.core.wishes import NO_WISHES, Wishes


@dataclass(frozen=True, slots=True)
class Attract:
    """Nobody is here, or somebody was recognised and has not chosen how to eat."""

    place: ClassVar[Place] = Place.ATTRACT


@dataclass(frozen=True, slots=True)
class Menu:
    """The category shown is `Visit.category`, so that every way back leads to it.

    `search` is what is typed to find something, None while a category is shown; `wishes` is whether the guest
    is saying what they do and do not eat, before either.
    """

    search: str | None = None
    wishes: bool = False

    place: ClassVar[Place] = Place.MENU


@dataclass(frozen=True, slots=True)
class Choosing:
    """A product and what is picked so far. `line` is set when a line of the basket is edited.

    `wanting` names the group that must still be answered, once the guest tried to go on without. `search` is
    what was typed to find it, where the way back leads.
    """

    sku: str
    choices: tuple[Choice, ...] = ()
    quantity: int = 1
    line: int | None = None
    wanting: str | None = None
    search: str | None = None

    place: ClassVar[Place] = Place.CHOOSING


@dataclass(frozen=True, slots=True)
class Reviewing:
    """The basket."""

    place: ClassVar[Place] = Place.REVIEWING


@dataclass(frozen=True, slots=True)
class Identifying:
    """ "Scan your card", or the keypad with the `digits` typed so far."""

    back: Phase
    keypad: bool = False
    digits: str = ""

    place: ClassVar[Place] = Place.IDENTIFYING


@dataclass(frozen=True, slots=True)
class Overview:
    """What the member has. `back` is where Continue leads; Attract when the service is still to be chosen."""

    back: Phase

    place: ClassVar[Place] = Place.OVERVIEW


@dataclass(frozen=True, slots=True)
class ConfirmingOffer:
    """ "Use it?". `outcome` is what it would do now, together with the free product that would come with it.

    `waiting` is the taken offer's id while the backend is asked to hold it, until `due_s`. `denial` is why it
    cannot be used; then there is only the way back.
    """

    right: Right
    back: Phase
    outcome: Discount | Refusal
    waiting: str | None = None
    due_s: float | None = None
    denial: Denial | None = None

    place: ClassVar[Place] = Place.CONFIRMING_OFFER


@dataclass(frozen=True, slots=True)
class AddingGiftCard:
    """ "Scan your gift card", with a keypad for the `code`: digits, or `letters`."""

    code: str = ""
    letters: bool = False

    place: ClassVar[Place] = Place.GIFT_CARD


@dataclass(frozen=True, slots=True)
class EnteringPromoCode:
    """ "Type your promo code", or scan it. `back` is where the guest was, Overview or Checkout.

    `waiting` is the question on its way, until `due_s`: it uses the code up, so nothing takes it back.
    """

    back: Phase
    code: str = field(default="", repr=False)
    letters: bool = True
    waiting: str | None = None
    due_s: float | None = None

    place: ClassVar[Place] = Place.PROMO_CODE


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is to be paid, and how."""

    place: ClassVar[Place] = Place.CHECKOUT


@dataclass(frozen=True, slots=True)
class Paying:
    """Offers and stored value are being used (RESERVING), then the terminal has the word, if there is one.

    After `abort_s` it is asked to stop, after `give_up_s` staff are.
    """

    order: Order
    abort_s: float
    give_up_s: float
    step: PaymentStep = PaymentStep.PRESENT_CARD
    aborting: bool = False

    place: ClassVar[Place] = Place.PAYING


@dataclass(frozen=True, slots=True)
class PayingRest:
    """A card has paid a part of the order, `order.due` is the rest. After `until_s` nobody is waited for.

    `returning`: the guest does not pay the rest, and what was paid goes back; until `until_s`.
    """

    order: Order
    until_s: float
    returning: bool = False

    place: ClassVar[Place] = Place.PAYING_REST


@dataclass(frozen=True, slots=True)
class Storing:
    """Paid (or to be paid at the counter, or nothing to pay), not yet on the disk."""

    order: Order

    place: ClassVar[Place] = Place.STORING


class Points(StrEnum):
    """What can be said about the points of an order."""

    NONE = "none"
    """Nobody was identified."""
    ASKED = "asked"
    """Told the backend, no answer yet."""
    EARNED = "earned"
    LATER = "later"
    """Safely stored, will be added when the backend can be reached."""
    AT_COUNTER = "at_counter"
    """Added when the order is paid at the counter."""
    REFUSED = "refused"
    """The card turned out to be unknown or blocked."""
    CLAIM = "claim"
    """The guest collects them with the claim link, because no card will be given them."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """The order is accepted. `receipt` is None while it is still to be printed or being printed."""

    order: Order
    points: Points
    until_s: float
    earned: int | None = None
    balance: int | None = None
    evidence: str = ""
    answer_due_s: float | None = None
    """Until then the receipt waits for the points, so that they can be printed on it."""
    receipt: PrintVerdict | None = None
    claim_link: str | None = None
    """Only for the guest's eyes while `points` is CLAIM: otherwise a card may still be given the points."""
    texts: LoyaltyTexts | None = None
    slip: Slip | None = field(default=None, repr=False)
    """The card terminal's, to be printed with the receipt."""
    claim_on_paper: bool = False
    """Whether the receipt was sent to the printer with the link."""

    place: ClassVar[Place] = Place.THANKS

    @property
    def claim(self) -> str | None:
        """The link, when the points are the guest's to collect."""
        return self.claim_link if self.points is Points.CLAIM else None

    @property
    def claim_on_screen(self) -> str | None:
        """The link, when no paper tells it."""
        unreadable = self.receipt in (PrintVerdict.BLOCKED, PrintVerdict.KEPT, PrintVerdict.UNKNOWN)
        return self.claim if unreadable or not self.claim_on_paper else None


@dataclass(frozen=True, slots=True)
class AskStaff:
    """The terminal did not say whether it took the money. A person must look, nothing is repeated.

    `owed` is card money that could not be handed back: a person must do it.
    """

    order: Order
    until_s: float
    owed: Money | None = None

    place: ClassVar[Place] = Place.ASK_STAFF


@dataclass(frozen=True, slots=True)
class StillThere:
    before: Phase
    until_s: float
    remaining_s: int

    place: ClassVar[Place] = Place.STILL_THERE


@dataclass(frozen=True, slots=True)
class ConfirmingCancel:
    before: Phase

    place: ClassVar[Place] = Place.CONFIRMING_CANCEL


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """Nothing can be sold. `details` are for staff."""

    reason: Blockage
    details: tuple[str, ...] = ()

    place: ClassVar[Place] = Place.OUT_OF_ORDER


class Blockage(StrEnum):
    NO_TENDER = "no_tender"
    """No way to pay works."""
    SETUP = "setup"
    """The configuration or the menu is wrong."""


Phase = (
    Attract
    | Menu
    | Choosing
    | Reviewing
    | Identifying
    | Overview
    | ConfirmingOffer
    | AddingGiftCard
    | EnteringPromoCode
    | Checkout
    | Paying
    | PayingRest
    | Storing
    | Thanks
    | AskStaff
    | StillThere
    | ConfirmingCancel
    | OutOfOrder
    | StaffPhase
)


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
    PAYMENT_CANCELLED = "payment_cancelled"
    REST_NOT_PAID = "rest_not_paid"
    """A card has paid a part before; this time nothing was taken."""
    PAYMENT_RETURNED = "payment_returned"
    """What a card had paid is back on it."""
    TERMINAL_UNAVAILABLE = "terminal_unavailable"
    NO_LONGER_AVAILABLE = "no_longer_available"
    BASKET_FULL = "basket_full"
    ADDED = "added"
    ADDED_AGAIN = "added_again"
    """All of the last order."""
    ADDED_PARTLY = "added_partly"
    """What of the last order is to be had; `about` is not."""
    OFFER_ADDED = "offer_added"
    OFFER_REMOVED = "offer_removed"
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
class Suggestion:
    """What a rule of the merchant's suggests: those of its products that can be had now."""

    rule: SuggestionRule
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownHint:
    """Why what the guest holds before the camera is not read."""

    hindrance: Hindrance
    until_s: float


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question to the loyalty backend that is on its way."""

    request: str
    credential: Credential
    deadline_s: float
    sought: tuple[Sought, ...] = (Sought.MEMBER,)


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


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything the kiosk knows of this moment. `now` and `active_s` come with the events."""

    phase: Phase
    language: str
    basket: Basket
    bill: Bill
    """Of this basket, offers, stored value and service: `flow.step` sees to that."""
    now: datetime
    category: str
    """The part of the menu being looked at, or last looked at."""
    active_s: float = 0.0
    """When the guest last did something."""
    service: Service | None = None
    member: Member | None = None
    saved_card: Credential | None = None
    """Scanned while nobody could be asked; goes with the order."""
    lookup: Lookup | None = None
    offers: tuple[TakenOffer, ...] = ()
    gift_cards: tuple[GiftCard, ...] = ()
    use_prepaid: bool = False
    previews: Previews = field(default_factory=Previews)
    judging: Judging = field(default_factory=Judging)
    wishes: Wishes = NO_WISHES
    suggestion: Suggestion | None = None
    suggested: frozenset[str] = frozenset()
    """The rules that have had their say in this visit."""
    asked_last_order: str | None = None
    """The question for the member's last order; asked once a visit."""
    last_order: PastOrder | None = None
    notice: Notice | None = None
    hint: ShownHint | None = None
    devices: Mapping[str, DeviceHealth] = field(default_factory=dict)
    help: HelpCall | None = None
    access: Access = AS_EVERYBODY
    headphones: bool = False
    """Whether what is said is heard by the guest alone."""
    voices: frozenset[str] = frozenset()
    """The languages that can be said now."""
    heard_s: float = 0.0
    """When the guest has heard, or at the latest will have heard, what is being said."""
    language_chosen: bool = False
    """By the guest, in this visit: then nothing else changes it."""
    online: bool | None = None
    """Whether the loyalty backend answers; None before the first question."""
    next_number: int = 1

    @property
    def place(self) -> Place:
        return self.phase.place

    @property
    def preview_subject(self) -> PreviewSubject:
        member_id = self.member.id if self.member else None
        discounts = order_discounts(DRAFT, self.bill, self.offers, member_id)
        return PreviewSubject(member_id, self.basket.content, discounts, self.bill.charges)

    @property
    def preview(self) -> BasketPoints | None:
        """What the basket as it is now would earn; None while that is not known."""
        return self.previews.of(self.preview_subject)

    @property
    def at_home(self) -> bool:
        """Nobody is here: nothing to lose by a reset."""
        resting = isinstance(self.phase, Attract | OutOfOrder) and self.access == AS_EVERYBODY
        unknown = self.member is None and self.saved_card is None and self.help is None
        return resting and unknown and not self.offers and not self.gift_cards

    @property
    def owner_id(self) -> str | None:
        """Whose order it is: the member's, else that of the first voucher taken which belongs to somebody."""
        if self.member:
            return self.member.id
        rights = (taken.right for taken in self.offers)
        owners = (right.member_id for right in rights if isinstance(right, Voucher))
        return next((owner for owner in owners if owner), None)

    @property
    def welcome_offers(self) -> tuple[TakenOffer, ...]:
        """Those the backend has not objected to: only they can take something off."""
        return tuple(taken for taken in self.offers if self.judging.of(taken.id) is None)

    @property
    def points_left(self) -> int | None:
        """The member's points less what the rewards taken will cost; None when the backend did not say."""
        if self.member is None or self.member.points is None:
            return None
        rights = (taken.right for taken in self.offers if not taken.preselected)
        return self.member.points - sum(right.cost_points for right in rights if isinstance(right, Reward))

    @property
    def prepaid_to_use(self) -> tuple[str, Money] | None:
        """The member's id and balance, when the guest wants to pay with it."""
        if not self.use_prepaid or self.member is None or self.member.prepaid is None:
            return None
        return self.member.id, self.member.prepaid

    def has(self, kind: DeviceKind) -> bool:
        """Whether a device of this kind works now."""
        return any(device.usable for device in self.devices.values() if device.kind is kind)

    def expects(self, kind: DeviceKind) -> bool:
        """Whether one works or is just starting: what a first screen may already promise."""
        return self.has(kind) or any(
            device.kind is kind and device.state is DeviceState.STARTING for device in self.devices.values()
        )

    def can_pay_with(self, tender: Tender, shop: Shop) -> bool:
        """Whether the merchant offers this tender and what it needs works now."""
        return tender in shop.tenders and (tender is not Tender.CARD or self.has(DeviceKind.TERMINAL))


def first_visit(shop: Shop, now: datetime, next_number: int = 1) -> Visit:
    """The kiosk just after start."""
    basket = Basket(shop.catalogue.currency)
    return Visit(
        phase=Attract(),
        language=shop.languages[0],
        basket=basket,
        bill=bill_of(basket, (), shop.stacking, shop.charges, None),
        now=now,
        category=shop.catalogue.categories[0].id,
        next_number=next_number,
    )
