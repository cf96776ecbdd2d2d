"""The displays and the aids with which every screen must do, and what is composed and measured with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from kioskd.core.access import Aid
from kioskd.core.shop import Shop
from kioskd.ui import compose, veil
from kioskd.ui.fonts import Fonts
from kioskd.ui.logo import read_logo
from kioskd.ui.looks import Look as Aids
from kioskd.ui.looks import Outfit
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.scene import Scene, scrolled, with_panel
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import Theme, default_theme
from tests.pseudo import any_translator
from tests.screens.states import State, every_state
from tests.ui_visits import DISPLAYS, MENU_FOLDER

SIZES: Mapping[str, Display] = {
    **DISPLAYS,
    "portrait-27": Display(1080, 1920, 336, 598),
    "wide": Display(1280, 800, 217, 136, 500),
}
MODES: Mapping[str, frozenset[Aid]] = {
    "plain": frozenset(),
    "large": frozenset({Aid.LARGE_TEXT}),
    "contrast": frozenset({Aid.CONTRAST}),
    "reach": frozenset({Aid.REACH}),
    "large-reach": frozenset({Aid.LARGE_TEXT, Aid.REACH}),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one display shows, with what it was laid out, and the aids the guest has switched on."""

    scene: Scene
    outfit: Outfit
    aids: frozenset[Aid] = frozenset()

    @property
    def stage(self) -> Stage:
        return self.outfit.stage

    @property
    def fonts(self) -> Fonts:
        return self.outfit.measure

    @property
    def theme(self) -> Theme:
        return self.stage.theme


_PICTURES = Pictures(MENU_FOLDER)
_outfits: dict[tuple[str, Aids, int], Outfit] = {}


@cache
def _theme() -> Theme:
    """With a logo, which takes more room than a name."""
    return replace(default_theme(), logo=read_logo(MENU_FOLDER / "logo-screen.png"))


def _outfit(size: str, aids: Aids, shop: Shop) -> Outfit:
    """Made once: the shops of the states are few, and live as long as they do."""
    key = size, aids, id(shop)
    if key not in _outfits:
        _outfits[key] = Outfit(SIZES[size], _theme(), aids, _PICTURES, shop)
    return _outfits[key]


def look(state: State, size: str, language: str | None = None, mode: str = "plain") -> Look:
    """The state on a display, with the aids of `mode` besides its own."""
    visit = replace(state.visit, language=language) if language else state.visit
    if MODES[mode]:
        visit = replace(visit, access=replace(visit.access, aids=visit.access.aids | MODES[mode]))
    outfit = _outfit(size, Aids.of(visit.access), state.shop)
    return Look(with_panel(scrolled(outfit.scene(visit), {}), state.panel), outfit, visit.access.aids)


@cache
def states() -> Mapping[str, State]:
    """Every state there is, told apart on the first display in English."""
    return every_state(lambda state: look(state, "portrait").scene)


def with_made_languages() -> None:
    """From now on scenes are composed in made languages, too."""
    compose.translator = veil.translator = any_translator
