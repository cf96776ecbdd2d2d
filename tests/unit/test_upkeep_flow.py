"""Staff keep the kiosk in order: tests, settings, what it is, power."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.effects import FindAbout, FindDials, FindOverview, PrintTest, SetDial, SwitchPower
from kioskd.core.events import Scanned, Tick
from kioskd.core.flow import next_deadline
from kioskd.core.intents import GoBack
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.staff_events import AboutFound, DialsFound, OverviewFound, PowerRefused, TestPrinted
from kioskd.core.staff_intents import (
    AskPower,
    ConfirmPower,
    ShowAbout,
    ShowDevices,
    ShowPower,
    ShowSettings,
    TestPrinter,
    TestScanners,
    TurnKnob,
)
from kioskd.core.upkeep import (
    MOST_SEEN,
    About,
    AdjustingKiosk,
    Dial,
    Knob,
    PowerAct,
    PowerRefusal,
    SwitchingPower,
    TestingPrinter,
    TestingScanners,
    ViewingAbout,
    seen_code,
)
from kioskd.core.visit import Place
from tests.unit.questioned import OVERVIEW
from tests.unit.shopfront import Player
from tests.unit.test_staff_flow import STAFFED, asking, signed_in

ABOUT = About("1.0", ("192.0.2.1",), 60.0, 3600.0, 1 << 30, 3, 1)
LOUD = Dial(Knob.VOLUME, 5, 1, 10)


def at_start() -> Player:
    p = signed_in()
    p.do(OverviewFound(asking(p), OVERVIEW))
    return p


def at_devices() -> Player:
    p = at_start()
    p.do(ShowDevices())
    return p


def at_settings() -> Player:
    p = at_start()
    (wish,) = p.do(ShowSettings())
    assert wish == FindDials(asking(p))
    p.do(DialsFound(asking(p), (LOUD,)))
    return p


# --- the test receipt -----------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", PrintVerdict)
def test_a_test_receipt_is_printed_once_and_its_end_is_told(verdict: PrintVerdict) -> None:
    p = at_devices()
    (wish,) = p.do(TestPrinter())
    assert wish == PrintTest(asking(p), "en")
    assert not p.do(TestPrinter())
    p.do(TestPrinted("another", verdict))
    assert asking(p)
    p.do(TestPrinted(asking(p), verdict))
    assert p.visit.phase == TestingPrinter(verdict)
    (wish,) = p.do(TestPrinter())
    assert isinstance(wish, PrintTest)


def test_nobody_waits_for_ever_for_a_test_receipt() -> None:
    p = at_devices()
    p.do(TestPrinter())
    p.wait(STAFFED.limits.test_print_s)
    p.do(Tick())
    assert p.visit.phase == TestingPrinter(failed=True)
    (wish,) = p.do(GoBack())
    assert isinstance(wish, FindOverview)
    assert p.visit.place is Place.STAFF_DEVICES


# --- the test scan --------------------------------------------------------------------------------------


def test_what_is_scanned_as_a_test_is_shown_and_nobody_is_asked_whose_it_is() -> None:
    p = at_devices()
    p.do(TestScanners())
    assert not p.do(Scanned("KD-100100200300", "front", "code128"))
    assert isinstance(p.visit.phase, TestingScanners)
    (seen,) = p.visit.phase.seen
    assert (seen.source, seen.symbology, seen.length) == ("front", "code128", 15)
    assert seen.hidden == "•••••••••••0300"
    assert "KD-1001" not in repr(p.visit)
    assert p.visit.lookup is None


def test_of_a_short_code_nothing_is_shown() -> None:
    assert seen_code("12345678", "front", None).hidden == "••••••••"


def test_the_newest_scans_are_shown_first_and_the_oldest_no_more() -> None:
    p = at_devices()
    p.do(TestScanners(), *(Scanned(f"a long code {n:04}", "front") for n in range(MOST_SEEN + 2)))
    assert isinstance(p.visit.phase, TestingScanners)
    assert [seen.hidden[-4:] for seen in p.visit.phase.seen] == [f"{n:04}" for n in range(9, 1, -1)]


def test_the_test_scan_ends_by_itself_however_much_is_scanned() -> None:
    p = at_devices()
    p.do(TestScanners())
    end_s = p.mono_s + STAFFED.limits.test_scan_s
    p.wait(STAFFED.limits.test_scan_s - 1)
    p.do(Scanned("another long code", "front"), Tick())
    assert p.visit.place is Place.STAFF_TEST_SCAN
    assert next_deadline(p.visit, STAFFED) == end_s
    p.wait(1)
    p.do(Tick())
    assert p.visit.place is Place.STAFF_DEVICES


# --- settings -------------------------------------------------------------------------------------------


def test_a_knob_shows_what_is_wished_for_at_once_and_how_it_is_then() -> None:
    p = at_settings()
    (wish,) = p.do(TurnKnob(Knob.VOLUME, 1))
    assert wish == SetDial(asking(p), Knob.VOLUME, 6)
    assert isinstance(p.visit.phase, AdjustingKiosk)
    assert p.visit.phase.dials == (replace(LOUD, value=6),)
    p.do(DialsFound(asking(p), (LOUD,)))  # it could not be turned
    assert p.visit.phase == AdjustingKiosk((LOUD,))


def test_only_the_last_of_quick_touches_counts() -> None:
    p = at_settings()
    p.do(TurnKnob(Knob.VOLUME, 1))
    first = asking(p)
    p.do(TurnKnob(Knob.VOLUME, 1), DialsFound(first, (replace(LOUD, value=6),)))
    assert isinstance(p.visit.phase, AdjustingKiosk)
    assert p.visit.phase.dials == (replace(LOUD, value=7),)


def test_no_knob_is_turned_beyond_its_end_and_none_that_is_not_here() -> None:
    p = at_settings()
    (wish,) = p.do(TurnKnob(Knob.VOLUME, 99))
    assert wish == SetDial(asking(p), Knob.VOLUME, 10)
    assert not p.do(TurnKnob(Knob.VOLUME, 1), TurnKnob(Knob.BRIGHTNESS, 1))


# --- what it is -----------------------------------------------------------------------------------------


def test_the_page_about_the_kiosk_says_what_was_found_and_closes_by_itself() -> None:
    p = at_start()
    (wish,) = p.do(ShowAbout())
    assert wish == FindAbout(asking(p))
    p.do(AboutFound("another", ABOUT))
    assert asking(p)
    p.do(AboutFound(asking(p), ABOUT))
    assert p.visit.phase == ViewingAbout(ABOUT)
    p.wait(STAFFED.limits.staff_idle_s)
    p.do(Tick())
    assert p.visit.place is Place.ATTRACT


@pytest.mark.parametrize("way", [ShowAbout(), ShowSettings()])
def test_an_answer_that_does_not_come_is_said(way: ShowAbout | ShowSettings) -> None:
    p = at_start()
    p.do(way)
    p.wait(STAFFED.limits.staff_answer_s)
    p.do(Tick())
    assert p.visit.phase in (ViewingAbout(failed=True), AdjustingKiosk(failed=True))
    p.do(GoBack())
    assert p.visit.place is Place.STAFF_START


# --- power ----------------------------------------------------------------------------------------------


def power_page(*, allowed: bool) -> Player:
    p = at_start()
    p.shop = replace(p.shop, power=allowed)
    p.do(ShowPower())
    return p


@pytest.mark.parametrize("act", PowerAct)
def test_nothing_is_switched_off_before_it_is_confirmed(act: PowerAct) -> None:
    p = power_page(allowed=True)
    assert not p.do(ConfirmPower())
    assert not p.do(AskPower(act), GoBack())
    assert p.visit.phase == SwitchingPower()
    p.do(AskPower(act))
    (wish,) = p.do(ConfirmPower())
    assert wish == SwitchPower(asking(p), act)
    assert not p.do(ConfirmPower(), GoBack(), AskPower(act))


def test_where_the_machine_is_not_the_staffs_only_the_software_restarts() -> None:
    p = power_page(allowed=False)
    p.do(AskPower(PowerAct.SHUT_DOWN), AskPower(PowerAct.RESTART_MACHINE))
    assert p.visit.phase == SwitchingPower()
    p.do(AskPower(PowerAct.RESTART_KIOSK))
    assert p.visit.phase == SwitchingPower(PowerAct.RESTART_KIOSK)


def test_why_nothing_was_switched_off_is_said() -> None:
    p = power_page(allowed=True)
    p.do(AskPower(PowerAct.SHUT_DOWN), ConfirmPower(), PowerRefused("another", PowerRefusal.BUSY))
    p.do(PowerRefused(asking(p), PowerRefusal.BUSY, "why"))
    assert p.visit.phase == SwitchingPower(refused=PowerRefusal.BUSY, detail="why")
    p.do(AskPower(PowerAct.SHUT_DOWN), ConfirmPower())
    p.wait(STAFFED.limits.staff_answer_s)
    p.do(Tick())
    assert p.visit.phase == SwitchingPower(refused=PowerRefusal.FAILED)
    p.do(GoBack())
    assert p.visit.place is Place.STAFF_START
