"""What the broker is told, and when: whenever it changed, and now and then so that somebody sees the time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from kioskd.daemon.report import Report

LOOK_S = 5.0
SELDOM_S = 60.0

_TOLD = (
    *(
        "kiosk",
        "version",
        "condition",
        "reasons",
        "backend",
        "online",
        "help",
        "devices",
        "outbox",
        "attention",
    ),
    *("clock_trusted", "last_order_at", "up_since", "free_bytes", "time"),
)
_NO_NEWS = ("time", "free_bytes")
"""They change all the time."""


def state(report: Report) -> dict[str, Any]:
    """Nothing of a guest's, not even where on the screen they are."""
    document = report.document()
    return {key: document[key] for key in _TOLD}


def news(told: dict[str, Any]) -> dict[str, Any]:
    """What of a state is worth telling at once."""
    outbox = {key: value for key, value in told["outbox"].items() if key != "oldest_s"}
    return {**{key: value for key, value in told.items() if key not in _NO_NEWS}, "outbox": outbox}


async def keep_telling(
    read: Callable[[], Awaitable[Report]],
    tell: Callable[[bytes], None],
    now_s: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> NoReturn:
    """`tell` is given JSON. Raises StorageError when the outbox file fails."""
    known: dict[str, Any] | None = None
    told_s = now_s()
    while True:
        now = state(await read())
        if known != news(now) or now_s() - told_s >= SELDOM_S:
            known, told_s = news(now), now_s()
            tell(json.dumps(now, ensure_ascii=False).encode())
        await sleep(LOOK_S)
