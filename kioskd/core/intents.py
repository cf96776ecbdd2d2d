"""What guests and staff want: what a widget carries, posted when it is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kioskd.core.access import Aid
from kioskd.core.catalogue import Allergen, Diet, Service
from kioskd.core.discount import OfferKind
from kioskd.core.order import Tender
from kioskd.core.staff import Decision, DecisionReason, ReturnReason
from kioskd.core.upkeep import Knob, PowerAct

# --- what the guest wants -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartOrder:
    service: Service


@dataclass(frozen=True, slots=True)
class ChangeService:
    """To eat here instead, or to take it away."""

    service: Service


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    language: str


@dataclass(frozen=True, slots=True)
class ShowCategory:
    category: str


@dataclass(frozen=True, slots=True)
class ShowSearch:
    """The whole menu at a glance, and letters to find something by."""


@dataclass(frozen=True, slots=True)
class ShowWishes:
    """What the guest does and does not eat."""


@dataclass(frozen=True, slots=True)
class ToggleWish:
    """A diet to keep to, or an allergen to do without."""

    wish: Diet | Allergen


@dataclass(frozen=True, slots=True)
class DropWishes:
    """Everything is welcome again."""


@dataclass(frozen=True, slots=True)
class TakeSuggestion:
    """Yes, this one with it."""

    sku: str


@dataclass(frozen=True, slots=True)
class DeclineSuggestion:
    pass


@dataclass(frozen=True, slots=True)
class OrderAgain:
    """What the member had last time, as far as it is there today."""


@dataclass(frozen=True, slots=True)
class ShowProduct:
    sku: str


@dataclass(frozen=True, slots=True)
class QuickAdd:
    """The plus on a product card: straight into the basket, or its page when a choice must be made."""

    sku: str


@dataclass(frozen=True, slots=True)
class PickOption:
    group: str
    sku: str


@dataclass(frozen=True, slots=True)
class StepQuantity:
    """More or fewer of the product being looked at."""

    delta: int


@dataclass(frozen=True, slots=True)
class PutInBasket:
    """Add the product being looked at, or save the line being edited."""


@dataclass(frozen=True, slots=True)
class ShowBasket:
    pass


@dataclass(frozen=True, slots=True)
class EditLine:
    line: int


@dataclass(frozen=True, slots=True)
class StepLine:
    line: int
    delta: int


@dataclass(frozen=True, slots=True)
class RemoveLine:
    line: int


@dataclass(frozen=True, slots=True)
class ClearBasket:
    """Everything out; it can be undone like any removal."""


@dataclass(frozen=True, slots=True)
class UndoRemoval:
    """The latest one; touched again, the one before it."""


@dataclass(frozen=True, slots=True)
class ShowIdentify:
    """ "Scan your card" with the way to the number keypad."""


@dataclass(frozen=True, slots=True)
class ShowKeypad:
    pass


@dataclass(frozen=True, slots=True)
class PressKey:
    """A key of a keypad: "0" to "9", "A" to "Z" where letters are typed, "back" or "clear"."""

    key: str


@dataclass(frozen=True, slots=True)
class SubmitNumber:
    pass


@dataclass(frozen=True, slots=True)
class ShowMember:
    pass


@dataclass(frozen=True, slots=True)
class SignOut:
    pass


@dataclass(frozen=True, slots=True)
class ShowOffer:
    """One of the member's rewards, vouchers or collectable rewards, by its own id: use it?"""

    kind: OfferKind
    right_id: str


@dataclass(frozen=True, slots=True)
class ConfirmOffer:
    """Yes, use it."""


@dataclass(frozen=True, slots=True)
class RemoveOffer:
    """Not after all. `offer_id` is that of the taken offer."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class ShowCheckout:
    pass


@dataclass(frozen=True, slots=True)
class AddGiftCard:
    """Scan a gift card, or type its code."""


@dataclass(frozen=True, slots=True)
class EnterPromoCode:
    """ "Type or scan your promo code"."""


@dataclass(frozen=True, slots=True)
class ShowLetters:
    """Switch the keypad of the gift card's code between digits and letters."""


@dataclass(frozen=True, slots=True)
class RemoveGiftCard:
    card_id: str


@dataclass(frozen=True, slots=True)
class UsePrepaid:
    """Pay with the prepaid account as far as it goes, or not."""

    use: bool


@dataclass(frozen=True, slots=True)
class PayWith:
    tender: Tender


@dataclass(frozen=True, slots=True)
class CancelPayment:
    pass


@dataclass(frozen=True, slots=True)
class ReturnPayment:
    """Not pay the rest, and have back what the card has paid."""


