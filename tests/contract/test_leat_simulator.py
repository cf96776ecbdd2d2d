"""Every answer of the simulated Leat, good or bad, is one the API description allows."""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.sim.faults import FaultRule
from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.leat.operations import OPERATIONS, PREFIX
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.switches import Switches
from tests.contract.leat_description import answer_problems as problems
from tests.contract.leat_description import description as document

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

JsonObject = dict[str, Any]


def request(simulator: LeatSimulator, method: str, path: str, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=simulator.app)
        headers = {"Authorization": f"Bearer {SIM_TOKEN}"} | options.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url="http://leat.test") as client:
            return await client.request(method, path, headers=headers, **options)

    return asyncio.run(send())


@dataclass(frozen=True)
class Step:
    """A call before the case. Its data is what {name.field.field} stands for."""

    name: str
    method: str
    path: str
    body: Any = None


@dataclass(frozen=True)
class Case:
    """One call and what it must answer. Texts may hold the placeholders that `Filler` knows."""

    path: str
    """As in the API description, below the prefix."""
    name: str = "success"
    method: str = "GET"
    at: str = ""
    """What stands for the name in braces in `path`."""
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    code: int | None = None
    status: int = 200
    switches: Switches = field(default_factory=Switches)
    token: str = SIM_TOKEN
    before: tuple[Step, ...] = ()
    arrange: Callable[[LeatState], None] | None = None
    later: timedelta = timedelta()

    def __str__(self) -> str:
        return f"{self.method} {self.path or '/'} {self.name}"


class Filler:
    """Puts values for placeholders: {kind:name} for what is seeded, {step.field} for what a step answered."""

    def __init__(self, state: LeatState) -> None:
        self._state = state
        self.answers: dict[str, Any] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self(inner) for inner in value]
        return re.sub(r"\{([^{}]+)\}", self._value, value) if isinstance(value, str) else value

    def _value(self, placeholder: re.Match[str]) -> str:
        text = placeholder[1]
        kind, found, name = text.partition(":")
        if not found:
            value: Any = self.answers
            for key in text.split("."):
                value = value[key]
            return str(value)
        state = self._state
        seeded: dict[str, dict[str, str | None]] = {
            "contact": {card.value: card.contact_uuid for card in state.cards.values()},
            "shop": {shop.name: shop.uuid for shop in state.shops.values()},
            "reward": {reward.title: reward.uuid for reward in state.rewards.values()},
            "promotion": {promotion.name: promotion.uuid for promotion in state.promotions.values()},
            "voucher": {voucher.code: voucher.uuid for voucher in state.vouchers.values()},
            "giftcard": {card.hash: card.uuid for card in state.giftcards.values()},
            "pos": {"one": next(iter(state.pos_transactions))},
        }
        return seeded[kind][name] or ""


SANNE = "{contact:10024711}"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
OTHER_SHOP = "{shop:Harbour Kitchen Station}"
HOUR = timedelta(hours=1)


def order(**changes: Any) -> JsonObject:
    """The description's own example of an order, for a member and a shop of the simulator."""
    path = document()["paths"][f"{PREFIX}/orders/create-and-process"]["post"]
    body = copy.deepcopy(path["requestBody"]["content"]["application/json"]["example"])
    return body | {"business_profile": {"uuid": SHOP_UUID}, "contact": {"uuid": SANNE}} | changes


def back(**changes: Any) -> JsonObject:
    """The description's own example of a return of that order."""
    path = document()["paths"][f"{PREFIX}/order-returns/create-and-process"]["post"]
    body = copy.deepcopy(path["requestBody"]["content"]["application/json"]["example"])
    return body | {"order": {"uuid": "{order.order.uuid}"}} | changes


def get(path: str, name: str = "success", **options: Any) -> Case:
    return Case(path, name, **options)


def post(path: str, name: str = "success", body: Any = None, **options: Any) -> Case:
    return Case(path, name, "POST", body=body, **options)


def put(path: str, name: str = "success", body: Any = None, **options: Any) -> Case:
    return Case(path, name, "PUT", body=body, **options)


FIND = "/contact-identifiers/find"
PROCESS = "/orders/create-and-process"
KNOWN_ORDER = "known-order"
ORDERED = Step("order", "POST", PROCESS, order(external_identifier=KNOWN_ORDER))
CREATED = Step("created", "POST", "/orders", order(external_identifier="created-order"))


