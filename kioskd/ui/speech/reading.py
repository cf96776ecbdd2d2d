"""Written text as a voice reads it well: amounts, short forms and codes in words; no signs, no marks."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kioskd.ui.locale.formats import FORMATS
from kioskd.ui.locale.translator import Translator, translator
from kioskd.ui.speech.money import money_in_words

_CODE = re.compile(
    r"(?<![\w.,])(?=[A-Z0-9-]*[0-9])(?=[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w]|[.,]\d)"
)
"""Capitals and digits together: nobody can write down what is read as a word."""
_DIGITS = re.compile(r"(?<![\w.,])(?:[0-9]{5,}|[0-9]{4}(?: [0-9]{1,4})+)(?![\w]|[.,][0-9])")
"""A number without the signs between its thousands, or in fours: a card's or a code's."""
_BREAK = re.compile(r"\s*(?:[·•|/…]|(?:^|(?<=\s))-(?=\s))\s*")
_SAMPLES = (1, 2, 3, 5, 11, 100)
"""Numbers that take every plural form of every language there is here."""


def as_read(text: str, language: str) -> str:
    """What a voice is given for this text of the screen."""
    tr = translator(language)
    plain = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign) != "Cf"
    )
    plain = " ".join(plain.split())
    plain = _DIGITS.sub(lambda found: spelled(found[0]), plain)
    plain = _CODE.sub(lambda found: spelled(found[0]), plain)
    plain = money_in_words(plain, tr.language)
    plain = _points(tr.language).sub(lambda found: _full_points(tr, found["n"]), plain)
    plain = _grouped(tr.language).sub(lambda found: re.sub(r"\D", "", found[0]), plain)
    plain = re.sub(r"(?<![\d.,])1 ?× ?", "1 ", plain)  # nobody says "1 times"
    plain = re.sub(r"(?<=\d) ?× ?", f" {tr('times')} ", plain)
    plain = re.sub(r"^\+ ", f"{tr('with')} ", plain)
    plain = _BREAK.sub(", ", plain)
    return re.sub(r"(?:, )+(?=[,.]|$)|^[, ]+", "", plain).strip()


def spelled(code: str) -> str:
    """Sign by sign, with a pause between them."""
    return ", ".join(sign for sign in code if sign.isalnum())


def _full_points(tr: Translator, number: str) -> str:
    n = int(re.sub(r"\D", "", number))
    return tr.plural("{n} point", "{n} points", n).replace(tr.number(n), str(n))


@cache
def _points(language: str) -> re.Pattern[str]:
    """Numbers of points as they are written where there is little room."""
    tr = translator(language)
    shorts = {tr.plural("{n} pt", "{n} pts", n).replace(tr.number(n), "").strip() for n in _SAMPLES}
    words = "|".join(re.escape(short) for short in sorted(shorts, key=len, reverse=True) if short)
    return re.compile(rf"(?P<n>{_number(language)}) (?:{words})(?!\w)")


@cache
def _grouped(language: str) -> re.Pattern[str]:
    group = re.escape(_group(language))
    return re.compile(rf"(?<![\w.,])\d{{1,3}}(?:{group}\d{{3}})+(?![\w]|[.,]\d)")


def _number(language: str) -> str:
    return rf"\d{{1,3}}(?:{re.escape(_group(language))}\d{{3}})*"


def _group(language: str) -> str:
    group = FORMATS[language].group
    return " " if group.isspace() else group
