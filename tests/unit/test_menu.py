"""A menu file becomes a catalogue, or a list of what to mend: file, line, key, remedy."""

from __future__ import annotations

import json
import tomllib
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.catalogue import Allergen, Catalogue, Service, Words
from kioskd.core.errors import ConfigError
from kioskd.core.money import Money
from kioskd.daemon.config.errors import ConfigErrors
from kioskd.daemon.config.menu import load_menu

MENU = """\
[[category]]
id = "burgers"
name = { en = "Burgers", nl = "Broodjes" }

[[group]]
id = "sauce"
name = "Choose your sauce"
minimum = 1
preset = ["S-KETCHUP"]
option = [
  { sku = "S-KETCHUP", name = "Ketchup" },
  { sku = "S-GARLIC", name = "Garlic", price = "0.50", allergens = ["eggs"] },
]

[[group]]
id = "side"
name = "Your side"
minimum = 1
option = [{ product = "FRIES" }, { product = "RINGS", price = "0.80" }]

[[product]]
sku = "BURGER"
name = "Burger"
category = "burgers"
price = "8.50"
groups = ["sauce"]
available = ["mon-fri 07:00-10:30", "sat 22:00-02:00"]

[[product]]
sku = "FRIES"
name = { en = "Fries", nl = "Friet" }
category = "burgers"
price = 3.2
allergens = ["celery"]

[[product]]
sku = "RINGS"
name = "Onion rings"
category = "burgers"
price = 4

[[product]]
sku = "COMBO"
name = "Combo"
category = "burgers"
price = "11.00"
combo = true
groups = ["side"]
"""


def load(folder: Path, text: str, currency: str = "EUR", name: str = "menu.toml") -> Catalogue:
    file = folder / name
    file.write_text(text)
    return load_menu(file, currency)


def refusal(folder: Path, text: str, name: str = "menu.toml") -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, name=name)
    return str(caught.value).replace(f"{folder}/", "")


# --- what is right ----------------------------------------------------------------------------------------


def test_products_carry_words_prices_and_groups(tmp_path: Path) -> None:
    menu = load(tmp_path, MENU)

    burger = menu.products["BURGER"]
    assert burger.price == Money(850, "EUR")
    assert [option.sku for option in burger.groups[0].options] == ["S-KETCHUP", "S-GARLIC"]
    assert burger.groups[0].preset == ("S-KETCHUP",)
    assert menu.categories[0].name.in_language("nl") == "Broodjes"
    assert menu.categories[0].name.in_language("de") == "Burgers"
    assert [product.sku for product in menu.in_category("burgers")] == ["BURGER", "FRIES", "RINGS", "COMBO"]


def test_a_combo_takes_over_name_and_allergens_and_adds_its_surcharge(tmp_path: Path) -> None:
    fries, rings = load(tmp_path, MENU).products["COMBO"].groups[0].options

    assert fries.name == Words("Fries", (("en", "Fries"), ("nl", "Friet")))
    assert fries.allergens == {Allergen.CELERY}
    assert fries.price == Money(0, "EUR")
    assert rings.price == Money(80, "EUR")


def test_what_is_sold_out_is_no_choice_in_a_combo(tmp_path: Path) -> None:
    text = MENU.replace('sku = "RINGS"', 'sku = "RINGS"\nsold_out = "Back tomorrow"')
    menu = load(tmp_path, text)
    assert [option.sku for option in menu.products["COMBO"].groups[0].options] == ["FRIES"]
    assert menu.products["RINGS"].availability.sold_out == Words("Back tomorrow")


def test_a_combo_whose_usual_choice_is_sold_out_stays_for_sale(tmp_path: Path) -> None:
    text = MENU.replace('"Your side"', '"Your side"\npreset = ["RINGS"]')
    text = text.replace('sku = "RINGS"', 'sku = "RINGS"\nsold_out = "Back tomorrow"')
    assert load(tmp_path, text).products["COMBO"].groups[0].preset == ()


def test_a_combo_without_anything_left_to_choose_is_refused(tmp_path: Path) -> None:
    text = MENU.replace("price = 4", 'price = 4\nsold_out = "Gone"').replace(
        "price = 3.2", 'price = 3\nsold_out = "Gone"'
    )
    assert "group#2.minimum: is more than the 0 options for sale" in refusal(tmp_path, text)


def test_windows_name_days_and_may_pass_midnight(tmp_path: Path) -> None:
    week, night = load(tmp_path, MENU).products["BURGER"].availability.windows
    assert (week.weekdays, week.start, week.end) == ({0, 1, 2, 3, 4}, time(7), time(10, 30))
    assert (night.weekdays, night.start, night.end) == ({5}, time(22), time(2))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily 00:00-24:00", {0, 1, 2, 3, 4, 5, 6}),
        ("fri-mon 10:00-11:00", {4, 5, 6, 0}),
        ("mon,wed-thu 10:00-11:00", {0, 2, 3}),
        ("mon-mon 10:00-11:00", {0}),
    ],
)
def test_days_can_be_written_in_several_ways(tmp_path: Path, text: str, days: set[int]) -> None:
    menu = load(tmp_path, MENU.replace("mon-fri 07:00-10:30", text))
    assert menu.products["BURGER"].availability.windows[0].weekdays == days