def account_cases() -> Iterator[Case]:
    yield get("")
    yield get("", "wrong token", token="another", status=401)
    yield get("", "too many", switches=Switches(rate_limit_per_minute=1), before=(ORDERED,), status=429)
    yield get("/shops")
    yield get("/shops/{shop_uuid}", at=SHOP_UUID)
    yield get("/shops/{shop_uuid}", "unknown", at=UNKNOWN, code=1008)
    yield get("/tiers")
    yield get("/loyalty-program")
    yield get("/custom-attributes", query={"entity": "promotion"})
    yield get("/custom-attributes", "of an unknown entity", query={"entity": "moon"}, code=1003)
    attribute = {"entity": "voucher", "name": "kiosk_note", "label": "Note", "type": "text"}
    yield post("/custom-attributes", body=attribute, status=201)
    yield post(
        "/custom-attributes",
        "that exists",
        {**attribute, "entity": "reward", "name": "kiosk_category"},
        code=60009,
    )
    yield post("/custom-attributes", "of an unknown type", {**attribute, "type": "scent"}, code=1003)


def contact_cases() -> Iterator[Case]:
    for part in ("", "/credit-balance", "/prepaid-balance", "/tier", "/contact-identifiers"):
        path = f"/contacts/{{contact_uuid}}{part}"
        for card in (10024711, 10024712, 10024713, 10024714, 10024717, 10024718, 10024721):
            yield get(path, f"card {card}", at=f"{{contact:{card}}}")
        yield get(path, "unknown", at=UNKNOWN, code=55031)
        yield get(path, "no uuid", at="1", code=1003)
    for path in ("/contacts/find-one-by", "/contacts/find-or-create"):
        yield get(path, query={"email": "sanne@example.test"})
        yield get(path, "no address", code=1003)
    yield get("/contacts/find-one-by", "unknown", query={"email": "new@example.test"}, code=55031)
    yield get("/contacts/find-or-create", "new", query={"email": "new@example.test"})
    anonymous = "/contacts/anonymous"
    yield post(anonymous)
    yield post(anonymous, "with a blank card", {"contact_identifier_value": "10024716"})
    yield post(anonymous, "wrong type", {"contact_identifier_value": 5}, code=1003)
    yield post(anonymous, "with a linked card", {"contact_identifier_value": "10024711"}, code=60014)
    yield post(anonymous, "with an unknown card", {"contact_identifier_value": "1"}, code=60003)
    made = Switches(anonymous_with_unknown_card="created")
    yield post(anonymous, "with a new card", {"contact_identifier_value": "1"}, switches=made)
    yield post(anonymous, "plan limit", switches=Switches(contact_limit=0), code=60000)
    claim = "/contacts/{contact_uuid}/claim"
    yield put(claim, at="{contact:10024718}", body={"email": "me@example.test"})
    yield put(claim, "merged", at="{contact:10024718}", body={"email": "sanne@example.test"})
    yield put(claim, "not anonymous", at=SANNE, body={"email": "me@example.test"}, code=60016)
    yield put(claim, "no address", at="{contact:10024718}", body={}, code=1003)
    yield get(FIND, query={"contact_identifier_value": "10024711"})
    yield get(FIND, "nobody's card", query={"contact_identifier_value": "10024716"})
    yield get(FIND, "anonymous member", query={"contact_identifier_value": "10024718"})
    yield get(FIND, "unknown", query={"contact_identifier_value": "1"}, code=60003)
    yield get(FIND, "blocked", query={"contact_identifier_value": "10024715"}, code=60004)
    yield get(FIND, "no value", code=1003)
    create = "/contact-identifiers"
    yield post(create, body={"contact_identifier_value": "NEW-1", "contact_uuid": SANNE})
    yield post(create, "nobody's", {"contact_identifier_value": "NEW-1"})
    yield post(create, "no value", {}, code=1003)
    yield post(create, "that exists", {"contact_identifier_value": "10024716"}, code=60006)
    yield post(create, "for nobody", {"contact_identifier_value": "N", "contact_uuid": UNKNOWN}, code=55031)
    for path, blank, of in (
        ("/contact-identifiers/link", "10024716", {"contact_uuid": SANNE}),
        ("/contact-identifiers/unlink", "10024711", {}),
    ):
        yield put(path, body={"contact_identifier_value": blank, **of})
        yield put(path, "no value", {}, code=1003)
        yield put(path, "unknown", {"contact_identifier_value": "1", **of}, code=60003)
        yield put(path, "blocked", {"contact_identifier_value": "10024715", **of}, code=60004)
    link = "/contact-identifiers/link"
    body = {"contact_identifier_value": "10024716", "contact_uuid": UNKNOWN}
    yield put(link, "to nobody", body, code=55031)
    yield put(link, "linked", {"contact_identifier_value": "10024712", "contact_uuid": SANNE}, code=60014)
    yield put("/contact-identifiers/unlink", "blank", {"contact_identifier_value": "10024716"}, code=60011)
    token = "/contact-session-tokens/{contact_session_token}"
    yield get(token, at="SESSION-SANNE")
    yield get(token, "unknown", at="SESSION-X", code=60013)
    yield post(f"{token}/use", at="SESSION-SANNE")
    yield post(f"{token}/use", "unknown", at="SESSION-X", code=60013)


