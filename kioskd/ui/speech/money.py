"""Amounts as a voice reads them well: "12 euros 50" in place of signs that some voices leave out.

espeak-ng 1.51, for one, says nothing at all for the euro sign in Polish and Ukrainian.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kioskd.ui.locale.formats import FORMATS

_ONE, _FEW, _MANY = 0, 1, 2

_Forms = tuple[str, str, str]
"""For one, for a few (where Slavic languages tell them apart), and for many."""


def _same(word: str) -> _Forms:
    return (word, word, word)


_CURRENCIES: Mapping[str, Mapping[str, _Forms]] = {
    "en": {
        "EUR": ("euro", "euros", "euros"),
        "GBP": ("pound", "pounds", "pounds"),
        "USD": ("dollar", "dollars", "dollars"),
    },
    "nl": {"EUR": _same("euro"), "GBP": _same("pond"), "USD": _same("dollar")},
    "de": {"EUR": _same("Euro"), "GBP": _same("Pfund"), "USD": _same("Dollar")},
    "fr": {
        "EUR": ("euro", "euros", "euros"),
        "GBP": ("livre", "livres", "livres"),
        "USD": ("dollar", "dollars", "dollars"),
    },
    "es": {"EUR": ("euro", "euros", "euros"), "USD": ("dólar", "dólares", "dólares")},
    "it": {"EUR": _same("euro"), "GBP": ("sterlina", "sterline", "sterline")},
    "pt": {
        "EUR": ("euro", "euros", "euros"),
        "GBP": ("libra", "libras", "libras"),
        "USD": ("dólar", "dólares", "dólares"),
    },
    "pl": {"EUR": _same("euro"), "PLN": ("złoty", "złote", "złotych")},
    "tr": {"EUR": _same("avro"), "GBP": _same("sterlin"), "TRY": _same("lira"), "USD": _same("dolar")},
    "uk": {
        "EUR": _same("євро"),
        "UAH": ("гривня", "гривні", "гривень"),
        "USD": ("долар", "долари", "доларів"),
    },
    "ar": {"EUR": _same("يورو"), "USD": _same("دولار")},
    "he": {"EUR": _same("אירו"), "ILS": ("שקל", "שקלים", "שקלים"), "USD": ("דולר", "דולרים", "דולרים")},
}
_SLAVIC = frozenset({"pl", "uk"})
_SIGNS = {
    "en": ("plus", "minus"),
    "nl": ("plus", "min"),
    "de": ("plus", "minus"),
    "fr": ("plus", "moins"),
    "es": ("más", "menos"),
    "it": ("più", "meno"),
    "pt": ("mais", "menos"),
    "pl": ("plus", "minus"),
    "tr": ("artı", "eksi"),
    "uk": ("плюс", "мінус"),
    "ar": ("زائد", "ناقص"),
    "he": ("ועוד", "מינוס"),
}


def money_in_words(text: str, language: str) -> str:
    """Every amount in `text`, as this language writes it on the screen, the way it is said.

    `text` has plain spaces and no marks of direction. A currency we have no word for stays as it is written.
    """
    return _reader(language).read(text)


@dataclass(frozen=True, slots=True)
class _Reader:
    language: str
    amounts: re.Pattern[str]
    codes: Mapping[str, str]
    group: str
    decimal: str

    def read(self, text: str) -> str:
        return self.amounts.sub(self._one, text)

    def _one(self, found: re.Match[str]) -> str:
        sign = found["sign"] or found["inner"] or ""
        number = found["after"] or found["before"]
        symbol = found["leading"] or found["trailing"]
        forms = _CURRENCIES[self.language].get(self.codes.get(symbol, symbol))
        if forms is None:
            return found[0]
        whole, _, rest = number.replace(self.group, "").partition(self.decimal)
        words = [_SIGNS[self.language][sign != "+"]] if sign else []
        words += [whole, forms[_form(int(whole), self.language)]]
        if rest.strip("0"):
            words.append(rest)
        return " ".join(words)


def _form(n: int, language: str) -> int:
    if language not in _SLAVIC:
        # In French nought and one go together, in the others one alone.
        return _ONE if n == 1 or (language == "fr" and n == 0) else _MANY
    if n == 1 or (language == "uk" and n % 10 == 1 and n % 100 != 11):
        return _ONE
    return _FEW if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else _MANY


@cache
def _reader(language: str) -> _Reader:
    how = FORMATS[language]
    group = " " if how.group.isspace() else how.group
    codes = {symbol: code for code, symbol in how.symbols}
    known = sorted({*codes, *_CURRENCIES[language]}, key=len, reverse=True)
    symbol = "|".join(map(re.escape, known))
    number = rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})*(?:{re.escape(how.decimal)}\d+)?"
    amounts = re.compile(
        rf"(?P<sign>[+−])?(?:(?P<leading>{symbol}) ?(?P<inner>−)?(?P<after>{number})"
        rf"|(?<![\d,.])(?P<before>{number}) (?P<trailing>{symbol})(?!\w))"
    )
    return _Reader(language, amounts, codes, group, how.decimal)
