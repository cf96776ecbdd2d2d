"""How languages write numbers, money and dates: a small table in place of a large library at run time.

`tests/unit/test_ui_locale.py` holds it against CLDR (Babel) for every language and currency named here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kioskd.core.money import Money, exponent

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
RLM = "\u200f"
LRM = "\u200e"


@dataclass(frozen=True, slots=True)
class Format:
    """`money` and `date` are patterns; `symbols` differ where a language tells two dollars apart.

    A currency without a symbol is written by its code, which CLDR prefers for some.
    """

    group: str
    decimal: str
    money: str
    negative_money: str
    date: str
    months: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]


def _months(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_ENGLISH_MONTHS = "January February March April May June July August September October November December"
_DUTCH_MONTHS = "januari februari maart april mei juni juli augustus september oktober november december"
_GERMAN_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_FRENCH_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
_SPANISH_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
_ITALIAN_MONTHS = (
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
)
_PORTUGUESE_MONTHS = (
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
)
_POLISH_MONTHS = (
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"
)
_TURKISH_MONTHS = "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"
_UKRAINIAN_MONTHS = "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"
_ARABIC_MONTHS = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
_HEBREW_MONTHS = "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר"

FORMATS = {
    "en": Format(
        ",", ".", "{s}{n}", "−{s}{n}", "{d} {m} {y}", _months(_ENGLISH_MONTHS),
        (("EUR", "€"), ("GBP", "£"), ("USD", "US$")),
    ),
    "nl": Format(
        ".", ",", f"{{s}}{NBSP}{{n}}", f"{{s}}{NBSP}−{{n}}", "{d} {m} {y}", _months(_DUTCH_MONTHS),
        (("EUR", "€"), ("GBP", "£"), ("USD", "US$")),
    ),
    "de": Format(
        ".", ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", "{d}. {m} {y}", _months(_GERMAN_MONTHS),
        (("EUR", "€"), ("GBP", "£"), ("USD", "$")),
    ),
    "fr": Format(
        NARROW_NBSP, ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", "{d} {m} {y}", _months(_FRENCH_MONTHS),
        (("EUR", "€"), ("GBP", "£GB"), ("USD", "$US")),
    ),
    "es": Format(
        ".", ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", "{d} de {m} de {y}", _months(_SPANISH_MONTHS),
        (("EUR", "€"), ("USD", "US$")),
    ),
    "it": Format(
        ".", ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", "{d} {m} {y}", _months(_ITALIAN_MONTHS),
        (("EUR", "€"), ("GBP", "£")),
    ),
    # As in Portugal.
    "pt": Format(
        NBSP, ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", "{d} de {m} de {y}",
        _months(_PORTUGUESE_MONTHS), (("EUR", "€"), ("GBP", "£"), ("USD", "US$")),
    ),
    "pl": Format(
        NBSP, ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", "{d} {m} {y}", _months(_POLISH_MONTHS),
        (("EUR", "€"), ("PLN", "zł")),
    ),
    "tr": Format(
        ".", ",", "{s}{n}", "−{s}{n}", "{d} {m} {y}", _months(_TURKISH_MONTHS),
        (("EUR", "€"), ("GBP", "£"), ("TRY", "₺"), ("USD", "$")),
    ),
    "uk": Format(
        NBSP, ",", f"{{n}}{NBSP}{{s}}", f"−{{n}}{NBSP}{{s}}", f"{{d}} {{m}} {{y}}{NARROW_NBSP}р.",
        _months(_UKRAINIAN_MONTHS), (("EUR", "€"), ("GBP", "£"), ("UAH", "₴"), ("USD", "$")),
    ),
    "ar": Format(
        ",", ".", f"{RLM}{{n}}{NBSP}{{s}}", f"{RLM}{LRM}−{{n}}{NBSP}{{s}}", "{d} {m} {y}",
        _months(_ARABIC_MONTHS), (("EUR", "€"), ("GBP", "UK£"), ("USD", "US$")),
    ),
    "he": Format(
        ",", ".", f"{RLM}{{n}}{NBSP}{RLM}{{s}}", f"{RLM}{LRM}−{{n}}{NBSP}{RLM}{{s}}", "{d} ב{m} {y}",
        _months(_HEBREW_MONTHS), (("EUR", "€"), ("GBP", "£"), ("ILS", "₪"), ("USD", "$")),
    ),
}  # fmt: skip
"""In the order in which a guest is offered them, unless the configuration says otherwise."""


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
