"""A guest, devices and a backend that do anything at any time."""

from __future__ import annotations

import random
from dataclasses import replace

from kioskd.core.access import Aid
from kioskd.core.card_terminal import Totals
from kioskd.core.catalogue import Allergen, Diet, Service
from kioskd.core.denial import Denial
from kioskd.core.events import (
    CameraHint,
    DeviceChanged,
    Event,
    GiftCardFound,
    HeadphonesChanged,
    HelpChanged,
    LastOrderFound,
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    OfferDenied,
    OfferHeld,
    OrderAccepted,
    OrderDelivered,
    OrderUndeliverable,
    PartPaid,
    PartsReturned,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    PaymentStep,
    PointsPreviewed,
    PromoCodeDenied,
    PromoCodeRedeemed,
    ReceiptEnded,
    RewardClaimed,
    Scanned,
    SettlementDenied,
    SpeechChanged,
    Stirred,
    Tick,
    VoucherFound,
)
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.help import HelpState
from kioskd.core.hindrance import Hindrance
from kioskd.core.intents import (
    AddGiftCard,
    AnswerHelp,
    AskHelp,
    CancelOrder,
    CancelPayment,
    ChangeService,
    ChangeVolume,
    ChooseLanguage,
    ClearBasket,
    ConfirmCancel,
    ConfirmOffer,
    DeclineSuggestion,
    DropWishes,
    EditLine,
    EnterPromoCode,
    Finish,
    GoBack,
    OrderAgain,
    PayWith,
    PickOption,
    PressKey,
    PutInBasket,
    QuickAdd,
    RemoveGiftCard,
    RemoveLine,
    RemoveOffer,
    ReturnPayment,
    SetAid,
    ShowBasket,
    ShowCategory,
    ShowCheckout,
    ShowIdentify,
    ShowKeypad,
    ShowLetters,
    ShowMember,
    ShowOffer,
    ShowProduct,
    ShowSearch,
    ShowWishes,
    SignOut,
    StartOrder,
    StepLine,
    StepQuantity,
    StillHere,
    SubmitNumber,
    TakeSuggestion,
    ToggleWish,
    UndoRemoval,
    UseKeys,
    UsePrepaid,
)
from kioskd.core.member import CollectableReward, Reward, Right
from kioskd.core.money import Money
from kioskd.core.order import CardPayment, Tender
from kioskd.core.past_order import past_order
from kioskd.core.phases import (
    Attract,
    Checkout,
    ConfirmingOffer,
    EnteringPromoCode,
    Menu,
    OutOfOrder,
    Paying,
    PayingRest,
)
from kioskd.core.place import STAFF
from kioskd.core.preview import BasketPoints
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.readiness import CheckingReadiness, Corner, FirstStart, Readiness
from kioskd.core.rules.table import RULES
from kioskd.core.staff import (
    AtStaffStart,
    AtTerminal,
    BrowsingQuestions,
    BrowsingSales,
    Decision,
    DecisionReason,
    EnteringPin,
    ReturnReason,
    ViewingDevices,
    ViewingQuestion,
)
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
from kioskd.core.ticket import ticket_code
from kioskd.core.upkeep import About, Dial, Knob, PowerAct, PowerRefusal, TestingScanners
from kioskd.core.visit import Place
from tests.unit.offering import EXPIRED, FIVE, MIA, NOBODYS, SPENT, STRANGERS, TEN, TWENTY
from tests.unit.questioned import OVERVIEW, QUESTION
from tests.unit.shopfront import EAT_IN, SANNE, Player
from tests.unit.sold import SALE

LAST = past_order(SALE.order)
_TICKET = ticket_code(SALE.order)
_RIGHTS: tuple[Right, ...] = (*MIA.rewards, *MIA.vouchers, *MIA.collectables)


