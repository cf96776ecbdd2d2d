"""The platform that keeps whole orders, against its simulator, without a network: what the core is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from kioskd.core.catalogue import Catalogue, Service
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.deeds import Action, Deed, Done, MaybeDone
from kioskd.core.denial import Denial
from kioskd.core.discount import FreeItem
from kioskd.core.errors import Refused, Throttled
from kioskd.core.judgement import Judgement
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.core.member import Member, Right
from kioskd.core.money import Money
from kioskd.core.order import OfferUse, Order, OrderDiscount, OrderLine, Share, Tender
from kioskd.core.order_document import from_document, to_document
from kioskd.daemon.config.incentive_file import load_incentives
from kioskd.daemon.config.menu import load_menu
from kioskd.loyalty.rbi.adapter import RbiBackend, Till
from kioskd.loyalty.rbi.client import RbiClient, rbi_api
from kioskd.loyalty.rbi.guessing import MISSES
from kioskd.loyalty.rbi.incentives import IncentiveReader, Mark
from kioskd.loyalty.rbi.order_lines import lines_of
from kioskd.sim.rbi import SIM_KEY, RbiSimulator
from tests.unit.shopfront import NOON

HARBOUR = Path("kioskd/sim/harbour")
MENU: Catalogue = load_menu(HARBOUR / "menu.toml", "EUR")
READER = IncentiveReader(load_incentives(HARBOUR / "incentives.toml", MENU), MENU)
T = TypeVar("T")


class Desk:
    """One kiosk and the platform. `use` runs a visit with the backend."""

    def __init__(self, reader: IncentiveReader = READER, **switches: Any) -> None:
        self.sim = RbiSimulator(clock=lambda: NOON)
        now = self.sim.state.switches.model_dump()
        self.sim.state.switches = type(self.sim.state.switches).model_validate({**now, **switches})
        self.now_s = 0.0
        self.reader = reader

    def use(self, visit: Callable[[RbiBackend], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            transport = httpx.ASGITransport(app=self.sim.app)
            api = rbi_api("http://127.0.0.1:1", SIM_KEY, "NL", 5.0, transport=transport)
            backend = RbiBackend(
                RbiClient(api, "EUR"),
                Till("kioskd", "9041", "1", "kiosk"),
                self.reader,
                next_number=lambda: 7,
                wall=lambda: NOON,
                clock=lambda: self.now_s,
            )
            try:
                return await visit(backend)
            finally:
                await backend.close()

        return asyncio.run(run())

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request.body for request in self.sim.requests if request.body]


def code(text: str) -> Credential:
    return Credential(CredentialKind.MEMBER_CARD, text)


def identified(desk: Desk, text: str) -> Member:
    return desk.use(lambda backend: backend.identify(code(text), "en"))


def order_of(member: Member | None, *skus: str, right: Right | None = None, units: int = 1) -> Order:
    """The products once each; `right` pays for one of the first."""
    lines = tuple(
        OrderLine(f"o-{n}", sku, MENU.products[sku].name, units, MENU.products[sku].price)
        for n, sku in enumerate(skus, start=1)
    )
    discounts: tuple[OrderDiscount, ...] = ()
    if right is not None:
        assert right.rule is not None
        benefit = right.rule.benefit
        off = lines[0].unit_price if isinstance(benefit, FreeItem) else benefit.amount
        use = OfferUse("use-1", right.kind, right.id, right.title, member_id=member.id if member else None)
        discounts = (OrderDiscount("o-d1", use, off, (Share("o-1", off),)),)
    return Order(
        id="o",
        number="A7",
        sequence=7,
        placed_at=NOON,
        service=Service.EAT_IN,
        language="en",
        currency="EUR",
        lines=lines,
        tender=Tender.CARD,
        member_id=member.id if member else None,
        session=member.session if member else None,
        discounts=discounts,
    )


def judged(desk: Desk, order: Order, *, hold: bool = False) -> Judgement:
    return desk.use(lambda backend: backend.judge(order, hold=hold))


def told(desk: Desk, order: Order, *, repeated: bool = False) -> Any:
    async def visit(backend: RbiBackend) -> Any:
        details = {**to_document(order), "written": dict(backend.written(order))}
        return await backend.perform(Deed(order.id, Action.TELL_ORDER, details, repeated=repeated))

    return desk.use(visit)


def voided(desk: Desk, order: Order) -> Any:
    async def visit(backend: RbiBackend) -> Any:
        details = {"session": order.session, "written": dict(backend.written(order))}
        return await backend.perform(Deed("void", Action.VOID_ORDER, details))

    return desk.use(visit)


def sanne(desk: Desk) -> int:
    return next(g["available"] for g in desk.sim.to_json()["guests"] if g["name"] == "Sanne")


# --- who it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["471100", "10024711"])
def test_a_code_or_a_card_names_the_guest_the_points_and_the_transaction(shown: str) -> None:
    member = identified(Desk(), shown)
    assert (member.first_name, member.points) == ("Sanne", 1240)
    assert member.session is not None
    assert [reward.cost_points for reward in member.rewards] == sorted(r.cost_points for r in member.rewards)


def test_what_was_picked_comes_along_and_its_points_are_counted_once() -> None:
    member = identified(Desk(), "471101")
    assert [right.title for right in member.preselected] == [
        "Free chocolate cookie",
        "Classic Combo for 9.99",
    ]
    assert member.points == 990


def test_what_the_menu_does_not_have_is_left_out_and_counted() -> None:
    member = identified(Desk(), "471103")
    assert [right.title for right in member.preselected] == ["Sundae for less"]
    assert len(member.left_out) == 1


def test_a_price_that_cannot_be_is_refused_rather_than_guessed() -> None:
    desk = Desk()
    desk.sim.control("incentives", {"content_id": "reward-double", "price_minor": 5})
    desk.sim.control("codes", {"code": "471190", "guest": "Sanne", "picks": ["reward-double"]})
    desk.sim.state.switches = desk.sim.state.switches.model_copy(update={"incentive_prices": "minor"})
    member = identified(desk, "471190")
    [right] = member.preselected  # "5" is five euros here: major units, as configured
    assert right.rule is not None and Money(550, "EUR") == right.rule.benefit.amount


@pytest.mark.parametrize(
    ("shown", "reason"), [("471105", "used"), ("471106", "unknown_card"), ("999999", "unknown_card")]
)
def test_codes_that_do_not_work_say_why(shown: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        identified(Desk(), shown)
    assert refused.value.reason == reason


def test_guessing_codes_is_stopped_here_and_not_for_ever() -> None:
    desk = Desk()

    async def guess(backend: RbiBackend) -> None:
        for n in range(MISSES):
            with pytest.raises(Refused):
                await backend.identify(code(f"90000{n}"), "en")
        with pytest.raises(Throttled):
            await backend.identify(code("471100"), "en")
        desk.now_s += 61
        assert (await backend.identify(code("471100"), "en")).first_name == "Sanne"

    desk.use(guess)
    assert len(desk.bodies) == MISSES + 1


# --- judging ------------------------------------------------------------------------------------------------


def test_a_reward_is_a_line_of_its_own_and_holding_it_leaves_less() -> None:
    desk = Desk()
    member = identified(desk, "471100")
    coffee = next(each for each in member.rewards if each.title == "Free coffee")
    judgement = judged(desk, order_of(member, "COFFEE", "COOKIE", right=coffee), hold=True)
    assert judgement == Judgement(points_left=840)
    lines = desk.bodies[-1]["transactionDetails"]["order"]
    assert [(line["productType"], line.get("incentiveId")) for line in lines] == [
        ("reward", "reward-coffee"),
        ("item", None),
    ]
    assert desk.bodies[-1]["status"] == "PENDING"
    assert desk.bodies[-1]["transactionDetails"]["payments"] == []


def test_too_few_points_say_how_many_are_needed() -> None:
    desk = Desk()
    member = identified(desk, "471200")  # Jonas has 120
    coffee = next(each for each in member.rewards if each.title == "Free coffee")
    [objection] = judged(desk, order_of(member, "COFFEE", right=coffee), hold=True).objections
    assert (objection.denial, objection.offer_id) == (Denial.INSUFFICIENT_POINTS, "use-1")
    assert (objection.points, objection.points_needed) == (120, 400)
    assert desk.bodies[-1]["status"] == "CLAIMED"  # nothing was held


def test_a_minimum_says_what_is_missing_in_money() -> None:
    desk = Desk()
    member = identified(desk, "471100")
    lemonade = next(each for each in member.vouchers if each.title == "Lemonade with a full meal")
    [objection] = judged(desk, order_of(member, "LEMONADE", "COOKIE", right=lemonade)).objections
    assert objection.denial is Denial.BELOW_MINIMUM
    assert objection.missing == Money(790, "EUR")


@pytest.mark.parametrize("values", ["missing", "text"])
def test_values_that_do_not_fit_cost_only_the_numbers(values: str) -> None:
    desk = Desk(rule_values=values, incentive_named=False)
    member = identified(desk, "471100")
    soup = next(each for each in member.vouchers if each.title == "Soup when you stay")
    order = replace(order_of(member, "SOUP", right=soup), service=Service.TAKE_AWAY)
    [objection] = judged(desk, order).objections
    assert (objection.denial, objection.offer_id) == (Denial.OTHER_SERVICE, None)


# --- telling ------------------------------------------------------------------------------------------------


def test_a_claim_earns_burns_and_brings_the_receipt_texts() -> None:
    desk = Desk()
    member = identified(desk, "471101")
    done = told(desk, order_of(member, "COOKIE", "CLASSIC", right=member.preselected[0]))
    assert sanne(desk) == 1240 - 250 + 85
    assert done.result["points"] == 85
    texts = done.result["texts"]
    assert isinstance(texts, LoyaltyTexts) and texts.receipt_code


def test_a_repeated_claim_sends_the_same_bytes_and_its_refusal_is_a_persons_to_look_up() -> None:
    """It was claimed by the first try, or ran out before that: nothing that can be asked tells which."""
    desk = Desk(claim_again="refused")
    member = identified(desk, "471100")
    order = order_of(member, "CLASSIC")
    told(desk, order)
    with pytest.raises(Refused, match="duplicate"):
        told(desk, order, repeated=True)
    deed = Deed(order.id, Action.TELL_ORDER, to_document(order), repeated=True)
    assert desk.use(lambda backend: backend.find_out(deed, None)) == MaybeDone((order.session,))
    one, two = [request.body_text for request in desk.sim.requests][-2:]
    assert one == two
    assert sanne(desk) == 1240 + 85


@pytest.mark.parametrize("again", ["same_answer", "not_found", "refused"])
def test_a_void_whose_answer_was_lost_is_done_whatever_its_repeat_is_told(again: str) -> None:
    desk = Desk(void_again=again)
    order = order_of(identified(desk, "471100"), "CLASSIC")
    assert voided(desk, order) == voided(desk, order) == Done()


def test_a_claim_refused_at_the_first_try_is_no_success() -> None:
    desk = Desk()
    order = order_of(identified(desk, "471100"), "CLASSIC")
    voided(desk, order)
    with pytest.raises(Refused):
        told(desk, order)


def test_an_order_of_nobody_is_reported_without_a_member() -> None:
    desk = Desk()
    told(desk, order_of(None, "CLASSIC"))
    body = desk.bodies[-1]
    assert "loyaltyId" not in body and "transactionId" not in body
    assert body["transactionDetails"]["payments"] == [{"amount": 850, "type": "CARD"}]


def test_a_void_gives_everything_back_and_one_of_nothing_is_done() -> None:
    desk = Desk(void_again="not_found")
    member = identified(desk, "471101")
    order = order_of(member, "COOKIE", right=member.preselected[0])
    told(desk, order)
    voided(desk, order)
    assert sanne(desk) == 1240
    voided(desk, order)


def test_an_order_survives_being_written_down() -> None:
    desk = Desk()
    member = identified(desk, "471101")
    order = order_of(member, "COOKIE", right=member.preselected[0])
    again = from_document(json.loads(json.dumps(to_document(order))))
    assert again.session == order.session
    assert desk.use(_written(again)) == desk.use(_written(order))


def _written(order: Order) -> Callable[[RbiBackend], Coroutine[Any, Any, Any]]:
    async def visit(backend: RbiBackend) -> Any:
        return dict(backend.written(order))

    return visit


# --- lines --------------------------------------------------------------------------------------------------


def test_one_of_two_is_the_rewards_and_the_other_is_paid_for() -> None:
    member = identified(Desk(), "471101")
    lines = lines_of(order_of(member, "COOKIE", right=member.preselected[0], units=2))
    assert sorted((line.type.value, line.quantity, line.price.minor) for line in lines) == [
        ("item", 1, 210),
        ("reward", 1, 0),
    ]


def test_a_percentage_lowers_prices_unit_by_unit_and_adds_up() -> None:
    mark = Mark("offer", "TWENTY-OFF", "offer-twenty-off", "engine-1", "PERCENTAGE_DISCOUNT", "20")
    use = OfferUse("u", identified(Desk(), "471102").preselected[0].kind, str(mark), "20 % off")
    order = order_of(None, "COOKIE", "CLASSIC", units=3)
    off = Money(635, "EUR")
    lines = lines_of(replace(order, discounts=(OrderDiscount("d", use, off),)))
    assert sum(line.price.minor * line.quantity for line in lines) == 3 * (210 + 850) - 635
    assert len({line.id for line in lines}) == len(lines)


@pytest.mark.parametrize("text", ["", "reward", "coupon|a|b|c|d|e|1", "reward|a|b|c|d|e|f|1"])
def test_a_right_of_another_backend_is_no_incentive(text: str) -> None:
    with pytest.raises(ValueError):
        Mark.of(text)


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Mark("reward", "A|B", "c d", "", "", "", 3)
    assert Mark.of(str(mark)) == mark


# --- the file -----------------------------------------------------------------------------------------------

ENTRY = """
[[incentive]]
content_id = "x"
product_id = "COOKIE"
type = "reward"
title = "Cookie"
points = 250
"""


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("COOKIE", "COKIE", "product_id"),
        ("points = 250", "", "points"),
        ('"reward"', '"offer"', "points"),
        ("points = 250", 'points = 250\nprice = "9.00"', "price"),
        ('"x"', '"x y"', "content_id"),
        ("points", "point", "point"),
    ],
)
def test_every_mistake_in_the_file_is_told_with_its_place(
    old: str, new: str, place: str, tmp_path: Path
) -> None:
    file = tmp_path / "incentives.toml"
    file.write_text(ENTRY.replace(old, new))
    with pytest.raises(Exception, match=place) as told_:
        load_incentives(file, MENU)
    assert "incentives.toml" in str(told_.value)
