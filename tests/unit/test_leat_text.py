"""Names and titles from a server are fit to be shown: one line, no tricks, not too long, letters whole."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.loyalty.display_text import clean

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Sam", "Sam"),
        ("  Anne \n\t Marie ", "Anne Marie"),
        ("Sam\u202egnp.exe", "Samgnp.exe"),
        ("\x1b@\x1dVSam\x00", "@ VSam"),
        ("\ud800Sam", "Sam"),
        ("مریم", "مریم"),
        (
            "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",
            "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",
        ),
        ("Zoe\u0308", "Zoë"),
        ("", None),
        (" \u202e\x00\u200d ", None),
    ],
)
def test_a_name_is_cleaned(given_text: str, shown: str | None) -> None:
    assert clean(given_text, 40) == shown


def test_long_texts_end_after_whole_letters() -> None:
    assert clean("a" * 50, 40) == "a" * 40
    assert clean("e\u0323" * 50, 40) == unicodedata.normalize("NFC", "e\u0323") * 40
    assert clean(FAMILY * 50, 3) == FAMILY * 3
    assert clean("\U0001f1f3\U0001f1f1" * 3, 2) == "\U0001f1f3\U0001f1f1" * 2


def test_towers_of_accents_are_cut() -> None:
    shown = clean("Z" + "\u0334\u0315" * 500, 40)
    assert shown is not None
    assert len(shown) <= 8


@given(
    st.text(max_size=300) | st.text(alphabet="a \u200d\u202e\u0300\U0001f1f3", max_size=300),
    st.integers(1, 40),
)
def test_whatever_comes_the_result_is_short_printable_and_stable(text: str, limit: int) -> None:
    shown = clean(text, limit)
    if shown is not None:
        assert 0 < len(shown) <= limit * 8
        assert all(c in "\u200c\u200d" or unicodedata.category(c)[0] != "C" for c in shown)
        assert shown == shown.strip()
        shown.encode()
