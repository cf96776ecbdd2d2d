"""Where a guest is in their visit: a value for each place, with what is known only there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar

from kioskd.core.basket import Choice
from kioskd.core.denial import Denial
from kioskd.core.discount import Discount, Refusal
from kioskd.core.enrolling import Enrolling
from kioskd.core.events import PaymentStep
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.core.member import Right
from kioskd.core.money import Money
from kioskd.core.order import Order
from kioskd.core.place import Place as Place
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.removal import RemovedOffer
from kioskd.core.slip import Slip
from kioskd.core.staff import StaffPhase


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

    `waiting` is the taken offer's id while the backend is asked to hold it, until `due_s`. Then `removal` is
    what the guest puts back, if that is what it is held for. `denial` is why it cannot be used; then there is
    only the way back.
    """

    right: Right
    back: Phase
    outcome: Discount | Refusal
    waiting: str | None = None
    due_s: float | None = None
    removal: RemovedOffer | None = None
    denial: Denial | None = None

    place: ClassVar[Place] = Place.CONFIRMING_OFFER

    def at_rest(self, denial: Denial | None = None) -> ConfirmingOffer:
        """The question without the wait, and what came of it."""
        return replace(self, waiting=None, due_s=None, removal=None, denial=denial)


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
    | Enrolling
    | StaffPhase
)
