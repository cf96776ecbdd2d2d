"""Text fits its place, in the right order, whoever wrote it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.bidi import LRI, PDI, RLI
from kioskd.core.money import Money
from kioskd.ui.locale.formats import format_money, format_surcharge
from kioskd.ui.text import Script, clean, embedded, reads_from_right, runs, shorten, wrap


class FixedPitch:
    """A millimetre a letter."""

    def width_mm(self, text: str, type: str, *, tabular: bool = False) -> float:
        return float(len(text))

    def line_mm(self, type: str) -> float:
        return 2.0


MEASURE = FixedPitch()


def shown(line: str, rtl: bool) -> str:
    """The letters as the eye meets them from left to right."""
    return "".join(run.text[::-1] if run.rtl else run.text for run in runs(line, rtl))


SENTENCES = {"ar": "السعر {} اليوم", "he": "המחיר {} היום"}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
@pytest.mark.parametrize("price", ["12.50", "1,240", "−4.44", "07:30", "20 %"])
def test_numbers_keep_their_order_between_letters_from_the_right(price: str, sentence: str) -> None:
    assert price.strip("−% ") in shown(sentence.format(price), rtl=True)


@pytest.mark.parametrize("language", SENTENCES)
def test_amounts_read_from_the_right_as_they_are_written_there(language: str) -> None:
    price, coupon = Money(1250, "EUR"), Money(-1250, "EUR")
    for amount in (format_money(price, language), SENTENCES[language].format(format_money(price, language))):
        assert "€\u00a012.50" in shown(amount, rtl=True)
    assert "€\u00a0−12.50" in shown(format_money(coupon, language), rtl=True)
    assert "€\u00a0+12.50" in shown(format_surcharge(price, language), rtl=True)


def test_a_shekel_stands_left_of_its_amount() -> None:
    shekels = format_money(Money(1250, "ILS"), "he")
    assert shown(f"לתשלום {shekels}", rtl=True) == "₪\u00a012.50 םולשתל"


def test_brackets_hold_what_is_in_them() -> None:
    assert shown("מרק (קטן) 2", rtl=True) == "2 )ןטק( קרמ"
    assert shown("Soup (מרק) 2", rtl=False) == "Soup (קרמ) 2"
    assert shown("מרק (Soup) 2", rtl=True) == "2 (Soup) קרמ".translate(str.maketrans("()", ")("))


def test_a_name_in_other_letters_does_not_turn_the_sentence_around() -> None:
    sentence = "שלום {}, 3 פריטים"
    assert shown(sentence.format(embedded("H&M (NL)", True)), True) == "םיטירפ 3 ,H&M (NL) םולש"
    assert shown(f"Hi {embedded('שרה', False)} 3 items", False) == "Hi הרש 3 items"
    assert embedded("Sanne", False) == "Sanne"
    assert embedded("שרה 3", True) == "שרה 3"
    assert embedded("4000", True) == "4000"
    assert embedded(embedded("Sanne", True), True) == f"{LRI}Sanne{PDI}"
    assert embedded("שרה van Dijk", True) == f"{RLI}שרה van Dijk{PDI}"


def test_a_name_that_is_broken_keeps_its_direction_in_the_next_line() -> None:
    lines = wrap(f"שלום {LRI}Bar & Grill{PDI} טוב", "body", 11, MEASURE)
    assert lines == (f"שלום {LRI}Bar &", f"{LRI}Grill{PDI} טוב")


def test_a_price_stands_left_of_its_arabic_sentence_and_reads_as_a_price() -> None:
    pieces = runs("السعر 12.50", rtl=True)
    assert [(run.text.strip(), run.rtl) for run in pieces] == [("12.50", False), ("السعر", True)]
    assert pieces[1].script is Script.ARABIC and pieces[0].script is Script.LATIN


def test_grouped_digits_of_a_card_stay_in_order() -> None:
    assert shown("4000\u00a01234\u00a05678", rtl=True) == "4000\u00a01234\u00a05678"


def test_hebrew_has_a_font_of_its_own_and_takes_its_signs_from_the_other_one() -> None:
    pieces = runs("סך־הכול: 12.50", rtl=True)
    assert [run.script for run in pieces] == [Script.LATIN, Script.LATIN, Script.HEBREW]
    assert pieces[-1].text == "סך־הכול"


def test_what_only_directs_is_never_drawn() -> None:
    assert runs(f"a{LRI}b{PDI}", rtl=False)[0].text == "ab"
    assert runs(f"{RLI}א{PDI}", rtl=False)[0].text == "א"


def test_a_latin_name_keeps_its_own_direction_on_an_arabic_screen() -> None:
    assert not reads_from_right("20 % off your order", rtl=True)
    assert reads_from_right("أهلًا Sanne", rtl=True)
    assert reads_from_right("12.50", rtl=True)
    assert not reads_from_right("anything", rtl=False)
    assert reads_from_right("מרק!", rtl=False)
    assert not reads_from_right("Soup: מרק", rtl=False)


@given(st.text(alphabet=st.sampled_from("abc 12.50,€+-ابجد אבג()"), max_size=40), st.booleans())
def test_no_letter_is_lost_or_invented(line: str, rtl: bool) -> None:
    assert sorted("".join(run.text for run in runs(line, rtl))) == sorted(line)


@given(st.text(max_size=300))
def test_text_from_outside_becomes_harmless(text: str) -> None:
    result = clean(text)
    assert len(result) <= 160
    assert not any(unicodedata.category(c) in ("Cc", "Cf") for c in result)
    assert result == " ".join(result.split())


def test_direction_overrides_are_removed() -> None:
    assert clean("abc\u202edef\u2066g\n\n h") == "abcdefg h"


@given(st.text(alphabet="abcd ", max_size=80), st.integers(3, 30))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, "body", width, MEASURE)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet="abcd ", max_size=80), st.integers(3, 30), st.integers(1, 4))
def test_what_does_not_fit_ends_in_an_ellipsis(text: str, width: int, most: int) -> None:
    lines = wrap(text, "body", width, MEASURE, most)
    assert len(lines) <= most and all(len(line) <= width for line in lines)
    if len(wrap(text, "body", width, MEASURE)) > most:
        assert lines[-1].endswith("…")


def test_a_line_feed_always_breaks_and_a_no_break_space_never_does() -> None:
    assert wrap("Hungry?\nOrder here.", "hero", 30, MEASURE) == ("Hungry?", "Order here.")
    assert wrap("now 8,50\u00a0€", "body", 8, MEASURE) == ("now", "8,50\u00a0€")


@given(st.text(alphabet="ab c", min_size=1, max_size=40), st.integers(1, 40))
def test_shortening_never_exceeds_the_width(text: str, width: int) -> None:
    result = shorten(text, "body", width, MEASURE)
    assert len(result) <= width
    assert result == text or result.endswith("…")


def test_a_dot_between_two_things_does_not_hang_at_the_end_of_a_line() -> None:
    words = "Add · €28.00"
    assert wrap(words, "body", MEASURE.width_mm(words, "body"), MEASURE) == (words,)
    assert wrap(words, "body", MEASURE.width_mm("Add · ", "body"), MEASURE) == ("Add", "€28.00")