@dataclass(frozen=True, slots=True)
class GoBack:
    pass


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Asked for at the bottom of every screen; confirmed before anything is lost."""


@dataclass(frozen=True, slots=True)
class ConfirmCancel:
    pass


@dataclass(frozen=True, slots=True)
class StillHere:
    pass


@dataclass(frozen=True, slots=True)
class Finish:
    """ "Done" on the thank-you screen."""


@dataclass(frozen=True, slots=True)
class AnswerHelp:
    """Staff stand at the kiosk: the same gesture as for the PIN, while a guest waits for them."""


@dataclass(frozen=True, slots=True)
class SetAid:
    aid: Aid
    on: bool


@dataclass(frozen=True, slots=True)
class UseKeys:
    """The guest has reached for the keys."""


@dataclass(frozen=True, slots=True)
class ChangeVolume:
    """Of the speech: louder, or softer when negative."""

    steps: int


@dataclass(frozen=True, slots=True)
class HearAll:
    """Everything on the screen, from its beginning."""


@dataclass(frozen=True, slots=True)
class AskHelp:
    """Tells the guest where a person is."""


# --- what staff want ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenStaff:
    """The gesture that asks for the PIN."""


@dataclass(frozen=True, slots=True)
class ShowSales:
    """The orders."""


@dataclass(frozen=True, slots=True)
class ShowQuestions:
    """What only a person can decide."""


@dataclass(frozen=True, slots=True)
class ShowDevices:
    """How the kiosk is."""


@dataclass(frozen=True, slots=True)
class ShowTerminal:
    pass


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Of the card terminal: once to be asked, once more to do it."""


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """At the counter: once to be asked, once more to say so."""


@dataclass(frozen=True, slots=True)
class ShowSale:
    order_id: str


@dataclass(frozen=True, slots=True)
class PickUnits:
    """More or fewer units of a line to be taken back."""

    line_id: str
    delta: int


@dataclass(frozen=True, slots=True)
class PickAllUnits:
    """All that is left of the order."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What is picked; asks why before anything is done."""


@dataclass(frozen=True, slots=True)
class ConfirmTakeBack:
    reason: ReturnReason


@dataclass(frozen=True, slots=True)
class ShowQuestion:
    question_id: str


@dataclass(frozen=True, slots=True)
class PickCandidate:
    """This effect is the one, or after all not: touched again it is not picked any more."""

    candidate: str


@dataclass(frozen=True, slots=True)
class Decide:
    """Asks how staff know before anything is done."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class ConfirmDecision:
    reason: DecisionReason


@dataclass(frozen=True, slots=True)
class TestPrinter:
    """Print a test receipt."""

    __test__: ClassVar[bool] = False  # no test case, says its name as it may


@dataclass(frozen=True, slots=True)
class TestScanners:
    """Show what scanners and camera read."""

    __test__: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ShowSettings:
    pass


@dataclass(frozen=True, slots=True)
class TurnKnob:
    """Up, or down when negative."""

    knob: Knob
    steps: int


@dataclass(frozen=True, slots=True)
class ShowAbout:
    """The software, and the machine."""


@dataclass(frozen=True, slots=True)
class ShowPower:
    """Restarting and switching off."""


@dataclass(frozen=True, slots=True)
class AskPower:
    """Confirmed before anything is done."""

    act: PowerAct


@dataclass(frozen=True, slots=True)
class ConfirmPower:
    pass


Intent = (
    StartOrder
    | ChangeService
    | ChooseLanguage
    | ShowCategory
    | ShowSearch
    | ShowWishes
    | ToggleWish
    | DropWishes
    | TakeSuggestion
    | DeclineSuggestion
    | OrderAgain
    | ShowProduct
    | QuickAdd
    | PickOption
    | StepQuantity
    | PutInBasket
    | ShowBasket
    | EditLine
    | StepLine
    | RemoveLine
    | ClearBasket
    | UndoRemoval
    | ShowIdentify
    | ShowKeypad
    | PressKey
    | SubmitNumber
    | ShowMember
    | SignOut
    | ShowOffer
    | ConfirmOffer
    | RemoveOffer
    | ShowCheckout
    | AddGiftCard
    | EnterPromoCode
    | ShowLetters
    | RemoveGiftCard
    | UsePrepaid
    | PayWith
    | CancelPayment
    | ReturnPayment
    | GoBack
    | CancelOrder
    | ConfirmCancel
    | StillHere
    | Finish
    | AnswerHelp
    | SetAid
    | UseKeys
    | ChangeVolume
    | HearAll
    | AskHelp
    | OpenStaff
    | ShowSale
    | PickUnits
    | PickAllUnits
    | TakeBack
    | ConfirmTakeBack
    | ShowSales
    | ShowQuestions
    | ShowDevices
    | ShowTerminal
    | CloseDay
    | MarkPaid
    | ShowQuestion
    | PickCandidate
    | Decide
    | ConfirmDecision
    | TestPrinter
    | TestScanners
    | ShowSettings
    | TurnKnob
    | ShowAbout
    | ShowPower
    | AskPower
    | ConfirmPower
)
