"""Every answer of the simulated Leat, good or bad, is one the API description allows."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.sim.faults import FaultRule
from kioskd.sim.leat import LeatSimulator
from kioskd.sim.leat.operations import OPERATIONS, PREFIX
from tests.contract.leat_case import NOW, Case, prepared, request
from tests.contract.leat_description import answer_problems as problems
from tests.contract.leat_description import description as document
from tests.contract.leat_order_cases import catalogue_cases, order_cases
from tests.contract.leat_people_cases import account_cases, contact_cases, points_cases
from tests.contract.leat_rights_cases import giftcard_cases, prepaid_cases, reward_cases, voucher_cases


def listed_codes() -> dict[tuple[str, str], set[int]]:
    """The codes the description lists for each operation that is served."""
    listed = {}
    for operation in OPERATIONS:
        described = document()["paths"][PREFIX + operation.path][operation.method.lower()]
        codes = described.get("x-error-codes")
        listed[operation.method, operation.path] = set(codes) if isinstance(codes, list) else set()
    return listed


CASES = [
    *account_cases(),
    *contact_cases(),
    *points_cases(),
    *reward_cases(),
    *voucher_cases(),
    *giftcard_cases(),
    *prepaid_cases(),
    *order_cases(),
    *catalogue_cases(),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_answer_is_as_described(case: Case) -> None:
    simulator, filled = prepared(case)

    response = request(
        simulator,
        case.method,
        PREFIX + re.sub(r"\{\w+\}", lambda _: filled(case.at), case.path),
        params=filled(case.query),
        json=filled(case.body),
        headers={"Authorization": f"Bearer {case.token}"},
    )

    assert response.status_code == (case.status if case.code is None else 400), response.text
    assert case.code is None or response.json()["code"] == case.code
    assert not list(problems(PREFIX + case.path, case.method, response))


def test_every_operation_is_described_and_tried() -> None:
    described = {(method.upper(), path) for path, item in document()["paths"].items() for method in item}
    served = {(operation.method, PREFIX + operation.path) for operation in OPERATIONS}
    assert served <= described
    assert served == {
        (case.method, PREFIX + case.path) for case in CASES if case.code is None and case.status < 300
    }


# What an account of one's own cannot be brought to answer. A fault can: see the next test.
NEVER = {
    ("POST", "/contacts/anonymous"): {60005},
    ("POST", "/giftcard-transactions"): {1000},
    ("POST", "/giftcard-transactions/{giftcard_transaction_uuid}/reverse"): {1000},
    ("POST", "/prepaid-transactions/{prepaid_transaction_uuid}/reverse"): {55031, 60003, 60004, 1008},
}


def test_every_listed_error_is_tried() -> None:
    tried: dict[tuple[str, str], set[int]] = {}
    for case in CASES:
        if case.code is not None:
            tried.setdefault((case.method, case.path), set()).add(case.code)
    missing = {
        operation: codes - tried.get(operation, set())
        for operation, codes in listed_codes().items()
        if codes - tried.get(operation, set())
    }
    assert missing == NEVER


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [(*operation, code) for operation, codes in NEVER.items() for code in sorted(codes)],
)
def test_the_other_errors_can_be_forced(method: str, path: str, code: int) -> None:
    simulator = LeatSimulator(clock=lambda: NOW)
    body = {"message": "No", "code": code, "status_code": 400}
    simulator.faults.add(FaultRule(kind="answer", path=PREFIX, body=body))
    response = request(simulator, method, PREFIX + path.replace("{", "").replace("}", ""))
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert not list(problems(PREFIX + path, method, response))


WRITES = [case for case in CASES if case.code is None and case.status < 300 and case.method != "GET"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def spoiled(body: Any, place: list[int], value: Any) -> Any:
    """`body` with `value` somewhere in it: `place` chooses, level by level."""
    if not place or not isinstance(body, dict | list) or not body:
        return value
    key: Any = place[0] % len(body)
    if isinstance(body, list):
        return [spoiled(inner, place[1:], value) if n == key else inner for n, inner in enumerate(body)]
    chosen = list(body)[key]
    return body | {chosen: spoiled(body[chosen], place[1:], value)}


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(WRITES), st.lists(st.integers(0, 20), max_size=4), ANYTHING)
def test_any_body_gets_an_answer_that_is_described(case: Case, place: list[int], value: Any) -> None:
    simulator, filled = prepared(case)
    response = request(
        simulator,
        case.method,
        PREFIX + re.sub(r"\{\w+\}", lambda _: filled(case.at), case.path),
        content=json.dumps(spoiled(filled(case.body), place, value)).replace("Infinity", "1e999"),
    )
    assert response.status_code in (200, 201, 400)
    assert not list(problems(PREFIX + case.path, case.method, response))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([case for case in CASES if case.code is None and case.query]),
    st.integers(0, 9),
    st.text(max_size=8) | st.sampled_from(("-1", "0", "1e999", "nan", "0001-01-01T00:00:00+14:00")),
)
def test_any_query_gets_an_answer_that_is_described(case: Case, place: int, value: str) -> None:
    simulator, filled = prepared(case)
    name = list(case.query)[place % len(case.query)]
    query = filled(case.query) | {name: value}
    response = request(simulator, case.method, PREFIX + case.path, params=query)
    assert response.status_code in (200, 400)
    assert not list(problems(PREFIX + case.path, case.method, response))


def test_a_wrong_answer_is_noticed() -> None:
    """The check itself works: it would be silent about everything if a reference were not followed."""
    answer = httpx.Response(200, json={"data": {"balance": "12"}, "meta": []})
    assert list(problems(f"{PREFIX}/contacts/{{contact_uuid}}/credit-balance", "GET", answer))
    late = {"data": [{"uuid": "1", "title": "", "has_been_collected": False, "expires_at": "soon"}]}
    assert list(problems(f"{PREFIX}/collectable-rewards", "GET", httpx.Response(200, json=late)))
