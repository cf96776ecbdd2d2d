"""A small shop for tests: products with choices, something free, something sold in the morning only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from kioskd.core.catalogue import (
    Availability,
    Catalogue,
    Category,
    Option,
    OptionGroup,
    Product,
    Service,
    Window,
    Words,
)
from kioskd.core.effects import Effect
from kioskd.core.events import Event, Moment
from kioskd.core.flow import step
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.member import Member
from kioskd.core.order import Tender
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit, first_visit
from tests.euros import eur

SAUCE = OptionGroup(
    "sauce",
    Words("Sauce"),
    (Option("S1", Words("Ketchup"), eur(0)), Option("S2", Words("Truffle mayo"), eur(75))),
    minimum=1,
    maximum=1,
)
EXTRAS = OptionGroup(
    "extras",
    Words("Extras"),
    (Option("X1", Words("Cheese"), eur(100)), Option("X2", Words("Bacon"), eur(150))),
    maximum=2,
)
BURGER = Product(
    "B1", Words("Burger", (("nl", "Hamburger"),)), Words("Beef"), eur(850), "burgers", groups=(EXTRAS,)
)
FRIES = Product("F1", Words("Fries"), Words("Salted"), eur(380), "sides", groups=(SAUCE,))
WATER = Product("W1", Words("Water"), Words("Still"), eur(250), "sides")
PORRIDGE = Product(
    "P1",
    Words("Porridge"),
    Words("Oats"),
    eur(420),
    "sides",
    availability=Availability(windows=(Window(frozenset(range(7)), time(7), time(10, 30)),)),
)
FREE = Product("Z1", Words("Tap water"), Words("Free"), eur(0), "sides")
CATALOGUE = Catalogue(
    "EUR",
    (Category("burgers", Words("Burgers")), Category("sides", Words("Sides"))),
    {product.sku: product for product in (BURGER, FRIES, WATER, PORRIDGE, FREE)},
)
SHOP = Shop("Test Kitchen", "A", CATALOGUE, ("en", "nl"), (Tender.CARD, Tender.COUNTER))
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SANNE = Member("m-1", "Sanne", points=1240, tier="Gold")
TERMINAL_OK = DeviceHealth("terminal", DeviceKind.TERMINAL, DeviceState.OK)


@dataclass
class Player:
    """Plays a visit: feeds events, keeps the clock, collects the effects."""

    visit: Visit
    shop: Shop = SHOP
    mono_s: float = 1000.0
    count: int = 0

    def do(self, *events: Event) -> tuple[Effect, ...]:
        """All effects of these events, in order."""
        effects: tuple[Effect, ...] = ()
        for event in events:
            self.count += 1
            wall = NOON + timedelta(seconds=self.mono_s - 1000)
            self.visit, more = step(self.visit, event, Moment(self.mono_s, wall, f"t{self.count}"), self.shop)
            effects += more
        return effects

    def wait(self, seconds: float) -> None:
        self.mono_s += seconds


def player(shop: Shop = SHOP, terminal: bool = True) -> Player:
    visit = first_visit(shop, NOON)
    if terminal:
        visit = replace(visit, devices={"terminal": TERMINAL_OK})
    return Player(visit, shop)


EAT_IN = Service.EAT_IN
