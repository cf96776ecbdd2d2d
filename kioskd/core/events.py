"""What happened: what somebody wants, see `intents`, or what devices, network and store report.

Every event reaches the visit together with a `Moment`, so nothing in core asks a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from kioskd.core.card_trouble import CardTrouble
from kioskd.core.denial import Denial
from kioskd.core.enrolling import EnrolmentChecked, PairingChanged
from kioskd.core.health import DeviceHealth
from kioskd.core.help import HelpState
from kioskd.core.hindrance import Hindrance
from kioskd.core.intents import Intent
from kioskd.core.judgement import Judgement, Objection
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.core.member import CollectableReward, Member, Voucher
from kioskd.core.money import Money
from kioskd.core.order import Order
from kioskd.core.past_order import PastOrder
from kioskd.core.preview import BasketPoints
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.readiness import FirstStart
from kioskd.core.slip import Slip
from kioskd.core.staff_events import (
    AboutFound,
    DialsFound,
    OverviewFound,
    PinChecked,
    PowerRefused,
    QuestionDecided,
    QuestionRefused,
    QuestionsFound,
    ReadinessFound,
    SalePaid,
    SaleRefused,
    SalesFound,
    SaleTakenBack,
    TerminalRefused,
    TestPrinted,
    TotalsFound,
)
from kioskd.core.stored_value import GiftCard

if TYPE_CHECKING:  # a kiosk shows its first screen long before staff ask for anything
    pass


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened.

    `mono_s` never runs backwards and is for deadlines; `wall` is aware local time and only labels;
    `token` is a fresh unique id (a UUID in production) for whatever this event starts.
    """

    mono_s: float
    wall: datetime
    token: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code was read. `text` is untrusted: at most 512 characters, any content.

    `symbology` is a lower-case word (`qr`, `code128`, `ean/upc`, ...) or None when the reader does not say.
    """

    text: str
    source: str
    symbology: str | None = None


@dataclass(frozen=True, slots=True)
class ScanRejected:
    """Something was read that is no usable code; `reason` is one word for the log, never the content."""

    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class CameraHint:
    """Something may well be held before the camera, and this has kept it from being read for a while.

    Told again about every second for as long as it is so; nothing is told when it is over.
    """

    hindrance: Hindrance
    source: str


@dataclass(frozen=True, slots=True)
class MemberFound:
    request: str
    member: Member


@dataclass(frozen=True, slots=True)
class VoucherFound:
    """`voucher.denial` may say why it is of no use."""

    request: str
    voucher: Voucher


@dataclass(frozen=True, slots=True)
class GiftCardFound:
    request: str
    card: GiftCard


class LookupFailure(StrEnum):
    UNKNOWN_CARD = "unknown_card"
    """Nothing that was sought has this code."""
    BLOCKED_CARD = "blocked_card"
    USED_CODE = "used_code"
    """It works once."""
    WRONG_KIND = "wrong_kind"
    """Other codes of this guest's would do."""
    PICK_GONE = "pick_gone"
    """What was picked with it cannot be had any more."""
    UNREACHABLE = "unreachable"
    """Nobody answered, or not in time, or not in a way that can be read."""


@dataclass(frozen=True, slots=True)
class LookupFailed:
    request: str
    failure: LookupFailure


@dataclass(frozen=True, slots=True)
class PromoCodeRedeemed:
    """It is used up, and gave this."""

    request: str
    voucher: Voucher


@dataclass(frozen=True, slots=True)
class PromoCodeDenied:
    request: str
    denial: Denial


@dataclass(frozen=True, slots=True)
class OfferHeld:
    """The backend keeps it for this kiosk."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class OfferDenied:
    """It is not held."""

    offer_id: str
    denial: Denial


@dataclass(frozen=True, slots=True)
class RewardClaimed:
    """Points were spent while settling, and what they bought stays the member's until it is collected."""

    order_id: str
    offer_id: str
    collectable: CollectableReward
    points_left: int | None


@dataclass(frozen=True, slots=True)
class SettlementDenied:
    """An offer or stored value that the order needs was refused. All that was done for the order is undone.

    `part_id` is that of the taken offer, or the account of the stored payment. `objections` are the
    backend's to the order as a whole.
    """

    order_id: str
    part_id: str
    denial: Denial
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderJudged:
    """None when nobody could say, or not in time."""

    request: str
    judgement: Judgement | None


@dataclass(frozen=True, slots=True)
class PointsPreviewed:
    """What a basket would earn. None when nobody could say, or not in time."""

    request: str
    preview: BasketPoints | None


@dataclass(frozen=True, slots=True)
class LastOrderFound:
    """None when there is none, or nobody could say."""

    request: str
    order: PastOrder | None


