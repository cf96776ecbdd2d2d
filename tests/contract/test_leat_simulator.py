"""Every answer of the simulated Leat, good or bad, is one the API description allows."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.leat.api import OPERATIONS, PREFIX
from kioskd.sim.leat.switches import Switches

DOCUMENT = Path(__file__).with_name("leat.openapi.yaml")
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

JsonObject = dict[str, Any]


@cache
def document() -> JsonObject:
    loaded: JsonObject = yaml.load(
        DOCUMENT.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded


@cache
def registry() -> Registry[Any]:
    resource = Resource.from_contents(document(), default_specification=DRAFT202012)
    return Registry().with_resource("urn:leat", resource)


formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def problems(path: str, method: str, response: httpx.Response) -> Iterator[str]:
    """How `response` differs from what the description says about the operation."""
    documented = document()["paths"][path][method.lower()]["responses"]
    status = str(response.status_code)
    if status not in documented:
        yield f"status {status} is not described"
        return
    pointer = f"#/paths/{path.replace('/', '~1')}/{method.lower()}/responses/{status}"
    answer = documented[status]
    if "$ref" in answer:
        pointer = answer["$ref"]
        answer = document()["components"]["responses"][pointer.rpartition("/")[2]]
    if "content" not in answer:
        return
    schema = {"$ref": f"urn:leat{pointer}/content/application~1json/schema"}
    validator = jsonschema.Draft202012Validator(schema, registry=registry(), format_checker=formats)
    for error in validator.iter_errors(response.json()):
        yield f"{error.json_path}: {error.message[:300]}"


def request(simulator: LeatSimulator, method: str, path: str, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=simulator.app)
        headers = {"Authorization": f"Bearer {SIM_TOKEN}"} | options.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url="http://leat.test") as client:
            return await client.request(method, path, headers=headers, **options)

    return asyncio.run(send())


@dataclass(frozen=True)
class Case:
    path: str
    """As in the API description, below the prefix."""
    name: str = "success"
    method: str = "GET"
    card: str = "10024711"
    """Whose uuid stands for {contact_uuid} in path and query."""
    query: dict[str, str] = field(default_factory=dict)
    uuid: str | None = None
    body: Any = None
    code: int | None = None
    status: int = 200
    switches: Switches = field(default_factory=Switches)
    token: str = SIM_TOKEN

    def __str__(self) -> str:
        return f"{self.method} {self.path or '/'} {self.name}"


def order(**changes: Any) -> JsonObject:
    """The description's own example of an order, for a member and a shop of the simulator."""
    path = document()["paths"][f"{PREFIX}/orders/create-and-process"]["post"]
    body = copy.deepcopy(path["requestBody"]["content"]["application/json"]["example"])
    return body | {"business_profile": {"uuid": SHOP_UUID}, "contact": {"uuid": "{contact_uuid}"}} | changes


UNKNOWN = "00000000-0000-4000-8000-000000000000"
FIND = "/contact-identifiers/find"
PROCESS = "/orders/create-and-process"
KNOWN_ORDER = "known-order"