def points_cases() -> Iterator[Case]:
    yield get("/loyalty-transactions")
    claimed = Step("claim", "POST", "/reward-receptions", claim("Coffee of your choice"))
    yield get("/loyalty-transactions", "of every kind", before=(ORDERED, claimed))
    yield get(
        "/loyalty-transactions",
        "filtered",
        before=(ORDERED,),
        query={
            "contact_uuid": SANNE,
            "type": "credit_receptions",
            "sort": "-created_at",
            "created_at[gte]": "2026-07-01T11:00:00Z",
            "limit": "100",
        },
    )
    yield get("/loyalty-transactions", "wrong limit", query={"limit": "101"}, code=1003)
    yield get("/loyalty-transactions", "wrong time", query={"created_at[gte]": "yesterday"}, code=1003)
    give = "/credit-receptions"
    body = {"shop_uuid": SHOP_UUID, "contact_uuid": SANNE, "unit_value": 10.4}
    yield post(give, body=body)
    yield post(
        give, "with attributes and a card", body | {"hash": "x", "contact_identifier_value": "10024711"}
    )
    yield post(give, "taken", {"shop_uuid": SHOP_UUID, "contact_uuid": SANNE, "credits": -5})
    yield post(give, "nothing said", {"shop_uuid": SHOP_UUID, "contact_uuid": SANNE}, code=1003)
    yield post(give, "unknown shop", body | {"shop_uuid": UNKNOWN}, code=1008)
    yield post(give, "unknown contact", body | {"contact_uuid": UNKNOWN}, code=55031)
    yield post(give, "unknown card", body | {"contact_identifier_value": "1"}, code=60003)
    yield post(give, "unknown unit", body | {"unit_name": "miles"}, code=60007)
    yield post(give, "too many", body | {"credits": 50001}, code=1015)
    busy = Switches(credit_reception_busy_s=5)
    yield post(
        give, "at once again", body, before=(Step("first", "POST", give, body),), switches=busy, code=60001
    )
    yield post(give, "no unit", body, switches=Switches(default_unit=False), code=55046)
    yield post(give, "unknown sale", body | {"pos_transaction_uuid": UNKNOWN}, code=1027)
    sale = body | {"pos_transaction_uuid": "{pos:one}"}
    yield post(give, "used sale", sale, before=(Step("first", "POST", give, sale),), code=6001)
    given = Step("given", "POST", give, body)
    yield post(f"{give}/{{credit_reception_uuid}}/reverse", at="{given.uuid}", before=(given,))
    yield post(f"{give}/{{credit_reception_uuid}}/reverse", "unknown", at=UNKNOWN, code=1003)
    calculate = "/credit-receptions/calculate"
    query = {"shop_uuid": SHOP_UUID, "unit_value": "12.5", "contact_uuid": SANNE}
    yield get(calculate, query=query)
    yield get(calculate, "no value", query={"shop_uuid": SHOP_UUID}, code=1003)
    yield get(calculate, "endless value", query=query | {"unit_value": "1e999"}, code=1003)
    yield get(calculate, "unknown shop", query=query | {"shop_uuid": UNKNOWN}, code=1008)
    yield get(calculate, "unknown contact", query=query | {"contact_uuid": UNKNOWN}, code=55031)
    yield get(calculate, "unknown unit", query=query | {"unit_name": "miles"}, code=60007)
    token = {"version": "v3", "shop_uuid": SHOP_UUID, "unique_id": "1", "unit_value": 10}
    yield post("/loyalty-tokens", body=token)
    yield post("/loyalty-tokens", "version 1", token | {"version": "v1", "credits": 5})
    yield post("/loyalty-tokens", "no credits", token | {"version": "v1"}, code=60018)
    yield post("/loyalty-tokens", "no value", token | {"unit_value": None}, code=60019)


