"""How a kiosk is, in lines that can be read out on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

_CONDITIONS = {
    "good": "sells, and nothing needs anybody",
    "attention": "sells, and somebody should look:",
    "not_selling": "DOES NOT SELL:",
}
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_GIB = 1024**3


def status_text(status: dict[str, Any]) -> str:
    """`status` is the document that the daemon answers with, see `report`."""
    return "\n".join(_lines(status))


def _lines(status: dict[str, Any]) -> Iterator[str]:
    head = f"kiosk {status['kiosk']}, kioskd {status['version']}"
    yield f"{head}: {_CONDITIONS.get(status['condition'], status['condition'])}"
    yield from (f"  - {_plain(reason)}" for reason in status["reasons"])
    yield ""
    if "outbox" not in status:  # nobody has told it yet what it is
        yield _row("screen", status["place"].replace("_", " "))
        yield from _devices(status)
        return
    yield _row("up", f"for {span(status['up_s'])}, since {_moment(status['up_since'])}")
    yield _row("screen", status["place"].replace("_", " "))
    yield _row(
        "last order", _moment(status["last_order_at"]) if status["last_order_at"] else "none on record"
    )
    yield _row("loyalty", _loyalty(status["backend"], status["online"]))
    yield _row("outbox", _outbox(status["outbox"]))
    trusted = "" if status["clock_trusted"] else " (nobody vouches for this clock)"
    yield _row("clock", _moment(status["time"]) + trusted)
    if status["free_bytes"] is not None:
        yield _row("disk", f"{status['free_bytes'] / _GIB:.1f} GiB free")
    if status["help"]:
        yield _row("help", f"{status['help']}: a guest asked for somebody")
    yield from _devices(status)


def _devices(status: dict[str, Any]) -> Iterator[str]:
    for device in status["devices"]:
        detail = f": {_plain(device['detail'])}" if device["detail"] else ""
        kind = "" if device["kind"] == device["name"] else f" ({device['kind']})"
        yield _row(device["name"], f"{device['state']}{detail}{kind}")


def span(seconds: float) -> str:
    """`3 d 4 h`, `25 min`, `40 s`."""
    if seconds >= _DAY_S:
        return f"{seconds // _DAY_S:.0f} d {seconds % _DAY_S // _HOUR_S:.0f} h"
    if seconds >= _HOUR_S:
        return f"{seconds // _HOUR_S:.0f} h {seconds % _HOUR_S // _MINUTE_S:.0f} min"
    if seconds >= _MINUTE_S:
        return f"{seconds // _MINUTE_S:.0f} min"
    return f"{seconds:.0f} s"


def _loyalty(backend: str, online: bool | None) -> str:
    if backend == "none":
        return "none"
    if online is None:
        return f"{backend}, not asked yet"
    return f"{backend}, which {'answers' if online else 'cannot be reached'}"


def _outbox(outbox: dict[str, Any]) -> str:
    if not outbox["open"]:
        return "everything is told"
    parts = [f"{outbox['open']} open"]
    if outbox["oldest_s"] is not None:
        parts.append(f"the oldest waits for {span(outbox['oldest_s'])}")
    if held := outbox["by_state"].get("held"):
        parts.append(f"{held} held until staff or the order decide")
    if doubt := outbox["by_state"].get("in_doubt"):
        parts.append(f"{doubt} in doubt")
    return ", ".join(parts)


def _moment(at: str) -> str:
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M}"


def _row(name: str, text: str) -> str:
    return f"{name:<12}{text}"


def _plain(text: str) -> str:
    """What a device said may not steer the terminal it is shown on."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
