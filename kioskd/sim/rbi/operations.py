"""Every operation a kiosk can call, and where it is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kioskd.sim.rbi import promo, transactions
from kioskd.sim.rbi.answers import Answer, Call
from kioskd.sim.rbi.identify import identify
from kioskd.sim.rbi.state import RbiState

Run = Callable[[RbiState, Call, RbiState], Answer]
"""The third one is the state as reads see it, perhaps an older one."""


def _on_now(operation: Callable[[RbiState, Call], Answer]) -> Run:
    return lambda state, call, seen: operation(state, call)


def _on_seen(operation: Callable[[RbiState, Call], Answer]) -> Run:
    return lambda state, call, seen: operation(seen, call)


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    """With {names} for single segments."""
    run: Run

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


_TRANSACTION: Final = "/loyalty/transaction/pos"

# The first match counts: fixed words before names in braces.
OPERATIONS: Final = (
    Operation("POST", "/loyalty/identify", identify),
    Operation("POST", f"{_TRANSACTION}/validate/{{loyaltyTransactionId}}", _on_seen(transactions.validate)),
    Operation("POST", _TRANSACTION, _on_now(transactions.create_unclaimed)),
    Operation("PUT", f"{_TRANSACTION}/{{loyaltyTransactionId}}/void", _on_now(transactions.void)),
    Operation("PUT", f"{_TRANSACTION}/{{loyaltyTransactionId}}", _on_now(transactions.update)),
    Operation("POST", "/loyalty/promo-code/redeem", _on_now(promo.redeem_promo_code)),
)
PATTERNS: Final = tuple((operation, operation.pattern) for operation in OPERATIONS)
