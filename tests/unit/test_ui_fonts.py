"""Every letter the screens may show has a glyph; what is in no font is shown as exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.money import Money
from kioskd.ui.fonts import FOLDER as FOLDER_OF_FONTS
from kioskd.ui.fonts import IN_NO_FONT, Fonts
from kioskd.ui.glyphs import Glyphs
from kioskd.ui.locale.formats import FORMATS, format_money, format_number, format_surcharge
from kioskd.ui.locale.translator import FOLDER, LANGUAGES, OWN_NAMES
from kioskd.ui.stage import Stage
from kioskd.ui.text import Script
from kioskd.ui.theme import default_theme
from tests.messages import messages
from tests.ui_visits import DISPLAYS, shop

THEME = default_theme()
FONTS = Fonts(Stage(DISPLAYS["small"], THEME))
TYPES = {kind.weight: name for name, kind in THEME.types.items()}
"""One of each weight: another weight is another file."""
OWN_LETTERS = {"Inter": "Aé€₴₺₪ЩїΩ□…−", "NotoSansArabic": "ابجد،١", "NotoSansHebrew": "אבגםן־״₪"}
CURRENCIES = ("EUR", "GBP", "USD", "PLN", "TRY", "UAH", "ILS", "JPY", "KWD")


def sentences(language: str) -> Iterator[str]:
    """The catalogue of a language; English is its own."""
    if language == "en":
        for one, many in messages():
            yield from (one, many or "")
        return
    with (FOLDER / language / "LC_MESSAGES" / "kioskd.po").open("rb") as file:
        for message in read_po(file, locale=language):
            yield from [message.string] if isinstance(message.string, str) else message.string


def lacking(text: str) -> set[str]:
    """The characters that some weight cannot show."""
    found = set()
    for line in text.split("\n"):
        for type in TYPES.values():
            for char in line:
                if any(IN_NO_FONT in piece.text for piece in FONTS.pieces(char, type, False)):
                    found.add(char)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_a_letter_without_a_glyph(language: str) -> None:
    assert lacking("".join(sorted(set("".join(sentences(language)))))) == set()


@pytest.mark.parametrize("language", FORMATS)
def test_no_amount_number_or_date_has_a_sign_without_a_glyph(language: str) -> None:
    money = [Money(-123456, currency) for currency in CURRENCIES]
    amounts = [
        text for each in money for text in (format_money(each, language), format_surcharge(each, language))
    ]
    words = [*amounts, format_number(-1_234_567, language), *FORMATS[language].months, OWN_NAMES[language]]
    assert lacking("".join(words)) == set()


def test_no_word_of_the_menu_has_a_letter_without_a_glyph() -> None:
    catalogue = shop().catalogue
    groups = [group for product in catalogue.products.values() for group in product.groups]
    words = [
        *(category.name for category in catalogue.categories),
        *(text for product in catalogue.products.values() for text in (product.name, product.description)),
        *(text for group in groups for text in (group.name, *(option.name for option in group.options))),
    ]
    letters = {char for text in words for language in FORMATS for char in text.in_language(language)}
    assert lacking("".join(sorted(letters))) == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("王芳", "□□"),
        ("Anna 🎉", "Anna □"),
        ("สวัสดี", "□" * 4),  # a vowel above its letter is no letter more
        ("Zoë", "Zoë"),
        ("Ελένη", "Ελένη"),
    ],
)
def test_letters_of_no_font_are_told_as_such(text: str, shown: str) -> None:
    for type in TYPES.values():
        assert "".join(piece.text for piece in FONTS.pieces(text, type, False)) == shown


def test_a_letter_its_own_font_lacks_is_taken_from_another_one() -> None:
    pieces = FONTS.pieces("אב₪ג", "body", True)
    assert "".join(piece.text for piece in reversed(pieces)) == "אב₪ג"
    assert {piece.script for piece in pieces} == {Script.HEBREW, Script.LATIN}
    arabic_comma = FONTS.pieces("a،b", "body", False)[1]
    assert (arabic_comma.text, arabic_comma.script) == ("،", Script.ARABIC)


@pytest.mark.parametrize(
    "file", sorted({name for family in THEME.fonts.values() for name in family.values()})
)
def test_a_font_tells_what_it_has_and_what_it_lacks(file: str) -> None:
    glyphs = Glyphs(FOLDER_OF_FONTS / file)
    own = next(letters for name, letters in OWN_LETTERS.items() if file.startswith(name))
    assert [char for char in own if char not in glyphs] == []
    assert [char for char in "王🎉ส\ue999\U0010fffd" if char in glyphs] == []


@pytest.mark.parametrize("content", [b"", b"OTTO", b"\x00\x01\x00\x00\x00\x09" + bytes(6)])
def test_what_is_no_font_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.ttf").write_bytes(content)
    with pytest.raises(ValueError, match=r"some\.ttf is not a font"):
        Glyphs(tmp_path / "some.ttf")


def test_no_font_is_shipped_for_nothing() -> None:
    used = {name for family in THEME.fonts.values() for name in family.values()}
    assert {file.name for file in FOLDER_OF_FONTS.glob("*.?tf")} == used


@pytest.mark.parametrize("line", ["\u0301", "\u05b0", "\u200f", "", " ", "\u064b\u0301"])
def test_a_line_of_nothing_to_see_is_drawn_as_nothing(line: str) -> None:
    assert FONTS.render(line, "body", (0, 0, 0), True).get_width() >= 1


@given(st.text(max_size=30), st.booleans())
def test_any_text_is_measured_and_drawn(text: str, rtl: bool) -> None:
    line = text.replace("\x00", "").replace("\n", " ")
    assert FONTS.width_px(line, "body") >= 0
    assert FONTS.render(line, "body", (0, 0, 0), rtl).get_width() >= 1
