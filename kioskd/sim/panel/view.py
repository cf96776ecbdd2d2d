"""What the panel shows of the world, as JSON values, one section for each card on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kioskd.sim.kiosk import KioskDown
from kioskd.sim.panel.whole_orders import loyalty_sections
from kioskd.sim.terminal import LostAnswer, Point
from kioskd.sim.world import World

OPERATIONS = 40
REQUESTS = 60
ORDERS = 20
PAPERS = 12
SAID = 4
SAID_FOR_S = 12.0
LOG_LINES = 80
_NAMES_IN_KIOSK = {"scanner": "front", "wedge": "side"}
"""What the kiosk's configuration calls a device of the world, where the two differ."""

_ORDER_NUMBER = re.compile(r"^ *([A-Z]+\d{1,3})$", re.MULTILINE)

Sections = dict[str, Any]


async def sections_of(world: World) -> Sections:
    """Everything at this moment. A kiosk that is down is a value here, not an error."""
    kiosk, devices, outbox = await _kiosk(world)
    conditions = world.printer.conditions
    return {
        "kiosk": kiosk,
        "devices": _devices(world, devices),
        "outbox": outbox,
        "printer": {name: value for name, value in asdict(conditions).items() if isinstance(value, bool)},
        "terminal": _terminal(world),
        "network": world.network_is,
        "help": {"call": world.pager.ringing, "answered": world.pager.answered},
        "speech": _speech(world),
        "leat": _loyalty(world),
        "papers": _papers(world),
        "log": world.kiosk.log_tail(LOG_LINES),
    }


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Sections:
    """The sections of `now` that are not the same as before."""
    return {name: value for name, value in now.items() if name not in before or before[name] != value}


async def _kiosk(world: World) -> tuple[Sections, list[dict[str, Any]], Sections | None]:
    """The kiosk's state, its devices as it sees them, and its outbox (None when it cannot be asked)."""
    try:
        status = await world.kiosk.status()
        outbox = await world.kiosk.outbox(OPERATIONS)
    except KioskDown:
        running, comes_back = world.kiosk.running, world.options.restart_after_s is not None
        ended = "It is starting." if running else f"It ended with status {world.kiosk.returncode}."
        again = " It is started again in a moment." if comes_back and not running else ""
        return {"up": False, "reason": ended + again, "comes_back": comes_back or running}, [], None
    devices = status.pop("devices")
    return {"up": True} | status, devices, outbox


def _devices(world: World, seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {device["name"]: device for device in seen}
    rows = []
    for name, plugged in world.plugged().items():
        device = known.get(_NAMES_IN_KIOSK.get(name, name), {})
        rows.append(
            {
                "name": name,
                "plugged": plugged,
                "state": device.get("state", ""),
                "detail": device.get("detail", ""),
            }
        )
    return rows


def _terminal(world: World) -> Sections:
    state = world.terminal.state()
    transactions: Any = state["transactions"]
    return {
        "plugged_in": state["plugged_in"],
        "connected": state["connected"],
        "payment": state["payment"],
        "display": state["display"],
        "faults": state["faults"],
        "points": list(Point),
        "lost_answers": list(LostAnswer),
        "auto_s": state["auto_s"],
        "charged_minor": state["charged_minor"],
        "transactions": [row for row in transactions if row["kind"] != "commissioning"][:-6:-1],
    }


def _speech(world: World) -> Sections:
    """The last things said; `number` is their place in all that was. After a while they are over."""
    hearing = world.hearing
    lately = list(enumerate(hearing.transcript, start=1))[-SAID:] if hearing.quiet_s < SAID_FOR_S else []
    said = [{"number": n, "text": told.text, "language": told.language} for n, told in lately]
    return {"headphones": hearing.headphones, "said": said}


def _leat(world: World) -> Sections:
    known = world.leat.to_json()
    return {
        "title": "Leat",
        "currency": world.leat.state.account.currency,
        "credit_name": world.leat.state.account.credit_name,
        "members": known["contacts"],
        "unlinked_cards": known["unlinked_cards"],
        "unlinked_vouchers": known["unlinked_vouchers"],
        "giftcards": known["giftcards"],
        "rewards": known["rewards"],
        "switches": world.leat.state.switches.to_json(),
        "orders": known["orders"][: -ORDERS - 1 : -1],
    }


def _loyalty(world: World) -> Sections:
    """The server that the kiosk asks."""
    whole = world.options.backend == "rbi"
    return {
        **(loyalty_sections(world.rbi, ORDERS) if whole else _leat(world)),
        "requests": [
            {
                "number": exchange.number,
                "at": exchange.at.isoformat(timespec="milliseconds"),
                "method": exchange.method,
                "path": exchange.path,
                "status": exchange.status,
                "executed_status": exchange.executed_status,
                "fault": exchange.fault,
            }
            for exchange in list(world.loyalty.requests)[: -REQUESTS - 1 : -1]
        ],
        "faults": world.loyalty.faults.to_json(),
    }


def _papers(world: World) -> list[dict[str, Any]]:
    """Newest first. `number` is its place in the printer's life, from 1."""
    numbered = list(enumerate(world.papers, start=1))
    return [
        {"number": number, "text": paper.text, "order": _order_number(paper.text)}
        for number, paper in numbered[: -PAPERS - 1 : -1]
    ]


def _order_number(text: str) -> str | None:
    """What the guest would show at the counter: the order's number stands alone in its line."""
    found = _ORDER_NUMBER.search(text)
    return found[1] if found else None
