"""What a scanned or typed text is, before any backend is asked.

Scans are hostile until shown otherwise: 512 printable ASCII characters at most, no spaces inside. A URL (a
wallet pass or a printed link) is reduced to the code it carries; nothing is ever opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from kioskd.core.ticket import ticket_order

MAX_LENGTH = 512
MAX_NUMBER_LENGTH = 24
"""Digits of a card that a guest types."""
MAX_CODE_LENGTH = 40
"""Characters of a gift card's code that a guest types."""

_GRAMMAR = re.compile(r"[!-~]+")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=/-]{2,127}")
# Query fields in which links of loyalty portals carry the code, in the order they are looked for.
_URL_FIELDS = ("hash", "code", "uuid", "token", "contact_identifier_value")


class CredentialKind(StrEnum):
    MEMBER_CARD = "member_card"
    CLAIM_TOKEN = "claim_token"
    """The QR of an earlier receipt, which a guest collects points with on a phone, not here."""
    TICKET = "ticket"
    """That of an order to be paid at the counter: for staff."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Credential:
    """`value` is what a backend is asked for; empty for UNKNOWN.

    It is a secret of the guest's and never logged: `repr` shows its length only.
    """

    kind: CredentialKind
    value: str = ""

    def __repr__(self) -> str:
        return f"Credential({self.kind}, {len(self.value)} characters)"


UNKNOWN = Credential(CredentialKind.UNKNOWN)


def classify(text: str) -> Credential:
    """The credential in a scan. Never raises; anything outside the grammar is UNKNOWN."""
    text = text.strip()
    if not text or len(text) > MAX_LENGTH or not _GRAMMAR.fullmatch(text):
        return UNKNOWN
    if ticket_order(text):
        return Credential(CredentialKind.TICKET)
    if "://" in text:
        return _from_url(text)
    return _card(text)


def _card(value: str) -> Credential:
    return Credential(CredentialKind.MEMBER_CARD, value) if _CODE.fullmatch(value) else UNKNOWN


def _from_url(text: str) -> Credential:
    try:
        parts = urlsplit(text)
        fields = parse_qs(parts.query, max_num_fields=20)
    except ValueError:
        return UNKNOWN
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return UNKNOWN
    if "version" in fields and parts.path.rstrip("/").endswith("/l"):
        return Credential(CredentialKind.CLAIM_TOKEN)
    for name in _URL_FIELDS:
        if name in fields:
            return _card(fields[name][0])
    return _card(unquote(parts.path.rstrip("/").rpartition("/")[2]))
