"""Every screen in every state, display and language: nothing clipped, hidden, tiny or unspoken.

`tests/screens/rounds.py` says which of them each run looks at; `./dev screens --check` looks at all.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import pytest

from kioskd.ui import compose, veil
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.motion import MOST_TURNS_PER_S
from kioskd.ui.scene import Breathe, mirrored
from tests.pseudo import any_translator
from tests.screens.lints import RULES, faults
from tests.screens.looks import look, states
from tests.screens.rounds import PAIRS, looks
from tests.screens.states import State
from tests.unit.test_visit_walks import steps, wanderer

pytestmark = pytest.mark.timeout(600)
"""The first test of a display and language composes all that is looked at there."""

EVERYWHERE = pytest.mark.parametrize(("size", "language"), PAIRS, scope="module")
"""All tests of one display and language in a row: their scenes are made once."""


@pytest.fixture(autouse=True)
def _made_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "translator", any_translator)
    monkeypatch.setattr(veil, "translator", any_translator)


@lru_cache(maxsize=2)
def found(size: str, language: str) -> Mapping[str, list[str]]:
    """What is wrong there, by rule."""
    wrong: dict[str, list[str]] = {rule: [] for rule in RULES}
    for name, aids, shown in looks(size, language):
        for rule, fault in faults(shown):
            wrong[rule].append(f"{name} ({aids}): {fault}")
    return wrong


def check(rule: str, size: str, language: str) -> None:
    wrong = found(size, language)[rule]
    assert not wrong, "\n".join(wrong)


@EVERYWHERE
def test_every_scene_is_well_formed(size: str, language: str) -> None:
    check("well_formed", size, language)


@EVERYWHERE
def test_what_can_be_touched_is_in_the_key_order(size: str, language: str) -> None:
    check("reached_by_keys", size, language)


@EVERYWHERE
def test_no_text_is_clipped(size: str, language: str) -> None:
    check("text_fits", size, language)


@EVERYWHERE
def test_our_own_sentences_are_never_shortened(size: str, language: str) -> None:
    check("own_words_whole", size, language)


@EVERYWHERE
def test_texts_and_buttons_do_not_cover_each_other(size: str, language: str) -> None:
    check("nothing_covered", size, language)


@EVERYWHERE
def test_targets_are_large_and_apart(size: str, language: str) -> None:
    check("large_targets", size, language)


@EVERYWHERE
def test_lists_end_above_what_is_fixed(size: str, language: str) -> None:
    check("lists_end", size, language)


@EVERYWHERE
def test_what_is_visible_can_be_heard(size: str, language: str) -> None:
    check("heard", size, language)


@EVERYWHERE
def test_a_picture_that_tells_something_has_words(size: str, language: str) -> None:
    check("pictures_told", size, language)


@EVERYWHERE
def test_every_letter_has_a_glyph(size: str, language: str) -> None:
    check("glyphs_there", size, language)


@EVERYWHERE
def test_every_text_and_sign_has_contrast(size: str, language: str) -> None:
    check("readable", size, language)


@EVERYWHERE
def test_no_choice_is_told_by_colour_alone(size: str, language: str) -> None:
    check("without_colour", size, language)


@EVERYWHERE
def test_reading_is_made_easy(size: str, language: str) -> None:
    check("calm_type", size, language)


def test_nothing_flashes() -> None:
    """WCAG 2.3.1: nothing comes and goes more than three times a second."""
    breaths = {
        widget.motion.period_s
        for state in states().values()
        if not state.combined
        for widget in look(state, "portrait").scene.widgets
        if isinstance(widget.motion, Breathe)
    }
    assert breaths and min(breaths) > 1 / 3
    assert MOST_TURNS_PER_S < 3


@pytest.mark.parametrize("seed", range(40))
def test_wherever_a_visit_wanders_its_screen_is_for_everybody(seed: int) -> None:
    """Nobody has picked these states: guests, devices and backends do anything at any time."""
    rng = random.Random(seed)
    size, language = rng.choice([pair for pair in PAIRS if pair[1] in LANGUAGES])
    p = wanderer(rng)
    wrong = []
    for _ in steps(p, rng, 60):
        shown = look(State(p.visit, p.shop), size, language)
        aids = ", ".join(sorted(p.visit.access.aids))
        wrong += [f"{p.visit.place} ({aids}): {rule}: {fault}" for rule, fault in faults(shown)]
    assert not wrong, f"{size} {language}\n" + "\n".join(wrong)


def test_a_right_to_left_language_mirrors_the_whole_screen() -> None:
    menu = states()["menu"]
    twin = look(menu, "portrait").scene
    arabic = look(menu, "portrait", "ar").scene.widget("pay")
    english = twin.widget("pay")
    assert arabic is not None and english is not None
    assert arabic.rect.centre[0] < twin.width_mm / 2 < english.rect.centre[0]
    for there, back in zip(twin.widgets, mirrored(mirrored(twin)).widgets, strict=True):
        assert back.rect.x == pytest.approx(there.rect.x)
        assert replace(back, rect=there.rect) == there
