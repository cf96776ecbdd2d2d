"""The restaurant that is shipped: whole, with its texts, with pictures and their licences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

import kioskd.sim
import kioskd.ui
from kioskd.core.basket import Basket, missing_group, preset_choices
from kioskd.core.catalogue import Catalogue, Service, Words
from kioskd.core.money import Money
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.config.menu import load_menu
from kioskd.ui.locale.translator import LANGUAGES

WRITTEN_IN = ("en", "nl", "de", "ar")
HARBOUR = Path(kioskd.sim.__file__).parent / "harbour"
UI = Path(kioskd.ui.__file__).parent
FONTS = UI.parent / "fonts"
MONDAY_NOON = datetime(2025, 6, 2, 12, 0)  # noqa: DTZ001 - shop time
MONDAY_MORNING = datetime(2025, 6, 2, 8, 0)  # noqa: DTZ001


@pytest.fixture(scope="module")
def menu() -> Catalogue:
    return load_menu(HARBOUR / "menu.toml", "EUR")


def _texts(menu: Catalogue) -> Iterator[Words]:
    for category in menu.categories:
        yield category.name
    for product in menu.products.values():
        yield product.name
        yield product.description
        yield from filter(None, (product.badge, product.availability.sold_out))
        for group in product.groups:
            yield group.name
            yield from (option.name for option in group.options)


def test_every_text_is_there_in_what_the_menu_is_written_in(menu: Catalogue) -> None:
    missing = [
        words.plain for words in _texts(menu) if [lang for lang, _ in words.translations] != [*WRITTEN_IN]
    ]
    assert missing == []


def test_in_other_languages_the_food_keeps_its_english_name(menu: Catalogue) -> None:
    product = menu.products["CLASSIC"]
    for language in set(LANGUAGES) - set(WRITTEN_IN):
        assert product.name.in_language(language) == product.name.in_language("en")


def test_arabic_is_written_in_arabic(menu: Catalogue) -> None:
    latin = [
        words.plain for words in _texts(menu) if any("a" <= c <= "z" for c in words.in_language("ar").lower())
    ]
    assert latin == []


def test_it_is_a_whole_restaurant(menu: Catalogue) -> None:
    products = list(menu.products.values())
    assert len(products) >= 30
    assert len(menu.categories) == 8
    assert all(any(menu.in_category(category.id)) for category in menu.categories)
    assert sum(product.combo for product in products) >= 3
    assert any(product.availability.sold_out for product in products)
    assert any(product.availability.services == {Service.TAKE_AWAY} for product in products)
    assert any(product.badge for product in products)
    assert all(product.picture for product in products)


def test_breakfast_ends_before_noon(menu: Catalogue) -> None:
    pancakes = menu.products["PANCAKES"].availability
    assert pancakes.at(Service.EAT_IN, MONDAY_MORNING)
    assert not pancakes.at(Service.EAT_IN, MONDAY_NOON)


def test_the_classic_combo_can_be_ordered_as_it_comes(menu: Catalogue) -> None:
    combo = menu.products["COMBO-CLASSIC"]
    choices = preset_choices(combo)
    assert missing_group(combo, choices) is None
    assert Basket("EUR").add(combo, choices).total == Money(1250, "EUR")


def test_a_combo_is_cheaper_than_its_parts(menu: Catalogue) -> None:
    parts = ("CLASSIC", "FRIES", "COLA")
    assert menu.products["COMBO-CLASSIC"].price < Money.total(
        (menu.products[sku].price for sku in parts), "EUR"
    )


def test_a_dip_must_be_chosen(menu: Catalogue) -> None:
    chicken = menu.products["CRISPY-CHICKEN"]
    assert missing_group(chicken, preset_choices(chicken)) == chicken.group("dip")


@pytest.mark.parametrize("folder", [HARBOUR / "pictures", UI / "pictures"], ids=["food", "ui"])
def test_pictures_are_small_and_licensed(folder: Path) -> None:
    assert "Microsoft" in (folder / "LICENSE").read_text()
    pictures = list(folder.glob("*.webp"))
    assert len(pictures) > 20
    assert [picture.name for picture in pictures if picture.stat().st_size > 60_000] == []


def test_no_picture_is_shipped_for_nothing(menu: Catalogue) -> None:
    text = (HARBOUR / "menu.toml").read_text()
    assert [p.name for p in (HARBOUR / "pictures").glob("*.webp") if f"pictures/{p.name}" not in text] == []


def test_fonts_come_with_their_licences_and_stay_small() -> None:
    fonts = [*FONTS.glob("*.otf"), *FONTS.glob("*.ttf")]
    assert {font.name.split("-")[0] for font in fonts} == {
        "Inter",
        "InterDisplay",
        "NotoSansArabic",
        "NotoSansHebrew",
    }
    assert sum(font.stat().st_size for font in fonts) < 4_000_000
    for licence in ("Inter-OFL.txt", "NotoSansArabic-OFL.txt", "NotoSansHebrew-OFL.txt"):
        assert "SIL OPEN FONT LICENSE" in (FONTS / licence).read_text()


def test_the_example_configuration_loads() -> None:
    config = load_config(HARBOUR / "kiosk.toml")
    assert config.menu == HARBOUR / "menu.toml"
    assert config.languages == LANGUAGES
