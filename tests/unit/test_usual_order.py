"""How many touches a usual order takes, counted on the screens themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from kioskd.core.effects import Settle
from kioskd.core.events import Event, Moment, OrderAccepted, PaymentEnded, PaymentOutcome
from kioskd.core.flow import step
from kioskd.core.intents import Intent
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit, first_visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.scene import ClosePanel, OpenPanel, ScrollBy
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, NOON, WORKING, shop

MOST = 8


@dataclass
class Touching:
    """A guest who touches what is on the screen and nothing else."""

    composer: Composer
    shop: Shop
    visit: Visit
    touches: list[str] = field(default_factory=list)
    events: int = 0
    settle: Settle | None = None

    def touch(self, *ids: str) -> None:
        for id in ids:
            widget = self.composer.scene(self.visit).widget(id)
            assert widget is not None, f"no {id} after {self.touches}"
            assert widget.enabled
            assert widget.action is not None
            assert not isinstance(widget.action, OpenPanel | ClosePanel | ScrollBy)
            self.touches.append(id)
            self.happens(widget.action)

    def happens(self, event: Event | Intent) -> None:
        self.events += 1
        moment = Moment(1000.0 + self.events, NOON + timedelta(seconds=self.events), f"t{self.events}")
        self.visit, effects = step(self.visit, event, moment, self.shop)
        for effect in effects:
            self.settle = effect if isinstance(effect, Settle) else self.settle

    def pays(self) -> None:
        assert self.settle
        order = self.settle.order
        self.happens(PaymentEnded(order.id, PaymentOutcome.APPROVED))
        self.happens(OrderAccepted(order.id))


def guest(display: str) -> Touching:
    harbour = shop()
    stage = Stage(DISPLAYS[display], default_theme())
    composer = Composer(stage, Fonts(stage), harbour)
    return Touching(composer, harbour, replace(first_visit(harbour, NOON), devices=WORKING))


@pytest.mark.parametrize("display", list(DISPLAYS))
def test_a_burger_meal_with_a_drink_of_ones_own_eaten_in_and_paid_by_card(display: str) -> None:
    p = guest(display)
    p.touch("eat_in", "product:COMBO-CLASSIC", "option:combo-drink:LEMONADE", "add", "pay", "pay:card")
    p.pays()
    assert p.visit.place == "thanks"
    assert len(p.touches) <= MOST - 2


@pytest.mark.parametrize("display", list(DISPLAYS))
def test_burger_fries_and_drink_one_by_one_the_fries_from_the_suggestion(display: str) -> None:
    p = guest(display)
    p.touch("eat_in", "category:burgers", "add:CLASSIC", "suggestion:FRIES")
    p.touch("category:drinks", "add:COLA", "pay", "pay:card")
    p.pays()
    assert p.visit.place == "thanks"
    assert len(p.touches) <= MOST


@pytest.mark.parametrize("display", list(DISPLAYS))
def test_a_dish_found_by_its_letters(display: str) -> None:
    p = guest(display)
    p.touch("take_away", "search", "key:f", "key:r", "product:FRIES", "add", "pay", "pay:card")
    p.pays()
    assert len(p.touches) <= MOST
