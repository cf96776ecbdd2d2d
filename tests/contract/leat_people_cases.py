"""Calls about the account, guests and their points."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.sim.leat import SHOP_UUID
from kioskd.sim.leat.switches import Switches
from tests.contract.leat_case import SANNE, UNKNOWN, Case, Step, get, post, put
from tests.contract.leat_order_cases import ORDERED
from tests.contract.leat_rights_cases import claim

FIND = "/contact-identifiers/find"


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
