"""Finding something on the menu: everything at a glance, or by its first letters."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.finding import folded
from kioskd.core.intents import GoBack, PressKey, ShowSearch
from kioskd.core.phases import Menu
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.visit import Place, Visit

MOST_LETTERS = 16


def _menu(visit: Visit) -> Menu:
    assert isinstance(visit.phase, Menu)
    return visit.phase


@rule(Place.MENU, ShowSearch, stays=True)
def show_search(visit: Visit, event: ShowSearch, context: Context) -> Step:
    return to(visit, Menu(search=""))


@rule(Place.MENU, PressKey, stays=True)
def press_key_of_search(visit: Visit, event: PressKey, context: Context) -> Step:
    menu = _menu(visit)
    if menu.search is None or menu.wishes:
        return Step(visit)
    return to(visit, replace(menu, search=_typed(menu.search, event.key)))


def _typed(so_far: str, key: str) -> str:
    if key == "back":
        return so_far[:-1]
    if key == "clear":
        return ""
    letter = folded(key)
    fits = len(key) == 1 and letter.isalpha() and len(so_far) < MOST_LETTERS
    return so_far + letter if fits else so_far


@rule(Place.MENU, GoBack, stays=True)
def back_within_menu(visit: Visit, event: GoBack, context: Context) -> Step:
    """From the wishes to where they were asked for, from the search to the category looked at before."""
    menu = _menu(visit)
    return to(visit, replace(menu, wishes=False) if menu.wishes else Menu())
