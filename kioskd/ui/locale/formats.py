"""How languages write numbers, money and dates: a small table in place of a large library at run time.

`tests/unit/test_ui_locale.py` holds it against CLDR (Babel) for every language and currency named here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kioskd.core.money import Money, exponent

NBSP = "\u00a0"
RLM = "\u200f"
LRM = "\u200e"


@dataclass(frozen=True, slots=True)
class Format:
    """`money` and `date` are patterns; `symbols` differ where a language tells two dollars apart."""

    group: str
    decimal: str
    money: str
    negative_money: str
    date: str
    months: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]


_ENGLISH_MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
_DUTCH_MONTHS = tuple(
    "januari februari maart april mei juni juli augustus september oktober november december".split()
)
_GERMAN_MONTHS = tuple(
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
)
_ARABIC_MONTHS = tuple("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split())

FORMATS = {
    "en": Format(
        ",", ".", "{s}{n}", "−{s}{n}", "{d} {m} {y}", _ENGLISH_MONTHS,
        (("EUR", "€"), ("GBP", "£"), ("USD", "US$")),
    ),
    "nl": Format(
        ".", ",", f"{{s}}{NBSP}{{n}}", f"{{s}}{NBSP}−{{n}}", "{d} {m} {y}", _DUTCH_MONTHS,
        (("EUR", "€"), ("GBP", "£"), ("USD", "US$")),
    ),
    "de": Format(
        ".", ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", "{d}. {m} {y}", _GERMAN_MONTHS,
        (("EUR", "€"), ("GBP", "£"), ("USD", "$")),
    ),
    "ar": Format(
        ",", ".", f"{RLM}{{n}}{NBSP}{{s}}", f"{RLM}{LRM}−{{n}}{NBSP}{{s}}", "{d} {m} {y}", _ARABIC_MONTHS,
        (("EUR", "€"), ("GBP", "UK£"), ("USD", "US$")),
    ),
}  # fmt: skip


def format_number(value: int, language: str) -> str:
    """Digits in groups of three, a true minus sign: 1,240 or 1.240."""
    how = FORMATS[language]
    return ("−" if value < 0 else "") + f"{abs(value):,}".replace(",", how.group)


def format_money(amount: Money, language: str) -> str:
    """The amount as a guest reads it, with the sign where the language puts it. Exact: no floats."""
    how = FORMATS[language]
    decimals = exponent(amount.currency)
    whole, rest = divmod(abs(amount.minor), 10**decimals)
    number = f"{whole:,}".replace(",", how.group)
    if decimals:
        number += f"{how.decimal}{rest:0{decimals}d}"
    symbol = dict(how.symbols).get(amount.currency, amount.currency)
    pattern = how.negative_money if amount.minor < 0 else how.money
    return pattern.format(s=symbol, n=number)


def format_surcharge(amount: Money, language: str) -> str:
    """What comes on top: "+€1.00". The sign stays before the number in every direction of writing."""
    how = FORMATS[language]
    shown = format_money(amount, language)
    if how.money.startswith(RLM):
        return f"{RLM}{LRM}+{shown.removeprefix(RLM)}"
    return f"+{shown}"


def format_date(day: date, language: str) -> str:
    """Day, month by name, year."""
    how = FORMATS[language]
    return how.date.format(d=day.day, m=how.months[day.month - 1], y=day.year)
