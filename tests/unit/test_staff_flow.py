"""Staff at the kiosk: PIN, orders, taking back."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import CheckPin, FindSales, Forget, TakeBackSale
from kioskd.core.events import (
    ConfirmTakeBack,
    Finish,
    GoBack,
    MemberFound,
    OpenStaff,
    PickAllUnits,
    PickUnits,
    PinChecked,
    PressKey,
    SaleRefused,
    SalesFound,
    SaleTakenBack,
    Scanned,
    ShowSale,
    SubmitNumber,
    TakeBack,
    Tick,
)
from kioskd.core.flow import next_deadline
from kioskd.core.sale import Sale, SaleState
from kioskd.core.staff import BrowsingSales, EnteringPin, ReturnReason, ViewingSale
from kioskd.core.visit import Place
from tests.unit.shopfront import SANNE, SHOP, Player, player
from tests.unit.sold import ORDER, SALE

STAFFED = replace(SHOP, staff=True)


def asking(p: Player) -> str:
    assert isinstance(p.visit.phase, EnteringPin | BrowsingSales | ViewingSale)
    assert p.visit.phase.asking
    return p.visit.phase.asking


def signed_in() -> Player:
    p = player(STAFFED)
    p.do(OpenStaff(), *map(PressKey, "4711"), SubmitNumber())
    p.do(PinChecked(asking(p), accepted=True))
    return p


def viewing(sale: Sale = SALE) -> Player:
    p = signed_in()
    p.do(SalesFound(asking(p), (sale,)), ShowSale(sale.order.id))
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
    assert wish == FindSales(asking(p))
    assert p.visit.place is Place.STAFF_ORDERS


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
    assert "look at the order again" in p.visit.phase.refused


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
