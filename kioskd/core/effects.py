"""What the visit wishes for. The daemon carries it out and answers with events."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kioskd.core.credential import Credential
from kioskd.core.enrolling import CheckEnrolment
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.core.member import Voucher
from kioskd.core.order import Order, OrderCharge, OrderDiscount, OrderLine
from kioskd.core.slip import Slip
from kioskd.core.staff import Decision, DecisionReason, ReturnReason
from kioskd.core.upkeep import Knob, PowerAct


class Sought(StrEnum):
    """What a scanned or typed code may turn out to be."""

    MEMBER = "member"
    VOUCHER = "voucher"
    GIFT_CARD = "gift_card"


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the loyalty backend what this is, trying `sought` in turn. `member_id` is the guest's, if known.

    Answered by MemberFound, VoucherFound, GiftCardFound or LookupFailed with `request`.
    """

    request: str
    credential: Credential
    language: str
    sought: tuple[Sought, ...] = (Sought.MEMBER,)
    member_id: str | None = None


@dataclass(frozen=True, slots=True)
class FindLastOrder:
    """What this member ordered last. Always answered by LastOrderFound with `request`, within seconds."""

    request: str
    member_id: str


@dataclass(frozen=True, slots=True)
class RedeemPromoCode:
    """Use the code up for this member. Never asked twice by itself, as the answer may be lost.

    Always answered by PromoCodeRedeemed or PromoCodeDenied with `request`, within `Limits.promo_code_s`.
    """

    request: str
    code: str = field(repr=False)
    member_id: str
    language: str


@dataclass(frozen=True, slots=True)
class HoldVoucher:
    """Keep the voucher for this guest. Answered by OfferHeld or OfferDenied with `offer_id`."""

    offer_id: str
    voucher: Voucher
    member_id: str | None


