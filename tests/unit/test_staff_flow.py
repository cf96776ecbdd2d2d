"""Staff at the kiosk: PIN, orders, taking back."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import (
    CheckPin,
    DecideQuestion,
    FindOverview,
    FindQuestions,
    FindSales,
    Forget,
    TakeBackSale,
)
from kioskd.core.events import DeviceChanged, MemberFound, Scanned, Tick
from kioskd.core.flow import next_deadline
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.intents import Finish, GoBack, PressKey, SubmitNumber
from kioskd.core.sale import Sale, SaleState
from kioskd.core.staff import (
    AtStaffStart,
    BrowsingQuestions,
    Decision,
    DecisionReason,
    EnteringPin,
    ReturnReason,
    StaffPhase,
    ViewingDevices,
    ViewingQuestion,
    ViewingSale,
)
from kioskd.core.staff_events import (
    OverviewFound,
    PinChecked,
    QuestionDecided,
    QuestionRefused,
    QuestionsFound,
    SaleRefused,
    SalesFound,
    SaleTakenBack,
)
from kioskd.core.staff_intents import (
    ConfirmDecision,
    ConfirmTakeBack,
    Decide,
    OpenStaff,
    PickAllUnits,
    PickCandidate,
    PickUnits,
    ShowDevices,
    ShowQuestion,
    ShowQuestions,
    ShowSale,
    ShowSales,
    TakeBack,
)
from kioskd.core.visit import Place
from tests.unit.questioned import OVERVIEW, QUESTION
from tests.unit.shopfront import SANNE, SHOP, Player, player
from tests.unit.sold import ORDER, SALE

STAFFED = replace(SHOP, staff=True)


def asking(p: Player) -> str:
    assert isinstance(p.visit.phase, StaffPhase)
    assert p.visit.phase.asking
    return p.visit.phase.asking


def signed_in() -> Player:
    p = player(STAFFED)
    p.do(OpenStaff(), *map(PressKey, "4711"), SubmitNumber())
    p.do(PinChecked(asking(p), accepted=True))
    return p


def viewing(sale: Sale = SALE) -> Player:
    p = signed_in()
    p.do(ShowSales())
    p.do(SalesFound(asking(p), (sale,)), ShowSale(sale.order.id))
    return p


def questioned() -> Player:
    p = signed_in()
    (wish,) = p.do(ShowQuestions())
    assert wish == FindQuestions(asking(p))
    p.do(QuestionsFound(asking(p), (QUESTION,)), ShowQuestion(QUESTION.id))
    return p


def test_without_a_pin_there_is_no_staff_screen() -> None:
    p = player(SHOP)
    p.do(OpenStaff())
    assert p.visit.place is Place.ATTRACT


def test_a_guest_who_was_recognised_is_not_disturbed() -> None:
    p = player(STAFFED)
    p.do(Scanned("KD-1001", "s"))
    p.do(MemberFound(p.visit.lookup.request if p.visit.lookup else "", SANNE), GoBack())
    p.do(OpenStaff())
    assert p.visit.place is Place.ATTRACT
    assert p.visit.member == SANNE


def test_the_pin_is_checked_and_then_forgotten() -> None:
    p = player(STAFFED)
    p.do(OpenStaff(), *map(PressKey, ["4", "8", "back", "7", "1", "x", "1"]))
    (wish,) = p.do(SubmitNumber())
    assert wish == CheckPin(asking(p), "4711")
    assert "4711" not in repr(wish)
    assert isinstance(p.visit.phase, EnteringPin)
    assert p.visit.phase.digits == ""
    (wish,) = p.do(PinChecked(asking(p), accepted=True))
    assert wish == FindOverview(asking(p))
    assert p.visit.place is Place.STAFF_START


def test_after_a_wrong_pin_no_other_is_taken_until_its_time() -> None:
    p = player(STAFFED)
    p.do(OpenStaff(), PressKey("1"), SubmitNumber())
    p.do(PinChecked(asking(p), accepted=False, wait_s=30.0))
    assert not p.do(PressKey("4"), SubmitNumber())
    assert next_deadline(p.visit, STAFFED) == p.mono_s + 30.0
    p.wait(30)
    p.do(Tick(), PressKey("4"))
    assert p.visit.phase == EnteringPin("4")


def test_an_answer_to_another_pin_counts_for_nothing() -> None:
    p = player(STAFFED)
    p.do(OpenStaff(), PressKey("1"), SubmitNumber())
    p.do(PinChecked("another", accepted=True))
    assert p.visit.place is Place.STAFF_PIN


def test_some_units_go_back() -> None:
    p = viewing()
    line = ORDER.lines[0].id
    p.do(PickUnits(line, 1), PickUnits(line, 5), PickUnits(line, -1))
    assert not p.do(TakeBack())
    (wish,) = p.do(ConfirmTakeBack(ReturnReason.NOT_GOOD))
    assert wish == TakeBackSale(asking(p), "o-1", ((line, 1),), ReturnReason.NOT_GOOD, seen_returns=0)
    after = replace(SALE, state=SaleState.PARTLY_RETURNED)
    p.do(SaleTakenBack(asking(p), after))
    assert p.visit.phase == ViewingSale(after)


def test_all_of_it_is_a_cancellation() -> None:
    p = viewing()
    p.do(PickAllUnits(), TakeBack())
    (wish,) = p.do(ConfirmTakeBack(ReturnReason.WRONG_ORDER))
    assert isinstance(wish, TakeBackSale)
    assert wish.quantities is None


def test_nothing_picked_is_nothing_to_take_back() -> None:
    p = viewing()
    p.do(TakeBack())
    assert not p.do(ConfirmTakeBack(ReturnReason.OTHER))
    assert p.visit.phase == ViewingSale(SALE)


def test_a_refusal_says_why_and_keeps_what_was_picked() -> None:
    p = viewing()
    p.do(PickAllUnits(), TakeBack(), ConfirmTakeBack(ReturnReason.OTHER))
    p.do(SaleRefused(asking(p), "it was returned already"))
    assert isinstance(p.visit.phase, ViewingSale)
    assert p.visit.phase.refused == "it was returned already"
    assert p.visit.phase.picks_all


def test_while_it_is_done_nothing_else_is() -> None:
    p = viewing()
    p.do(PickAllUnits(), TakeBack(), ConfirmTakeBack(ReturnReason.OTHER))
    busy = p.visit.phase
    p.do(PickUnits(ORDER.lines[0].id, -1), TakeBack(), GoBack(), PickAllUnits())
    assert p.visit.phase == busy


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    p = viewing()
    p.do(PickAllUnits(), TakeBack(), ConfirmTakeBack(ReturnReason.OTHER))
    p.wait(STAFFED.limits.staff_answer_s)
    p.do(Tick())
    assert isinstance(p.visit.phase, ViewingSale)
    assert p.visit.phase.asking is None
    assert "look at it again" in p.visit.phase.refused


def test_staff_who_walk_away_leave_nothing_open() -> None:
    p = viewing()
    assert next_deadline(p.visit, STAFFED) == p.mono_s + STAFFED.limits.staff_idle_s
    p.wait(STAFFED.limits.staff_idle_s)
    assert Forget() in p.do(Tick())
    assert p.visit.place is Place.ATTRACT


def test_back_leads_to_the_orders_as_they_are_now() -> None:
    p = viewing()
    assert p.do(GoBack()) == (FindSales(asking(p)),)
    p.do(Finish())
    assert p.visit.place is Place.ATTRACT


def test_the_first_page_says_how_the_kiosk_is_and_leads_everywhere_and_back() -> None:
    p = signed_in()
    p.do(OverviewFound("another", OVERVIEW))
    assert p.visit.phase == AtStaffStart(asking=asking(p), due_s=p.mono_s + STAFFED.limits.staff_answer_s)
    p.do(OverviewFound(asking(p), OVERVIEW))
    assert p.visit.phase == AtStaffStart(OVERVIEW)
    for way in (ShowSales(), ShowQuestions(), ShowDevices()):
        p.do(way)
        assert p.visit.place is not Place.STAFF_START
        assert p.do(GoBack()) == (FindOverview(asking(p)),)
        assert p.visit.place is Place.STAFF_START
    p.do(GoBack())
    assert p.visit.place is Place.ATTRACT


def test_a_page_nobody_answers_for_says_so() -> None:
    for way, unanswered in (
        (ShowQuestions(), BrowsingQuestions(failed=True)),
        (ShowDevices(), ViewingDevices(failed=True)),
    ):
        p = signed_in()
        p.do(way)
        p.wait(STAFFED.limits.staff_answer_s)
        p.do(Tick())
        assert p.visit.phase == unanswered


def test_a_decision_counts_when_it_is_said_how_staff_know() -> None:
    p = questioned()
    assert not p.do(ConfirmDecision(DecisionReason.OTHER))
    assert not p.do(PickCandidate("m-2"), Decide(Decision.HAPPENED))
    (wish,) = p.do(ConfirmDecision(DecisionReason.AT_BACKEND))
    assert wish == DecideQuestion(asking(p), QUESTION.id, Decision.HAPPENED, DecisionReason.AT_BACKEND, "m-2")
    (wish,) = p.do(QuestionDecided(asking(p)))
    assert wish == FindQuestions(asking(p))
    assert p.visit.place is Place.STAFF_QUESTIONS


def test_a_movement_touched_again_is_not_picked_any_more_and_a_strange_one_never() -> None:
    p = questioned()
    p.do(PickCandidate("m-1"), PickCandidate("m-1"), PickCandidate("another"))
    assert p.visit.phase == ViewingQuestion(QUESTION)


def test_what_makes_no_sense_cannot_be_decided() -> None:
    p = questioned()
    p.do(Decide(Decision.UNDO))
    assert not p.do(ConfirmDecision(DecisionReason.OTHER))


def test_one_step_back_is_from_how_to_what() -> None:
    p = questioned()
    p.do(Decide(Decision.HAPPENED), GoBack())
    assert p.visit.phase == ViewingQuestion(QUESTION)
    assert p.do(GoBack()) == (FindQuestions(asking(p)),)


def test_a_decision_that_is_refused_or_not_answered_says_so() -> None:
    p = questioned()
    p.do(Decide(Decision.HAPPENED), ConfirmDecision(DecisionReason.OTHER))
    busy = p.visit.phase
    p.do(Decide(Decision.HAPPENED), PickCandidate("m-1"), GoBack(), QuestionDecided("another"))
    assert p.visit.phase == busy
    p.do(QuestionRefused(asking(p), "it has been cleared up meanwhile"))
    assert p.visit.phase == ViewingQuestion(QUESTION, refused="it has been cleared up meanwhile")
    p.do(Decide(Decision.HAPPENED), ConfirmDecision(DecisionReason.OTHER))
    p.wait(STAFFED.limits.staff_answer_s)
    p.do(Tick())
    assert isinstance(p.visit.phase, ViewingQuestion)
    assert "look at it again" in p.visit.phase.refused


def test_a_device_is_known_since_its_state_changed() -> None:
    p = player(STAFFED)
    paper_low = DeviceHealth("printer", DeviceKind.PRINTER, DeviceState.DEGRADED, "paper is low")
    p.do(DeviceChanged(paper_low))
    began = p.visit.devices["printer"].since
    assert began == p.visit.now
    p.wait(60)
    p.do(DeviceChanged(replace(paper_low, detail="paper is very low")))
    assert p.visit.devices["printer"].since == began