def claim(title: str, **changes: str) -> JsonObject:
    return {"contact_uuid": SANNE, "reward_uuid": f"{{reward:{title}}}", "shop_uuid": SHOP_UUID} | changes


def reward_cases() -> Iterator[Case]:
    yield get("/rewards")
    yield get("/rewards", "for a contact in a shop", query={"contact_uuid": SANNE, "shop_uuid": SHOP_UUID})
    yield get("/rewards", "unknown contact", query={"contact_uuid": UNKNOWN}, code=55031)
    yield get("/rewards", "unknown shop", query={"shop_uuid": UNKNOWN}, code=1008)
    yield get("/rewards/{reward_uuid}", at="{reward:Golden shrimp}")
    yield get("/rewards/{reward_uuid}", "unknown", at=UNKNOWN, code=6003)
    take = "/reward-receptions"
    coffee = Step("claim", "POST", take, claim("Coffee of your choice"))
    yield post(take, body=coffee.body)
    yield post(take, "with a card", claim("Coffee of your choice", contact_identifier_value="10024711"))
    yield post(
        take, "not collected later", claim("Harbour Kitchen T-shirt", contact_uuid="{contact:10024717}")
    )
    yield post(take, "digital", claim("Cinema ticket code"))
    yield post(take, "nothing said", {}, code=1003)
    yield post(take, "unknown contact", claim("Golden shrimp", contact_uuid=UNKNOWN), code=55031)
    yield post(take, "unknown shop", claim("Golden shrimp", shop_uuid=UNKNOWN), code=1008)
    yield post(take, "unknown reward", claim("Golden shrimp", reward_uuid=UNKNOWN), code=6003)
    yield post(take, "too few points", claim("Harbour Kitchen T-shirt"), code=1017)
    yield post(take, "out of stock", claim("Golden shrimp"), code=1018)
    sundae = Step("first", "POST", take, claim("Birthday sundae"))
    yield post(take, "limit reached", claim("Birthday sundae"), before=(sundae,), code=1019)
    yield post(take, "inactive", claim("Summer lemonade"), code=1052)
    reverse = f"{take}/{{reward_reception_uuid}}/reverse"
    yield post(reverse, at="{claim.uuid}", before=(coffee,))
    undone = Step("undone", "POST", "/reward-receptions/{claim.uuid}/reverse")
    yield post(reverse, "twice", at="{claim.uuid}", before=(coffee, undone), code=1003)
    yield post(reverse, "unknown", at=UNKNOWN, code=1003)
    yield get("/collectable-rewards", query={"contact_uuid": SANNE})
    yield get("/collectable-rewards", "no contact", code=1003)
    yield get("/collectable-rewards", "unknown contact", query={"contact_uuid": UNKNOWN}, code=55031)
    collect = "/collectable-rewards/collect/{loyalty_transaction_uuid}"
    yield put(collect, at="{claim.uuid}", before=(coffee,))
    yield put(collect, "unknown", at=UNKNOWN, code=6003)
    yield put(collect, "too late", at="{claim.uuid}", before=(coffee,), later=timedelta(days=31), code=80300)
    collected = Step("collected", "PUT", "/collectable-rewards/collect/{claim.uuid}")
    yield put(collect, "twice", at="{claim.uuid}", before=(coffee, collected), code=80300)
    uncollect = "/collectable-rewards/{collectable_reward_redemption_uuid}/reverse"
    yield post(uncollect, at="{collected.uuid}", before=(coffee, collected))
    yield post(uncollect, "unknown", at=UNKNOWN, code=6003)
    yield get("/promotions")
    yield get("/promotions/{promotion_uuid}", at="{promotion:10% off}")
    yield get("/promotions/{promotion_uuid}", "unknown", at=UNKNOWN, code=80002)


REFUSED_VOUCHERS = {80005: "USED", 80006: "OLD", 80012: "STOPPED", 80014: "SOON"}


