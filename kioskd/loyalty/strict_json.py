"""JSON from a server nobody trusts: what the standard library would let pass is refused here.

Python's own parser takes NaN, Infinity and 1e999, lets the last of two equal keys win, and answers deep
nesting with RecursionError. All of that, and numbers no counter or amount can have, is one error here:
NotJson. Numbers with a fraction come as Decimal, so that an amount in major units stays exact.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Never

MAX_BYTES = 1 << 20
MAX_NUMBER = 2**53
_MAX_NUMBER_CHARACTERS = 64


class NotJson(ValueError):
    """The bytes are no JSON document we accept. The text never quotes them."""


def parse(body: bytes) -> Any:
    """The document in `body` as dict, list, str, int, Decimal, bool or None. Raises only NotJson.

    A byte order mark is forgiven. Strings may still hold lone surrogates and control characters.
    """
    if len(body) > MAX_BYTES:
        raise NotJson(f"longer than {MAX_BYTES} bytes")
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except NotJson:
        raise
    except (ValueError, RecursionError) as error:
        # Chained exceptions carry the document (JSONDecodeError.doc), so nothing is chained.
        raise NotJson(f"not JSON ({type(error).__name__})") from None


def _whole(text: str) -> int:
    if len(text) > _MAX_NUMBER_CHARACTERS or abs(number := int(text)) > MAX_NUMBER:
        raise NotJson("a number out of range")
    return number


def _fraction(text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) <= _MAX_NUMBER_CHARACTERS else None
    except InvalidOperation:
        number = None
    if number is None or number.copy_abs() > MAX_NUMBER:
        raise NotJson("a number out of range")
    return number


def _constant(name: str) -> Never:
    raise NotJson(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotJson("a key occurs twice")
    return result
