"""Gift cards, prepaid, returns and tokens of the simulated Leat; and the controls that set the scene."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from kioskd.sim.forms import ControlRefused
from kioskd.sim.leat import SHOP_UUID, SIM_SHOP_SECRET
from kioskd.sim.leat.loyalty_tokens import token_hash
from tests.unit.leat_counter import API, SANNE, Counter, JsonObject

CARD = "GC-2500-HARBOUR"


def card_of(counter: Counter, code: str = CARD) -> JsonObject:
    found: JsonObject = counter.get("/giftcards/find-one-by", hash=code)
    return found


def charge(counter: Counter, minor: int, code: str = CARD) -> Any:
    return counter.post(
        "/giftcard-transactions",
        giftcard_uuid=card_of(counter, code)["uuid"],
        amount_in_cents=minor,
        shop_uuid=SHOP_UUID,
    )


def charge_prepaid(counter: Counter, minor: int) -> Any:
    return counter.post(
        "/prepaid-transactions", contact_uuid=counter.contact(), amount_in_cents=minor, shop_uuid=SHOP_UUID
    )


def test_a_gift_card_pays_until_it_is_empty_and_never_more() -> None:
    counter = Counter()
    charge(counter, -2000)
    shown = card_of(counter)
    assert (shown["amount_in_cents"], shown["amount"], shown["display_amount"]) == (500, 5.0, "€ 5,00")
    body = {"giftcard_uuid": shown["uuid"], "amount_in_cents": -501, "shop_uuid": SHOP_UUID}
    assert counter.refused("/giftcard-transactions", **body) == 5003
    assert card_of(counter)["amount_in_cents"] == 500


def test_only_the_last_transaction_of_a_card_can_be_reversed() -> None:
    counter = Counter()
    first, second = charge(counter, -1000), charge(counter, -500)
    charge(counter, -100, "GC-0350-QUAY")  # another card does not matter
    assert counter.refused(f"/giftcard-transactions/{first['uuid']}/reverse") == 55025
    assert counter.post(f"/giftcard-transactions/{second['uuid']}/reverse")["amount_in_cents"] == 500
    assert counter.refused(f"/giftcard-transactions/{second['uuid']}/reverse") == 55025
    assert card_of(counter)["amount_in_cents"] == 1500


def test_a_till_that_uses_the_card_in_between_makes_a_reversal_impossible() -> None:
    counter = Counter()
    paid = charge(counter, -1000)
    act = {"does": "charge_giftcard", "code": CARD, "amount_minor": -1}
    assert counter.leat.control("tills", act)["status"] == 200
    assert counter.refused(f"/giftcard-transactions/{paid['uuid']}/reverse") == 55025


def test_gift_card_transactions_are_found_by_card_shop_and_time() -> None:
    counter = Counter()
    for minor in (-100, -200, -300):
        charge(counter, minor)
        counter.wait(seconds=10)
    charge(counter, -50, "GC-0350-QUAY")

    def amounts(**query: str) -> list[int]:
        return [row["amount_in_cents"] for row in counter.get("/giftcard-transactions", **query)]

    assert amounts() == [-50, -300, -200, -100]
    assert amounts(giftcard_hash=CARD, shop_uuid=SHOP_UUID, sort="created_at") == [-100, -200, -300]
    since = {"created_at[gte]": "2026-07-01T12:00:10Z"}
    assert amounts(giftcard_hash=CARD, **since) == [-300, -200]
    assert amounts(perPage="2", page="2") == [-200, -100]
    assert amounts(limit="1") == [-50, -300, -200, -100]  # its name here is perPage


def test_what_a_client_writes_on_a_gift_card_transaction_is_kept_and_not_shown() -> None:
    counter = Counter()
    row = counter.post(
        "/giftcard-transactions",
        giftcard_uuid=card_of(counter)["uuid"],
        amount_in_cents=-1,
        shop_uuid=SHOP_UUID,
        custom_attributes={"kiosk_tx_id": "k1"},
    )
    assert "k1" not in str(row)
    assert counter.leat.to_json()["giftcard_transactions"][0]["attributes"] == {"kiosk_tx_id": "k1"}


def test_prepaid_pays_by_contact_or_card_and_tells_the_new_balance() -> None:
    counter = Counter()
    assert charge_prepaid(counter, -500)["prepaid_balance"]["balance_in_cents"] == 1500
    by_card = counter.post(
        "/prepaid-transactions",
        contact_identifier_value=SANNE,
        amount_in_cents=-1500,
        shop_uuid=SHOP_UUID,
    )
    assert by_card["prepaid_balance"]["balance_in_cents"] == 0
    assert by_card["contact_identifier"]["value"] == SANNE
    rows = counter.get("/prepaid-transactions", contact_uuid=counter.contact())
    assert [row["amount_in_cents"] for row in rows] == [-500, -1500]
    counter.set(prepaid_order="newest_first")
    rows = counter.get("/prepaid-transactions", contact_uuid=counter.contact())
    assert [row["amount_in_cents"] for row in rows] == [-1500, -500]


def test_more_prepaid_than_there_is() -> None:
    counter = Counter()
    body = {"contact_uuid": counter.contact(), "amount_in_cents": -2001, "shop_uuid": SHOP_UUID}
    assert counter.refused("/prepaid-transactions", **body) == 1003
    counter.set(prepaid_below_zero="allowed")
    assert charge_prepaid(counter, -2001)["prepaid_balance"]["balance_in_cents"] == -1


@pytest.mark.parametrize(("again", "balance"), [("refused", 2000), ("refunded_again", 2500)])
def test_reversing_prepaid_twice(again: str, balance: int) -> None:
    counter = Counter(prepaid_reversed_again=again)
    uuid = charge_prepaid(counter, -500)["uuid"]
    for _ in range(2):
        counter.send("POST", f"{API}/prepaid-transactions/{uuid}/reverse")
    shown = counter.get(f"/contacts/{counter.contact()}/prepaid-balance")
    assert shown["balance_in_cents"] == balance


def order(counter: Counter, *totals: int, order_id: str = "k", **more: Any) -> JsonObject:
    return {
        "external_identifier": order_id,
        "status": "COMPLETED",
        "payment_status": "PAID",
        "total_order_amount": sum(totals),
        "contact": {"uuid": counter.contact()},
        "business_profile": {"uuid": SHOP_UUID},
        "line_items": [
            {
                "external_identifier": f"{order_id}/{number}",
                "name": "Burger",
                "quantity": 2,
                "price": total // 2,
                "total_amount": total,
            }
            for number, total in enumerate(totals, start=1)
        ],
        **more,
    }


def give_back(counter: Counter, return_id: str, line: str, quantity: int, **more: Any) -> Any:
    row = {"external_identifier": line, "quantity": quantity, **more}
    return counter.post(
        "/order-returns/create-and-process",
        order={"external_identifier": "k"},
        external_identifier=return_id,
        status="COMPLETED",
        line_items=[row],
    )


def test_returns_take_back_the_points_of_what_was_returned() -> None:
    counter = Counter()
    off = {"external_identifier": "k/d", "name": "Off", "amount": 150, "applied_to": "ORDER"}
    sold = counter.post("/orders/create-and-process", **order(counter, 1000, 1250, applied_discounts=[off]))
    assert sold["result"]["data"] == {"points": 21, "new_balance": 1261}
    part = give_back(counter, "r1", "k/1", 1)  # half of a line, without an amount: by its price
    assert part["result"]["data"] == {"points": 5, "new_balance": 1256}  # 16.00 are left
    assert len(part["return"]["line_item_returns"]) == 1
    rest = counter.post(
        "/order-returns/create-and-process",
        order={"uuid": sold["order"]["uuid"]},
        external_identifier="r2",
        status="COMPLETED",
        line_items=[
            {"external_identifier": "k/1", "quantity": 1, "total_amount": 500},
            {"external_identifier": "k/2", "quantity": 2, "total_amount": 1250},
        ],
        applied_discounts=[{"external_identifier": "k/d", "amount": 150}],
    )
    assert rest["result"]["data"] == {"points": 16, "new_balance": 1240}
    credits = [row["credits"] for row in counter.get("/loyalty-transactions", sort="created_at")]
    assert credits == [21, -5, -16]


def test_a_line_cannot_come_back_more_often_than_it_was_sold() -> None:
    counter = Counter()
    counter.post("/orders/create-and-process", **order(counter, 1000))
    give_back(counter, "r1", "k/1", 2)
    again = {
        "order": {"external_identifier": "k"},
        "external_identifier": "r2",
        "status": "COMPLETED",
        "line_items": [{"external_identifier": "k/1", "quantity": 1}],
    }
    assert counter.refused("/order-returns/create-and-process", **again) == 1003
    assert counter.points() == 1240


def test_the_same_return_twice_takes_the_points_once() -> None:
    counter = Counter(duplicate_return="returned", return_points="negative")
    counter.post("/orders/create-and-process", **order(counter, 1000))
    first = give_back(counter, "r1", "k/1", 1)
    assert first["result"]["data"]["points"] == -5
    assert give_back(counter, "r1", "k/1", 1)["return"] == first["return"]
    assert counter.points() == 1245


@pytest.mark.parametrize(("again", "points"), [("same_result", 1250), ("points_again", 1260)])
def test_an_order_can_be_stored_first_and_processed_later(again: str, points: int) -> None:
    counter = Counter(process_again=again)
    stored = counter.post("/orders", **order(counter, 1000, status="CREATED"))
    assert counter.points() == 1240
    for _ in range(2):
        result = counter.post(f"/orders/{stored['uuid']}/process")
    assert result["data"]["new_balance"] == counter.points() == points
    assert counter.put(f"/orders/{stored['uuid']}", status="COMPLETED")["status"] == "COMPLETED"
    assert counter.points() == points


def test_a_strict_server_says_where_an_order_does_not_add_up() -> None:
    counter = Counter(order_arithmetic="checked")
    body = order(counter, 1000, 500, order_amount=1500)
    counter.post("/orders/create-and-process", **body)
    body = order(counter, 1000, 500, order_id="k2", order_amount=1400, total_order_amount=1501)
    body["line_items"][1]["discount_amount"] = 1
    refusal = counter.send("POST", f"{API}/orders", json=body).json()
    assert refusal["errors"] == {
        "line_items.k2/2.total_amount": ["It should be 499."],
        "order_amount": ["It should be 1500."],
        "total_order_amount": ["It should be 1500."],
    }


def test_other_guesses_about_gift_cards() -> None:
    counter = Counter(giftcard_reversal="any", giftcard_attributes_shown=True)
    first = counter.post(
        "/giftcard-transactions",
        giftcard_uuid=card_of(counter)["uuid"],
        amount_in_cents=-100,
        shop_uuid=SHOP_UUID,
        custom_attributes={"kiosk_tx_id": "k1"},
    )
    assert first["custom_attributes"] == {"kiosk_tx_id": "k1"}
    charge(counter, -200)
    for _ in range(2):
        counter.post(f"/giftcard-transactions/{first['uuid']}/reverse")
    assert card_of(counter)["amount_in_cents"] == 2400


def test_an_order_keeps_what_it_was_paid_with_and_which_offers_it_used() -> None:
    counter = Counter()
    paid = charge(counter, -500)["uuid"]
    offer = {"uuid": "8f5a2980-0a15-4df9-8a92-3af50d0ae104", "type": "VOUCHER_REDEMPTION"}
    discount = {"external_identifier": "d", "name": "Off", "amount": 5, "applied_to": "ORDER", "offer": offer}
    payments = [{"uuid": paid, "type": "GIFTCARD_TRANSACTION"}]
    body = order(counter, 1000, applied_discounts=[discount], payments=payments)
    counter.post("/orders/create-and-process", **body)
    [stored] = counter.leat.to_json()["orders"]
    assert (stored["offers"], stored["payments"]) == ([offer], payments)


def test_the_documented_token_has_the_documented_hash() -> None:
    fields = {
        "version": "v3",
        "shop_uuid": "abcde-1235-hijkl-1i2k3",
        "unique_id": "my_unique_id",
        "timestamp": "1646314054",
        "unit_name": "purchase_amount",
        "unit_value": "10",
    }
    assert token_hash(fields, "very_secret") == "60585d543ff8bbd07ad9798b44241981b4e2d423"


def token(**changes: str) -> str:
    fields = {
        "version": "v3",
        "shop_uuid": SHOP_UUID,
        "unique_id": "kiosk-1-457",
        "timestamp": "1782900000",
        "unit_name": "purchase_amount",
        "unit_value": "24.50",
    }
    signed = fields | {"hash": token_hash(fields, SIM_SHOP_SECRET)} | changes
    return f"https://harbour.example.test/l?{urlencode(signed)}"


def test_a_token_gives_its_points_once() -> None:
    counter = Counter()
    assert counter.leat.control("loyalty-tokens", {"url": token(), "card": SANNE}) == {
        "credits": 24,
        "points": 1264,
    }
    with pytest.raises(ControlRefused, match="the token has been used"):
        counter.leat.control("loyalty-tokens", {"url": token(), "card": "10024714"})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (token(unit_value="2450"), "hash is wrong"),
        (token(unique_id="another"), "hash is wrong"),
        (token(hash="é"), "hash is wrong"),
        (token(shop_uuid="x"), "shop is unknown"),
        (token(version="v9"), "no loyalty token"),
        (token(unit_value=""), "lacks unit_value"),
        ("https://[/l", "cannot be read"),
    ],
)
def test_a_changed_token_gives_nothing(url: str, why: str) -> None:
    counter = Counter()
    with pytest.raises(ControlRefused, match=why):
        counter.leat.control("loyalty-tokens", {"url": url, "card": SANNE})
    assert counter.points() == 1240


@pytest.mark.parametrize(
    ("version", "value"), [("v1", {"credits": 7}), ("v2", {"unit_value": 7}), ("v3", {"unit_value": 7})]
)
def test_a_token_leat_makes_is_one_it_takes(version: str, value: JsonObject) -> None:
    counter = Counter()
    url = counter.post("/loyalty-tokens", version=version, shop_uuid=SHOP_UUID, unique_id="1", **value)
    assert dict(parse_qsl(urlsplit(url).query))["version"] == version
    assert counter.leat.control("loyalty-tokens", {"url": url, "card": SANNE})["credits"] == 7


def test_controls_set_the_scene() -> None:
    counter = Counter()

    def control(name: str, /, **form: Any) -> JsonObject:
        answer = counter.send("POST", f"/sim/{name}", json=form)
        assert answer.status_code == 200, answer.text
        document: JsonObject = answer.json()
        return document

    control("contacts", card=SANNE, points=5, prepaid_minor=77)
    contact = counter.get(f"/contacts/{counter.contact()}")
    assert (contact["credit_balance"]["balance"], contact["prepaid_balance"]["balance_in_cents"]) == (5, 77)
    control("giftcards", code="GC-NEW", balance_minor=999, type="DIGITAL", upgradeable=False)
    assert card_of(counter, "GC-NEW")["amount_in_cents"] == 999
    assert control("giftcards", code="GC-NEW", expires_in_s=0)["expired"]
    assert card_of(counter, "GC-NEW")["type"] == "DIGITAL"
    control("promotions", name="Half", attributes={"kiosk_discount_type": "percentage_discount"})
    control("vouchers", code="HALF-1", promotion="Half", card=SANNE)
    assert counter.get("/vouchers/find", code="HALF-1")["contact"]["uuid"] == counter.contact()
    assert control("vouchers", code="HALF-1", expires_in_s=-1)["status"] == "EXPIRED"
    assert control("vouchers", code="HALF-1", expires_in_s=None, activates_in_s=60)["status"] == "INACTIVE"
    control("rewards", title="Golden shrimp", stock=None)
    assert counter.get(f"/rewards/{counter.reward('Golden shrimp')}")["stock"] is None
    control("session-tokens", token="T", card=SANNE)
    assert counter.post("/contact-session-tokens/T/use")["status"] == "used"
    assert counter.get("/contact-session-tokens/T")["status"] == "used"
    till = control("tills", does="charge_prepaid", card=SANNE, amount_minor=-77)
    assert till["answer"]["data"]["prepaid_balance"]["balance_in_cents"] == 0


@pytest.mark.parametrize(
    ("name", "form", "problem"),
    [
        ("contacts", {"card": "nobody", "points": 1}, "card: 'nobody' is nobody's"),
        ("contacts", {"card": SANNE, "points": "lots"}, "points: Input should be a valid integer"),
        ("vouchers", {"code": "NEW"}, "promotion: a new voucher needs one"),
        ("vouchers", {"code": "NEW", "promotion": "x"}, "promotion: there is no promotion 'x'"),
        ("rewards", {"title": "x"}, "title: there is no reward 'x'"),
        ("tills", {"does": "nothing"}, "Input tag 'nothing'"),
        ("tills", {"does": "lock_voucher", "code": "x"}, "code: there is no voucher 'x'"),
    ],
)
def test_a_wrong_control_says_what_is_wrong(name: str, form: JsonObject, problem: str) -> None:
    answer = Counter().send("POST", f"/sim/{name}", json=form)
    assert answer.status_code == 422
    assert problem in answer.json()["errors"][0]


def test_reads_can_lag_behind_in_everything_they_show() -> None:
    counter = Counter(read_lag_s=5)
    charge(counter, -1000)
    voucher = counter.get("/vouchers/find", code="COFFEE-7Q4M")
    counter.post(f"/vouchers/{voucher['uuid']}/lock")
    counter.wait(seconds=2)
    counter.leat.control("contacts", {"card": SANNE, "points": 0})

    def seen() -> tuple[Any, ...]:
        return (
            card_of(counter)["amount_in_cents"],
            len(counter.get("/giftcard-transactions")),
            counter.get("/vouchers/find", code="COFFEE-7Q4M")["status"],
            counter.points(),
        )

    assert seen() == (2500, 0, "ACTIVE", 1240)
    assert counter.refused(f"/vouchers/{voucher['uuid']}/lock") == 80017  # writes are not fooled
    counter.wait(seconds=3)
    assert seen() == (1500, 1, "LOCKED", 1240)
    counter.wait(seconds=2)
    assert seen() == (1500, 1, "LOCKED", 0)
    counter.set()
    assert seen() == (1500, 1, "LOCKED", 0)


def test_the_servers_clock_can_be_wrong() -> None:
    counter = Counter(clock_skew_s=-3600)
    assert charge(counter, -1)["created_at"] == "2026-07-01T11:00:00+00:00"
    voucher = counter.get("/vouchers/find", code="COFFEE-7Q4M")["uuid"]
    counter.post(f"/vouchers/{voucher}/lock")
    counter.set(clock_skew_s=0)
    assert counter.get("/vouchers/find", code="COFFEE-7Q4M")["status"] == "ACTIVE"
