"""Leat's error codes, in the words of the core.

Every documented error has HTTP status 400 and a code; texts may be Dutch, English or both, so only codes
count. No code is documented for the order calls: one that is not listed here is a plain refusal.
"""

from __future__ import annotations

from kioskd.core.errors import LoyaltyError, Refused, Throttled, Unauthorised, Unclear

INTERNAL_ERROR = 1000
INVALID_INPUT = 1003
NOT_FOUND = 60013
BUSY = 60001
BUSY_RETRY_AFTER_S = 2.0

_UNKNOWN_CARD = frozenset({60003, 1048, 1013, 55007, 55031, 55012})
"""No such identifier, card or contact: the last two when a contact was deleted since the scan."""
_BLOCKED_CARD = frozenset({60004, 1010})
_SET_UP_WRONG = frozenset({7002, 7011, 1008, 1102, 1103, 55018})
"""Account inactive or not ours, shop unknown, programme missing or inactive: no guest can help that."""


class LeatRefused(Refused):
    """A definite no with Leat's code and, for invalid input, the names of the refused fields."""

    def __init__(self, name: str, reason: str, code: int, fields: frozenset[str]) -> None:
        self.code = code
        self.fields = fields
        super().__init__(reason, f"{name}: code {code}")


def error_for(name: str, code: int, fields: frozenset[str]) -> LoyaltyError:
    """The error that code `code` means as the answer to the call `name`."""
    if code == INTERNAL_ERROR:
        return Unclear(f"{name}: code {code}, internal error")
    if code == BUSY:  # another credit reception of this member is being written
        return Throttled(BUSY_RETRY_AFTER_S)
    if code in _SET_UP_WRONG:
        return Unauthorised(f"{name}: code {code}, the account, shop or programme is not set up for this")
    if code in _UNKNOWN_CARD:
        return LeatRefused(name, "unknown_card", code, fields)
    if code in _BLOCKED_CARD:
        return LeatRefused(name, "blocked_card", code, fields)
    return LeatRefused(name, "not_found" if code == NOT_FOUND else "invalid", code, fields)
