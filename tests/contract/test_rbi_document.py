"""Generated from the API description: whatever it allows, and everything it forbids, meets an answer in it.

The platform has one of everything, so that every operation is brought to succeed: the suite says so itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest

from kioskd.sim.rbi import POS_TYPE, REGION, SIM_KEY, STORE_ID, RbiSimulator
from kioskd.sim.rbi.operations import OPERATIONS as SERVED
from kioskd.sim.rbi.switches import Switches
from tests.contract.drawn import JsonObject, Known, Operation, Request, everything_said, operations
from tests.contract.rbi_description import RBI, ROOT
from tests.contract.straight import Account, statuses_of_what_is_allowed, wrongly_answered

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
LOCAL = "2026-07-01T14:00:00+02:00"
HEADERS = {"x-region": REGION, "x-user-datetime": LOCAL}
OPERATIONS = operations(RBI, ROOT)
_TRANSACTION = "/loyalty/transaction/pos"

each = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


class RbiAccount(Account):
    def __init__(self, switches: Switches) -> None:
        self._rbi = RbiSimulator(clock=lambda: NOW)
        super().__init__(self._rbi, {"x-api-key": SIM_KEY})
        self.known = self._one_of_everything()
        self._rbi.state.switches = switches
        self.save()

    def _made(self, method: str, path: str, body: JsonObject) -> JsonObject:
        answer = self.go_on(Request(method, path, {}, body, headers=HEADERS))
        assert answer.is_success, answer.text
        document: JsonObject = answer.json()
        return document

    def _identified(self, code: str) -> JsonObject:
        return self._made("POST", "/loyalty/identify", {"identifier": code, "posVendor": vendor()})

    def _one_of_everything(self) -> Known:
        first = self._identified("471300")
        opened, guest = first["transactionId"], first["loyaltyUser"]["id"]
        claimed = self._identified("471301")["transactionId"]
        self._made("PUT", f"{_TRANSACTION}/{claimed}", order([ITEM]))
        self._rbi.state.unlocked_for_all.append("offer-promo")
        everything = [COMBO, CHILD, REWARD, OFFER]
        return {
            "x-region": [REGION],
            "x-user-datetime": [LOCAL, "2026-07-01T14:00:00", "2026-07-01T12:00:00.5Z"],
            "identifier": ["471101", guest, "10024711", "471105", "000000"],
            "loyaltyTransactionId": [opened],
            "voidTransaction:loyaltyTransactionId": [claimed, opened],
            "transactionId": [opened],
            "voidTransaction:transactionId": [claimed],
            "loyaltyId": [guest],
            "storeId": [STORE_ID, "9043", "nowhere"],
            "posType": [POS_TYPE, "ExampleTill"],
            "posVendor.transactionId": ["000000000257"],
            "terminal": ["3"],
            "operator": ["300"],
            "channel": ["Restaurant"],
            "serviceMode": ["Eatin", "EAT_IN", "Takeout"],
            "currency": ["EUR", "USD"],
            "transactionDetails.order": [everything, [REWARD], [ITEM], []],
            "createUnclaimedTransaction:transactionDetails.order": [
                [COMBO, CHILD, UNLOCKED],
                [ITEM],
                [REWARD],
            ],
            "order.productId": ["CLASSIC", "COOKIE", "COMBO-CLASSIC"],
            "order.productType": ["item", "combo", "reward", "ITEM"],
            "order.price": [8.5, 0, 2.999],
            "tax": [0, 0.5],
            "order.quantity": [1, 3],
            "order.referenceId": ["1", "2"],
            "order.parentReferenceId": ["1"],
            "order.incentiveId": ["reward-cookie", "offer-combo"],
            "loyaltyEngineId": ["engine-offer-personal"],
            "payments.amount": [1250, 0],
            "payments.type": ["CARD", "CASH"],
            "appliedDiscounts.incentiveId": ["offer-twenty-off"],
            "createUnclaimedTransaction:appliedDiscounts": [[]],
            "appliedDiscounts.referenceId": ["engine-offer-twenty-off"],
            "promoCode": ["CHICKEN", "CHICKEN-USED", "FORGOTTEN", "NO-SUCH"],
        }


def vendor() -> JsonObject:
    return {"posType": POS_TYPE, "storeId": STORE_ID, "terminal": "3", "transactionId": "000000000257"}


def line(line_id: str, product_id: str, type: str, price: float, **more: Any) -> JsonObject:
    known = {"name": product_id, "tax": 0, "quantity": 1, "referenceId": line_id}
    return known | {"productId": product_id, "productType": type, "price": price} | more


ITEM = line("7", "CLASSIC", "item", 8.5)
COMBO = line("1", "COMBO-CLASSIC", "combo", 12.5)
CHILD = line("2", "FRIES", "item", 0, parentReferenceId="1")
REWARD = line("3", "COOKIE", "reward", 0, incentiveId="reward-cookie")
OFFER = line("4", "COMBO-CLASSIC", "OFFER", 9.99, incentiveId="offer-combo")
UNLOCKED = line("4", "CRISPY-CHICKEN", "offer", 4.99, incentiveId="offer-promo")


def order(lines: list[JsonObject], status: str = "CLAIMED", **more: Any) -> JsonObject:
    details = {
        "currency": "EUR",
        "order": lines,
        "payments": [{"amount": 850, "type": "CARD"}],
        "posVendor": vendor(),
    }
    return {
        "channel": "Restaurant",
        "created": "2026-07-01T12:00:00Z",
        "serviceMode": "Eatin",
        "status": status,
        "transactionDetails": details,
    } | more


@cache
def account(switches: Switches = Switches()) -> RbiAccount:  # noqa: B008 - frozen
    return RbiAccount(switches)


def problems(operation: Operation, answer: httpx.Response) -> list[str]:
    found = list(RBI.answer_problems(operation.path, operation.method, answer))
    if answer.status_code >= 500:
        found.append("the server failed")
    return found


def refused(what: str, whole: Request, request: Request, answer: httpx.Response) -> bool:
    """Headers by 401, transactions as unknown ones, bodies by 400 naming the field."""
    if what.startswith("header "):
        return answer.status_code == 401
    if request.path != whole.path:
        return answer.status_code == 404
    if answer.status_code != 400 or answer.json()["code"] != "ValidationError":
        return False
    return request.media_type != "application/json" or bool(answer.json()["details"]["fields"])


@each
def test_what_is_allowed_is_answered_as_described_and_can_succeed(operation: Operation) -> None:
    statuses = statuses_of_what_is_allowed(account(), operation, problems)
    assert statuses[200], statuses


@each
def test_what_is_forbidden_is_refused_as_described(operation: Operation) -> None:
    assert wrongly_answered(account(), operation, problems, refused) == {}


ANSWERED_ALIKE = [
    Switches(line_types="upper", line_ids="numbered", incentive_prices="minor_text"),
    Switches(claim_again="books_again", void_again="not_found", unclaimed_again="same_answer"),
    Switches(claim_again="refused", void_again="refused", void_unclaimed="not_found"),
    Switches(rules_status=422, engine_error_at="top", rule_values="text", unnamed_rules="opaque"),
    Switches(error_spelling="constants", incentive_named=False, update_failures="full"),
    Switches(receipt_texts="none", unclaimed_receipt_code=True, rule_clock="created", max_incentives=1),
    Switches(identifiers=("code",), incentive_children="refused", guestless_promo="refused", read_lag_s=5),
    Switches(service_modes="constants", payment_types="listed", payment_sum="checked", line_prices="minor"),
    Switches(service_modes="words", user_datetime="local", rule_clock="server", claim_within_s=0),
]


@each
@pytest.mark.parametrize("switches", ANSWERED_ALIKE, ids=lambda switches: switches.changed()[0])
def test_whatever_is_switched_answers_stay_as_described(switches: Switches, operation: Operation) -> None:
    statuses_of_what_is_allowed(account(switches), operation, problems)


def test_the_examples_of_the_description_are_answered() -> None:
    """They name products and stores nobody knows here, and are refused in the documented way."""
    for operation in OPERATIONS:
        content = RBI.document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
        for example in content["application/json"]["examples"].values():
            body = RBI.resolved(example)["value"]
            opened = account().known["loyaltyTransactionId"][0]
            path = operation.path.replace("{loyaltyTransactionId}", opened)
            answer = account().ask(Request(operation.method, path, {}, body, headers=HEADERS))
            assert answer.status_code < 500
            assert not problems(operation, answer)


def test_what_a_kiosk_can_call_is_served_and_nothing_else() -> None:
    assert {(operation.method, operation.path) for operation in OPERATIONS} == {
        (operation.method, operation.path) for operation in SERVED
    }


@pytest.mark.parametrize("path", ["", "/identify/x", "/transaction/pos/a/b", "/promo-code", "/%F0%9F%92%A9"])
def test_paths_that_are_not_served_are_unknown(path: str) -> None:
    assert account().ask(Request("POST", ROOT + path, {})).status_code == 404


def test_methods_that_are_not_served_are_refused() -> None:
    for operation in OPERATIONS:
        path = operation.path.replace("{loyaltyTransactionId}", "1")
        for method in {"GET", "PATCH", "DELETE"}:
            assert account().ask(Request(method, path, {})).status_code == 405


@each
def test_nothing_is_said_without_the_key(operation: Operation) -> None:
    request = operation.draw(account().known, everything_said)
    for key in ("", "x", SIM_KEY + "x"):
        answer = account().ask(request, **{"x-api-key": key})
        assert answer.status_code == 401
        assert not problems(operation, answer)