@dataclass(frozen=True, slots=True)
class LetGo:
    """The guest does not want the offer any more, or is not waiting for it: hold it no longer."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class PreviewPoints:
    """Ask what an order would earn. Always answered by PointsPreviewed with `request`, within seconds.

    All ids in it are a draft's: they belong to no order.
    """

    request: str
    lines: tuple[OrderLine, ...]
    discounts: tuple[OrderDiscount, ...]
    charges: tuple[OrderCharge, ...]
    member_id: str | None
    language: str


@dataclass(frozen=True, slots=True)
class JudgeOrder:
    """Ask whether the order as a whole would be taken. Always answered by OrderJudged with `request`.

    All ids in it but the session and the offers' are a draft's. With `hold` the backend is to keep what its
    offers cost, and to let go of what earlier offers did.
    """

    request: str
    order: Order
    hold: bool


@dataclass(frozen=True, slots=True)
class DropSession:
    """Another transaction of the backend's takes its place, or nobody needs it: void it."""

    session: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Use the order's offers and stored value, have the rest paid, and make the order durable.

    Each step is written down before it is done, and undone when a later one fails. Answered by
    SettlementDenied; or by PaymentEnded when a card was asked for and by OrderAccepted when all went well.
    When a card pays a part only, the answer is PartPaid: then the rest is wished for with the order told
    there and another tender, or ReturnParts.
    """

    order: Order


@dataclass(frozen=True, slots=True)
class ReturnParts:
    """The guest does not pay the rest: undo the order, and hand back what cards have paid of it.

    Answered by PartsReturned.
    """

    order_id: str


@dataclass(frozen=True, slots=True)
class AbortPayment:
    """The guest changed their mind or time is up; the answer still comes as if the payment had ended."""

    order_id: str


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Answered by ReceiptEnded. `points` and `balance` are None while the backend has not said.

    `claim_link` is printed as a code: it gives the points to whoever opens it first.
    """

    order: Order
    evidence: str
    member_name: str | None
    points_name: str | None
    points: int | None
    balance: int | None
    points_later: bool
    claim_link: str | None = None
    texts: LoyaltyTexts | None = None
    """The backend's own words about points, in place of ours."""
    slip: Slip | None = None
    """The card terminal's own receipt, printed below ours."""
    large: bool = False
    """In large print, for a guest who reads the screen in large text."""


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Answered by PinChecked with `request`."""

    request: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FindSales:
    """The newest orders, or just the one with that id. Answered by SalesFound with `request`."""

    request: str
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class CountAsPaid:
    """The guest has paid this order at the counter. Answered by SalePaid or SaleRefused."""

    request: str
    order_id: str


@dataclass(frozen=True, slots=True)
class FindTotals:
    """What the card terminal has taken. Answered by TotalsFound or TerminalRefused."""

    request: str


@dataclass(frozen=True, slots=True)
class CloseTerminalDay:
    """Have the card terminal settle with the bank. Answered as FindTotals."""

    request: str


@dataclass(frozen=True, slots=True)
class TakeBackSale:
    """Units by line id go back, or with None all that is left. Answered by SaleTakenBack or SaleRefused.

    `seen_returns` is how many returns of it staff had before their eyes: with others nothing is done.
    """

    request: str
    order_id: str
    quantities: tuple[tuple[str, int], ...] | None
    reason: ReturnReason
    seen_returns: int


@dataclass(frozen=True, slots=True)
class FindOverview:
    """How the kiosk is. Answered by OverviewFound with `request`."""

    request: str


@dataclass(frozen=True, slots=True)
class FindQuestions:
    """What only a person can decide. Answered by QuestionsFound with `request`."""

    request: str


@dataclass(frozen=True, slots=True)
class DecideQuestion:
    """`candidate` is which of the effects seen is the one. Answered by QuestionDecided or QuestionRefused."""

    request: str
    question_id: str
    decision: Decision
    reason: DecisionReason
    candidate: str | None = None


@dataclass(frozen=True, slots=True)
class PrintTest:
    """A test receipt, with a ruler as wide as the paper. Answered by TestPrinted with `request`."""

    request: str
    language: str


@dataclass(frozen=True, slots=True)
class FindDials:
    """What can be turned up and down here. Answered by DialsFound with `request`."""

    request: str


@dataclass(frozen=True, slots=True)
class SetDial:
    """Now, and after every start. Answered by DialsFound with `request`: how it is then."""

    request: str
    knob: Knob
    value: int


@dataclass(frozen=True, slots=True)
class FindAbout:
    """Answered by AboutFound with `request`."""

    request: str


@dataclass(frozen=True, slots=True)
class FindReadiness:
    """Ask the loyalty backend whether it is there, too. Answered by ReadinessFound with `request`."""

    request: str


@dataclass(frozen=True, slots=True)
class NoteReady:
    """Staff have looked at everything: the next start need not ask."""


@dataclass(frozen=True, slots=True)
class SwitchPower:
    """Never while money moves. Answered by PowerRefused, or by the end of everything."""

    request: str
    act: PowerAct


@dataclass(frozen=True, slots=True)
class CallHelp:
    """Tell staff that a guest at this kiosk needs somebody. Answered by HelpChanged; ended by Forget."""

    call: str
    language: str
    """The guest's."""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Somebody stands at the kiosk: nobody else needs to come."""

    call: str


@dataclass(frozen=True, slots=True)
class ReadScreen:
    """Say all that is shown, from its beginning."""


@dataclass(frozen=True, slots=True)
class Forget:
    """The visit is over: drop everything that knew the guest, and let go of what was held for them."""


Effect = (
    LookUp
    | PreviewPoints
    | FindLastOrder
    | RedeemPromoCode
    | HoldVoucher
    | LetGo
    | JudgeOrder
    | DropSession
    | Settle
    | ReturnParts
    | AbortPayment
    | PrintReceipt
    | CheckPin
    | FindSales
    | CountAsPaid
    | FindTotals
    | CloseTerminalDay
    | TakeBackSale
    | FindOverview
    | FindQuestions
    | DecideQuestion
    | PrintTest
    | FindDials
    | SetDial
    | FindAbout
    | FindReadiness
    | NoteReady
    | CheckEnrolment
    | SwitchPower
    | CallHelp
    | EndCall
    | ReadScreen
    | Forget
)