def anything(p: Player, rng: random.Random) -> Event:
    """Some event, likely or not, with ids that sometimes fit: each kind as often as another."""
    likely = 0.35 if p.visit.place in (*STAFF, Place.OUT_OF_ORDER) else 0.2  # behind the PIN lie rare ways
    if rng.random() < likely and (next_step := _straight_on(p, rng)):
        return next_step
    choices: dict[type[Event], Event] = {}
    for event in (*_of_the_guest(p, rng), *_of_staff(p, rng), *_of_the_world(p, rng)):
        choices[type(event)] = event
    fitting = [event for kind, event in choices.items() if (p.visit.place, kind) in RULES]
    return rng.choice(fitting if fitting and rng.random() < 0.9 else list(choices.values()))


def _straight_on(p: Player, rng: random.Random) -> Event | None:
    """What gets somewhere: without it few walks would come to the end of a payment."""
    match p.visit.phase:
        case Attract() if p.visit.lookup:
            return VoucherFound(p.visit.lookup.request, NOBODYS)
        case Attract() if p.visit.member:
            return Scanned("KD-1001", "s")
        case Attract():
            return OpenStaff() if p.shop.staff and rng.random() < 0.6 else StartOrder(EAT_IN)
        case OutOfOrder():
            return OpenStaff()
        case Menu():
            return ShowCheckout() if p.visit.basket.lines else QuickAdd("B1")
        case Checkout():
            return PayWith(Tender.CARD)
        case PayingRest(order, returning=True):
            return PartsReturned(order.id, order.paid_by_card, rng.random() < 0.5)
        case PayingRest():
            return rng.choice([PayWith(Tender.COUNTER), ReturnPayment(), PayWith(Tender.CARD)])
        case Paying(order) if order.due and not order.card_payments and rng.random() < 0.4:
            part = Money(1, order.currency)
            return PartPaid(replace(order, card_payments=(CardPayment(order.id, part),)))
        case Paying(order):
            return PaymentEnded(order.id, PaymentOutcome.UNKNOWN)
        case EnteringPin(asking=str(asking)):
            return PinChecked(asking, accepted=True)
        case AtStaffStart():
            deep, flat = (
                (ShowSales(), ShowQuestions(), ShowDevices(), ShowTerminal()),
                (ShowSettings(), ShowAbout(), ShowPower(), ShowReady()),
            )
            return rng.choice([*deep, *deep, *flat])
        case CheckingReadiness():
            return rng.choice([TestPrinter(), TestScanners(), TestTouch(), StartSelling(), GoBack()])
        case ViewingDevices():
            return rng.choice([TestPrinter(), TestScanners(), Scanned(_TICKET, "s"), Finish()])
        case TestingScanners():
            return Finish()
        case AtTerminal(asking=str(asking)):
            return TotalsFound(asking, Totals(None))
        case AtTerminal():
            return rng.choice([Scanned(_TICKET, "s"), Finish(), GoBack()])
        case BrowsingQuestions(asking=str(asking)):
            return QuestionsFound(asking, (QUESTION,))
        case BrowsingQuestions():
            return ShowQuestion(QUESTION.id)
        case ViewingQuestion(asking=str(asking)):
            return QuestionDecided(asking)
        case ViewingQuestion(decision=None):
            return rng.choice([Decide(Decision.HAPPENED), Finish()])
        case ViewingQuestion():
            return ConfirmDecision(DecisionReason.OTHER)
        case BrowsingSales(asking=str(asking)):
            return SalesFound(asking, (SALE,))
        case BrowsingSales():
            return ShowSale(SALE.order.id)
        case _:
            return None


