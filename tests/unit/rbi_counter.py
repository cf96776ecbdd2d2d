"""A kiosk of another make in front of the simulated platform: raw requests, no client of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from kioskd.sim.rbi import POS_TYPE, REGION, SIM_KEY, STORE_ID, RbiSimulator
from kioskd.sim.rbi.switches import Switches
from tests.contract.drawn import JsonObject, Request
from tests.contract.straight import Account

TRANSACTION = "/loyalty/transaction/pos"
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
"""A Wednesday."""


def line(product_id: str, price: float, type: str = "item", **more: Any) -> JsonObject:
    return {"productId": product_id, "productType": type, "price": price, "quantity": 1} | more


def reward(name: str, product_id: str, **more: Any) -> JsonObject:
    return line(product_id, 0, "reward", incentiveId=f"reward-{name}", **more)


def offer(name: str, product_id: str, price: float = 1, **more: Any) -> JsonObject:
    return line(product_id, price, "offer", incentiveId=f"offer-{name}", **more)


CLASSIC = line("CLASSIC", 8.5)
COOKIE = reward("cookie", "COOKIE")


class Counter:
    """`now` is the server's time; `local` what is sent as the guest's."""

    def __init__(self, **switches: Any) -> None:
        self.now = NOON
        self.local = "2026-07-01T14:00:00+02:00"
        self.sim = RbiSimulator(clock=lambda: self.now)
        self.switch(**switches)
        self.store_id = STORE_ID
        self.region = REGION
        self._account = Account(self.sim, {"x-api-key": SIM_KEY})

    def switch(self, **switches: Any) -> None:
        self.sim.state.switches = Switches(**switches)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def send(self, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"x-region": self.region, "x-user-datetime": self.local}
        return self._account.go_on(Request(method, path, {}, body, headers=headers))

    def vendor(self, order_number: str = "0007") -> JsonObject:
        return {
            "posType": POS_TYPE,
            "storeId": self.store_id,
            "terminal": "3",
            "transactionId": order_number,
        }

    def identify(self, identifier: str) -> httpx.Response:
        return self.send("POST", "/loyalty/identify", {"identifier": identifier, "posVendor": self.vendor()})

    def open(self, identifier: str) -> str:
        """The transaction of a guest who must be recognised."""
        answer = self.identify(identifier)
        assert answer.is_success, answer.text
        return str(answer.json()["transactionId"])

    def order(self, *lines: JsonObject, **more: Any) -> JsonObject:
        """`status`, `paid` (type of payment) and `number` aside, `more` goes on top of the body."""
        number, paid = more.pop("number", "0007"), more.pop("paid", "CARD")
        details = {
            "currency": "EUR",
            "order": list(lines),
            "payments": [{"amount": 850, "type": paid}] if paid else [],
            "posVendor": self.vendor(number),
        }
        return {
            "channel": "Restaurant",
            "created": "2026-07-01T12:00:00Z",
            "serviceMode": "Eatin",
            "status": "CLAIMED",
            "transactionDetails": details | more.pop("details", {}),
        } | more

    def validate(self, transaction_id: str, *lines: JsonObject, **more: Any) -> httpx.Response:
        return self.send("POST", f"{TRANSACTION}/validate/{transaction_id}", self.order(*lines, **more))

    def claim(self, transaction_id: str, *lines: JsonObject, **more: Any) -> httpx.Response:
        return self.send("PUT", f"{TRANSACTION}/{transaction_id}", self.order(*lines, **more))

    def hold(self, transaction_id: str, *lines: JsonObject, **more: Any) -> httpx.Response:
        return self.claim(transaction_id, *lines, status="PENDING", paid=None, **more)

    def void(self, transaction_id: str, *lines: JsonObject, **more: Any) -> httpx.Response:
        return self.send("PUT", f"{TRANSACTION}/{transaction_id}/void", self.order(*lines, **more))

    def unclaimed(self, *lines: JsonObject, **more: Any) -> httpx.Response:
        return self.send("POST", TRANSACTION, self.order(*lines, **more))

    def promo(self, code: str, loyalty_id: str | None = None) -> httpx.Response:
        said = {"promoCode": code, "posVendor": self.vendor()}
        return self.send(
            "POST", "/loyalty/promo-code/redeem", said | ({"loyaltyId": loyalty_id} if loyalty_id else {})
        )

    def guest_id(self, name: str = "Sanne") -> str:
        return next(guest.id for guest in self.sim.state.guests.values() if guest.name == name)

    def points(self, name: str = "Sanne") -> tuple[int, int]:
        """The balance, and what of it may be spent."""
        state = self.sim.state
        guest = state.guests[self.guest_id(name)]
        return guest.points, state.available_points(guest, self.sim.now())

    def failures(self, answer: httpx.Response) -> list[JsonObject]:
        assert answer.json()["code"] == "RulesError", answer.text
        found: list[JsonObject] = answer.json()["details"]["ruleEvaluation"]
        return found


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")
