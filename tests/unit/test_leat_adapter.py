"""What a guest and the outbox get from Leat: the overview, the delivered order, and clear refusals."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core.basket import Basket
from kioskd.core.catalogue import Product, Service, Words
from kioskd.core.credential import UNKNOWN, Credential, CredentialKind
from kioskd.core.errors import LoyaltyError, Refused, Throttled, Unauthorised, Unclear, Unreachable
from kioskd.core.member import CollectableReward, Member, Voucher
from kioskd.core.money import Money
from kioskd.core.order import Order, OrderLine, Tender, order_lines
from kioskd.core.ports import LoyaltyBackend
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.told_orders import Delivered

ROOT = "/api/v3/oauth/clients/"
TOKEN = "pat-7f3a-secret"
CARD = "CARD-0042"
CONTACT = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
SHOP = "b2f7a0c4-5d3e-4a0e-8a31-6f6f5c1d9e02"
SCAN = Credential(CredentialKind.MEMBER_CARD, CARD)
ORDER_ID = "kiosk-12/000457"


def failure(code: int, **fields: str) -> httpx.Response:
    body: dict[str, Any] = {"message": f"Niet gevonden: {CARD} | Not found", "code": code, "status_code": 400}
    return httpx.Response(400, json=body | ({"errors": fields} if fields else {}))


def good_answers() -> dict[str, Any]:
    return {
        "contact-identifiers/find": {"value": CARD, "active": True, "contact": {"uuid": CONTACT}},
        f"contacts/{CONTACT}": {
            "uuid": CONTACT,
            "email": "guest@example.test",
            "tier": {"name": "Gold"},
            "credit_balance": {"balance": "1612"},
            "prepaid_balance": {"balance_in_cents": 2000},
            "current_values": {
                "firstname": "Sam\u202e",
                "prepaid_balance": 99,
                "loyalty_balance": 7,
            },
        },
        "rewards": [
            {"uuid": "r-2", "title": "Free burger", "required_credits": 750, "stock": 0},
            {
                "uuid": "r-1",
                "title": "Free drink",
                "required_credits": "75",
                "is_active": True,
                "media": {"type": "image", "value": "https://img.example.test/drink.jpg"},
            },
            {"uuid": "r-3", "title": "Gone", "required_credits": 10, "is_active": False},
            {"uuid": "r-4", "title": "Nobody knows the cost", "required_credits": None},
        ],
        "vouchers": [
            {
                "uuid": "v-1",
                "status": "active",
                "name": None,
                "promotion": {"uuid": "p", "name": "Free fries"},
                "expiration_date": "2026-12-31T23:30:00+00:00",
            },
            {"uuid": "v-2", "status": "SUSPENDED", "name": "A state nobody documented"},
        ],
        "collectable-rewards": [
            {"uuid": "c-1", "title": "Free burger", "has_been_collected": False, "expires_at": None},
            {"uuid": "c-2", "title": "Eaten", "has_been_collected": True},
        ],
        "loyalty-program": {"id": 3545, "name": "House loyalty", "custom_credit_name": "Stars"},
        "orders/create-and-process": {
            "order": {"uuid": "o-1", "external_identifier": ORDER_ID, "status": "COMPLETED"},
            "result": {"type": "POINTS_TRANSACTION", "data": {"points": 35, "new_balance": "1647"}},
        },
        "orders/find": {"uuid": "o-1", "external_identifier": ORDER_ID, "status": "COMPLETED"},
    }


class ScriptedLeat:
    """Answers with what `answers` holds for a path: data, a whole response, or an exception to raise."""

    def __init__(self, changes: Mapping[str, Any] | None = None) -> None:
        self.answers = good_answers() | dict(changes or {})
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[request.url.path.removeprefix(ROOT)]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json={"data": answer, "meta": []})

    def asked(self) -> list[str]:
        return [request.url.path.removeprefix(ROOT) for request in self.requests]

    def backend(self, **settings: Any) -> LeatBackend:
        return LeatBackend(
            "https://leat.example",
            TOKEN,
            SHOP,
            "EUR",
            calls_per_s=None,
            time_zone=ZoneInfo("Europe/Amsterdam"),
            transport=httpx.MockTransport(self),
            **settings,
        )

    def identify(self) -> Member:
        return asyncio.run(self.backend().identify(SCAN, "en"))

    def deliver(self, order: Order) -> Delivered:
        return asyncio.run(self.backend().orders.deliver(order, {}))


def paid_order(**changes: Any) -> Order:
    cola = Product("cola-250", Words("Cola"), Words(""), Money(250, "EUR"), "drinks")
    order = Order(
        id=ORDER_ID,
        number="457",
        sequence=457,
        placed_at=datetime(2026, 7, 1, 9, 4, 1, tzinfo=UTC),
        service=Service.EAT_IN,
        language="en",
        currency="EUR",
        lines=order_lines(ORDER_ID, Basket("EUR").add(cola, quantity=2)),
        tender=Tender.CARD,
        member_id=CONTACT,
    )
    return dataclasses.replace(order, **changes)


def test_it_is_the_backend_the_daemon_asks_for() -> None:
    backend: LoyaltyBackend = ScriptedLeat().backend()
    asyncio.run(backend.close())


def test_a_member_sees_everything_at_the_first_scan() -> None:
    leat = ScriptedLeat()
    member = leat.identify()
    assert (member.id, member.first_name, member.points, member.tier) == (CONTACT, "Sam", 1612, "Gold")
    assert (member.points_name, member.prepaid, member.partial) == ("Stars", Money(2000, "EUR"), False)
    assert [(r.title, r.cost_points, r.available) for r in member.rewards] == [
        ("Free drink", 75, True),
        ("Free burger", 750, False),
    ]
    assert member.rewards[0].picture_url == "https://img.example.test/drink.jpg"
    assert member.vouchers == (Voucher("v-1", "Free fries", date(2027, 1, 1)),)
    assert member.collectables == (CollectableReward("c-1", "Free burger", None),)
    queries = {path: dict(r.url.params) for path, r in zip(leat.asked(), leat.requests, strict=True)}
    assert queries["contact-identifiers/find"] == {"contact_identifier_value": CARD}
    assert queries["rewards"] == {"contact_uuid": CONTACT, "shop_uuid": SHOP}
    assert queries["vouchers"] == {"contact_uuid": CONTACT, "status": "ACTIVE", "limit": "100"}


def test_points_and_prepaid_are_also_found_among_the_current_values() -> None:
    contact = {
        "uuid": CONTACT,
        "tier": [],
        "current_values": {"loyalty_balance": 12, "prepaid_balance": "20.10"},
    }
    member = ScriptedLeat({f"contacts/{CONTACT}": contact}).identify()
    assert (member.points, member.prepaid, member.tier, member.first_name) == (
        12,
        Money(2010, "EUR"),
        None,
        None,
    )


def test_a_contact_that_says_nothing_is_a_member_all_the_same() -> None:
    member = ScriptedLeat({f"contacts/{CONTACT}": {"uuid": CONTACT}}).identify()
    assert (member.points, member.prepaid) == (None, None)


@pytest.mark.parametrize("part", ["rewards", "vouchers", "collectable-rewards", "loyalty-program"])
@pytest.mark.parametrize(
    "broken", [httpx.ReadError(""), httpx.Response(500), failure(1003), {"not": "a list"}]
)
def test_a_part_that_fails_leaves_the_rest(part: str, broken: Any) -> None:
    if part == "loyalty-program" and isinstance(broken, dict):
        broken = []  # for this one an object is what was asked for
    member = ScriptedLeat({part: broken}).identify()
    assert member.partial
    assert member.points == 1612
    shown = {
        "rewards": member.rewards,
        "vouchers": member.vouchers,
        "collectable-rewards": member.collectables,
        "loyalty-program": member.points_name,
    }
    assert [name for name, content in shown.items() if not content] == [part]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"value": CARD, "active": True, "contact": None}, "unknown_card"),
        (failure(60003), "unknown_card"),
        (failure(60004), "blocked_card"),
        ({"value": CARD, "active": False, "contact": {"uuid": CONTACT}}, "blocked_card"),
    ],
)
def test_a_card_that_cannot_be_used_is_refused(answer: Any, reason: str) -> None:
    with pytest.raises(Refused) as raised:
        ScriptedLeat({"contact-identifiers/find": answer}).identify()
    assert raised.value.reason == reason


def test_what_is_no_card_is_refused_without_asking() -> None:
    leat = ScriptedLeat()
    with pytest.raises(Refused):
        asyncio.run(leat.backend().identify(UNKNOWN, "en"))
    assert leat.requests == []


@pytest.mark.parametrize("where", ["contact-identifiers/find", f"contacts/{CONTACT}"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.ConnectError(""), Unreachable),
        (httpx.Response(200, html="<html>Wi-Fi</html>"), Unreachable),
        (httpx.ReadError(""), Unclear),
        (httpx.Response(503, html="<html>maintenance</html>"), Unclear),
        (httpx.Response(200, json=[]), Unclear),
        (httpx.Response(200, json={"meta": {}}), Unclear),
        (httpx.Response(200, json={"data": "x", "meta": {}}), Unclear),
        (httpx.Response(404, json={"message": "Not Found"}), Unclear),
        (failure(1000), Unclear),
        (httpx.Response(401, json={}), Unauthorised),
        (failure(7002), Unauthorised),
        (httpx.Response(429, headers={"Retry-After": "3"}), Throttled),
    ],
)
def test_identifying_fails_in_one_word(where: str, answer: Any, expected: type[LoyaltyError]) -> None:
    with pytest.raises(LoyaltyError) as raised:
        ScriptedLeat({where: answer}).identify()
    assert type(raised.value) is expected


def test_the_name_of_points_is_asked_for_once_an_hour() -> None:
    leat, now_s = ScriptedLeat(), [0.0]
    backend = leat.backend(clock=lambda: now_s[0])

    async def visits() -> None:
        await backend.probe()
        for moment_s in (1.0, 3599.0, 3601.0):
            now_s[0] = moment_s
            assert (await backend.identify(SCAN, "en")).points_name == "Stars"

    asyncio.run(visits())
    assert leat.asked().count("loyalty-program") == 2


def test_an_order_is_delivered_with_points_and_new_balance() -> None:
    leat = ScriptedLeat()
    assert leat.deliver(paid_order()) == Delivered(35, 1647)
    assert leat.asked() == ["orders/create-and-process"]
    body = json.loads(leat.requests[0].content)
    assert (body["external_identifier"], body["order_amount"]) == (ORDER_ID, 500)
    assert (body["contact"], body["business_profile"]) == ({"uuid": CONTACT}, {"uuid": SHOP})


@pytest.mark.parametrize(
    ("result", "delivered"),
    [
        ({"type": "points_transaction", "data": {"points": 0, "new_balance": 5}}, Delivered(0, 5)),
        ({"type": "PREPAID_TRANSACTION", "data": {"amount": 5}}, Delivered(None, None)),
        ({"type": "POINTS_TRANSACTION", "data": []}, Delivered(None, None)),
        (None, Delivered(None, None)),
        ([], Delivered(None, None)),
    ],
)
def test_the_result_of_an_order_comes_in_many_shapes(result: Any, delivered: Delivered) -> None:
    stored = {"order": {"uuid": "o-1", "external_identifier": ORDER_ID}, "result": result}
    assert ScriptedLeat({"orders/create-and-process": stored}).deliver(paid_order()) == delivered


def test_an_order_with_a_card_finds_its_member_first() -> None:
    leat = ScriptedLeat()
    assert leat.deliver(paid_order(member_id=None, credential=CARD)) == Delivered(35, 1647)
    assert leat.asked() == ["contact-identifiers/find", "orders/create-and-process"]
    assert json.loads(leat.requests[1].content)["contact"] == {"uuid": CONTACT}


def test_an_order_that_was_not_sent_is_not_unclear() -> None:
    leat = ScriptedLeat({"contact-identifiers/find": httpx.ReadError("")})
    with pytest.raises(Unreachable):
        leat.deliver(paid_order(member_id=None, credential=CARD))


@pytest.mark.parametrize(
    ("answer", "expected", "reason"),
    [
        (httpx.ConnectError(""), Unreachable, None),
        (httpx.ReadTimeout(""), Unclear, None),
        (httpx.Response(500), Unclear, None),
        (httpx.Response(200, html="<html>Wi-Fi</html>"), Unclear, None),
        (httpx.Response(302, headers={"Location": "/login"}), Unclear, None),
        (httpx.Response(422, json={"message": "?"}), Unclear, None),
        ({"order": {"external_identifier": ORDER_ID}}, Unclear, None),
        ({"order": {"uuid": "o-9", "external_identifier": "another"}}, Unclear, None),
        (failure(60001), Throttled, None),
        (failure(1102), Unauthorised, None),
        (failure(55031), Refused, "unknown_card"),
        (failure(1003, line_items="wrong"), Refused, "invalid"),
        (failure(60013), Refused, "invalid"),
        (failure(987654), Refused, "invalid"),
    ],
)
def test_what_became_of_an_order_is_told_apart(
    answer: Any, expected: type[LoyaltyError], reason: str | None
) -> None:
    with pytest.raises(LoyaltyError) as raised:
        ScriptedLeat({"orders/create-and-process": answer}).deliver(paid_order())
    assert isinstance(raised.value, expected)
    assert getattr(raised.value, "reason", None) == reason


@pytest.mark.parametrize(
    ("found", "expected", "reason"),
    [
        ({"uuid": "o-1", "external_identifier": ORDER_ID}, Refused, "duplicate"),
        (failure(60013), Refused, "invalid"),
        (httpx.ReadError(""), Unclear, None),
    ],
)
def test_a_refused_id_is_a_duplicate_only_when_the_order_is_there(
    found: Any, expected: type[LoyaltyError], reason: str | None
) -> None:
    refused = failure(1003, external_identifier="taken")
    with pytest.raises(LoyaltyError) as raised:
        ScriptedLeat({"orders/create-and-process": refused, "orders/find": found}).deliver(paid_order())
    assert type(raised.value) is expected
    assert getattr(raised.value, "reason", None) == reason


def broken_line(**changes: Any) -> OrderLine:
    line = OrderLine(f"{ORDER_ID}-1", "cola-250", Words("Cola"), 1, Money(250, "EUR"))
    return dataclasses.replace(line, **changes)


@pytest.mark.parametrize(
    "order",
    [
        paid_order(member_id=None),
        paid_order(lines=(broken_line(unit_price=Money(250, "USD")),)),
        paid_order(lines=(broken_line(quantity=0),)),
        paid_order(lines=(broken_line(), broken_line())),
    ],
)
def test_an_impossible_order_is_refused_before_it_is_sent(order: Order) -> None:
    leat = ScriptedLeat()
    with pytest.raises(Refused) as raised:
        leat.deliver(order)
    assert raised.value.reason == "invalid"
    assert leat.requests == []


def test_an_order_is_found_or_certainly_not_there() -> None:
    def find(answer: Any) -> Delivered | None:
        return asyncio.run(ScriptedLeat({"orders/find": answer}).backend().orders.find(ORDER_ID))

    assert find({"uuid": "o-1", "external_identifier": ORDER_ID}) == Delivered(None, None)
    assert find(failure(60013)) is None
    for unsure in (failure(1003), httpx.Response(500), {"uuid": "o-1", "external_identifier": "another"}):
        with pytest.raises(LoyaltyError):
            find(unsure)


def test_the_probe_tells_a_wrong_token_from_a_silent_server() -> None:
    def probe(answer: Any) -> None:
        asyncio.run(ScriptedLeat({"loyalty-program": answer}).backend().probe())

    probe({"id": 1, "name": "x"})
    with pytest.raises(Unauthorised):
        probe(httpx.Response(401))
    with pytest.raises(Unreachable):
        probe(httpx.ConnectError(""))


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(CONTACT),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "uuid", "contact", "code", "errors", "order", "title", "status", "current_values"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
_answers = st.one_of(
    st.builds(lambda data: httpx.Response(200, content=json.dumps({"data": data})), _anything),
    st.builds(
        lambda status, doc: httpx.Response(status, content=json.dumps(doc)), st.integers(200, 599), _anything
    ),
    st.builds(
        lambda status, body: httpx.Response(status, content=body),
        st.integers(200, 599),
        st.binary(max_size=20),
    ),
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(sorted(good_answers())), _answers, min_size=1, max_size=4))
def test_whatever_leat_answers_nothing_but_loyalty_errors_comes_out(answers: dict[str, Any]) -> None:
    async def visit() -> None:
        backend = ScriptedLeat(answers).backend()
        for attempt in (
            backend.identify(SCAN, "en"),
            backend.orders.deliver(paid_order(member_id=None, credential=CARD), {}),
            backend.orders.find(ORDER_ID),
            backend.probe(),
        ):
            with contextlib.suppress(LoyaltyError):
                await attempt

    asyncio.run(visit())


def test_a_partner_names_itself() -> None:
    leat = ScriptedLeat()
    asyncio.run(leat.backend(partner_id="partner-7").probe())
    assert leat.requests[0].headers["X-Partner-ID"] == "partner-7"


def test_nothing_of_the_guest_is_logged_or_raised(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    texts: list[str] = []
    attempts: list[Callable[[], object]] = [
        lambda: ScriptedLeat({"vouchers": httpx.ReadError(f"{CARD} {TOKEN}")}).identify() and "",
        lambda: ScriptedLeat({"contact-identifiers/find": failure(60003)}).identify(),
        lambda: ScriptedLeat({f"contacts/{CONTACT}": {"uuid": "Sam!", "tier": "Gold"}}).identify(),
        lambda: ScriptedLeat({"orders/create-and-process": failure(1003)}).deliver(paid_order()),
        lambda: ScriptedLeat().deliver(paid_order(lines=(broken_line(quantity=0, name=Words("Sam's")),))),
        lambda: ScriptedLeat({"contact-identifiers/find": httpx.Response(500)}).deliver(
            paid_order(member_id=None, credential=CARD)
        ),
    ]
    for attempt in attempts:
        try:
            attempt()
        except LoyaltyError as error:
            texts.append(f"{error!r} {error} {error.__cause__!r}")
    assert len(texts) == 5
    told = "\n".join(texts) + caplog.text
    assert "vouchers" in told
    for secret in (CARD, TOKEN, "Sam", "guest@example.test", CONTACT):
        assert secret not in told
