"""Single things Leat says about a member, turned into what the overview shows. Pure.

What cannot be shown is None rather than guessed.
"""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo

from kioskd.core.errors import MoneyError
from kioskd.core.money import Money
from kioskd.loyalty.display_text import clean
from kioskd.loyalty.leat import wire

MAX_NAME_GRAPHEMES = 40
MAX_TITLE_GRAPHEMES = 80
_MAX_URL_LENGTH = 2048


def first_name(contact: wire.Contact) -> str | None:
    return _shown(contact.current_values.firstname, MAX_NAME_GRAPHEMES)


def tier(contact: wire.Contact) -> str | None:
    return _shown(contact.tier.name, MAX_NAME_GRAPHEMES)


def language(contact: wire.Contact, attribute: str | None) -> str | None:
    """From "nl", "NL", "nl-BE" or "nl_NL"; anything else is not guessed at."""
    value = contact.current_values.attributes.get(attribute) if attribute else None
    tag = re.fullmatch(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9]{2,8})*", value) if isinstance(value, str) else None
    return tag[1].lower() if tag else None


def points(contact: wire.Contact) -> int | None:
    if contact.credit_balance.balance is not None:
        return contact.credit_balance.balance
    return contact.current_values.loyalty_balance


def points_name(program: wire.LoyaltyProgram) -> str | None:
    """What guests of this merchant call their points."""
    return _shown(program.custom_credit_name, MAX_NAME_GRAPHEMES)


def prepaid(contact: wire.Contact, currency: str) -> Money | None:
    """From minor units, or else from the major units among the current values."""
    if contact.prepaid_balance.balance_in_cents is not None:
        return Money(contact.prepaid_balance.balance_in_cents, currency)
    if contact.current_values.prepaid_balance is None:
        return None
    try:
        return Money.from_major(contact.current_values.prepaid_balance, currency)
    except MoneyError:
        return None


def voucher_title(answer: wire.Voucher) -> str | None:
    return shown_title(answer.name or answer.promotion.name)


def shown_title(text: str | None) -> str | None:
    return _shown(text, MAX_TITLE_GRAPHEMES)


def _shown(text: str | None, max_graphemes: int) -> str | None:
    return clean(text, max_graphemes) if text is not None else None


def picture_url(url: str | None) -> str | None:
    if url is None or len(url) > _MAX_URL_LENGTH or not url.isascii() or not url.isprintable():
        return None
    return url if url.startswith(("https://", "http://")) else None


def day(moment: datetime | None, time_zone: tzinfo | None) -> date | None:
    """The local day; `time_zone` None is the system's."""
    try:
        return moment.astimezone(time_zone).date() if moment is not None else None
    except (OverflowError, ValueError, OSError):  # the first and last days a calendar has
        return None
