"""Whether nobody and nothing would be disturbed if the kiosk stopped now."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from kioskd.core.place import Place
from kioskd.daemon.cli.asking import ask
from kioskd.outbox.states import OpState

ASK_AGAIN_S = 5.0
_RESTING = (Place.ATTRACT, Place.OUT_OF_ORDER)
_UNDER_WAY = (
    OpState.SENDING,
    OpState.UNKNOWN,
    OpState.RECONCILING,
    OpState.IN_DOUBT,
    OpState.COMPENSATING,
)
"""What the other side may or may not have done, card payments among it. What is queued goes on afterwards."""


class NotIdle(Exception):
    """The text says what is going on."""


def check_idle(socket: Path) -> None:
    """Raises NotIdle; OSError when no kiosk answers, CommandRefused when it does not say."""
    if reason := busy_with(ask(socket, {"do": "status"})):
        raise NotIdle(reason)


def busy_with(status: dict[str, Any]) -> str | None:
    """What keeps a kiosk with this status, as a sentence; None when nothing does."""
    if status["place"] not in _RESTING:
        return f"somebody is at the kiosk ({status['place']})"
    if status["help"] is not None:
        return "a guest has asked for help"
    by_state = status["outbox"]["by_state"]
    if under_way := sum(by_state.get(state, 0) for state in _UNDER_WAY):
        return f"{under_way} operations are under way or in doubt: kioskd outbox list names them"
    return None


def wait_idle(socket: Path, patience_s: float) -> None:
    """Returns as soon as it is idle. After `patience_s` it raises what `check_idle` raises."""
    until_s = time.monotonic() + patience_s
    while True:
        try:
            check_idle(socket)
        except NotIdle:
            if time.monotonic() + ASK_AGAIN_S > until_s:
                raise
            time.sleep(ASK_AGAIN_S)
        else:
            return
