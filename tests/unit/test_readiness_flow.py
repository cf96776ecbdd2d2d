"""A kiosk that was just set up shows whether it is ready, and sells when somebody says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.effects import FindReadiness, Forget, NoteReady, PrintTest
from kioskd.core.events import Scanned, Tick
from kioskd.core.intents import Finish, GoBack, StartOrder
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.readiness import CheckingReadiness, Corner, FirstStart, Readiness, TestingTouch
from kioskd.core.staff_events import OverviewFound, ReadinessFound, TestPrinted
from kioskd.core.staff_intents import (
    ShowReady,
    StartSelling,
    TestPrinter,
    TestScanners,
    TestTouch,
    TouchCorner,
)
from kioskd.core.visit import Place
from tests.unit.questioned import OVERVIEW
from tests.unit.shopfront import EAT_IN, SHOP, Player, player
from tests.unit.test_staff_flow import asking, signed_in

READY = Readiness(clock_trusted=True)


def just_set_up() -> Player:
    p = player(SHOP)
    (wish,) = p.do(FirstStart())
    assert wish == FindReadiness(asking(p))
    p.do(ReadinessFound(asking(p), READY))
    return p


def looked_at_by_staff() -> Player:
    p = signed_in()
    p.do(OverviewFound(asking(p), OVERVIEW), ShowReady())
    p.do(ReadinessFound(asking(p), READY))
    return p


def checking(p: Player) -> CheckingReadiness:
    assert isinstance(p.visit.phase, CheckingReadiness)
    return p.visit.phase


def test_the_first_look_needs_no_pin_and_ends_with_selling() -> None:
    p = just_set_up()
    assert checking(p).readiness == READY
    assert p.do(StartSelling()) == (Forget(), NoteReady())
    assert p.visit.place is Place.ATTRACT


@pytest.mark.parametrize("test", [None, TestTouch()])
def test_whoever_sets_a_kiosk_up_is_not_hurried_and_one_left_alone_sells(test: TestTouch | None) -> None:
    p = just_set_up()
    p.do(*([test] if test else []))
    begun = p.visit.place
    p.wait(p.shop.limits.first_look_s - 1)
    p.do(Tick())
    assert p.visit.place is begun
    p.wait(1)
    assert NoteReady() not in p.do(Tick())
    assert p.visit.place is Place.ATTRACT


def test_staff_who_leave_it_open_are_not_waited_for() -> None:
    p = looked_at_by_staff()
    p.wait(p.shop.limits.staff_idle_s)
    p.do(Tick())
    assert p.visit.place is Place.ATTRACT


def test_a_guest_who_was_quicker_is_not_disturbed() -> None:
    p = player(SHOP)
    p.do(StartOrder(EAT_IN), FirstStart())
    assert p.visit.place is Place.MENU


def test_nobody_gets_to_the_staff_pages_without_a_pin() -> None:
    p = just_set_up()
    p.do(GoBack())
    assert p.visit.place is Place.STAFF_READY
    assert looked_at_by_staff().visit.place is Place.STAFF_READY


def test_staff_go_back_to_where_they_came_from() -> None:
    p = looked_at_by_staff()
    p.do(GoBack())
    assert p.visit.place is Place.STAFF_START


@pytest.mark.parametrize("first", [True, False])
def test_what_was_tried_is_remembered_and_leads_back(first: bool) -> None:
    p = just_set_up() if first else looked_at_by_staff()
    (wish,) = p.do(TestPrinter())
    assert wish == PrintTest(asking(p), "en")
    p.do(TestPrinted(asking(p), PrintVerdict.PRINTED), TestPrinter())
    p.do(TestPrinted(asking(p), PrintVerdict.UNVERIFIED), GoBack())
    p.do(TestScanners(), Scanned("KD-1001", "front"), GoBack())
    p.do(TestTouch(), *map(TouchCorner, Corner))
    assert isinstance(p.visit.phase, TestingTouch) and p.visit.phase.passed
    p.do(GoBack())
    tried = replace(checking(p), asking=None, due_s=None)
    assert tried == CheckingReadiness(first, None, PrintVerdict.UNVERIFIED, scanned=True, touched=True)


def test_three_corners_are_not_four() -> None:
    p = just_set_up()
    p.do(TestTouch(), *map(TouchCorner, list(Corner)[:3]), GoBack())
    assert not checking(p).touched


def test_a_scan_test_ends_by_itself_where_it_was_begun() -> None:
    p = just_set_up()
    p.do(TestScanners())
    p.wait(p.shop.limits.test_scan_s)
    p.do(Tick())
    assert p.visit.place is Place.STAFF_READY and not checking(p).scanned


def test_an_answer_that_does_not_come_is_said() -> None:
    p = player(SHOP)
    p.do(FirstStart())
    p.wait(p.shop.limits.staff_answer_s)
    p.do(Tick())
    assert checking(p).failed and checking(p).first
    p.do(ReadinessFound("late", READY))
    assert checking(p).readiness is None


def test_a_print_that_nobody_tells_the_end_of_leads_back_too() -> None:
    p = just_set_up()
    p.do(TestPrinter())
    p.wait(p.shop.limits.test_print_s)
    p.do(Tick(), GoBack())
    assert checking(p).first and checking(p).printed is None


def test_closing_a_test_leads_home_and_it_is_asked_again_at_the_next_start() -> None:
    p = just_set_up()
    p.do(TestTouch())
    assert NoteReady() not in p.do(Finish())
    assert p.visit.place is Place.ATTRACT
