"""What the camera cannot read: the guest is told why, as long as it is so and no longer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.events import CameraHint, Scanned, Tick
from kioskd.core.flow import next_deadline
from kioskd.core.hindrance import Hindrance
from kioskd.core.intents import (
    AddGiftCard,
    GoBack,
    QuickAdd,
    ShowBasket,
    ShowCheckout,
    ShowIdentify,
    StartOrder,
)
from kioskd.core.rules.hinting import HINT_S
from kioskd.core.shop import Capability
from kioskd.core.visit import Place
from tests.unit.shopfront import EAT_IN, SHOP, Player, player

GLARE = CameraHint(Hindrance.GLARE, "camera")
DARK = CameraHint(Hindrance.DARK, "camera")


def identifying() -> Player:
    p = player()
    p.do(StartOrder(EAT_IN), ShowIdentify())
    return p


def shown(p: Player) -> Hindrance | None:
    return p.visit.hint.hindrance if p.visit.hint else None


def test_it_is_shown_and_goes_by_itself() -> None:
    p = identifying()
    p.do(GLARE)
    assert shown(p) is Hindrance.GLARE
    assert next_deadline(p.visit, p.shop) == p.mono_s + HINT_S
    p.wait(HINT_S)
    p.do(Tick())
    assert p.visit.hint is None
    assert p.visit.place is Place.IDENTIFYING


def test_while_the_camera_repeats_it_it_stays() -> None:
    p = identifying()
    for _ in range(10):
        p.do(GLARE)
        p.wait(HINT_S / 2)
        p.do(Tick())
        assert shown(p) is Hindrance.GLARE


def test_the_newest_is_shown() -> None:
    p = identifying()
    p.do(GLARE, DARK)
    assert shown(p) is Hindrance.DARK


@pytest.mark.parametrize("event", [Scanned("KD-1001", "camera"), GoBack()])
def test_once_something_was_read_or_the_guest_goes_on_it_is_gone(event: Scanned | GoBack) -> None:
    p = identifying()
    p.do(GLARE, event)
    assert p.visit.hint is None
    p.do(GLARE)
    assert p.visit.hint is None, "it comes too late"


def test_it_is_no_sign_of_a_guest() -> None:
    p = identifying()
    active_s = p.visit.active_s
    p.wait(5)
    p.do(DARK)
    assert p.visit.active_s == active_s


def test_a_gift_card_is_helped_along_too_and_other_screens_show_nothing() -> None:
    p = player(replace(SHOP, capabilities=frozenset({Capability.GIFT_CARDS})))
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), DARK, ShowBasket(), DARK, ShowCheckout(), DARK)
    assert p.visit.hint is None
    p.do(AddGiftCard(), DARK)
    assert p.visit.place is Place.GIFT_CARD
    assert shown(p) is Hindrance.DARK
