"""What the basket would earn is said where a guest looks, and moves nothing when it arrives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.preview import BasketPoints, Previews
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.scene import Scene
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop, visits

SHOP = shop()
VISITS = visits(SHOP)
COMPOSERS = {
    name: Composer(stage := Stage(display, default_theme()), Fonts(stage), SHOP)
    for name, display in DISPLAYS.items()
}


def knowing(visit: Visit, points: int, name: str | None = "Shells") -> Visit:
    asked = Previews().asking("p", visit.preview_subject)
    return replace(visit, previews=asked.answered("p", BasketPoints(points, name)))


def said(scene: Scene) -> str:
    return " | ".join(widget.name for widget in scene.widgets)


@pytest.mark.parametrize("place", ["menu", "basket", "checkout"])
def test_a_member_will_earn_and_to_a_guest_it_is_worth_something(place: str) -> None:
    composer, member = COMPOSERS["portrait"], VISITS[place]
    assert "You will earn 21 Shells" in said(composer.scene(knowing(member, 21)))
    guest = knowing(replace(member, member=None), 21)
    wanted = "Scan your card now and earn 21 Shells" if place == "checkout" else "Worth 21 Shells"
    assert wanted in said(composer.scene(guest))
    assert "You will earn 1 point" in said(composer.scene(knowing(member, 1, None)))


@pytest.mark.parametrize("place", ["menu", "basket", "checkout"])
def test_nothing_to_earn_and_a_changed_basket_say_nothing(place: str) -> None:
    composer, visit = COMPOSERS["portrait"], VISITS[place]
    quiet = composer.scene(visit)
    assert composer.scene(knowing(visit, 0)) == quiet
    known = knowing(visit, 21)
    more = replace(known, basket=known.basket.with_quantity(1, 2))
    assert "Shells" not in said(composer.scene(more))


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("place", ["menu", "menu-looking-up", "basket", "checkout", "checkout-guest"])
def test_the_number_moves_nothing_when_it_arrives(display: str, place: str) -> None:
    composer, visit = COMPOSERS[display], VISITS[place]
    before, after = composer.scene(visit), composer.scene(knowing(visit, 21))
    where = {widget.id: widget.rect for widget in after.widgets if widget.label is None}
    assert where == {widget.id: widget.rect for widget in before.widgets if widget.label is None}
