"""The simulated Leat keeps a believable account, counts points, and does what its switches say."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.sim.faults import FaultRule
from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.leat.switches import Switches

API = "/api/v3/oauth/clients"
SANNE = "10024711"

JsonObject = dict[str, Any]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def leat(clock: Clock) -> LeatSimulator:
    return LeatSimulator(clock=clock)


def call(
    leat: LeatSimulator, method: str, path: str, token: str = SIM_TOKEN, **options: Any
) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=leat.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://leat.test") as client:
            headers = {"Authorization": f"Bearer {token}"}
            return await client.request(method, path, headers=headers, **options)

    return asyncio.run(send())


def contact_uuid(leat: LeatSimulator, card: str = SANNE) -> str:
    found = leat.state.cards[card].contact_uuid
    assert found is not None
    return found


def line(line_id: str, total: int, subs: Iterable[int] = (), **more: Any) -> JsonObject:
    return {
        "external_identifier": line_id,
        "name": "Harbour burger",
        "quantity": 1,
        "price": total,
        "total_amount": total,
        "product": {"external_identifier": "CLASSIC"},
        "sub_line_items": [line(f"{line_id}.{n}", sub) for n, sub in enumerate(subs)],
    } | more


def order(
    leat: LeatSimulator, order_id: str, lines: list[JsonObject], card: str = SANNE, **more: Any
) -> JsonObject:
    return {
        "external_identifier": order_id,
        "status": "COMPLETED",
        "payment_status": "PAID",
        "total_order_amount": 1,  # wrong on purpose: Leat does not look at it
        "contact": {"uuid": contact_uuid(leat, card)},
        "business_profile": {"uuid": SHOP_UUID},
        "line_items": lines,
    } | more


def send_order(leat: LeatSimulator, body: JsonObject) -> httpx.Response:
    return call(leat, "POST", f"{API}/orders/create-and-process", json=body)


def test_every_card_can_be_scanned_by_what_is_printed_on_it(leat: LeatSimulator) -> None:
    for card in leat.state.cards.values():
        answer = call(
            leat, "GET", f"{API}/contact-identifiers/find", params={"contact_identifier_value": card.value}
        )
        assert answer.status_code == (200 if card.active else 400)
    assert sum(card.value.isdigit() for card in leat.state.cards.values()) >= 8
    assert len(leat.state.contacts) >= 8


def test_sanne_is_gold_with_1240_points(leat: LeatSimulator) -> None:
    contact = call(leat, "GET", f"{API}/contacts/{contact_uuid(leat)}").json()["data"]
    assert contact["tier"]["name"] == "Gold"
    assert contact["credit_balance"]["balance"] == 1240
    assert contact["current_values"]["default_contact_identifier"] == SANNE
    # Two units for one amount, as in the real API.
    assert contact["prepaid_balance"]["balance_in_cents"] == 2000
    assert contact["current_values"]["prepaid_balance"] == 20


def test_offers_name_products_of_the_menu_and_the_kiosk_stands_in_the_shop(leat: LeatSimulator) -> None:
    folder = files("kioskd.sim").joinpath("harbour")
    menu = tomllib.loads(folder.joinpath("menu.toml").read_text("utf-8"))
    skus = {product["sku"] for product in menu["product"]}
    offers = [*leat.state.rewards.values(), *leat.state.promotions.values()]
    codes = [
        code for offer in offers for code in offer.attributes.get("kiosk_product_code", "").split(",") if code
    ]
    assert codes
    assert set(codes) <= skus
    kiosk = tomllib.loads(folder.joinpath("kiosk.toml").read_text("utf-8"))
    assert kiosk["loyalty"]["shop_uuid"] == SHOP_UUID


def test_transactions_are_found_by_time_and_come_newest_first(leat: LeatSimulator, clock: Clock) -> None:
    for number in range(12):
        send_order(leat, order(leat, f"kiosk-{number}", [line(f"{number}", number * 100)]))
        clock.now += timedelta(seconds=1)

    def credits(**query: str) -> list[int]:
        answer = call(leat, "GET", f"{API}/loyalty-transactions", params=query)
        return [row["credits"] for row in answer.json()["data"]]

    assert credits() == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert credits(page="2") == [1, 0]
    assert credits(sort="created_at", limit="2") == [0, 1]
    assert credits(
        **{"created_at[gte]": "2026-07-01T12:00:09Z", "created_at[lt]": "2026-07-01T12:00:11"}
    ) == [10, 9]
    assert credits(**{"created_at[gt]": "2026-07-01T14:00:10+02:00"}) == [11]
    assert credits(**{"created_at[lte]": "2026-07-01T12:00:00Z"}) == [0]
    assert credits(type="reward_receptions") == credits(contact_uuid=contact_uuid(leat, "10024714")) == []
    meta = call(leat, "GET", f"{API}/loyalty-transactions", params={"limit": "5", "page": "3"}).json()["meta"]
    assert meta == {
        "page": 3,
        "limit": "5",
        "viewing_from": 11,
        "viewing_to": 12,
        "last_page": 3,
        "total": 12,
    }


def test_points_come_from_lines_sub_lines_charges_and_order_discounts(leat: LeatSimulator) -> None:
    body = order(
        leat,
        "kiosk-1",
        [line("kiosk-1-1", 1200, subs=[150, 49]), line("kiosk-1-2", 650, discount_amount=350)],
        charges=[{"external_identifier": "kiosk-1-c", "name": "Bag", "total_amount": 25}],
        applied_discounts=[
            {"external_identifier": "kiosk-1-d", "name": "Ten off", "amount": 200, "applied_to": "ORDER"},
            {
                "external_identifier": "kiosk-1-e",
                "name": "In the line",
                "amount": 350,
                "applied_to": "ORDER_LINES",
            },
        ],
    )
    data = send_order(leat, body).json()["data"]
    # 1200 + 150 + 49 + 650 + 25 - 200 = 1874
    assert data["result"] == {"type": "POINTS_TRANSACTION", "data": {"points": 18, "new_balance": 1258}}
    assert (
        call(leat, "GET", f"{API}/contacts/{contact_uuid(leat)}/credit-balance").json()["data"]["balance"]
        == 1258
    )
    [row] = call(
        leat, "GET", f"{API}/loyalty-transactions", params={"contact_uuid": contact_uuid(leat)}
    ).json()["data"]
    assert (row["credits"], row["unit_value"], row["shop"]["uuid"]) == (18, 18.74, SHOP_UUID)


@settings(deadline=None)
@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=5), st.integers(0, 200_000))
def test_points_are_whole_currency_units_and_never_negative(totals: list[int], discount: int) -> None:
    leat = LeatSimulator(clock=Clock())
    off = {"external_identifier": "d", "name": "Off", "amount": discount, "applied_to": "ORDER"}
    body = order(leat, "k", [line(str(n), total) for n, total in enumerate(totals)], applied_discounts=[off])
    preview = call(leat, "POST", f"{API}/orders/simulate", json=body).json()["data"]["data"]["points"]
    assert preview == max(0, (sum(totals) - discount) // 100)
    assert send_order(leat, body).json()["data"]["result"]["data"]["points"] == preview


def test_simulating_an_order_changes_nothing(leat: LeatSimulator) -> None:
    body = order(leat, "kiosk-1", [line("1", 5000)])
    del body["contact"], body["external_identifier"]
    before = call(leat, "GET", "/sim/state").json() | {"requests": []}
    assert call(leat, "POST", f"{API}/orders/simulate", json=body).status_code == 200
    assert call(leat, "GET", "/sim/state").json() | {"requests": []} == before


def test_a_product_unknown_to_leat_is_created_by_the_order(leat: LeatSimulator) -> None:
    send_order(leat, order(leat, "kiosk-1", [line("1", 500)]))
    answer = call(leat, "GET", f"{API}/products/find", params={"external_identifier": "CLASSIC"})
    assert answer.json()["data"]["name"] == "Harbour burger"


@pytest.mark.parametrize(
    ("duplicates", "status", "orders", "balance"),
    [("refused", 400, 1, 1250), ("returned", 200, 1, 1250), ("stored_again", 200, 2, 1260)],
)
def test_the_same_order_twice(
    leat: LeatSimulator, duplicates: str, status: int, orders: int, balance: int
) -> None:
    leat.state.switches = Switches.model_validate({"duplicate_order": duplicates})
    body = order(leat, "kiosk-1", [line("1", 1000)])
    assert send_order(leat, body).status_code == 200
    again = send_order(leat, body)
    assert again.status_code == status
    assert "X-Sim-Deviation" in again.headers or duplicates == "stored_again"
    assert len(leat.state.orders) == orders
    assert leat.state.contact(contact_uuid(leat)).points == balance


def test_a_refused_order_leaves_no_trace(leat: LeatSimulator) -> None:
    body = order(leat, "kiosk-1", [line("1", 1000)], business_profile={"uuid": "nowhere"})
    assert send_order(leat, body).json()["code"] == 1008
    assert (leat.state.orders, leat.state.products, leat.state.transactions) == ({}, {}, [])


def test_every_wrong_field_of_an_order_is_named(leat: LeatSimulator) -> None:
    body = order(leat, "", [line("1", 1000, subs=[1])], total_order_amount=True, paid_at="noon")
    body["line_items"][0]["sub_line_items"][0]["price"] = "a lot"
    errors = send_order(leat, body).json()["errors"]
    assert sorted(errors) == [
        "external_identifier",
        "line_items.0.sub_line_items.0.price",
        "paid_at",
        "total_order_amount",
    ]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}', b"\xff", b"[" * 100_000]
)
def test_a_body_that_is_no_object_is_refused_and_recorded(leat: LeatSimulator, body: bytes) -> None:
    answer = call(leat, "POST", f"{API}/orders/create-and-process", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 1003)
    assert call(leat, "GET", "/sim/requests").json()[-1]["status"] == 400


def test_times_of_orders_carry_the_accounts_offset(leat: LeatSimulator) -> None:
    document = send_order(leat, order(leat, "k", [line("1", 100)], paid_at="2026-07-01T11:59:00Z")).json()
    assert document["data"]["order"]["paid_at"] == "2026-07-01T13:59:00+02:00"


def test_an_order_can_stay_unseen_for_a_while(leat: LeatSimulator, clock: Clock) -> None:
    leat.state.switches = Switches(read_lag_s=5)
    send_order(leat, order(leat, "kiosk-1", [line("1", 1000)]))

    def found() -> int:
        return call(leat, "GET", f"{API}/orders/find", params={"external_identifier": "kiosk-1"}).status_code

    assert found() == 400
    clock.now += timedelta(seconds=5)
    assert found() == 200


def test_collected_points_raise_the_tier(leat: LeatSimulator) -> None:
    send_order(leat, order(leat, "kiosk-1", [line("1", 1000)], card="10024719"))
    answer = call(leat, "GET", f"{API}/contacts/{contact_uuid(leat, '10024719')}/tier")
    assert answer.json()["data"]["name"] == "Gold"


def test_a_voucher_expires_when_its_time_comes(leat: LeatSimulator, clock: Clock) -> None:
    def codes() -> list[str]:
        query = {"contact_uuid": contact_uuid(leat), "status": "ACTIVE"}
        return [
            voucher["code"] for voucher in call(leat, "GET", f"{API}/vouchers", params=query).json()["data"]
        ]

    assert codes() == ["COFFEE-7Q4M", "TENOFF-K2XV"]
    clock.now += timedelta(days=6)
    assert codes() == ["COFFEE-7Q4M", "SOON-9R5T"]


def test_voucher_pages_join_to_the_whole_list(leat: LeatSimulator) -> None:
    url = f"{API}/vouchers?contact_uuid={contact_uuid(leat, '10024717')}&status=ACTIVE"
    codes = []
    while url:
        page = call(leat, "GET", url).json()
        codes += [voucher["code"] for voucher in page["data"]]
        url = page["links"]["next"]
        assert page["meta"]["per_page"] == "30"
    assert len(codes) == len(set(codes)) == page["meta"]["total"] == 37


def test_a_contact_sees_rewards_it_cannot_afford_but_no_inactive_ones(leat: LeatSimulator) -> None:
    query = {"contact_uuid": contact_uuid(leat, "10024714"), "shop_uuid": SHOP_UUID}
    rewards = call(leat, "GET", f"{API}/rewards", params=query).json()["data"]
    titles = {reward["title"] for reward in rewards}
    assert "Harbour Classic burger" in titles
    assert titles.isdisjoint({"Summer lemonade", "Station muffin"})
    assert [reward["title"] for reward in rewards if reward["stock"] == 0] == ["Golden shrimp"]


@pytest.mark.parametrize("token", ["", "sim-register-token", "Sim-Token"])
def test_a_wrong_token_is_refused(leat: LeatSimulator, token: str) -> None:
    answer = call(leat, "GET", API, token=token)
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


def test_unknown_paths_and_methods(leat: LeatSimulator) -> None:
    assert call(leat, "GET", f"{API}/nothing").json() == {"message": "Not Found"}
    assert call(leat, "DELETE", f"{API}/shops").status_code == 405
    assert call(leat, "GET", f"{API}/shops/").status_code == 200
    leat.state.switches = Switches(unknown_path="html_404", wrong_token="html_401")
    assert call(leat, "GET", API, token="").headers["content-type"].startswith("text/html")
    assert call(leat, "GET", "/api/v3/register").headers["content-type"].startswith("text/html")


def test_the_rate_limit_ends_with_its_minute(leat: LeatSimulator, clock: Clock) -> None:
    leat.state.switches = Switches(rate_limit_per_minute=2)
    assert call(leat, "GET", API).headers["X-RateLimit-Remaining"] == "1"
    assert call(leat, "GET", API).headers["X-RateLimit-Remaining"] == "0"
    clock.now += timedelta(seconds=20)
    refused = call(leat, "GET", API)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
    clock.now += timedelta(seconds=40)
    assert call(leat, "GET", API).status_code == 200


def test_the_control_surface_shows_and_sets_everything(leat: LeatSimulator) -> None:
    send_order(leat, order(leat, "kiosk-1", [line("1", 1000)]))
    state = call(leat, "GET", "/sim/state", token="").json()
    sanne = next(contact for contact in state["contacts"] if contact["name"] == "Sanne de Vries")
    assert (sanne["points"], sanne["tier"]) == (1250, "Gold")
    assert state["orders"][0]["points"] == state["transactions"][0]["credits"] == 10
    assert state["deviations"]
    [recorded] = state["requests"]
    assert (recorded["method"], recorded["status"], recorded["fault"]) == ("POST", 200, None)
    assert recorded["body"]["external_identifier"] == "kiosk-1"

    assert call(leat, "PUT", "/sim/switches", json={"order_action": "none"}).status_code == 200
    assert "order_action=none" in call(leat, "GET", "/sim/state").json()["deviations"]
    assert "order_action=none" in call(leat, "GET", API).headers["X-Sim-Deviation"]
    assert (
        call(leat, "PUT", "/sim/faults", json={"faults": [{"kind": "portal", "times": 2}]}).status_code == 200
    )
    assert "<h1>" in call(leat, "GET", API).text
    assert call(leat, "GET", "/sim/faults").json() == {"faults": [{"kind": "portal", "times": 1}]}

    assert call(leat, "POST", "/sim/requests/clear").status_code == 204
    assert call(leat, "GET", "/sim/requests").json() == []
    assert call(leat, "POST", "/sim/reset").status_code == 204
    fresh = call(leat, "GET", "/sim/state").json()
    assert (fresh["orders"], fresh["faults"], fresh["switches"]["order_action"]) == ([], [], "points")


def test_a_wrong_setting_is_refused_with_its_place(leat: LeatSimulator) -> None:
    leat.faults.add(FaultRule(kind="slow", delay_ms=0))
    answer = call(leat, "PUT", "/sim/faults", json={"faults": [{"kind": "portal"}, {"kind": "earthquake"}]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0].startswith("faults.1.kind: ")
    assert len(leat.faults.to_json()) == 1


def test_only_the_last_500_requests_are_kept(leat: LeatSimulator, clock: Clock) -> None:
    for _ in range(501):
        leat.requests.begin(clock(), "GET", API, {}, b"")
    kept = list(leat.requests)
    assert (len(kept), kept[0].number, kept[-1].number) == (500, 2, 501)