CASES = [
    Case(""),
    Case("", "wrong token", token="another", status=401),
    Case("", "too many", switches=Switches(rate_limit_per_minute=1), status=429),
    Case("/shops"),
    Case("/shops/{shop_uuid}", uuid=SHOP_UUID),
    Case("/shops/{shop_uuid}", "unknown", uuid=UNKNOWN, code=1008),
    Case("/tiers"),
    Case("/loyalty-program"),
    Case(FIND, query={"contact_identifier_value": "10024711"}),
    Case(FIND, "nobody's card", query={"contact_identifier_value": "10024716"}),
    Case(FIND, "anonymous member", query={"contact_identifier_value": "10024718"}),
    Case(FIND, "unknown", query={"contact_identifier_value": "1"}, code=60003),
    Case(FIND, "blocked", query={"contact_identifier_value": "10024715"}, code=60004),
    Case(FIND, "no value", code=1003),
    *(
        Case("/contacts/{contact_uuid}", f"card {10024711 + n}", card=str(10024711 + n))
        for n in (0, 1, 2, 3, 6, 7, 10)
    ),
    *(
        Case(f"/contacts/{{contact_uuid}}{part}", name, **options)
        for part in ("", "/credit-balance", "/prepaid-balance", "/tier")
        for name, options in (
            ("success", {}),
            ("nothing yet", {"card": "10024714"}),
            ("huge numbers", {"card": "10024717"}),
            ("unknown", {"uuid": UNKNOWN, "code": 55031}),
        )
    ),
    Case("/rewards"),
    Case(
        "/rewards",
        "for a contact in a shop",
        query={"contact_uuid": "{contact_uuid}", "shop_uuid": SHOP_UUID},
    ),
    Case("/rewards", "unknown contact", query={"contact_uuid": UNKNOWN}, code=55031),
    Case("/rewards", "unknown shop", query={"shop_uuid": UNKNOWN}, code=1008),
    Case("/collectable-rewards", query={"contact_uuid": "{contact_uuid}"}),
    Case("/collectable-rewards", "no contact", code=1003),
    Case("/collectable-rewards", "unknown contact", query={"contact_uuid": UNKNOWN}, code=55031),
    Case("/vouchers", query={"contact_uuid": "{contact_uuid}"}),
    Case("/vouchers", "active", query={"contact_uuid": "{contact_uuid}", "status": "ACTIVE"}),
    Case("/vouchers", "second page", card="10024717", query={"contact_uuid": "{contact_uuid}", "page": "2"}),
    Case("/vouchers", "beyond the end", query={"contact_uuid": "{contact_uuid}", "page": "9"}),
    Case("/vouchers", "limit 0", query={"limit": "0"}),
    Case("/vouchers", "limit too high", query={"limit": "501"}, code=1003),
    Case("/vouchers", "wrong status", query={"status": "GONE"}, code=1003),
    Case("/vouchers", "unknown contact", query={"contact_uuid": UNKNOWN}, code=55031),
    Case("/vouchers", "unknown promotion", query={"promotion_uuid": UNKNOWN}, code=80002),
    Case("/loyalty-transactions"),
    Case(
        "/loyalty-transactions",
        "filtered",
        query={
            "contact_uuid": "{contact_uuid}",
            "type": "credit_receptions",
            "sort": "-created_at",
            "created_at[gte]": "2026-07-01T11:00:00Z",
            "limit": "100",
        },
    ),
    Case("/loyalty-transactions", "wrong limit", query={"limit": "101"}, code=1003),
    Case("/loyalty-transactions", "wrong time", query={"created_at[gte]": "yesterday"}, code=1003),
    Case(PROCESS, method="POST", body=order()),
    Case(PROCESS, "without points", method="POST", body=order(), switches=Switches(order_action="none")),
    Case(PROCESS, "empty", method="POST", body={}, code=1003),
    Case(PROCESS, "not an object", method="POST", body=["order"], code=1003),
    Case(PROCESS, "wrong types", method="POST", body=order(line_items=[{"price": 2.5}]), code=1003),
    Case(PROCESS, "unknown contact", method="POST", body=order(contact={"uuid": UNKNOWN}), code=55031),
    Case(PROCESS, "unknown shop", method="POST", body=order(business_profile={"uuid": UNKNOWN}), code=1008),
    Case(PROCESS, "duplicate", method="POST", body=order(external_identifier=KNOWN_ORDER), code=1003),
    Case("/orders/simulate", method="POST", body=order()),
    Case(
        "/orders/simulate", "no action", method="POST", body=order(), switches=Switches(order_action="none")
    ),
    Case("/orders/simulate", "empty", method="POST", body={}, code=1003),
    Case("/orders/find", query={"external_identifier": KNOWN_ORDER}),
    Case("/orders/find", "unknown", query={"external_identifier": "another"}, code=60013),
    Case(
        "/orders/find",
        "unknown, other guess",
        query={"external_identifier": "another"},
        code=1003,
        switches=Switches(unknown_order="invalid_input"),
    ),
    Case("/orders/find", "no id", code=1003),
    Case("/orders/{order_uuid}"),
    Case("/orders/{order_uuid}", "unknown", uuid=UNKNOWN, code=60013),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_answer_is_as_described(case: Case) -> None:
    simulator = LeatSimulator(clock=lambda: NOW)
    contact_uuid = simulator.state.cards[case.card].contact_uuid or ""

    def filled(value: Any) -> Any:
        return json.loads(json.dumps(value).replace("{contact_uuid}", contact_uuid))

    stored = request(simulator, "POST", PREFIX + PROCESS, json=filled(order(external_identifier=KNOWN_ORDER)))
    uuids = {"contact_uuid": contact_uuid, "order_uuid": stored.json()["data"]["order"]["uuid"]}
    if case.uuid is not None:
        uuids = dict.fromkeys(("contact_uuid", "order_uuid", "shop_uuid"), case.uuid)
    simulator.state.switches = case.switches

    response = request(
        simulator,
        case.method,
        PREFIX + case.path.format_map(uuids),
        params=filled(case.query),
        json=filled(case.body),
        headers={"Authorization": f"Bearer {case.token}"},
    )

    assert response.status_code == (case.status if case.code is None else 400)
    assert case.code is None or response.json()["code"] == case.code
    assert not list(problems(PREFIX + case.path, case.method, response))


def test_every_operation_is_described_and_tried() -> None:
    described = {(method.upper(), path) for path, item in document()["paths"].items() for method in item}
    served = {(operation.method, PREFIX + operation.path) for operation in OPERATIONS}
    assert served <= described
    assert served == {
        (case.method, PREFIX + case.path) for case in CASES if case.code is None and case.status == 200
    }


def test_a_wrong_answer_is_noticed() -> None:
    """The check itself works: it would be silent about everything if a reference were not followed."""
    answer = httpx.Response(200, json={"data": {"balance": "12"}, "meta": []})
    assert list(problems(f"{PREFIX}/contacts/{{contact_uuid}}/credit-balance", "GET", answer))
    late = {"data": [{"uuid": "1", "title": "", "has_been_collected": False, "expires_at": "soon"}]}
    assert list(problems(f"{PREFIX}/collectable-rewards", "GET", httpx.Response(200, json=late)))