def _of_the_guest(p: Player, rng: random.Random) -> list[Event]:
    right = rng.choice(_RIGHTS)
    taken = rng.choice([taken.id for taken in p.visit.offers] or ["another"])
    return [
        StartOrder(EAT_IN),
        ChooseLanguage(rng.choice(["en", "nl", "xx"])),
        ChangeService(rng.choice(list(Service))),
        ShowCategory(rng.choice(["burgers", "sides", "none"])),
        ShowSearch(),
        ShowWishes(),
        ToggleWish(rng.choice([*Diet, *Allergen])),
        DropWishes(),
        TakeSuggestion(rng.choice(["W1", "F1"])),
        DeclineSuggestion(),
        OrderAgain(),
        ShowProduct(rng.choice(["B1", "F1", "P1", "none"])),
        QuickAdd(rng.choice(["B1", "F1", "W1", "P1", "none"])),
        PickOption(rng.choice(["sauce", "extras", "none"]), rng.choice(["S1", "S2", "X1", "none"])),
        StepQuantity(rng.choice([-1, 1, 100])),
        PutInBasket(),
        ShowBasket(),
        EditLine(rng.randrange(1, 4)),
        StepLine(rng.randrange(1, 4), rng.choice([-1, 1])),
        RemoveLine(rng.randrange(1, 4)),
        ClearBasket(),
        UndoRemoval(),
        ShowIdentify(),
        ShowKeypad(),
        ShowLetters(),
        PressKey(rng.choice(["1", "2", "A", "-", "back", "clear", "x", "12"])),
        SubmitNumber(),
        ShowMember(),
        SignOut(),
        ShowOffer(right.kind, right.id),
        ConfirmOffer(),
        RemoveOffer(taken),
        ShowCheckout(),
        AddGiftCard(),
        EnterPromoCode(),
        RemoveGiftCard(rng.choice([FIVE.id, TEN.id])),
        UsePrepaid(rng.random() < 0.7),
        PayWith(rng.choice(list(Tender))),
        CancelPayment(),
        ReturnPayment(),
        GoBack(),
        CancelOrder(),
        ConfirmCancel(),
        StillHere(),
        Finish(),
        AskHelp(),
        rng.choice([Tick(), Tick(), Tick(), Tick(), Tick(), Tick(), Tick(), *_of_aids(p, rng)]),
        Scanned(
            rng.choice(["KD-1001", "KD-1002", "\x00", "https://x.example/l?version=v3", _TICKET]),
            "s",
        ),
    ]


def _of_aids(p: Player, rng: random.Random) -> list[Event]:
    return [
        SetAid(rng.choice(list(Aid)), rng.random() < 0.5),
        UseKeys(),
        AnswerHelp(),
        HelpChanged(p.visit.help.id if p.visit.help else "another", rng.choice(list(HelpState))),
        ChangeVolume(rng.choice([-1, 1])),
        HeadphonesChanged(rng.random() < 0.5),
        SpeechChanged(rng.random() < 0.2),
        Stirred(),
    ]


def _of_staff(p: Player, rng: random.Random) -> list[Event]:
    phase = p.visit.phase
    asking = getattr(phase, "asking", None) or "another"
    line = rng.choice(SALE.order.lines).id
    return [
        OpenStaff(),
        ShowSale(rng.choice([SALE.order.id, "another"])),
        PickUnits(line, rng.choice([-1, 1, 9])),
        PickAllUnits(),
        TakeBack(),
        ConfirmTakeBack(rng.choice(list(ReturnReason))),
        PinChecked(asking, rng.random() < 0.7, rng.choice([0.0, 30.0])),
        SalesFound(asking, rng.choice([(), (SALE,)])),
        SaleTakenBack(asking, SALE),
        SaleRefused(asking, "no"),
        ShowSales(),
        ShowQuestions(),
        ShowDevices(),
        ShowTerminal(),
        CloseDay(),
        MarkPaid(),
        SalePaid(asking, SALE),
        TotalsFound(asking, Totals(None), closed=rng.random() < 0.5),
        TerminalRefused(asking, "no"),
        ShowQuestion(rng.choice([QUESTION.id, "another"])),
        PickCandidate(rng.choice([*QUESTION.evidence.candidates, "another"])),
        Decide(rng.choice(list(Decision))),
        ConfirmDecision(rng.choice(list(DecisionReason))),
        OverviewFound(asking, OVERVIEW),
        QuestionsFound(asking, rng.choice([(), (QUESTION,)])),
        QuestionDecided(asking),
        QuestionRefused(asking, "no"),
        TestPrinter(),
        TestScanners(),
        ShowSettings(),
        ShowAbout(),
        ShowPower(),
        TurnKnob(rng.choice(list(Knob)), rng.choice([-1, 1])),
        AskPower(rng.choice(list(PowerAct))),
        ConfirmPower(),
        TestPrinted(asking, rng.choice(list(PrintVerdict))),
        DialsFound(asking, (Dial(Knob.VOLUME, 5, 1, 10),)),
        AboutFound(asking, About("1.0", (), 1.0, None, None, 0, 0)),
        PowerRefused(asking, rng.choice(list(PowerRefusal))),
        ShowReady(),
        TestTouch(),
        TouchCorner(rng.choice(list(Corner))),
        StartSelling(),
        ReadinessFound(asking, Readiness(clock_trusted=True)),
    ]