def test_json_says_the_same_as_toml(tmp_path: Path) -> None:
    as_json = json.dumps(tomllib.loads(MENU), indent=2)
    assert load(tmp_path, as_json, name="menu.json") == load(tmp_path, MENU)


def test_a_product_for_take_away_only(tmp_path: Path) -> None:
    text = MENU.replace('sku = "BURGER"', 'sku = "BURGER"\nservices = ["take_away"]')
    assert load(tmp_path, text).products["BURGER"].availability.services == {Service.TAKE_AWAY}


@given(
    minor=st.integers(0, 100_000_000), currency=st.sampled_from(["EUR", "JPY", "KWD"]), quoted=st.booleans()
)
def test_a_price_is_exactly_what_is_written(
    tmp_path_factory: pytest.TempPathFactory, minor: int, currency: str, quoted: bool
) -> None:
    text = MENU
    for other in ('"0.50"', '"0.80"', '"11.00"', "3.2"):  # what no yen has
        text = text.replace(other, "1")
    written = f"{Money(minor, currency).major():f}"
    text = text.replace('"8.50"', f'"{written}"' if quoted else written)
    menu = load(tmp_path_factory.mktemp("menu"), text, currency)
    assert menu.products["BURGER"].price == Money(minor, currency)


# --- what is wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"8.50"', '"8,50"', 'menu.toml:25: product#1.price: is no price (digits and a point, as in "8.50")'),
        ('"8.50"', '"8.505"', "menu.toml:25: product#1.price: is no price: 8.505 has more decimals than EUR"),
        ('"8.50"', "8.505", "has more decimals than EUR"),
        ('"8.50"', "-1", "product#1.price: is negative"),
        ('"8.50"', "1e999999999", "product#1.price: is far too much"),
        ('"8.50"', "1e-999999999", "product#1.price: is no price"),
        ('"8.50"', "nan", "product#1.price: is no price"),
        ('"8.50"', "inf", "product#1.price: is no price"),
        ('"8.50"', "true", "product#1.price: is no price"),
        ('sku = "FRIES"', 'sku = "BURGER"', '"BURGER" is already taken in line 21'),
        ('category = "burgers"\nprice = "8.50"', 'category = "burger"\nprice = 1', 'did you mean "burgers"?'),
        ('groups = ["sauce"]', 'groups = ["souce"]', 'menu.toml:26: product#1.groups#1: "souce" is no group'),
        ('product = "RINGS"', 'product = "RING"', "group#2.option#2.product: is no product of this menu"),
        ('product = "RINGS"', 'product = "COMBO"', "group#2.option#2.product: is a combo itself"),
        ('product = "RINGS"', 'product = "RINGS", name = "x"', "has both product and name"),
        ('product = "RINGS"', 'sku = "RINGS", name = "x"', 'write product = "RINGS" instead'),
        ('product = "RINGS"', 'product = "FRIES"', '"FRIES" is already in this group'),
        ("minimum = 1\npreset", "minimum = 2\npreset", "group#1.minimum: is more than maximum"),
        ("minimum = 1\npreset", "minimum = 3\nmaximum = 3\npreset", "is more than the 2 options for sale"),
        ('["S-KETCHUP"]', '["S-KETSUP"]', 'group#1.preset: "S-KETSUP" is not in this group (did you mean'),
        ('["S-KETCHUP"]', '["S-KETCHUP", "S-GARLIC"]', "group#1.preset: picks more than maximum"),
        ('["eggs"]', '["egs"]', 'is "egs", which is not known here (did you mean "eggs"?)'),
        ("mon-fri", "mon-fry", "menu.toml:27: product#1.available#1: is no time of the week"),
        ("07:00-10:30", "07:00-25:30", "is no time of the week"),
        ("07:00-10:30", "07:00-07:00", "opens and closes at the same time"),
        ('nl = "Broodjes"', 'nll = "Broodjes"', 'has a text in "nll" (did you mean "nl"?)'),
        ('"Onion rings"', '""', "product#3.name: has an empty text"),
        ('"Onion rings"', '"' + "x" * 61 + '"', "product#3.name: is too long with 61 characters"),
        ('"Onion rings"', '"Onion\\u0007"', "product#3.name: has control or direction characters"),
        ('"Onion rings"', "7", "product#3.name: must be text"),
        ('name = "Onion rings"\n', "", 'menu.toml:36: product#3.name: is missing (add name = "Harbour'),
        ('groups = ["side"]', "", "product#4.combo: has no groups to choose from"),
        ("price = 4", 'price = 4\nservices = ["take_away"]', 'offers "RINGS", which has fewer services'),
        ("price = 4", 'price = 4\navailable = ["mon 10:00-11:00"]', 'offers "RINGS" outside its hours'),
        ("price = 4", "price = 4\npicure = 1", "product#3.picure: is not a key that kioskd knows (did you"),
        ("price = 4", 'price = 4\npicture = "../x.png"', "product#3.picture: is not below the menu's own"),
        ("[[category]]", "[[categories]]", "menu.toml:1: categories: is not a key that kioskd knows"),
        ("[[category]]", "[category]", "menu.toml:1: category: must be a list (each one starts with [[cat"),
    ],
)
def test_a_wrong_entry_is_named_with_place_and_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in MENU
    assert says in refusal(tmp_path, MENU.replace(old, new, 1))


