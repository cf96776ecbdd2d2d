"""Leat's ways to cut a list into pages, and to filter and sort it by time."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar
from urllib.parse import urlencode

from kioskd.sim.leat.answers import Call, JsonObject, invalid_input, parse_time

_COMPARISONS: Final[dict[str, Callable[[datetime, datetime], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_LAST_PAGE: Final = 1_000_000

UNSORTED: Final = "order without sort: newest first assumed"


class _Dated(Protocol):
    @property
    def created_at(self) -> datetime: ...


Item = TypeVar("Item")
Row = TypeVar("Row", bound=_Dated)


def plain_page(
    call: Call, rows: Sequence[Item], *, limit_name: str = "limit", default: int = 10, most: int = 100
) -> tuple[Sequence[Item], JsonObject]:
    """The rows of the page asked for, and its meta with page, limit and viewing_from."""
    page = call.whole_number("page", 1, 1, _LAST_PAGE)
    limit = call.whole_number(limit_name, default, 1, most)
    start = (page - 1) * limit
    shown = rows[start : start + limit]
    return shown, {
        "page": page,
        # Printed as it was asked for: a text when it came with the query.
        "limit": call.query.get(limit_name, limit),
        "viewing_from": start + 1 if shown else None,
        "viewing_to": start + len(shown) if shown else None,
        "last_page": max(1, -(-len(rows) // limit)),
        "total": len(rows),
    }


def laravel_page(
    call: Call, rows: Sequence[Item], *, default: int, least: int, most: int
) -> tuple[Sequence[Item], JsonObject, JsonObject]:
    """The rows of the page asked for, its meta and its links, in the style of the Laravel framework."""
    page = call.whole_number("page", 1, 1, _LAST_PAGE)
    limit = call.whole_number("limit", default, least, most)
    start = (page - 1) * limit
    shown = rows[start : start + limit]
    last_page = max(1, -(-len(rows) // limit)) if limit else 1
    meta = {
        "current_page": page,
        "from": start + 1 if shown else None,
        "last_page": last_page,
        "links": [
            {"url": _page_url(call, number), "label": str(number), "active": number == page}
            for number in range(1, last_page + 1)
        ],
        "path": call.url,
        "per_page": str(limit),  # a text in every recorded answer
        "to": start + len(shown) if shown else None,
        "total": len(rows),
    }
    links = {
        "first": _page_url(call, 1),
        "last": _page_url(call, last_page),
        "prev": _page_url(call, page - 1) if page > 1 else None,
        "next": _page_url(call, page + 1) if page < last_page else None,
    }
    return shown, meta, links


def in_period(call: Call, rows: list[Row]) -> list[Row]:
    """Those that hold for every created_at[gt], [gte], [lt] and [lte] of the query."""
    for name, holds in _COMPARISONS.items():
        field = f"created_at[{name}]"
        if text := call.query.get(field):
            try:
                limit = parse_time(text)
            except ValueError:
                raise invalid_input({field: ["The created_at is not a valid date."]}) from None
            # Leat keeps and prints whole seconds.
            rows = [row for row in rows if holds(row.created_at.replace(microsecond=0), limit)]
    return rows


def in_order(call: Call, rows: list[Row]) -> list[Row]:
    """`rows`, given oldest first, as `sort` wants them; newest first without it."""
    sort = call.query.get("sort")
    if sort not in (None, "created_at", "-created_at"):
        raise invalid_input({"sort": ["The selected sort is invalid."]})
    return rows if sort == "created_at" else rows[::-1]


def _page_url(call: Call, page: int) -> str:
    return f"{call.url}?{urlencode(dict(call.query) | {'page': page})}"
