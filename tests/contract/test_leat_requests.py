"""Every call the kiosk can make of Leat: as the API describes it, and surviving whatever comes back.

The server here answers with the examples of the API description, whole or spoilt.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kioskd.core.catalogue import Service, Words
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.discount import OfferKind
from kioskd.core.errors import LoyaltyError, Refused, Throttled, Unauthorised, Unclear, Unreachable
from kioskd.core.member import Reward
from kioskd.core.money import Money
from kioskd.core.order import (
    ChargeKind,
    OfferUse,
    Order,
    OrderCharge,
    OrderDiscount,
    OrderLine,
    Share,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.core.returning import piece, piece_document
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.catalogue import CategoryWrite, ProductWrite
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.order_parts import PartLink
from kioskd.loyalty.leat.readback import Baseline
from kioskd.loyalty.leat.returns import return_write
from kioskd.sim.recorder import Exchange
from tests.contract.leat_description import ROOT, operation_of, problems, recorded_answer

SHOP = "b2f7a0c4-5d3e-4a0e-8a31-6f6f5c1d9e02"
MEMBER = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
REWARD = "539483d0-fab4-40db-add5-2ec65ef12901"
VOUCHER = "62f6dc8c-4ff1-4c42-99ba-713c68ed10a0"
CODE = "EXAMPLE-CODE-03785"
KEY = "5cc7e94a-7aa2-4f4a-8a8c-c20ab3a086ce"
CLAIM = "0d130a1d-db03-483a-b614-e607117eba91"
REDEMPTION = "8f5a2980-0a15-4df9-8a92-3af50d0ae104"
GIFT_CARD, HASH = "d694e2a2-e982-4bfc-8269-e79dc98b38e4", "GFTCRD123"
TRANSACTION = "355892c5-6bf7-4167-bae2-3bf2bf44c3dc"
CARD = "ABCDE12356-90"
ORDER_ID = "kiosk-12-000457"
TEN = Money(1000, "EUR")
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
BASELINE = Baseline(frozenset({"t0"}), NOON, 1, 2500)

LINE = OrderLine(f"{ORDER_ID}-1", "cola-250", Words("Cola"), 2, Money(250, "EUR"))
ORDER = Order(
    id=ORDER_ID,
    number="457",
    sequence=457,
    placed_at=NOON,
    service=Service.EAT_IN,
    language="en",
    currency="EUR",
    lines=(LINE,),
    tender=Tender.CARD,
    member_id=MEMBER,
    discounts=(
        OrderDiscount(
            f"{ORDER_ID}-d1",
            OfferUse("u1", OfferKind.VOUCHER, VOUCHER, "Free cola", CODE, MEMBER),
            Money(250, "EUR"),
            (Share(LINE.id, Money(250, "EUR")),),
            Decimal(50),
        ),
        OrderDiscount(
            f"{ORDER_ID}-d2",
            OfferUse("u2", OfferKind.REWARD, REWARD, "One euro off", member_id=MEMBER, cost_points=75),
            Money(100, "EUR"),
        ),
    ),
    charges=(OrderCharge(f"{ORDER_ID}-c1", ChargeKind.PACKAGING, Words("Box"), Money(30, "EUR")),),
    payments=(StoredPayment("p1", StoredValue.GIFT_CARD, GIFT_CARD, Money(100, "EUR"), TEN, HASH),),
)
USED = {"u1": REDEMPTION, "u2": CLAIM, "p1": TRANSACTION}
RETURN = return_write(piece_document(piece(ORDER, f"{ORDER_ID}-r1", {LINE.id: 1})))
PRODUCT = ProductWrite(
    external_identifier="cola-250", name="Cola", categories=(PartLink(external_identifier="drinks"),)
)
CATEGORY = CategoryWrite(external_identifier="drinks", name="Drinks")


def client(leat: LeatBackend) -> LeatClient:
    return leat._client


Ask = Callable[[LeatBackend], Awaitable[object]]
NO_BOUND: frozenset[str] = frozenset()

WRITES: Mapping[str, Ask] = {
    "order": lambda leat: leat.orders.deliver(ORDER, USED),
    "return": lambda leat: leat.orders.take_back(RETURN),
    "hold voucher": lambda leat: leat.offers.hold_voucher(VOUCHER),
    "release voucher": lambda leat: leat.offers.release_voucher(VOUCHER, KEY),
    "redeem voucher": lambda leat: leat.offers.redeem_voucher(CODE, KEY, MEMBER),
    "undo redemption": lambda leat: leat.offers.undo_redemption(REDEMPTION, VOUCHER),
    "claim reward": lambda leat: leat.offers.claim_reward(MEMBER, REWARD),
    "return reward": lambda leat: leat.offers.return_reward(CLAIM),
    "collect reward": lambda leat: leat.offers.collect_reward(CLAIM),
    "undo collection": lambda leat: leat.offers.undo_collection(REDEMPTION),
    "charge gift card": lambda leat: leat.stored_value.charge_gift_card(GIFT_CARD, TEN, ORDER_ID),
    "refill gift card": lambda leat: leat.stored_value.refill_gift_card(GIFT_CARD, TEN, ORDER_ID),
    "reverse gift card": lambda leat: leat.stored_value.reverse_gift_card(TRANSACTION),
    "charge prepaid": lambda leat: leat.stored_value.charge_prepaid(MEMBER, TEN),
    "reverse prepaid": lambda leat: leat.stored_value.reverse_prepaid(TRANSACTION),
    "link card": lambda leat: leat.cards.link(CARD, MEMBER),
    "start member": lambda leat: leat.cards.start_member(CARD),
    "push products": lambda leat: client(leat).import_products((PRODUCT,)),
    "push categories": lambda leat: client(leat).import_categories((CATEGORY,)),
}
QUESTIONS: Mapping[str, Ask] = {
    "identify": lambda leat: leat.identify(Credential(CredentialKind.MEMBER_CARD, CARD), "en"),
    "probe": lambda leat: leat.probe(),
    "find order": lambda leat: leat.orders.find(ORDER_ID),
    "preview": lambda leat: leat.preview.points(ORDER.lines, ORDER.discounts, ORDER.charges, "en", MEMBER),
    "preview for nobody": lambda leat: leat.preview.points(ORDER.lines, (), (), "en", None),
    "find voucher": lambda leat: leat.offers.find_voucher(CODE, MEMBER),
    "check voucher": lambda leat: leat.offers.check_voucher(VOUCHER, MEMBER),
    "voucher state": lambda leat: leat.offers.voucher_state(CODE),
    "reward baseline": lambda leat: leat.offers.reward_baseline(MEMBER),
    "points baseline": lambda leat: leat.offers.points_baseline(MEMBER),
    "claimed?": lambda leat: leat.offers.was_reward_claimed(
        BASELINE, MEMBER, Reward(REWARD, "Free burger", 75), NO_BOUND
    ),
    "returned?": lambda leat: leat.offers.was_reward_returned(BASELINE, MEMBER, 75, NO_BOUND),
    "collected?": lambda leat: leat.offers.was_reward_collected(MEMBER, CLAIM),
    "uncollected?": lambda leat: leat.offers.was_collection_undone(MEMBER, frozenset()),
    "find gift card": lambda leat: leat.stored_value.find_gift_card(HASH.lower()),
    "gift card baseline": lambda leat: leat.stored_value.gift_card_baseline(HASH),
    "gift card charged?": lambda leat: leat.stored_value.was_gift_card_charged(BASELINE, HASH, TEN, NO_BOUND),
    "gift card paid back?": lambda leat: leat.stored_value.was_gift_card_paid_back(
        BASELINE, HASH, TEN, NO_BOUND
    ),
    "prepaid": lambda leat: leat.stored_value.prepaid_account(MEMBER),
    "prepaid baseline": lambda leat: leat.stored_value.prepaid_baseline(MEMBER),
    "prepaid charged?": lambda leat: leat.stored_value.was_prepaid_charged(BASELINE, MEMBER, TEN, NO_BOUND),
    "prepaid paid back?": lambda leat: leat.stored_value.was_prepaid_paid_back(
        BASELINE, MEMBER, TEN, NO_BOUND
    ),
    "linked?": lambda leat: leat.cards.was_linked(CARD, MEMBER),
}
CALLS: Mapping[str, Ask] = {**WRITES, **QUESTIONS}

# Answers the description has no example of, in its own words for their parts.
POINTS_ROW = {
    "uuid": CLAIM,
    "type": "credit_reception",
    "credits": 75,
    "contact": {"uuid": MEMBER, "credit_balance": {"balance": 1687}},
    "shop": {"uuid": SHOP},
    "created_at": "2026-07-01T12:00:01+00:00",
}
PREPAID_ROW = {
    "uuid": TRANSACTION,
    "amount_in_cents": -1000,
    "prepaid_balance": {"balance_in_cents": 1500},
    "shop": {"uuid": SHOP},
    "created_at": "2026-07-01T12:00:01+00:00",
}
MADE_UP: Mapping[str, Any] = {
    "loyalty-transactions": {"data": [POINTS_ROW], "meta": {"page": 1, "last_page": 1, "total": 1}},
    f"reward-receptions/{CLAIM}/reverse": {"data": POINTS_ROW, "meta": []},
    "prepaid-transactions": {"data": [PREPAID_ROW], "meta": {"current_page": 1, "last_page": 3, "total": 61}},
    f"contacts/{MEMBER}/prepaid-balance": {"data": {"balance_in_cents": "1500"}, "meta": {}},
    "products/batch": {"data": [{"external_identifier": "cola-250", "name": "Cola"}], "meta": []},
    "product-categories/batch": {"data": [{"external_identifier": "drinks", "name": "Drinks"}], "meta": []},
}


class RecordedLeat:
    """Answers each request with its document, or with what `answer(path, document)` makes of it."""

    def __init__(self, answer: Callable[[str, Any], httpx.Response | Exception] | None = None) -> None:
        self._answer = answer
        self.exchanges: list[Exchange] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(ROOT + "/")
        body = json.loads(request.content) if request.content else None
        query = dict(request.url.params)
        self.exchanges.append(Exchange(1, NOON, request.method, request.url.path, query, body))
        document = self._document(request, path, body)
        answer = self._answer(path, document) if self._answer else httpx.Response(200, json=document)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _document(self, request: httpx.Request, path: str, body: Any) -> Any:
        document = (
            MADE_UP.get(path) if request.method == "GET" or "batch" in path or "reverse" in path else None
        )
        if document is None:
            document = copy.deepcopy(recorded_answer(request.method, request.url.path))
        if path == "orders/create-and-process":
            document["data"]["order"]["external_identifier"] = body["external_identifier"]
        if path == "orders/find":
            document["data"]["external_identifier"] = ORDER_ID
        if path == "giftcard-transactions" and request.method == "POST":
            document["data"]["amount_in_cents"] = body["amount_in_cents"]
        return document

    def ask(self, call: Ask) -> object:
        async def visit() -> object:
            leat = LeatBackend(
                "https://leat.example",
                "token",
                SHOP,
                "EUR",
                calls_per_s=None,
                time_zone=UTC,
                gift_card_reference="kiosk_reference",
                transport=httpx.MockTransport(self),
            )
            return await call(leat)

        return asyncio.run(visit())


calls = pytest.mark.parametrize("name", CALLS)
writes = pytest.mark.parametrize("name", WRITES)


@calls
def test_every_request_is_as_the_api_describes_it(name: str) -> None:
    leat = RecordedLeat()
    leat.ask(CALLS[name])
    assert leat.exchanges
    assert {(e.method, e.path): problems(e) for e in leat.exchanges if problems(e)} == {}


def test_no_call_is_left_out() -> None:
    leat = RecordedLeat()
    for call in CALLS.values():
        leat.ask(call)
    made = {str(operation_of(e.method, e.path)["operationId"]) for e in leat.exchanges}  # type: ignore[index]
    assert len(made) == 33, sorted(made)


def refusal(code: int) -> httpx.Response:
    return httpx.Response(400, json={"message": "?", "code": code, "status_code": 400})


@writes
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.ConnectError(""), Unreachable),
        (httpx.ConnectTimeout(""), Unreachable),
        (httpx.ReadTimeout(""), Unclear),
        (httpx.RemoteProtocolError(""), Unclear),
        (httpx.Response(500, json={"message": "Server Error"}), Unclear),
        (httpx.Response(503, html="<html>maintenance</html>"), Unclear),
        (httpx.Response(200, html="<html>Wi-Fi</html>"), Unclear),
        (httpx.Response(403, html="<html>Wi-Fi</html>"), Unclear),
        (httpx.Response(302, headers={"Location": "/login"}), Unclear),
        (httpx.Response(404, json={"message": "Not Found"}), Unclear),
        (httpx.Response(422, json={"message": "?"}), Unclear),
        (refusal(1000), Unclear),
        (httpx.Response(401, json={"message": "Unauthenticated."}), Unauthorised),
        (refusal(7002), Unauthorised),
        (httpx.Response(429, headers={"Retry-After": "3"}), Throttled),
        (refusal(60001), Throttled),
    ],
)
def test_what_became_of_a_write_is_told_apart(
    name: str, answer: httpx.Response | Exception, expected: type[LoyaltyError]
) -> None:
    leat = RecordedLeat(lambda path, document: answer)
    with pytest.raises(LoyaltyError) as raised:
        leat.ask(WRITES[name])
    assert type(raised.value) is expected
    assert len(leat.exchanges) == 1, "one try"


@pytest.mark.parametrize("name", sorted(WRITES.keys() - {"release voucher", "undo redemption"}))
def test_a_write_that_is_answered_with_something_else_is_unclear(name: str) -> None:
    for data in (None, "ok", {"status": 200}):
        answer = httpx.Response(200, json={"data": data})
        with pytest.raises(Unclear):
            RecordedLeat(lambda path, document, answer=answer: answer).ask(WRITES[name])  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("hold voucher", 80017, "locked_elsewhere"),
        ("hold voucher", 80005, "used"),
        ("redeem voucher", 80006, "expired"),
        ("redeem voucher", 80014, "not_yet_active"),
        ("claim reward", 1017, "insufficient_points"),
        ("claim reward", 1018, "out_of_stock"),
        ("claim reward", 1019, "claim_limit"),
        ("charge gift card", 5003, "insufficient_balance"),
        ("charge gift card", 1114, "not_spendable_here"),
        ("charge gift card", 7010, "not_valid"),
        ("reverse gift card", 55025, "not_last_transaction"),
        ("link card", 60014, "card_taken"),
        ("start member", 60003, "unknown_card"),
        ("start member", 60000, "plan_limit"),
        ("find voucher", 80004, "unknown_voucher"),
        ("find gift card", 5001, "unknown_gift_card"),
        ("check voucher", 80020, "deactivated"),
    ],
)
def test_a_refusal_has_its_own_word(name: str, code: int, reason: str) -> None:
    with pytest.raises(Refused) as raised:
        RecordedLeat(lambda path, document: refusal(code)).ask(CALLS[name])
    assert raised.value.reason == reason


ODD: list[Any] = [
    None, "", " ", [], {}, [[]], {"": None}, True, False, 0, -1, 7.5, 2**53, "7", "-3", "1e999", "NaN",
    "nul\x00l",
    "\u202e\ud800", "x" * 5000, "2026-13-45T99:99:99Z", "9999-12-31T23:59:59-14:00", "../../admin", "ACTIVE",
    ["a", "b"], [None], {"uuid": "ok"}, {"uuid": 7},
]  # fmt: skip


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, the document itself included."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(document, dict):
        inner = list(document.items())
    if isinstance(document, list):
        inner = list(enumerate(document))
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def spoilt(document: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """A copy in which something odd is at `place`, or nothing when `odd` is Ellipsis."""
    if not place:
        return None if odd is ... else odd
    result = copy.deepcopy(document)
    parent = result
    for key in place[:-1]:
        parent = parent[key]
    if odd is not ...:
        parent[place[-1]] = odd
    else:
        del parent[place[-1]]
    return result


@st.composite
def answers(draw: st.DrawFn, document: Any) -> httpx.Response:
    """The document with one to three things wrong, as text that is perhaps no JSON at all."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(document)))
        document = spoilt(document, place, draw(st.sampled_from([..., *ODD])))
    text = json.dumps(document)
    text = draw(
        st.sampled_from(
            [text, text, text, text, text.replace("1", "NaN", 1), text.replace("0", "1e999", 1), text[:-1],
             text.replace("{", '{"uuid": 1, "uuid": 2, ', 1), "<html>", text * 2, "[" * 9000, "9" * 9000]
        )
    )  # fmt: skip
    status = draw(st.sampled_from([200, 200, 200, 201, 204, 400, 404, 422, 500]))
    return httpx.Response(status, content=text.encode(errors="surrogatepass"))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(CALLS)), st.data())
def test_whatever_comes_back_nothing_but_loyalty_errors_comes_out(name: str, data: st.DataObject) -> None:
    leat = RecordedLeat(lambda path, document: data.draw(answers(document)))
    with contextlib.suppress(LoyaltyError):
        leat.ask(CALLS[name])
    assert len(leat.exchanges) <= 45, "bounded, whatever the server says about pages"


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(CALLS)), st.data())
def test_a_single_odd_field_is_survived_too(name: str, data: st.DataObject) -> None:
    """One field only, so that what lies behind it is reached."""
    touched = data.draw(st.integers(0, 3))

    def answer(path: str, document: Any) -> httpx.Response:
        if len(leat.exchanges) - 1 == touched:
            place = data.draw(st.sampled_from(places(document)))
            document = spoilt(document, place, data.draw(st.sampled_from([..., *ODD])))
        return httpx.Response(200, content=json.dumps(document).encode(errors="surrogatepass"))

    leat = RecordedLeat(answer)
    with contextlib.suppress(LoyaltyError):
        leat.ask(CALLS[name])