def voucher_cases() -> Iterator[Case]:
    yield get("/vouchers", query={"contact_uuid": SANNE})
    yield get("/vouchers", "active", query={"contact_uuid": SANNE, "status": "ACTIVE"})
    yield get("/vouchers", "second page", query={"contact_uuid": "{contact:10024717}", "page": "2"})
    yield get("/vouchers", "beyond the end", query={"contact_uuid": SANNE, "page": "9"})
    yield get("/vouchers", "limit 0", query={"limit": "0"})
    yield get("/vouchers", "all", query={"limit": "500"})
    yield get("/vouchers", "limit too high", query={"limit": "501"}, code=1003)
    yield get("/vouchers", "wrong status", query={"status": "GONE"}, code=1003)
    yield get("/vouchers", "unknown contact", query={"contact_uuid": UNKNOWN}, code=55031)
    yield get("/vouchers", "unknown promotion", query={"promotion_uuid": UNKNOWN}, code=80002)
    yield get("/vouchers/find", query={"code": "COFFEE-7Q4M"})
    yield get("/vouchers/find", "nobody's", query={"code": "FLYER-COFFEE"})
    yield get("/vouchers/find", "no code", code=1003)
    yield get("/vouchers/find", "unknown", query={"code": "X"}, code=80004)
    one = "/vouchers/{voucher_uuid}"
    coffee = "{voucher:COFFEE-7Q4M}"
    yield put(one, at=coffee, body={"status": "DEACTIVATED", "custom_attributes": {"kiosk_note": "x"}})
    yield put(one, "active again", at="{voucher:FLYER-STOPPED}", body={"status": "ACTIVE"})
    yield put(one, "redeemed", at="{voucher:FLYER-USED}", body={"status": "ACTIVE"}, code=1003)
    yield put(one, "unknown", at=UNKNOWN, body={"status": "ACTIVE"}, code=80004)
    here = {"shop_uuid": SHOP_UUID}
    lock = Step("held", "POST", f"/vouchers/{coffee}/lock")
    key = {"release_key": "{held.lock.release_key}"}
    yield post(f"{one}/validate", at=coffee, body=here)
    yield post(f"{one}/validate", "locked", at=coffee, body=here, before=(lock,), code=80017)
    yield post(f"{one}/validate", "unknown", at=UNKNOWN, body=here, code=80004)
    yield post(f"{one}/lock", at=coffee)
    yield post(f"{one}/lock", "locked", at=coffee, before=(lock,), code=80017)
    yield post(f"{one}/lock", "an hour later", at=coffee, before=(lock,), later=HOUR)
    yield post(f"{one}/lock", "no uuid", at="1", code=1003)
    yield post(f"{one}/lock", "unknown", at=UNKNOWN, code=80004)
    yield post(f"{one}/release", at=coffee, body=key, before=(lock,))
    yield post(f"{one}/release", "not locked", at=coffee, body={"release_key": "x"})
    yield post(
        f"{one}/release", "wrong key", at=coffee, body={"release_key": "x"}, before=(lock,), code=80017
    )
    yield post(f"{one}/release", "no key", at=coffee, body={}, code=1003)
    yield post(f"{one}/release", "unknown", at=UNKNOWN, body={"release_key": "x"}, code=80004)
    for code, word in REFUSED_VOUCHERS.items():
        at = f"{{voucher:FLYER-{word}}}"
        yield post(f"{one}/validate", word, at=at, body=here | {"contact_uuid": SANNE}, code=code)
        yield post(f"{one}/lock", word, at=at, code=code)
        if code in (80005, 80006):
            yield post(f"{one}/release", word, at=at, body={"release_key": "x"}, code=code)
    for path, times in (("/vouchers/redeem", {}), ("/vouchers/multi-redeem", {"number_of_times": 1})):
        body = {"code": "COFFEE-7Q4M", "shop_uuid": SHOP_UUID, **times}
        yield post(path, body=body)
        yield post(path, "with the key", body | key, before=(lock,))
        yield post(path, "without the key", body, before=(lock,), code=80017)
        yield post(path, "nobody's, for a contact", body | {"code": "FLYER-TEN", "contact_uuid": SANNE})
        yield post(path, "nobody's", body | {"code": "FLYER-TEN"}, code=1003)
        contactless = Switches(unlinked_voucher="redeemed_without")
        yield post(path, "nobody's, allowed", body | {"code": "FLYER-TEN"}, switches=contactless)
        yield post(path, "unknown", body | {"code": "X"}, code=80004)
        yield post(path, "nothing said", {}, code=1003)
        yield post(path, "of an ended promotion", body | {"code": "FLYER-LEMONADE"}, code=80020)
        for code, word in REFUSED_VOUCHERS.items():
            yield post(path, word, body | {"code": f"FLYER-{word}"}, code=code)
    many = {"code": "TENCOFFEE-2J6W", "shop_uuid": SHOP_UUID, "number_of_times": 7}
    yield post("/vouchers/multi-redeem", "all that is left", many)
    yield post("/vouchers/multi-redeem", "too often", many | {"number_of_times": 8}, code=80019)
    yield post("/vouchers/multi-redeem", "wrong number", many | {"number_of_times": 51}, code=1003)
    redeemed = Step("redeemed", "POST", "/vouchers/redeem", here | {"code": "COFFEE-7Q4M"})
    reverse = "/vouchers/{uuid}/reverse"
    yield post(reverse, at="{redeemed.voucher_redemption.uuid}", before=(redeemed,))
    yield post(reverse, "by the voucher", at=coffee, before=(redeemed,))
    yield post(reverse, "not redeemed", at=coffee, code=80004)
    yield post(reverse, "no uuid", at="1", code=1003)


