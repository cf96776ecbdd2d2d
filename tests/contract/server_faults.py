"""Everything that can go wrong between a client and its server, and what each means to whoever asked."""

from __future__ import annotations

import pytest

from kioskd.core.errors import LoyaltyError, Throttled, Unclear, Unreachable
from kioskd.sim.faults import FaultRule

FAULTS: list[tuple[FaultRule, type[LoyaltyError], type[LoyaltyError]]] = [
    # what goes wrong, what a read says, what a write says
    (FaultRule(kind="refuse"), Unclear, Unclear),
    (FaultRule(kind="timeout_before"), Unclear, Unclear),
    (FaultRule(kind="timeout_after"), Unclear, Unclear),
    (FaultRule(kind="drop_answer"), Unclear, Unclear),
    (FaultRule(kind="status_500"), Unclear, Unclear),
    (FaultRule(kind="status_500", when="after"), Unclear, Unclear),
    (FaultRule(kind="status_503_html"), Unclear, Unclear),
    (FaultRule(kind="status_429", retry_after_s=7), Throttled, Throttled),
    (FaultRule(kind="portal"), Unreachable, Unclear),
    (FaultRule(kind="redirect"), Unreachable, Unclear),
    (FaultRule(kind="garbage"), Unclear, Unclear),
    (FaultRule(kind="garbage", garbage="wrong_types"), Unclear, Unclear),
    (FaultRule(kind="huge"), Unclear, Unclear),
]
fault_cases = pytest.mark.parametrize(
    ("rule", "for_read", "for_write"), FAULTS, ids=[rule.label for rule, _, _ in FAULTS]
)

_TIMEOUT_S = 0.25
_PATIENT_S = 5.0


def patience_s(rule: FaultRule) -> float:
    """Little where the deadline is what ends the wait, plenty elsewhere: the machine may be busy."""
    return _TIMEOUT_S if rule.kind.startswith("timeout") else _PATIENT_S
