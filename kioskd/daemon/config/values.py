"""Texts in the guests' languages, and amounts of money, as people write them into a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, PlainValidator, ValidationInfo

from kioskd.core.catalogue import Words
from kioskd.core.errors import MoneyError
from kioskd.core.money import Money
from kioskd.daemon.config.errors import did_you_mean
from kioskd.daemon.config.fields import printable, wrong
from kioskd.ui.locale.translator import LANGUAGES

MAX_PRICE_MINOR = 100_000_000
_SMALLEST = Decimal("0.0001")


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise wrong(f'is "{value[:10]}", which is not known here', did_you_mean(value, LANGUAGES))
    return value


Language = Annotated[str, AfterValidator(_language)]
"""One that the screens speak."""


def words(longest: int) -> Callable[[Any], Words]:
    """A check for a text of at most `longest` characters, alone or in several languages."""

    def check(value: Any) -> Words:
        if isinstance(value, str):
            return Words(_text(value, longest))
        if not isinstance(value, dict) or not value:
            raise wrong("must be text", 'in quotes, or one per language: { en = "Fries", nl = "Friet" }')
        for language in value:
            if language not in LANGUAGES:
                raise wrong(f'has a text in "{language[:10]}"', did_you_mean(language, LANGUAGES))
        translations = tuple((language, _text(text, longest)) for language, text in value.items())
        return Words(translations[0][1], translations)

    return check


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("has an empty text", "write something or remove it")
    if len(value) > longest:
        raise wrong(f"is too long with {len(value)} characters", f"at most {longest}, so that it fits")
    return printable(value)


def _price(value: Any, info: ValidationInfo) -> Money:
    """`"8.50"`, `8.50` and `8` are all exact: the file's numbers arrive as they were written."""
    remedy = 'digits and a point, as in "8.50"'
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", value):
        amount = Decimal(value)
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        amount = Decimal(value)
        if not amount.is_finite() or 0 < amount < _SMALLEST:
            raise wrong("is no price", remedy)
        if amount < 0:
            raise wrong("is negative", "a price is zero or more; discounts are not part of the menu")
        if amount > MAX_PRICE_MINOR:
            raise wrong("is far too much", remedy)
    else:
        raise wrong("is no price", remedy)
    try:
        price = Money.from_major(amount, (info.context or {})["currency"])
    except MoneyError as error:
        raise wrong(f"is no price: {error}", remedy) from None
    if price.minor > MAX_PRICE_MINOR:
        raise wrong("is far too much", remedy)
    return price


def _percentage(value: Any) -> Decimal:
    """`"7.5"`, `7.5` and `7` are all exact."""
    remedy = 'above 0 and up to 100, as in "7.5"'
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise wrong("is no percentage", remedy)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", str(value)) is None or not 0 < Decimal(value) <= 100:
        raise wrong("is no percentage", remedy)
    return Decimal(value)


Name = Annotated[
    Words, PlainValidator(words(60)), PlainSerializer(lambda name: dict(name.translations) or name.plain)
]
Price = Annotated[Money, PlainValidator(_price), PlainSerializer(lambda price: str(price.major()))]
"""In major units of the currency, which the validation context has."""
Percentage = Annotated[Decimal, PlainValidator(_percentage), PlainSerializer(str)]