def giftcard_cases() -> Iterator[Case]:
    yield get("/giftcards/find-one-by", query={"hash": "GC-1000-DIGITAL"})
    yield get("/giftcards/find-one-by", "never expires", query={"hash": "GC-2500-HARBOUR"})
    yield get("/giftcards/find-one-by", "no code", code=1003)
    yield get("/giftcards/find-one-by", "unknown", query={"hash": "gc-2500-harbour"}, code=5001)
    yield get("/giftcards/{giftcard_uuid}", at="{giftcard:GC-2500-HARBOUR}")
    yield get("/giftcards/{giftcard_uuid}", "unknown", at=UNKNOWN, code=5001)
    yield get("/giftcards/{giftcard_uuid}", "no uuid", at="1", code=1003)
    yield get("/giftcard-programs")
    pay = "/giftcard-transactions"

    def change(code: str, minor: int, **changes: Any) -> JsonObject:
        body = {"giftcard_uuid": f"{{giftcard:{code}}}", "amount_in_cents": minor, "shop_uuid": SHOP_UUID}
        return body | changes

    paid = Step("paid", "POST", pay, change("GC-2500-HARBOUR", -1000))
    yield get(pay)
    query = {
        "giftcard_hash": "GC-2500-HARBOUR",
        "shop_uuid": SHOP_UUID,
        "perPage": "100",
        "sort": "-created_at",
        "created_at[gte]": "2026-07-01T11:00:00Z",
    }
    yield get(pay, "filtered", before=(paid,), query=query)
    yield get(pay, "unknown card", query={"giftcard_hash": "X"}, code=5001)
    yield get(pay, "wrong limit", query={"perPage": "101"}, code=1003)
    yield post(pay, body=change("GC-2500-HARBOUR", -1000, custom_attributes={"kiosk_tx_id": "1"}))
    yield post(pay, "topped up", change("GC-2500-HARBOUR", 1000))
    yield post(pay, "nothing", change("GC-2500-HARBOUR", 0), code=1003)
    yield post(pay, "unknown card", change("GC-2500-HARBOUR", -1, giftcard_uuid=UNKNOWN), code=5001)
    yield post(pay, "unknown shop", change("GC-2500-HARBOUR", -1, shop_uuid=UNKNOWN), code=1008)
    yield post(pay, "expired", change("GC-1500-OLD", -1), code=5002)
    yield post(pay, "too much", change("GC-2500-HARBOUR", -2501), code=5003)
    yield post(pay, "not upgradeable", change("GC-1000-DIGITAL", 1), code=5006)
    yield post(pay, "above the maximum", change("GC-25000-FULL", 1), code=5008)
    yield post(pay, "blocked", change("GC-2000-BLOCKED", -1), code=7010)
    yield post(pay, "of another shop", change("GC-2000-STATION", -1), code=7015)
    physical = Switches(physical_giftcard_refused=True)
    yield post(pay, "physical", change("GC-2500-HARBOUR", -1), switches=physical, code=1114)
    yield get(f"{pay}/{{giftcard_transaction_uuid}}", at="{paid.uuid}", before=(paid,))
    yield get(f"{pay}/{{giftcard_transaction_uuid}}", "unknown", at=UNKNOWN, code=5010)
    again = Step("again", "POST", pay, change("GC-2500-HARBOUR", -1))
    digital = Step("paid", "POST", pay, change("GC-1000-DIGITAL", -1000))
    topped = Step("paid", "POST", pay, change("GC-2500-HARBOUR", 1000))
    late = timedelta(days=301)
    needs = Switches(giftcard_reverse_needs_upgradeable=True)
    for word in ("reverse", "correct"):
        path = f"{pay}/{{giftcard_transaction_uuid}}/{word}"
        yield post(path, at="{paid.uuid}", before=(paid,))
        yield post(path, "unknown", at=UNKNOWN, code=5010)
        yield post(path, "not the last", at="{paid.uuid}", before=(paid, again), code=55025)
        yield post(path, "expired", at="{paid.uuid}", before=(digital,), later=late, code=5002)
        yield post(path, "not upgradeable", at="{paid.uuid}", before=(digital,), switches=needs, code=5006)
        full = harbour_balance(25000)
        yield post(path, "above the maximum", at="{paid.uuid}", before=(paid,), arrange=full, code=5008)
        empty = harbour_balance(0)
        yield post(path, "balance is gone", at="{paid.uuid}", before=(topped,), arrange=empty, code=5003)


