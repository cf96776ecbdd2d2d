"""Generated from the API description: whatever it allows, and everything it forbids, meets an answer in it.

The account has one of everything, so that every operation is brought to succeed: the suite says so itself.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest

from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.leat.operations import OPERATIONS as SERVED
from kioskd.sim.leat.operations import PREFIX
from kioskd.sim.leat.switches import Switches
from tests.contract.drawn import JsonObject, Known, Operation, Request, everything_said, operations
from tests.contract.leat_description import LEAT, ROOT, answer_problems, description
from tests.contract.straight import Account, statuses_of_what_is_allowed, wrongly_answered

_INVALID_INPUT = 1003
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
OPERATIONS = operations(LEAT, ROOT, without="webhook")
_LOOKED_UP = (
    "contact_uuid",
    "shop_uuid",
    "reward_uuid",
    "promotion_uuid",
    "giftcard_uuid",
    "pos_transaction_uuid",
)

each = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


class LeatAccount(Account):
    def __init__(self) -> None:
        self._leat = LeatSimulator(clock=lambda: NOW)
        super().__init__(self._leat, {"Authorization": f"Bearer {SIM_TOKEN}"})
        self._leat.state.switches = Switches(rate_limit_per_minute=10**9)
        self.known = self._one_of_everything()
        self.save()

    def _made(self, method: str, path: str, body: JsonObject | None = None) -> Any:
        answer = self.go_on(Request(method, ROOT + path, {}, body))
        assert answer.is_success, answer.text
        return answer.json()["data"]

    def _one_of_everything(self) -> Known:
        state = self._leat.state
        contact = state.cards["10024711"].contact_uuid
        free = {"code": "FREE", "card": "10024711", "promotion": "10% off", "redemptions": 50}
        self._leat.control("vouchers", free)
        vouchers = {voucher.code: voucher.uuid for voucher in state.vouchers.values()}
        rewards = {reward.title: reward.uuid for reward in state.rewards.values()}
        cards = {card.hash: card.uuid for card in state.giftcards.values()}
        shop = {"shop_uuid": SHOP_UUID}
        member = {"contact_uuid": contact}
        nobody = self._made("POST", "/contacts/anonymous")["uuid"]
        category = self._made(
            "POST", "/product-categories", {"external_identifier": "drinks", "name": "Drinks"}
        )
        product = self._made("POST", "/products", {"external_identifier": "cola", "name": "Cola"})
        ordered = self._made("POST", "/orders/create-and-process", _order(contact))
        unprocessed = self._made("POST", "/orders", _order(contact) | {"external_identifier": "waiting"})
        back = {
            "order": {"external_identifier": "known"},
            "external_identifier": "back",
            "status": "COMPLETED",
        }
        returned = self._made("POST", "/order-returns", back)
        reward = {"reward_uuid": rewards["Coffee of your choice"]}
        collected = self._made("POST", "/reward-receptions", shop | member | reward)["uuid"]
        waiting = self._made("POST", "/reward-receptions", shop | member | reward)["uuid"]
        redemption = self._made("PUT", f"/collectable-rewards/collect/{collected}")["uuid"]
        given_ = self._made("POST", "/credit-receptions", shop | member | {"credits": 5})["uuid"]
        paid = {"giftcard_uuid": cards["GC-2500-HARBOUR"], "amount_in_cents": -100}
        charged = self._made("POST", "/giftcard-transactions", shop | paid)["uuid"]
        prepaid = self._made("POST", "/prepaid-transactions", shop | member | {"amount_in_cents": -100})[
            "uuid"
        ]
        used = self._made("POST", "/vouchers/redeem", shop | {"code": "TENOFF-K2XV"})
        locked = vouchers["COFFEE-7Q4M"]
        key = self._made("POST", f"/vouchers/{locked}/lock")["lock"]["release_key"]
        return {
            "contact_uuid": [contact],
            "contact.uuid": [contact],
            "claimAnonymousContact:contact_uuid": [nobody],
            "email": ["sanne@example.test", "new@example.test", "no address"],
            "claimAnonymousContact:email": ["new@example.test", "sanne@example.test", "no address"],
            "contact_identifier_value": ["10024711", "KD-1001-4711"],
            "createAnonymousContact:contact_identifier_value": ["10024716"],
            "createContactIdentifier:contact_identifier_value": ["brand-new", "10024711"],
            "linkContactIdentifier:contact_identifier_value": ["10024716", "10024711"],
            "contact_session_token": ["SESSION-SANNE"],
            "shop_uuid": [SHOP_UUID],
            "business_profile.uuid": [SHOP_UUID],
            "unit_name": ["purchase_amount"],
            "unit_value": [12.5, 0, 3],
            "credits": [5, -5, 0],
            "version": ["v3", "v1", "v2"],
            "pos_transaction_uuid": list(state.pos_transactions),
            "credit_reception_uuid": [given_],
            "reward_uuid": [rewards["Coffee of your choice"], *rewards.values()],
            "reward_reception_uuid": [waiting],
            "loyalty_transaction_uuid": [waiting, collected],
            "collectable_reward_redemption_uuid": [redemption],
            "createCustomAttribute:entity": ["reward"],
            "createCustomAttribute:type": ["text", "select"],
            "promotion_uuid": list(state.promotions),
            "code": ["FREE", "FLYER-TEN", "COFFEE-7Q4M", *vouchers],
            "findVoucher:code": list(vouchers),
            "voucher_uuid": [vouchers["FLYER-TEN"], *vouchers.values()],
            "releaseVoucher:voucher_uuid": [locked],
            "validateVoucher:voucher_uuid": [vouchers["FREE"], *vouchers.values()],
            "release_key": [key],
            "number_of_times": [1, 50],
            "reverseVoucherRedemption:uuid": [used["voucher_redemption"]["uuid"], used["uuid"]],
            "hash": list(cards),
            "giftcard_hash": list(cards),
            "giftcard_uuid": [cards["GC-2500-HARBOUR"], *cards.values()],
            "giftcard_program_uuid": list(state.giftcard_programs),
            "giftcard_transaction_uuid": [charged],
            "amount_in_cents": [-100, 100, -(10**6)],
            "custom_attributes": [{"kiosk_tx_id": "1"}, {}, []],
            "prepaid_transaction_uuid": [prepaid],
            "order_uuid": [unprocessed["uuid"], ordered["order"]["uuid"]],
            "order_return_uuid": [returned["uuid"]],
            "findOrder:external_identifier": ["known"],
            "order.uuid": [ordered["order"]["uuid"]],
            "order.external_identifier": ["known"],
            "createOrderReturn:line_items.external_identifier": ["known-1"],
            "createOrderReturn:sub_line_items.external_identifier": ["known-1-1"],
            "createOrderReturn:applied_discounts.external_identifier": ["known-d1"],
            "createOrderReturn:charges.external_identifier": ["known-c1"],
            "createAndProcessOrderReturn:line_items.external_identifier": ["known-1"],
            "createAndProcessOrderReturn:sub_line_items.external_identifier": ["known-1-1"],
            "createAndProcessOrderReturn:applied_discounts.external_identifier": ["known-d1"],
            "createAndProcessOrderReturn:charges.external_identifier": ["known-c1"],
            "category_uuid": [category["uuid"]],
            "oauthUpdateCategory:external_identifier": ["drinks"],
            "oauthFindCategory:external_identifier": ["drinks"],
            "categories.uuid": [category["uuid"]],
            "products.categories.external_identifier": ["drinks"],
            "categories.external_identifier": ["drinks"],
            "oauthBatchCategories:categories.external_identifier": ["drinks", "more"],
            "product_uuid": [product["uuid"]],
            "oauthUpdateProduct:external_identifier": ["cola"],
            "oauthFindProduct:external_identifier": ["cola"],
            "page": [1, 2],
        }


def _order(contact_uuid: str | None) -> JsonObject:
    part = {"name": "Cola", "quantity": 2, "price": 250, "total_amount": 500}
    discount = {"external_identifier": "known-d1", "name": "Off", "amount": 100, "applied_to": "ORDER"}
    return {
        "external_identifier": "known",
        "status": "COMPLETED",
        "payment_status": "PAID",
        "total_order_amount": 930,
        "contact": {"uuid": contact_uuid},
        "business_profile": {"uuid": SHOP_UUID},
        "line_items": [
            part
            | {
                "external_identifier": "known-1",
                "sub_line_items": [part | {"external_identifier": "known-1-1"}],
            }
        ],
        "applied_discounts": [discount],
        "charges": [{"external_identifier": "known-c1", "name": "Box", "total_amount": 30}],
    }


@cache
def account() -> LeatAccount:
    return LeatAccount()


@cache
def known_codes() -> frozenset[int]:
    return frozenset(entry["code"] for entry in description()["x-error-codes"])


def problems(operation: Operation, answer: httpx.Response) -> list[str]:
    found = list(answer_problems(operation.path, operation.method, answer))
    if answer.status_code == 400 and answer.json().get("code") not in known_codes():
        found.append(f"code of {answer.text} is not described")
    return found


@each
def test_what_is_allowed_is_answered_as_described_and_can_succeed(operation: Operation) -> None:
    statuses = statuses_of_what_is_allowed(account(), operation, problems)
    assert statuses[200] + statuses[201], statuses


def refused(what: str, whole: Request, request: Request, answer: httpx.Response) -> bool:
    if answer.status_code != 400:
        return False
    unknown = " of nothing" in what or request.path != whole.path
    return unknown or answer.json()["code"] == _INVALID_INPUT


@each
def test_what_is_forbidden_is_refused_as_described(operation: Operation) -> None:
    assert wrongly_answered(account(), operation, problems, refused, _LOOKED_UP) == {}


def test_what_a_kiosk_can_call_is_served_and_nothing_else() -> None:
    served = {(operation.method, PREFIX + operation.path) for operation in SERVED}
    assert {(operation.method, operation.path) for operation in OPERATIONS} == served


def test_paths_that_are_not_served_are_answered_as_unknown_ones() -> None:
    served = [operation.path for operation in OPERATIONS]
    paths = [path for path in description()["paths"] if path not in served]
    for path in (
        *paths,
        "/",
        "/api",
        ROOT + "/x",
        ROOT + "/vouchers/1/lock/x",
        ROOT + "//shops",
        "/%F0%9F%92%A9",
    ):
        answer = account().ask(Request("GET", re.sub(r"\{\w+\}", "1", path), {}))
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"}), path


def test_methods_that_are_not_served_are_refused() -> None:
    for operation in OPERATIONS:
        path = re.sub(r"\{\w+\}", "1", operation.path)
        served = {
            other.method
            for other in OPERATIONS
            if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(other.path)), path)
        }
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - served:
            answer = account().ask(Request(method, path, {}))
            assert (answer.status_code, answer.json()) == (405, {"message": "Method Not Allowed"}), (
                method,
                path,
            )


@each
def test_nothing_is_said_without_the_token(operation: Operation) -> None:
    request = operation.draw(account().known, everything_said)
    for token in ("", "Bearer", "Bearer x", f"Basic {SIM_TOKEN}"):
        answer = account().ask(request, Authorization=token)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
