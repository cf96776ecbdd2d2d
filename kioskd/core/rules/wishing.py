"""The guest says what they do and do not eat; the menu shows what is for them."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.intents import DropWishes, ShowWishes, ToggleWish
from kioskd.core.phases import Menu
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.visit import Place, Visit
from kioskd.core.wishes import NO_WISHES


@rule(Place.MENU, ShowWishes, stays=True)
def show_wishes(visit: Visit, event: ShowWishes, context: Context) -> Step:
    assert isinstance(visit.phase, Menu)
    return to(visit, replace(visit.phase, wishes=True))


@rule(Place.MENU, ToggleWish, stays=True)
def toggle_wish(visit: Visit, event: ToggleWish, context: Context) -> Step:
    return Step(replace(visit, wishes=visit.wishes.toggled(event.wish)))


@rule(Place.MENU, DropWishes, stays=True)
def drop_wishes(visit: Visit, event: DropWishes, context: Context) -> Step:
    return Step(replace(visit, wishes=NO_WISHES))
