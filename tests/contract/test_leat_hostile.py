"""Nothing a server says, and no way of saying it, brings anything but a LoyaltyError out of the client.

Every method of the client is answered by a server on loopback that writes bytes as it likes.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Awaitable, Callable

import pytest

from kioskd.core.errors import LoyaltyError, Throttled, Unclear
from kioskd.loyalty.http import MAX_BODY_BYTES, JsonApi
from kioskd.loyalty.leat.client import LeatClient
from tests.contract.hostile import (
    DEADLINE_S,
    SLOW,
    THROTTLED_OR_UNAUTHORISED,
    UNREADABLE,
    Flood,
    Talk,
    Victim,
    enveloped,
    said,
    words,
)
from tests.contract.leat_calls import LEAT_CALLS, methods

READS = frozenset(
    "find_identifier contact prepaid_balance loyalty_program loyalty_transactions rewards collectable_rewards"
    " vouchers find_voucher validate_voucher find_giftcard giftcard_transactions prepaid_transactions"
    " find_order simulate_order".split()
)
"""What has no effect: a portal before the server may be taken for no network."""

NOT_READ = frozenset({"validate_voucher", "release_voucher", "reverse_voucher"})
"""Their answers are documented nowhere, so any JSON with a good status is a success."""

WITHOUT_ENVELOPE: dict[str, bytes] = {
    "text": said(b'"data"'),
    "a number": said(b"7"),
    "a list": said(b'[{"data": {}}]'),
    "nothing by name": said(b"null"),
    "no data": said(b"{}"),
}

ODD: list[str] = [
    "null", "true", "7", '""', '"text"', "[]", "{}", "[[]]", "[null]", "[7]", '[{"uuid": {}}]',
    '{"uuid": null}', '{"uuid": ""}', '{"uuid": "../../x"}', '{"uuid": [1]}',
    '{"uuid": "\ud800"}', '{"uuid": "a\\u0000b"}',
    '{"order": 7, "result": []}', '{"order": {"uuid": 7}}', '{"lock": {"release_key": 7}}', '{"lock": []}',
    '{"uuid": "u", "amount_in_cents": "1e3", "amount": [], "active": "perhaps", "expiration_date": "soon"}',
    '{"value": "v", "contact": 7, "active": []}', '{"voucher_redemption": {"uuid": 7}, "status": 9}',
    '{"points": "9007199254740993", "data": {"points": 1.5}}', '{"unit": [], "custom_credit_name": {}}',
]  # fmt: skip
"""What is in the envelope when its shape is nothing like what was asked for."""


def connect(url: str, timeout_s: float) -> tuple[LeatClient, Callable[[], Awaitable[None]]]:
    api = JsonApi(url, "token", timeout_s=timeout_s)
    return LeatClient(api), api.close


LEAT = Victim(LEAT_CALLS, connect, READS)


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_answer_is_one_clear_error(content: bytes) -> None:
    assert LEAT.wrong(LEAT.run(words(content))) == {}


@pytest.mark.parametrize("talk", SLOW.values(), ids=SLOW)
def test_who_does_not_come_to_an_end_is_left_in_time(talk: Talk) -> None:
    results = LEAT.run(talk, DEADLINE_S)
    assert LEAT.wrong(results) == {}
    assert {type(result) for result in results.values()} == {Unclear}


@pytest.mark.parametrize("content", WITHOUT_ENVELOPE.values(), ids=WITHOUT_ENVELOPE)
def test_json_without_an_envelope_is_no_answer_either(content: bytes) -> None:
    assert LEAT.wrong(LEAT.run(words(content)), answered=NOT_READ) == {}


@pytest.mark.parametrize("value", ODD)
def test_an_envelope_with_something_else_in_it_never_breaks_the_client(value: str) -> None:
    """What can do with so little gives back what it could read: what it means is for the caller to say."""
    assert LEAT.wrong(LEAT.run(words(enveloped(value))), answered=frozenset(methods())) == {}


@pytest.mark.parametrize(("content", "expected"), THROTTLED_OR_UNAUTHORISED)
def test_what_concerns_all_calls_is_told_apart(content: bytes, expected: type[LoyaltyError]) -> None:
    for method in methods():  # one by one: after a 429 nothing is sent for a while
        result = LEAT.alone(method, words(content))
        assert type(result) is expected, method
        assert not isinstance(result, Throttled) or 0 <= result.retry_after_s <= 300


@pytest.mark.parametrize("declared", [True, False], ids=["with its length", "without end"])
def test_fifty_megabytes_are_not_kept(declared: bool) -> None:
    flood = Flood(declared=declared)
    tracemalloc.start()
    try:
        kinds = [type(LEAT.alone(method, flood)) for method in methods()]  # errors hold their frames
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert set(kinds) == {Unclear}
    assert peak < 12 * MAX_BODY_BYTES
    assert flood.sent_bytes < len(kinds) * 25_000_000, "the connection is closed, not drained"


def test_the_hostile_server_is_heard() -> None:
    """The checks above would be silent if the server never got to say anything."""
    balance = LEAT.alone("prepaid_balance", words(enveloped('{"balance_in_cents": "1234"}')))
    assert getattr(balance, "balance_in_cents", None) == 1234, balance
