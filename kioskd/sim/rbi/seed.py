"""Reads guests.toml into a fresh platform."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from kioskd.sim.rbi.ledger import book
from kioskd.sim.rbi.records import Code, DiscountBenefit, Guest, Incentive, PromoCode, Rules, Store
from kioskd.sim.rbi.state import RbiState, stable_uuid

STORE_ID: Final = "9041"
"""The store of Harbour Kitchen's kiosks."""

REGION: Final = "NL"
POS_TYPE: Final = "kioskd"
"""The vendor name incentives have product ids for."""

_Table = dict[str, Any]


def seeded_state(now: datetime) -> RbiState:
    """The platform as it is after a start. The same `now` gives the same state."""
    document = tomllib.loads((files("kioskd.sim.rbi") / "guests.toml").read_text(encoding="utf-8"))
    state = RbiState(
        points_per_major=document["points_per_major"],
        vendors=tuple(document["vendors"]),
        stores={table["id"]: Store(**table) for table in document["stores"]},
    )
    for table in document["incentives"]:
        incentive = _incentive(table, now)
        state.incentives[incentive.content_id] = incentive
    for table in document["guests"]:
        guest = _guest(table, now)
        state.guests[guest.id] = guest
        book(state, guest, "corrected", table["points"], now)
        for code in table.get("codes", ()):
            state.codes[code["value"]] = Code(
                value=code["value"],
                guest_id=guest.id,
                picks=list(code.get("picks", ())),
                expires_at=_in_days(now, code.get("expires_in_days")),
                used=code.get("used", False),
            )
    for table in document["promo_codes"]:
        expires_at = _in_days(now, table.pop("expires_in_days", None))
        state.promo_codes[table["value"]] = PromoCode(**table, expires_at=expires_at)
    return state


def _incentive(table: _Table, now: datetime) -> Incentive:
    rules = table.pop("rules", {})
    discount = table.pop("discount", None)
    times = {name: _in_days(now, rules.pop(f"{name}_in_days", None)) for name in ("starts_at", "ends_at")}
    times["enrolled_from"] = _in_days(now, rules.pop("enrolled_from_in_days", None))
    lists = {name: tuple(value) for name, value in rules.items() if isinstance(value, list)}
    return Incentive(
        engine_id=f"engine-{table['content_id']}",
        product_id=table.pop("product_id", None),
        discount=None if discount is None else DiscountBenefit(**discount),
        rules=Rules(**(rules | times | lists)),
        **table,
    )


def _guest(table: _Table, now: datetime) -> Guest:
    return Guest(
        id=stable_uuid(f"guest:{table['name']}"),
        name=table["name"],
        created_at=now - timedelta(days=table.get("enrolled_days_ago", 400)),
        points=0,
        cards=list(table.get("cards", ())),
        picks=list(table.get("picks", ())),
        birthday=table.get("birthday"),
        scopes=list(table.get("scopes", ())),
        quests=list(table.get("quests", ())),
    )


def _in_days(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)
