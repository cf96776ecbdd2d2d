"""What a server sends is either plain JSON or one error, whatever the bytes."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.loyalty.strict_json import MAX_BYTES, MAX_NUMBER, NotJson, parse


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b'{"data": {"points": 35}, "meta": []}', {"data": {"points": 35}, "meta": []}),
        (b'\xef\xbb\xbf{"data": null}', {"data": None}),
        (b"[20.10]", [Decimal("20.10")]),
        (b"[1e2]", [Decimal(100)]),
        (str(-MAX_NUMBER).encode(), -MAX_NUMBER),
        ('"é\\u202e"'.encode(), "é\u202e"),
    ],
)
def test_json_is_read_exactly(body: bytes, document: object) -> None:
    assert parse(body) == document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please accept the terms</html>",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[1e9999999999999999999999]",
        b"[91e99907199254740992]",
        b"[-91e999071992547]",
        str(MAX_NUMBER + 1).encode(),
        b"9" * 5000,
        b"0." + b"3" * 5000,
        b'{"points": 1, "points": 2}',
        b'{"a": 1',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b'"\x00"',
        b"[1] [2]",
    ],
)
def test_anything_doubtful_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse(body)


def test_the_size_is_capped_before_parsing() -> None:
    assert parse(b'"' + b"x" * (MAX_BYTES - 2) + b'"') == "x" * (MAX_BYTES - 2)
    with pytest.raises(NotJson):
        parse(b'"' + b"x" * (MAX_BYTES - 1) + b'"')


def test_the_error_does_not_quote_the_document() -> None:
    with pytest.raises(NotJson) as raised:
        parse(b'{"firstname": "Samira"')
    assert "Samira" not in str(raised.value)
    assert raised.value.__cause__ is None


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with contextlib.suppress(NotJson):
        parse(body)


json_documents = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_NUMBER, MAX_NUMBER) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(json_documents)
def test_what_was_written_is_read(document: object) -> None:
    assert parse(json.dumps(document).encode()) == document