class PaymentStep(StrEnum):
    """What the terminal says meanwhile."""

    RESERVING = "reserving"
    """Before the terminal is asked: offers and stored value."""
    PRESENT_CARD = "present_card"
    UNREADABLE = "unreadable"
    """The card could not be read: once more."""
    CHOOSE = "choose"
    """The terminal has a question: which application, currency or language."""
    ENTER_PIN = "enter_pin"
    WRONG_PIN = "wrong_pin"
    """Once more."""
    AUTHORISING = "authorising"
    REMOVE_CARD = "remove_card"
    LOST = "lost"
    """The terminal does not answer any more: it is being found out whether money was taken."""


@dataclass(frozen=True, slots=True)
class PaymentProgress:
    order_id: str
    step: PaymentStep


class PaymentOutcome(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"
    ABORTED = "aborted"
    UNAVAILABLE = "unavailable"
    """The terminal could not be reached; certainly nothing was charged."""
    UNKNOWN = "unknown"
    """The line broke at a moment when money may have moved."""


@dataclass(frozen=True, slots=True)
class PaymentEnded:
    """`evidence` is the terminal's own reference (trace and receipt number), printable, never card data.

    `trouble` is why nothing was charged, where the terminal gives a reason that helps the guest.
    """

    order_id: str
    outcome: PaymentOutcome
    evidence: str = ""
    trouble: CardTrouble | None = None


@dataclass(frozen=True, slots=True)
class PartPaid:
    """A card has paid less than was due. It is written down; `order` has it among its `card_payments`."""

    order: Order


@dataclass(frozen=True, slots=True)
class PartsReturned:
    """An order that several cards were to pay came to nothing. `amount` is what they had paid.

    `at_once`: the terminal has taken all of it back; otherwise a person must see to it.
    """

    order_id: str
    amount: Money
    at_once: bool


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The order is on the disk. Only now may the guest be thanked.

    `claim_link` would collect the order's points on a phone, if the backend can make such links.
    `points_promised` is False when the order is kept for the record only and will never be delivered.
    """

    order_id: str
    evidence: str = ""
    claim_link: str | None = None
    points_promised: bool = True
    slip: Slip | None = None
    """The card terminal's receipt for the guest."""


@dataclass(frozen=True, slots=True)
class OrderDelivered:
    """The loyalty backend has the order. None means it did not say."""

    order_id: str
    points: int | None
    balance: int | None
    texts: LoyaltyTexts | None = None


@dataclass(frozen=True, slots=True)
class OrderUndeliverable:
    """The loyalty backend refused the order for good, or a person must look at it.

    `card_refused` is True when it does not take the guest's card: then nobody will ever be given the points.
    """

    order_id: str
    card_refused: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptEnded:
    order_id: str
    verdict: PrintVerdict


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    health: DeviceHealth


@dataclass(frozen=True, slots=True)
class HelpChanged:
    """What has become of a call for help."""

    call: str
    state: HelpState


@dataclass(frozen=True, slots=True)
class Stirred:
    """The guest looks around on the screen, with the keys: somebody is here, and wants nothing yet."""


@dataclass(frozen=True, slots=True)
class HeadphonesChanged:
    plugged: bool


@dataclass(frozen=True, slots=True)
class VoicesChanged:
    """The languages that can be said now."""

    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class SpeechChanged:
    """Whether something is being said just now."""

    speaking: bool


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    online: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline may have passed."""


Fact = (
    Scanned
    | ScanRejected
    | CameraHint
    | MemberFound
    | VoucherFound
    | GiftCardFound
    | LookupFailed
    | PromoCodeRedeemed
    | PromoCodeDenied
    | OfferHeld
    | OfferDenied
    | RewardClaimed
    | SettlementDenied
    | OrderJudged
    | PointsPreviewed
    | LastOrderFound
    | PaymentProgress
    | PaymentEnded
    | PartPaid
    | PartsReturned
    | OrderAccepted
    | OrderDelivered
    | OrderUndeliverable
    | ReceiptEnded
    | PinChecked
    | SalesFound
    | SaleTakenBack
    | SalePaid
    | TotalsFound
    | TerminalRefused
    | SaleRefused
    | OverviewFound
    | QuestionsFound
    | QuestionDecided
    | QuestionRefused
    | TestPrinted
    | DialsFound
    | AboutFound
    | PowerRefused
    | ReadinessFound
    | FirstStart
    | PairingChanged
    | EnrolmentChecked
    | DeviceChanged
    | HelpChanged
    | Stirred
    | HeadphonesChanged
    | VoicesChanged
    | SpeechChanged
    | NetworkChanged
    | Tick
)

Event = Intent | Fact