def harbour_balance(minor: int) -> Callable[[LeatState], None]:
    def arrange(state: LeatState) -> None:
        card = state.find_giftcard("GC-2500-HARBOUR")
        assert card is not None
        card.balance_minor = minor

    return arrange


def prepaid_cases() -> Iterator[Case]:
    pay = "/prepaid-transactions"
    body = {"contact_uuid": SANNE, "amount_in_cents": -1000, "shop_uuid": SHOP_UUID}
    by_card = {"contact_identifier_value": "10024711", "amount_in_cents": -1000, "shop_uuid": SHOP_UUID}
    paid = Step("paid", "POST", pay, body)
    yield post(pay, body=body)
    yield post(pay, "by card", by_card)
    yield post(pay, "by nobody", {"amount_in_cents": -1, "shop_uuid": SHOP_UUID}, code=1003)
    yield post(pay, "too much", body | {"amount_in_cents": -2001}, code=1003)
    yield post(pay, "unknown contact", body | {"contact_uuid": UNKNOWN}, code=55031)
    yield post(pay, "unknown card", by_card | {"contact_identifier_value": "1"}, code=60003)
    yield post(pay, "blocked card", by_card | {"contact_identifier_value": "10024715"}, code=60004)
    yield post(pay, "unknown shop", body | {"shop_uuid": UNKNOWN}, code=1008)
    yield get(pay, query={"contact_uuid": SANNE, "shop_uuid": SHOP_UUID, "limit": "30"}, before=(paid,))
    yield get(pay, "wrong limit", query={"limit": "31"}, code=1003)
    yield get(pay, "unknown contact", query={"contact_uuid": UNKNOWN}, code=55031)
    yield get(pay, "unknown shop", query={"shop_uuid": UNKNOWN}, code=1008)
    reverse = f"{pay}/{{prepaid_transaction_uuid}}/reverse"
    yield post(reverse, at="{paid.uuid}", before=(paid,))
    undone = Step("undone", "POST", "/prepaid-transactions/{paid.uuid}/reverse")
    yield post(reverse, "twice", at="{paid.uuid}", before=(paid, undone), code=1003)


