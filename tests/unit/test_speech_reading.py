"""What a voice is given to read: amounts, points and codes as somebody would say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.money import Money
from kioskd.ui.locale.formats import FORMATS
from kioskd.ui.locale.translator import LANGUAGES, translator
from kioskd.ui.speech.money import money_in_words
from kioskd.ui.speech.reading import as_read, spelled

EURO = {
    "en": "euro", "nl": "euro", "de": "Euro", "fr": "euro", "es": "euro", "it": "euro", "pt": "euro",
    "pl": "euro", "tr": "avro", "uk": "євро", "ar": "يورو", "he": "אירו",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@given(minor=st.integers(-10_000_00, 10_000_00))
def test_every_amount_is_said_with_its_currency_and_no_sign(language: str, minor: int) -> None:
    said = as_read(translator(language).money(Money(minor, "EUR")), language)
    whole, cents = divmod(abs(minor), 100)
    assert EURO[language] in said and "€" not in said
    assert f"{whole} " in said
    assert said.endswith(f" {cents:02}") or not cents
    assert not set(said) & set("+−.,")


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en", "€12.50", "12 euros 50"),
        ("en", "€1.00", "1 euro"),
        ("en", "+€1.00", "plus 1 euro"),
        ("en", "−€5.00", "minus 5 euros"),
        ("en", "You saved €1,234.50", "You saved 1234 euros 50"),
        ("en", "¥500", "¥500"),
        ("nl", "€\u00a0−5,05", "min 5 euro 05"),
        ("de", "Bitte 13,10\u00a0€ zahlen", "Bitte 13 Euro 10 zahlen"),
        ("pl", "22,00\u00a0zł", "22 złote"),
        ("pl", "25,00\u00a0zł", "25 złotych"),
        ("uk", "21,00\u00a0₴", "21 гривня"),
        ("fr", "0,00\u00a0€", "0 euro"),
    ],
)
def test_amounts(language: str, written: str, said: str) -> None:
    assert as_read(written, language) == said


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en", "Sanne, 1,240 pts", "Sanne, 1240 points"),
        ("en", "1 pt", "1 point"),
        ("nl", "1.240 ptn", "1240 punten"),
        ("pl", "22 pkt", "22 punkty"),
        ("en", "Receipt code AB12-CD34", "Receipt code A, B, 1, 2, C, D, 3, 4"),
        ("en", "Your order number, A12", "Your order number, A, 1, 2"),
        ("en", "Your number, 1002\u00a04711", "Your number, 1, 0, 0, 2, 4, 7, 1, 1"),
        ("en", "2 × Harbour Classic", "2 times Harbour Classic"),
        ("en", "1 × Harbour Classic", "1 Harbour Classic"),
        ("nl", "11 × Friet", "11 keer Friet"),
        ("en", "+ Cheese", "with Cheese"),
        ("en", "One moment…", "One moment"),
        ("en", "Fries · large", "Fries, large"),
        ("en", "1,240 steps, 33cl and 100% fun", "1240 steps, 33cl and 100% fun"),
    ],
)
def test_short_forms_and_codes(language: str, written: str, said: str) -> None:
    assert as_read(written, language) == said


def test_a_code_is_spelled_sign_by_sign() -> None:
    assert spelled("K-7 x") == "K, 7, x"


@given(st.text(), st.sampled_from(sorted(FORMATS)))
def test_any_text_can_be_read(text: str, language: str) -> None:
    assert "\n" not in as_read(text, language)
    money_in_words(text, language)
