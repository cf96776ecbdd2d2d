"""Allergens, diets and suggestions of a menu file: taken as they are meant, or refused with what to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.catalogue import Allergen, Diet, SuggestionRule, SuggestWhen, Words
from tests.unit.test_menu import MENU, load, refusal

SUGGESTION = """
[[suggestion]]
id = "with-burger"
question = { en = "Fries with it?", nl = "Friet erbij?" }
products = ["BURGER"]
suggest = ["FRIES", "RINGS"]
when = "paying"
"""


def test_allergens_left_out_are_unknown_and_none_are_none(tmp_path: Path) -> None:
    menu = load(tmp_path, MENU.replace('price = "8.50"', 'price = "8.50"\nallergens = []'))
    assert menu.products["BURGER"].allergens == frozenset()
    assert menu.products["RINGS"].allergens is None
    ketchup, garlic = menu.products["BURGER"].groups[0].options
    assert (ketchup.allergens, garlic.allergens) == (None, {Allergen.EGGS})
    assert ketchup.diets is None


def test_a_choice_of_a_combo_brings_its_diets(tmp_path: Path) -> None:
    menu = load(tmp_path, MENU.replace("price = 3.2", 'price = 3.2\ndiets = ["vegan"]'))
    fries, rings = menu.products["COMBO"].groups[0].options
    assert (fries.diets, rings.diets) == ({Diet.VEGAN}, frozenset())


@pytest.mark.parametrize(
    ("diet", "allergen"), [("vegan", "milk"), ("vegetarian", "fish"), ("gluten_free", "gluten")]
)
def test_a_diet_that_the_allergens_contradict_is_refused(tmp_path: Path, diet: str, allergen: str) -> None:
    text = MENU.replace("price = 4", f'price = 4\ndiets = ["{diet}"]\nallergens = ["{allergen}"]')
    assert f'diets: says "{diet}", and allergens say {allergen}' in refusal(tmp_path, text)


def test_suggestions_are_rules_in_the_order_of_the_menu(tmp_path: Path) -> None:
    rule = SuggestionRule(
        "with-burger",
        Words("Fries with it?", (("en", "Fries with it?"), ("nl", "Friet erbij?"))),
        ("FRIES", "RINGS"),
        products=frozenset({"BURGER"}),
        when=SuggestWhen.PAYING,
    )
    assert load(tmp_path, MENU + SUGGESTION).suggestions == (rule,)


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ('suggest = ["FRIS"]', 'suggestion#1.suggest#1: "FRIS" is no product of this menu'),
        ('suggest = ["COMBO"]', 'suggestion#1.suggest#1: "COMBO" cannot be had with one touch'),
        ('suggest = ["FRIES"]\ncategories = ["burger"]', '"burger" is no category of this menu'),
        ('suggest = ["FRIES", "RINGS", "BURGER", "COMBO"]', "suggestion#1.suggest"),
    ],
)
def test_a_suggestion_that_cannot_work_is_refused(tmp_path: Path, mistake: str, told: str) -> None:
    text = MENU + SUGGESTION.replace('suggest = ["FRIES", "RINGS"]', mistake)
    assert told in refusal(tmp_path, text)


def test_what_needs_a_choice_first_cannot_be_suggested(tmp_path: Path) -> None:
    text = MENU.replace('preset = ["S-KETCHUP"]\n', "") + SUGGESTION.replace(
        '["FRIES", "RINGS"]', '["BURGER"]'
    )
    assert "cannot be had with one touch (give its groups a preset)" in refusal(tmp_path, text)
