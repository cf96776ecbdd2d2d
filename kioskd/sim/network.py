"""What is between the kiosk and its loyalty server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from kioskd.sim.faults import FaultRule

Network = Literal[
    "on", "off", "slow", "no_answer", "lost_answers", "error500", "html503", "too_many", "portal"
]
"""on: all is well. off: nobody listens. slow: two seconds a request. no_answer: requests vanish.
lost_answers: requests are executed, answers vanish. The others: what something on the way answers instead."""

_RULES: Mapping[str, Mapping[str, Any]] = {
    "slow": {"kind": "slow", "delay_ms": 2000},
    "no_answer": {"kind": "timeout_before"},
    "lost_answers": {"kind": "drop_answer"},
    "error500": {"kind": "status_500"},
    "html503": {"kind": "status_503_html"},
    "too_many": {"kind": "status_429"},
    "portal": {"kind": "portal"},
}


def faults_of(how: Network) -> list[FaultRule]:
    """What the server does to requests that arrive. None do when it is off."""
    from kioskd.sim.faults import FaultRule  # brings pydantic along: when the daemon is on its way

    return [FaultRule(**_RULES[how])] if how in _RULES else []
