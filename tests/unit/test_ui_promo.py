"""Where a promo code is typed: on every display, in every language, whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.catalogue import Service
from kioskd.core.denial import Denial
from kioskd.core.intents import ChangeService, EnterPromoCode
from kioskd.core.judgement import Judging, Objection
from kioskd.core.phases import Checkout, Reviewing
from kioskd.core.shop import Capability
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.scene import Scene
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_offer_visits import FREE_DOG, taken
from tests.ui_visits import DISPLAYS, shop, visits

SHOP = replace(
    shop(), capabilities=frozenset({Capability.OFFERS, Capability.PROMO_CODES, Capability.RECEIPT_TEXTS})
)
VISITS = visits(SHOP)
COMPOSERS = {
    name: Composer(stage := Stage(display, default_theme()), Fonts(stage), SHOP)
    for name, display in DISPLAYS.items()
}
MEMBER = VISITS["member-offers"]
GUEST = VISITS["checkout-guest"]


def checkouts(display: str, language: str) -> list[Scene]:
    at_checkout = replace(MEMBER, phase=Checkout(), language=language)
    guest = replace(GUEST, language=language)
    seen = (at_checkout, replace(at_checkout, online=False), guest)
    return [COMPOSERS[display].scene(visit) for visit in seen]


@pytest.mark.parametrize("display", list(DISPLAYS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_checkout_has_a_tile_for_it_with_its_words_whole(display: str, language: str) -> None:
    for scene, online in zip(checkouts(display, language), (True, False, True), strict=True):
        tile = next(widget for widget in scene.widgets if widget.id == "promo_code")
        assert tile.action == EnterPromoCode() and tile.enabled is online
        lines = [w.label.lines for w in scene.widgets if w.label and w.part_of == "promo_code"]
        assert lines and not any("…" in line for each in lines for line in each)


def test_beside_gift_cards_it_is_on_the_members_page_only() -> None:
    generous = Composer(
        stage := Stage(DISPLAYS["small"], default_theme()),
        Fonts(stage),
        replace(SHOP, capabilities=frozenset(Capability)),
    )
    ids = {widget.id for widget in generous.scene(replace(MEMBER, phase=Checkout())).widgets}
    assert "gift_card" in ids and "promo_code" not in ids
    assert "promo_code" in {widget.id for widget in generous.scene(MEMBER).widgets}


def objected(service: Service | None) -> Visit:
    judging = Judging(objections=(Objection(Denial.OTHER_SERVICE, "o0", service=service),))
    offers = taken(FREE_DOG)
    return replace(MEMBER, phase=Reviewing(), offers=offers, service=Service.TAKE_AWAY, judging=judging)


@pytest.mark.parametrize("display", list(DISPLAYS))
def test_an_offer_for_the_other_way_of_eating_has_a_button_for_it(display: str) -> None:
    composer = COMPOSERS[display]
    widgets = {widget.id: widget for widget in composer.scene(objected(Service.EAT_IN)).widgets}
    assert widgets["offer:o0:switch"].action == ChangeService(Service.EAT_IN)
    assert "offer:o0:remove" in widgets
    assert "offer:o0:switch" not in {widget.id for widget in composer.scene(objected(None)).widgets}