def _of_the_world(p: Player, rng: random.Random) -> list[Event]:
    def often(id: str | None) -> str:
        return id if id and rng.random() < 0.9 else "another"

    phase, visit = p.visit.phase, p.visit
    order = getattr(phase, "order", None)
    order_id = often(order.id if order else None)
    request = often(visit.lookup.request if visit.lookup else None)
    preview = often(visit.previews.question.request if visit.previews.question else None)
    waiting = often(phase.waiting if isinstance(phase, ConfirmingOffer) else None)
    promo = often(phase.waiting if isinstance(phase, EnteringPromoCode) else None)
    claims = [taken for taken in visit.offers if isinstance(taken.right, Reward)]
    claim = rng.choice(claims) if claims else None
    points_left = None
    if claim and isinstance(claim.right, Reward) and visit.member and visit.member.points is not None:
        points_left = visit.member.points - claim.right.cost_points
    parts = [taken.id for taken in visit.offers] + [card.id for card in visit.gift_cards] + [MIA.id]
    device = DeviceHealth("terminal", DeviceKind.TERMINAL, rng.choice([DeviceState.ABSENT, *DeviceState]))
    return [
        MemberFound(request, rng.choice([SANNE, MIA, MIA])),
        LastOrderFound(often(visit.asked_last_order), rng.choice([LAST, None])),
        VoucherFound(request, rng.choice([TWENTY, NOBODYS, STRANGERS, EXPIRED])),
        GiftCardFound(request, rng.choice([FIVE, TEN, SPENT])),
        LookupFailed(request, rng.choice(list(LookupFailure))),
        PromoCodeRedeemed(promo, rng.choice([NOBODYS, TWENTY])),
        PromoCodeDenied(promo, rng.choice(list(Denial))),
        OfferHeld(waiting),
        OfferDenied(waiting, rng.choice(list(Denial))),
        RewardClaimed(
            order_id,
            often(claim.id if claim else None),
            CollectableReward("c-new", "Claimed"),
            rng.choice([points_left, None]),
        ),
        SettlementDenied(order_id, rng.choice(parts), rng.choice(list(Denial))),
        PointsPreviewed(preview, rng.choice([None, BasketPoints(3)])),
        PaymentProgress(order_id, rng.choice(list(PaymentStep))),
        PaymentEnded(order_id, rng.choice(list(PaymentOutcome))),
        PartPaid(order if order and order.due and order_id == order.id else SALE.order),
        PartsReturned(order_id, SALE.order.due, rng.random() < 0.5),
        OrderAccepted(order_id),
        OrderDelivered(order_id, rng.choice([None, 3]), rng.choice([None, 9])),
        OrderUndeliverable(order_id),
        ReceiptEnded(order_id, rng.choice(list(PrintVerdict))),
        DeviceChanged(device),
        CameraHint(rng.choice(list(Hindrance)), "camera"),
        NetworkChanged(rng.random() < 0.8),
        FirstStart(),
        Tick(),
    ]
