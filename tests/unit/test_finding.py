"""A few letters find a product, whatever the language and however it is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.catalogue import Catalogue, Category, Product, Words
from kioskd.core.finding import folded, found, keys
from kioskd.daemon.config.menu import load_menu
from tests.euros import eur
from tests.unit.shopfront import BURGER, CATALOGUE

HARBOUR = load_menu(Path(__file__).parents[2] / "kioskd" / "sim" / "harbour" / "menu.toml", "EUR")


def menu(*names: str, language: str = "en") -> Catalogue:
    products = (
        Product(f"P{n}", Words("x", ((language, name),)), Words(""), eur(1), "c")
        for n, name in enumerate(names)
    )
    return Catalogue("EUR", (Category("c", Words("c")),), {product.sku: product for product in products})


def names(catalogue: Catalogue, typed: str, language: str) -> list[str]:
    return [product.name.in_language(language) for product in found(catalogue, language, typed)]


@pytest.mark.parametrize(
    ("typed", "name", "language"),
    [
        ("creme", "Crème brûlée", "fr"),
        ("knodel", "Knödel", "de"),
        ("gruss", "Gruß", "de"),
        ("smorre", "Smørrebrød", "en"),
        ("zolty", "Żółty ser", "pl"),
        ("istanbul", "İstanbul kebap", "tr"),
        ("IZGARA", "Izgara köfte", "tr"),
        ("ızgara", "IZGARA", "tr"),
        ("sis", "Şiş", "tr"),
        ("їжа", "Їжа", "uk"),
        ("احمد", "أحمد", "ar"),
        ("قهوه", "قهوة", "ar"),
        ("שלומ", "שלום", "he"),
    ],
)
def test_accents_capitals_and_forms_of_letters_do_not_matter(typed: str, name: str, language: str) -> None:
    assert names(menu(name, language=language), typed, language) == [name]


def test_the_beginning_of_a_name_goes_before_a_word_in_it_and_that_before_the_inside_of_one() -> None:
    catalogue = menu("Steak", "Iced Tea", "Water", "Tea")
    assert names(catalogue, "tea", "en") == ["Tea", "Iced Tea", "Steak"]


def test_a_category_or_what_is_in_it_finds_a_dish_last() -> None:
    assert [product.sku for product in found(CATALOGUE, "en", "bee")] == ["B1"]
    assert [product.sku for product in found(CATALOGUE, "en", "side")] == ["F1", "W1", "P1", "Z1"]


def test_the_guests_language_counts_and_a_brand_in_any() -> None:
    assert found(CATALOGUE, "nl", "hamb") == (BURGER,)
    assert found(CATALOGUE, "nl", "burg")[0] == BURGER
    assert found(CATALOGUE, "en", "hamb") == ()


def test_nothing_typed_finds_nothing() -> None:
    assert found(CATALOGUE, "en", "") == ()


@pytest.mark.parametrize(
    ("language", "first", "last"), [("en", "a", "z"), ("tr", "a", "z"), ("ar", "ا", "ي")]
)
def test_the_keys_are_the_letters_of_the_menus_own_writing(language: str, first: str, last: str) -> None:
    letters = keys(HARBOUR, language)
    assert (letters[-1], first in letters) == (last, True)
    assert len(letters) == len(set(letters)) <= 33


def test_a_ukrainian_menu_has_its_letters_in_the_order_of_the_alphabet() -> None:
    letters = keys(menu("Їжа", "Іриска", "Єгер", "Ґуля", "Йогурт", "Запіканка", language="uk"), "uk")
    assert letters.index("ґ") < letters.index("е") < letters.index("є") < letters.index("з")
    assert letters.index("и") < letters.index("і") < letters.index("ї") < letters.index("й")


def test_a_menu_that_was_not_translated_is_found_with_its_own_letters() -> None:
    plain = replace(HARBOUR, products={"X": replace(BURGER, name=Words("Burger"))})
    assert keys(plain, "ar").startswith("abc")


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize("language", ["en", "nl", "de", "ar"])
def test_every_product_of_the_harbour_is_found_with_the_keys_there_are(language: str) -> None:
    letters = keys(HARBOUR, language)
    for product in HARBOUR.products.values():
        word = folded(product.name.in_language(language))
        typed = "".join(letter for letter in word.split()[0] if letter in letters)
        assert typed
        assert product in found(HARBOUR, language, typed)
