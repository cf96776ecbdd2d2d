"""JSON whose numbers are written digit by digit: Decimal("5.00") as 5.00, which no float can promise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

Json = Mapping[str, "Json"] | tuple["Json", ...] | str | int | Decimal


def dumps(value: Json) -> bytes:
    """The same value gives the same bytes."""
    return _text(value).encode()


def _text(value: Json) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case str() | int():
            return json.dumps(value)
        case tuple():
            return f"[{','.join(map(_text, value))}]"
        case _:
            return f"{{{','.join(f'{json.dumps(key)}:{_text(inner)}' for key, inner in value.items())}}}"
