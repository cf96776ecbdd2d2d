"""Leat's error codes, in the words of the core.

Every documented error has HTTP status 400 and a code; texts may be Dutch, English or both, so only codes
count. No code is documented for the order calls: one that is not listed here is a plain refusal, "invalid".
"""

from __future__ import annotations

from collections.abc import Mapping

from kioskd.core.errors import LoyaltyError, Refused, Throttled, Unauthorised, Unclear

INTERNAL_ERROR = 1000
INVALID_INPUT = 1003
NOT_FOUND = 60013
BUSY = 60001
BUSY_RETRY_AFTER_S = 2.0

_SET_UP_WRONG = frozenset({7002, 7011, 1008, 1102, 1103, 55018})
"""Account inactive or not ours, shop unknown, programme missing or inactive: no guest can help that."""

_REASONS: Mapping[str, frozenset[int]] = {
    # guests and cards
    "unknown_card": frozenset({60003, 1048, 1013, 55007, 55031, 55012, 55032}),  # or its contact was deleted
    "blocked_card": frozenset({60004, 1010}),
    "card_taken": frozenset({60014, 60006, 55016}),
    "card_not_linked": frozenset({60011}),
    "member_exists": frozenset({60005, 55017}),
    "not_anonymous": frozenset({60016}),
    "plan_limit": frozenset({60000}),
    # points and rewards
    "points_limit": frozenset({1015}),
    "unknown_unit": frozenset({60007, 55046}),
    "unknown_transaction": frozenset({1027, 1028, 1041, 5010}),
    "used": frozenset({6001, 1034, 80005}),
    "other_shop": frozenset({55024}),
    "unknown_reward": frozenset({6003}),
    "insufficient_points": frozenset({1017}),
    "out_of_stock": frozenset({1018}),
    "claim_limit": frozenset({1019, 80008}),
    "not_available": frozenset({1052, 80300}),  # 80300: not found or expired, the server does not tell which
    # vouchers
    "unknown_voucher": frozenset({80004, 80002}),
    "expired": frozenset({80006, 5002}),
    "deactivated": frozenset({80012, 80020}),
    "not_yet_active": frozenset({80014}),
    "locked_elsewhere": frozenset({80017}),
    "too_few_left": frozenset({80019}),
    # gift cards
    "unknown_gift_card": frozenset({5001}),
    "not_valid": frozenset({7010}),
    "insufficient_balance": frozenset({5003}),
    "not_spendable_here": frozenset({1114, 5007, 7015, 1100}),
    "cannot_be_topped_up": frozenset({5006, 55021}),
    "above_maximum": frozenset({5008}),
    "not_last_transaction": frozenset({55025}),
    # anything
    "not_found": frozenset({NOT_FOUND}),
    "invalid": frozenset({INVALID_INPUT, 60018, 60019}),
    "exists": frozenset({55045, 60009, 80003}),
}
_REASON_OF = {code: reason for reason, codes in _REASONS.items() for code in codes}


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
    return LeatRefused(name, _REASON_OF.get(code, "invalid"), code, fields)