def test_problems_of_every_kind_are_reported_together(tmp_path: Path) -> None:
    text = (
        MENU.replace('"8.50"', '"8,50"').replace('["side"]', '["sid"]').replace("[[category]]", "[[cat]]", 1)
    )
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path, text)
    shown = str(caught.value)
    assert "is no price" in shown
    assert '"sid" is no group' in shown
    assert "is no category" in shown
    assert "BURGER" not in shown  # its price is wrong, not what refers to it


def test_a_broken_product_is_not_also_reported_where_it_is_used(tmp_path: Path) -> None:
    text = MENU.replace("price = 4", "price = -4")
    assert len(refusal(tmp_path, text).splitlines()) == 1


def test_more_options_than_a_screen_can_show_are_refused(tmp_path: Path) -> None:
    options = ", ".join(f'{{ sku = "S{n}", name = "Sauce {n}" }}' for n in range(41))
    text = MENU + f'[[group]]\nid = "many"\nname = "Many"\noption = [{options}]\n'
    assert "group#3.option: has too many entries (at most 40)" in refusal(tmp_path, text)


@pytest.mark.parametrize("text", ["", "{}"])
def test_an_empty_menu_is_refused(tmp_path: Path, text: str) -> None:
    name = "menu.json" if text else "menu.toml"
    assert (
        refusal(tmp_path, text, name)
        == f"{name}: sells nothing (add at least one [[category]] and one [[product]])"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"product": [', "menu.json:1: is not JSON"),
        ("[]", "menu.json:1: is not a JSON object"),
        ('{"product": [],\n"product": []}', 'has the key "product" twice'),
        ('{"product": [{"price": NaN}]}', "NaN is no number"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"product": [1]}', "menu.json:1: product#1: must be a section"),
        ('{"product": "x", "group": 5}', "product: must be a list"),
    ],
)
def test_broken_json_is_named(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(tmp_path, text, "menu.json")


# --- pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n....", None),
        (b"\xff\xd8\xff\xe0....", None),
        (b"RIFF\x00\x00\x00\x00WEBP", None),
        (b"RIFF\x00\x00\x00\x00WAVE", "is no picture that can be shown (save it as PNG, WebP or JPEG)"),
        (b"<svg/>", "is no picture that can be shown"),
        (b"", "is no picture that can be shown"),
        (b"\xff\xd8\xff" + b"x" * 5_000_000, "is too large with 5.0 MB"),
        (None, "menu.toml:41: product#3.picture: is not there"),
    ],
)
def test_a_picture_is_checked_before_a_guest_sees_it(
    tmp_path: Path, content: bytes | None, says: str | None
) -> None:
    if content is not None:
        (tmp_path / "rings.webp").write_bytes(content)
    text = MENU.replace("price = 4", 'price = 4\npicture = "rings.webp"')
    if says is None:
        assert load(tmp_path, text).products["RINGS"].picture == "rings.webp"
    else:
        assert says in refusal(tmp_path, text)


_keys = st.sampled_from(
    ["sku", "id", "name", "price", "option", "product", "groups", "preset", "combo", "en"]
)
_value: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["category", "group", "product"]), st.lists(_value, max_size=3)))
def test_no_menu_whatever_breaks_the_loader(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    try:
        load(tmp_path_factory.mktemp("menu"), json.dumps(data), name="menu.json")
    except ConfigError as error:
        assert "menu.json" in str(error)


def test_more_choices_than_a_product_can_carry_are_refused(tmp_path: Path) -> None:
    options = "\n".join(
        f'[[group.option]]\nsku = "O{number}"\nname = "Option {number}"' for number in range(25)
    )
    menu = tmp_path / "menu.toml"
    menu.write_text(
        '[[category]]\nid = "all"\nname = "All"\n'
        f'[[group]]\nid = "many"\nname = "Many"\nmaximum = 25\n{options}\n'
        '[[product]]\nsku = "P"\nname = "P"\ndescription = "P"\nprice = "1.00"\ncategory = "all"\n'
        'groups = ["many"]\n'
    )
    with pytest.raises(ConfigError, match="allow 25 choices for one product"):
        load_menu(menu, "EUR")
