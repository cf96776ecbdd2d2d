"""When something can be had, and what it is called."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from kioskd.core.catalogue import Availability, Service, Window, Words
from tests.unit.shopfront import CATALOGUE

MORNING = Window(frozenset(range(7)), time(7), time(10, 30))
FRIDAY_NIGHT = Window(frozenset({4}), time(22), time(3))


def at(weekday: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23 + weekday, hour, minute, tzinfo=UTC)  # the 23rd is a Monday


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(0, 6, 59), False),
        (at(0, 7), True),
        (at(0, 10, 29), True),
        (at(0, 10, 30), False),
        (at(6, 8), True),
    ],
)
def test_a_window_opens_at_its_start_and_closes_just_before_its_end(moment: datetime, is_open: bool) -> None:
    assert MORNING.contains(moment) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(4, 21, 59), False),
        (at(4, 22), True),
        (at(5, 2, 59), True),
        (at(5, 3), False),
        (at(5, 22), False),
        (at(4, 1), False),
    ],
)
def test_a_night_belongs_to_the_day_it_began_on(moment: datetime, is_open: bool) -> None:
    assert FRIDAY_NIGHT.contains(moment) is is_open


def test_the_night_from_sunday_to_monday_wraps_the_week() -> None:
    assert Window(frozenset({6}), time(22), time(3)).contains(at(0, 1))


def test_without_windows_it_can_always_be_had() -> None:
    assert Availability().at(Service.EAT_IN, at(2, 3))


def test_the_service_and_the_time_and_the_stock_must_all_agree() -> None:
    take_away = Availability(services=frozenset({Service.TAKE_AWAY}), windows=(MORNING,))
    assert take_away.at(Service.TAKE_AWAY, at(0, 8))
    assert not take_away.at(Service.EAT_IN, at(0, 8))
    assert not take_away.at(Service.TAKE_AWAY, at(0, 12))
    assert not Availability(sold_out=Words("Back tomorrow")).at(Service.EAT_IN, at(0, 8))


def test_one_of_several_windows_is_enough() -> None:
    both = Availability(windows=(MORNING, FRIDAY_NIGHT))
    assert both.at(Service.EAT_IN, at(4, 23))
    assert both.at(Service.EAT_IN, at(4, 8))
    assert not both.at(Service.EAT_IN, at(4, 12))


def test_a_missing_translation_falls_back_to_the_plain_text() -> None:
    words = Words("Fries", (("nl", "Friet"),))
    assert words.in_language("nl") == "Friet"
    assert words.in_language("ar") == "Fries"


def test_a_category_keeps_the_menus_order() -> None:
    assert [product.sku for product in CATALOGUE.in_category("sides")] == ["F1", "W1", "P1", "Z1"]
    assert list(CATALOGUE.in_category("none")) == []
