"""Calls about what guests have besides points: rewards, vouchers, gift cards, prepaid money."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from kioskd.sim.leat import SHOP_UUID
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.switches import Switches
from tests.contract.leat_case import HOUR, SANNE, UNKNOWN, Case, JsonObject, Step, get, post, put


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
