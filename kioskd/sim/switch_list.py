"""The switches of a simulated server as the panel shows them."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel


def switch_list(switches: BaseModel) -> list[dict[str, Any]]:
    """Every switch with what it is about; `positions` is None for a number.

    One that holds several things at a time is left out: a position is one word.
    """
    return [
        {
            "name": name,
            "value": getattr(switches, name),
            "default": field.default,
            "positions": _positions(field.annotation),
            "about": " ".join((field.description or "").split()),
        }
        for name, field in type(switches).model_fields.items()
        if get_origin(field.annotation) is not tuple
    ]


def _positions(kind: Any) -> list[str | bool] | None:
    if kind is bool:
        return [False, True]
    return list(get_args(kind)) if get_origin(kind) is Literal else None
