"""What guests and staff want: what a widget carries, posted when it is touched."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.access import Aid
from kioskd.core.catalogue import Allergen, Diet, Service
from kioskd.core.discount import OfferKind
from kioskd.core.order import Tender
from kioskd.core.staff_intents import (
    AskPower,
    CloseDay,
    ConfirmDecision,
    ConfirmPower,
    ConfirmTakeBack,
    Decide,
    MarkPaid,
    OpenStaff,
    PickAllUnits,
    PickCandidate,
    PickUnits,
    ShowAbout,
    ShowDevices,
    ShowPower,
    ShowQuestion,
    ShowQuestions,
    ShowReady,
    ShowSale,
    ShowSales,
    ShowSettings,
    ShowTerminal,
    StartSelling,
    TakeBack,
    TestPrinter,
    TestScanners,
    TestTouch,
    TouchCorner,
    TurnKnob,
)


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
    """The latest one, of whatever kind; touched again, the one before it."""


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
    | ShowReady
    | TestTouch
    | TouchCorner
    | StartSelling
)
