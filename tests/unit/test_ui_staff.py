"""What staff read at the kiosk before and after they take something back, and what nobody can read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.intents import GoBack
from kioskd.core.staff import Decision, DecisionReason, ReturnReason, ViewingSale
from kioskd.core.staff_intents import (
    ConfirmDecision,
    ConfirmTakeBack,
    Decide,
    PickCandidate,
    PickUnits,
    ShowDevices,
    ShowQuestions,
    ShowSale,
    ShowSales,
    TakeBack,
)
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.scene import Scene
from kioskd.ui.scene_json import scene_json
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop, visits

SHOP = shop()
VISITS = visits(SHOP)
STAGE = Stage(DISPLAYS["portrait"], default_theme())
COMPOSER = Composer(STAGE, Fonts(STAGE), SHOP)


def scene(name: str, visit: Visit | None = None) -> Scene:
    return COMPOSER.scene(visit or VISITS[name])


def said(scene: Scene) -> str:
    return " | ".join(f"{widget.name} {widget.value}" for widget in scene.widgets)


def actions(scene: Scene) -> list[object]:
    return [widget.action for widget in scene.widgets if widget.action is not None and widget.enabled]


def test_of_a_pin_only_the_length_is_shown() -> None:
    shown = scene("staff-pin-typed")
    value = next(widget.value for widget in shown.widgets if widget.id == "pin")
    assert value == "4 digits"
    assert "4711" not in str(scene_json(shown))
    assert sum(widget.id.startswith("pin/") for widget in shown.widgets) == 4


def test_there_are_no_keys_while_no_pin_is_taken() -> None:
    assert not any(widget.id.startswith("key:") for widget in scene("staff-pin-closed").widgets)
    assert GoBack() in actions(scene("staff-pin-closed"))


def test_an_order_is_found_by_number_time_state_money_and_tender() -> None:
    shown = scene("staff-orders")
    assert ShowSale("s2") in actions(shown)
    assert "47, Partly taken back, 12:30, Gift card, Prepaid, Card, €32.20" in said(shown)
    assert "K1-999, Sold, 19 November 2026, 12:30, Card" in said(shown)


def test_only_what_is_left_can_be_picked() -> None:
    phase = VISITS["staff-order-picked"].phase
    assert isinstance(phase, ViewingSale)
    combo, burgers, dog = (line.id for line in phase.sale.order.lines)
    shown = actions(scene("staff-order-picked"))
    assert PickUnits(burgers, 1) in shown
    assert PickUnits(burgers, -1) in shown
    assert PickUnits(dog, -1) not in shown
    assert TakeBack() in shown
    partly = actions(scene("staff-order-partly"))
    assert PickUnits(combo, 1) not in partly
    assert TakeBack() not in partly


@pytest.mark.parametrize("name", ["staff-order-unpaid", "staff-order-returned", "staff-order-dropped"])
def test_what_cannot_come_back_in_part_cannot_be_picked(name: str) -> None:
    assert not any(isinstance(action, PickUnits) for action in actions(scene(name)))


def test_before_it_is_done_staff_read_all_it_leads_to() -> None:
    words = said(scene("staff-why-all"))
    for line in (
        "Take back €32.20?",
        "By itself: €17.20 back on the card, by the card terminal",
        "By itself: The voucher can be used again: A thank you",
        "By itself: The points are given back: Cookie",
        "By itself: The reward can be collected again: Free coffee",
        "By itself: €10.00 back on the gift card ending in 9876",
        "By itself: €5.00 back to the prepaid money",
        "By itself: The points of this order are corrected",
    ):
        assert line in words
    assert [a.reason for a in actions(scene("staff-why-all")) if isinstance(a, ConfirmTakeBack)] == list(
        ReturnReason
    )


def test_a_part_leaves_the_offers_used() -> None:
    visit = VISITS["staff-order-picked"]
    assert isinstance(visit.phase, ViewingSale)
    words = said(scene("", replace(visit, phase=replace(visit.phase, confirming=True))))
    assert "Stays: Offers stay used until everything is back" in words
    assert "can be used again" not in words


def test_points_of_nobody_may_stay_where_they_were_collected() -> None:
    words = said(scene("staff-why-counter"))
    assert "By hand: Pay €40.70 out at the counter" in words
    assert "Stays: Points collected with the code on the receipt" in words


def test_afterwards_each_thing_says_how_far_it_is() -> None:
    words = said(scene("staff-order-partly"))
    for line in (
        "By hand: Pay €5.00 back at the card terminal",
        "By hand: Pay €5.00 out by hand: Gift card ending in 9876",
        "Done: The voucher can be used again",
        "Waits: The points are given back",
        "Refused: €5.00 back on the gift card ending in 9876",
        "Unclear: €5.00 back on the gift card ending in 9876",
        "Stays: €2.50 was never taken: Prepaid",
        "Stays: Whether this order earned points is not known",
    ):
        assert line in words


def test_a_refusal_keeps_what_was_picked_and_says_why() -> None:
    shown = scene("staff-order-refused")
    assert "Nobody answered in time" in said(shown)
    assert TakeBack() in actions(shown)


def test_the_first_page_leads_everywhere_and_says_what_must_be_looked_at() -> None:
    shown = scene("staff-start-worried")
    assert {ShowSales(), ShowQuestions(), ShowDevices()} <= set(actions(shown))
    for line in (
        "2 questions are open for more than a day",
        "Nobody knows yet whether 2 card payments went through",
        "soon no more can be kept",
        "It is in /var/lib/kioskd",
        "Open questions, What the kiosk cannot find out by itself, 3",
        "Devices, terminal, printer, touch, 3",
    ):
        assert line in said(shown)
    assert "Please look at this" not in said(scene("staff-start"))
    assert "Devices, All work" in said(scene("staff-start"))


def test_a_question_shows_the_evidence_and_only_what_makes_sense() -> None:
    shown = scene("staff-question")
    for line in (
        "€8.50, Order 47, Gift card ending in QUAY",
        "Balance before: €25.00",
        "Sent 3 times",
        "receipt 0047",
    ):
        assert line in said(shown)
    touched = [each for each in actions(shown) if isinstance(each, Decide | PickCandidate)]
    assert len([each for each in touched if isinstance(each, PickCandidate)]) == 2
    assert Decide(Decision.UNDO) not in touched
    assert Decide(Decision.SEND_AGAIN) in touched
    assert not any(isinstance(each, ConfirmDecision) for each in actions(shown))


def test_before_a_decision_counts_staff_read_what_it_leads_to_and_say_how_they_know() -> None:
    shown = scene("staff-decide-doubt-send_again")
    assert "it would then have happened twice" in said(shown)
    known = [each.reason for each in actions(shown) if isinstance(each, ConfirmDecision)]
    assert known == list(DecisionReason)


def test_a_device_says_what_is_wrong_since_when_and_the_software_its_version() -> None:
    words = said(scene("staff-devices-ailing"))
    assert "Card terminal, no answer from 192.168.1.20:20007" in words
    assert "since 11:40, Faulty" in words
    assert "8,123 things wait to be told" in words
    assert "kioskd 0.4.0" in words


@pytest.mark.parametrize("name", ["attract", "attract-member", "out-of-order"])
def test_guests_are_told_nothing_of_it(name: str) -> None:
    assert "question" not in said(scene(name)).lower()