def order_cases() -> Iterator[Case]:
    no_action = Switches(order_action="none")
    for path in (PROCESS, "/orders"):
        yield post(path, body=order())
        yield post(path, "empty", {}, code=1003)
        yield post(path, "not an object", ["order"], code=1003)
        yield post(path, "wrong types", order(line_items=[{"price": 2.5}]), code=1003)
        yield post(path, "unknown contact", order(contact={"uuid": UNKNOWN}), code=55031)
        yield post(path, "unknown shop", order(business_profile={"uuid": UNKNOWN}), code=1008)
        yield post(path, "duplicate", order(external_identifier=KNOWN_ORDER), before=(ORDERED,), code=1003)
    yield post(PROCESS, "without points", order(), switches=no_action)
    process = "/orders/{order_uuid}/process"
    yield post(process, at="{created.uuid}", before=(CREATED,))
    yield post(process, "again", at="{order.order.uuid}", before=(ORDERED,))
    yield post(process, "without points", at="{created.uuid}", before=(CREATED,), switches=no_action)
    yield post(process, "unknown", at=UNKNOWN, code=60013)
    yield post("/orders/simulate", body=order())
    yield post("/orders/simulate", "no action", order(), switches=no_action)
    yield post("/orders/simulate", "empty", {}, code=1003)
    yield get("/orders", before=(ORDERED, CREATED))
    yield get("/orders/find", query={"external_identifier": KNOWN_ORDER}, before=(ORDERED,))
    yield get("/orders/find", "unknown", query={"external_identifier": "another"}, code=60013)
    other_guess = Switches(unknown_order="invalid_input")
    query = {"external_identifier": "another"}
    yield get("/orders/find", "unknown, other guess", query=query, code=1003, switches=other_guess)
    yield get("/orders/find", "no id", code=1003)
    one = "/orders/{order_uuid}"
    yield get(one, at="{order.order.uuid}", before=(ORDERED,))
    yield get(one, "unknown", at=UNKNOWN, code=60013)
    yield put(one, at="{created.uuid}", before=(CREATED,), body={"status": "CANCELLED"})
    yield put(one, "wrong status", at="{created.uuid}", before=(CREATED,), body={"status": "X"}, code=1003)
    yield put(one, "unknown", at=UNKNOWN, body={}, code=60013)
    returned = Step("back", "POST", "/order-returns", back(external_identifier="r"))
    for path in ("/order-returns/create-and-process", "/order-returns"):
        yield post(path, body=back(), before=(ORDERED,))
        by_id = {"external_identifier": KNOWN_ORDER}
        yield post(path, "by the order's own id", back(order=by_id), before=(ORDERED,))
        duplicate = back(external_identifier="r", line_items=[])
        yield post(path, "duplicate", duplicate, before=(ORDERED, returned), code=1003)
        yield post(path, "unknown order", back(order={"uuid": UNKNOWN}), code=60013)
        yield post(path, "empty", {}, code=1003)
        too_many = back(line_items=[{"external_identifier": "kiosk-12/000457/1", "quantity": 3}])
        yield post(path, "too many", too_many, before=(ORDERED,), code=1003)
    process = "/order-returns/{order_return_uuid}/process"
    yield post(process, at="{back.uuid}", before=(ORDERED, returned))
    yield post(process, "unknown", at=UNKNOWN, code=60013)


def catalogue_cases() -> Iterator[Case]:
    category = {"external_identifier": "burgers", "name": "Burgers"}
    product = {
        "external_identifier": "CLASSIC",
        "name": "Classic",
        "categories": [{"external_identifier": "burgers"}],
    }
    made = Step("category", "POST", "/product-categories", category)
    stored = Step("product", "POST", "/products", product)
    for path, body, many, before, param in (
        ("/product-categories", category, "categories", (), "category_uuid"),
        ("/products", product, "products", (made,), "product_uuid"),
    ):
        known = (*before, stored if before else made)
        yield get(path, before=known)
        yield get(path, "wrong page", query={"page": "0"}, code=1003)
        yield post(path, body=body, before=before)
        yield post(path, "that exists", body, before=known, code=1003)
        yield post(path, "nothing said", {}, before=before, code=1003)
        yield post(f"{path}/batch", body={many: [body]}, before=before)
        yield post(f"{path}/batch", "again", {many: [body]}, before=known)
        yield post(
            f"{path}/batch", "with a wrong one", {many: [body, {"name": "x"}]}, before=before, code=1003
        )
        yield get(f"{path}/find", query={"external_identifier": body["external_identifier"]}, before=known)
        yield get(f"{path}/find", "unknown", query={"external_identifier": "x"}, code=60013)
        yield post(f"{path}/find-or-create", body=body, before=before)
        yield post(f"{path}/find-or-create", "known", body, before=known)
        at = "{product.uuid}" if before else "{category.uuid}"
        yield put(f"{path}/{{{param}}}", at=at, body=body | {"name": "New"}, before=known)
        yield put(f"{path}/{{{param}}}", "unknown", at=UNKNOWN, body=body, code=60013)
    yield post("/products", "of an unknown category", product, code=1003)


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


def prepared(case: Case) -> tuple[LeatSimulator, Filler]:
    now = NOW
    simulator = LeatSimulator(clock=lambda: now)
    filled = Filler(simulator.state)
    if case.switches.rate_limit_per_minute > 1:
        simulator.state.switches = case.switches
    for step in case.before:
        path = PREFIX + filled(step.path)
        answer = request(simulator, step.method, path, json=filled(step.body))
        assert answer.status_code == 200, answer.text
        filled.answers[step.name] = answer.json()["data"]
    if case.arrange is not None:
        case.arrange(simulator.state)
    simulator.state.switches = case.switches
    now += case.later
    return simulator, filled


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
