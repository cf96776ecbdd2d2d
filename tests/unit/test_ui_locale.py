"""Every sentence in every language; money, numbers and dates as CLDR writes them."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from gettext import c2py

import pytest
from babel import Locale
from babel.dates import format_date as cldr_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.bidi import LRI, PDI, RLI
from kioskd.core.catalogue import Words
from kioskd.core.money import Money
from kioskd.ui.locale.formats import FORMATS, format_date, format_money, format_number, format_surcharge
from kioskd.ui.locale.translator import FOLDER, LANGUAGES, OWN_NAMES, Translator
from tests.messages import messages

TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
CLDR = {"en": "en_GB", "pt": "pt_PT"}
"""Where a language is written as in one country; the others as everywhere."""

NARROW = {"uk"}
"""Where every currency has its code in place of a sign, which takes too much room beside a product."""


def plain(text: str) -> str:
    """Without direction marks, and with one kind of minus: what is compared is what is read."""
    return text.replace("\u200e", "").replace("\u200f", "").replace("−", "-")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_keeps_its_values(language: str) -> None:
    """Names everything that is to be done in this language, so that nobody needs a tool to find it."""
    with (FOLDER / language / "LC_MESSAGES" / "kioskd.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wanted = messages()
    assert wanted, "no sentences found: the finder is broken"
    faults = [f"{language}: {fault}" for one, many in wanted for fault in _faults(catalogue, one, many)]
    known = {one for one, _ in wanted}
    ids = [m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id]
    faults += [f"{language}: {id!r} is said nowhere any more" for id in ids if id not in known]
    assert not faults, "\n".join(sorted(faults))


def _faults(catalogue: Catalog, one: str, many: str | None) -> Iterator[str]:
    message = catalogue.get(one)
    if message is None:
        yield f"{one!r} is missing"
        return
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if not all(forms) or (many is not None and len(forms) != catalogue.num_plurals):
        yield f"{one!r} is empty, or lacks plural forms"
    allowed = _fields(one) | (_fields(many) if many else set())
    for form in forms:
        if not _fields(form) <= allowed or (many is None and _fields(form) != allowed):
            yield f"{one!r} has other values in {form!r}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_numbers_that_take_another_form_get_another_form(language: str) -> None:
    with (FOLDER / language / "LC_MESSAGES" / "kioskd.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    form_of = c2py(catalogue.plural_expr)
    category_of = Locale.parse(CLDR.get(language, language)).plural_form
    pairs = {(category_of(n), form_of(n)) for n in range(1000)}
    assert len(pairs) == len({category for category, _ in pairs}) == len({form for _, form in pairs})


def _fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_no_sentence_blames_or_says_error() -> None:
    for one, many in messages():
        for word in ("error", "invalid", "failed", "wrong", "illegal"):
            assert word not in f"{one} {many}".lower(), one


@pytest.mark.parametrize("language", FORMATS)
@given(minor=st.integers(-10_000_000, 10_000_000), currency=st.sampled_from(["EUR", "GBP", "USD"]))
def test_money_is_written_as_the_language_writes_it(language: str, minor: int, currency: str) -> None:
    ours = format_money(Money(minor, currency), language)
    cldr = format_currency(Decimal(minor) / 100, currency, locale=CLDR.get(language, language))
    if language in NARROW:
        cldr = cldr.replace(currency, get_currency_symbol(currency, "en"))
    assert plain(ours) == plain(cldr)


@pytest.mark.parametrize(
    ("language", "currency"), [("pl", "PLN"), ("tr", "TRY"), ("uk", "UAH"), ("he", "ILS")]
)
@pytest.mark.parametrize("minor", [1250, -123456])
def test_the_money_of_the_country_has_its_sign(language: str, currency: str, minor: int) -> None:
    ours = format_money(Money(minor, currency), language)
    assert currency not in ours
    assert plain(ours) == plain(format_currency(Decimal(minor) / 100, currency, locale=language))


@pytest.mark.parametrize("language", FORMATS)
@given(value=st.integers(-(10**9), 10**9))
def test_numbers_are_grouped_as_the_language_groups_them(language: str, value: int) -> None:
    assert plain(format_number(value, language)) == plain(
        format_decimal(value, locale=CLDR.get(language, language))
    )


@pytest.mark.parametrize("language", FORMATS)
@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_dates_are_written_as_the_language_writes_them(language: str, day: date) -> None:
    assert format_date(day, language) == cldr_date(day, "long", locale=CLDR.get(language, language))


def test_prices_look_as_guests_expect() -> None:
    price = Money(850, "EUR")
    assert [format_money(price, language) for language in ("en", "nl", "de")] == [
        "€8.50",
        "€\u00a08,50",
        "8,50\u00a0€",
    ]
    assert format_surcharge(price, "en") == "+€8.50"
    assert format_money(Money(1500, "JPY"), "en") == "JPY1,500"
    assert format_money(Money(1500, "KWD"), "en") == "KWD1.500"


def test_sentences_carry_names_amounts_and_plurals() -> None:
    dutch, arabic = Translator("nl"), Translator("ar")
    assert dutch("Hi {name}", name="Sanne") == "Hoi Sanne"
    assert dutch.plural("{n} item", "{n} items", 1240) == "1.240 producten"
    assert arabic.plural("{n} item", "{n} items", 2) == "صنفان"
    assert Translator("en").plural("{n} item", "{n} items", 1) == "1 item"
    assert arabic.rtl and not dutch.rtl


def test_a_language_nobody_translated_falls_back_to_english() -> None:
    assert Translator("xx")("Back") == "Back"


def test_a_name_from_outside_cannot_turn_the_sentence_around() -> None:
    words = Words("Soup", (("nl", "Soep\u202e van de dag"),))
    assert Translator("nl").words(words) == "Soep van de dag"


def test_every_language_names_itself() -> None:
    assert list(OWN_NAMES) == list(FORMATS)
    assert set(LANGUAGES) <= set(OWN_NAMES)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (
            "pl",
            {
                1: "1 punkt",
                2: "2 punkty",
                5: "5 punktów",
                12: "12 punktów",
                22: "22 punkty",
                1001: "1 001 punktów",
            },
        ),
        ("uk", {1: "1 бал", 2: "2 бали", 5: "5 балів", 11: "11 балів", 21: "21 бал", 1004: "1 004 бали"}),
        ("he", {1: "נקודה אחת", 2: "2 נקודות", 5: "5 נקודות", 20: "20 נקודות"}),
        ("tr", {1: "1 puan", 2: "2 puan", 1240: "1.240 puan"}),
    ],
)
def test_points_are_counted_as_the_language_counts(language: str, forms: dict[int, str]) -> None:
    tr = Translator(language)
    counted = {n: tr.plural("{n} point", "{n} points", n).replace("\u00a0", " ") for n in forms}
    assert counted == forms


def test_a_name_in_other_letters_keeps_its_order_in_every_sentence() -> None:
    assert Translator("he")("Hi {name}", name="Sanne") == f"שלום {LRI}Sanne{PDI}"
    assert Translator("he")("Hi {name}", name="שרה") == "שלום שרה"
    assert Translator("en")("Hi {name}", name="שרה") == f"Hi {RLI}שרה{PDI}"
    assert Translator("tr")("Hi {name}", name="İpek") == "Merhaba İpek"


def test_nobody_changes_the_case_of_what_guests_read() -> None:
    """İ and i, ß and ss: the capitals of a language are not those of Python."""
    changing = {"upper", "lower", "title", "capitalize", "swapcase", "casefold"}
    known = {
        ("frame.py", "visit.language.upper"),  # two letters of a language's code
        ("staff_order.py", "words[:1].upper"),  # why the daemon did not do it, always in English
        ("staff_question.py", "words[:1].upper"),
    }
    found = {
        (file.name, ast.unparse(node.func))
        for file in FOLDER.parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in changing
    }
    assert found <= known
