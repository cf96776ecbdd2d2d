"""Whatever happens, in whatever sequence: no way that the table does not draw, no promise broken."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core.effects import Effect, Forget, HoldVoucher, LetGo, Settle
from kioskd.core.events import Event, OfferDenied, PaymentEnded, SettlementDenied, Tick
from kioskd.core.flow import next_deadline
from kioskd.core.order import Tender
from kioskd.core.phases import ConfirmingOffer, Storing
from kioskd.core.preview import Previews
from kioskd.core.rules.billing import billed
from kioskd.core.rules.table import RULES
from kioskd.core.visit import Place
from tests.unit.offering import CHARGING
from tests.unit.shopfront import Player, player
from tests.unit.wandering import anything

LONGEST_SEARCH = 60_000
REMEMBERED = 50
"""States at one place with one way back, in a kind of shop, from which the search goes on."""

Walked = tuple[Place, Event, tuple[Effect, ...]]


def wanderer(rng: random.Random) -> Player:
    """Early risers find porridge, some shops have no counter, some give vouchers to anybody."""
    tenders = rng.choice([(Tender.CARD,), (Tender.CARD, Tender.COUNTER)])
    p = player(
        replace(
            CHARGING,
            tenders=tenders,
            preview=True,
            staff=rng.random() < 0.5,
            vouchers_need_card=rng.random() < 0.5,
        )
    )
    if rng.random() < 0.3:
        p.mono_s -= 3 * 3600
    return p


def steps(p: Player, rng: random.Random, count: int) -> Iterator[Walked]:
    for _ in range(count):
        due = next_deadline(p.visit, p.shop)
        if due is not None and rng.random() < 0.15:
            p.mono_s = max(p.mono_s, due)
        else:
            p.wait(rng.random() * 3)
        before, event = p.visit.place, anything(p, rng)
        yield before, event, p.do(event)


def test_every_way_in_the_table_can_be_walked_and_no_other_is() -> None:
    """Walks go on from where earlier ones have been, most of them where a way is still to be found."""
    drawn = {(start, end) for (start, _), rule in RULES.items() for end in rule.leads_to}
    # What leads home leads to "out of order" when nothing can be paid: one rule decides for all of them.
    either = {
        (start, end) for start, end in drawn if end is Place.OUT_OF_ORDER and (start, Place.ATTRACT) in drawn
    }
    missing = {way for way in drawn - either if way[0] is not way[1]}
    rng = random.Random(2)
    been: dict[tuple[Place, str], list[Player]] = {}
    for _ in range(LONGEST_SEARCH):
        starts = {start for start, _ in missing}
        promising = sorted(known for known in been if known[0] in starts)
        lucky = promising and rng.random() < 0.8
        p = replace(rng.choice(been[rng.choice(promising)])) if lucky else wanderer(rng)
        for before, _, _ in steps(p, rng, 12):
            way = (before, p.visit.place)
            assert way in drawn or before is p.visit.place
            missing.discard(way)
            known = been.setdefault((p.visit.place, _kind(p)), [])
            known[REMEMBERED:] = []
            known.insert(rng.randrange(REMEMBERED), replace(p))
        if not missing:
            break
    assert not missing, sorted(missing)


def _kind(p: Player) -> str:
    """What decides where it goes from there: the way back, what is asked, what is not known."""
    values = [getattr(p.visit.phase, each.name) for each in fields(p.visit.phase)]
    told = [getattr(value, "place", value if isinstance(value, bool) else type(value)) for value in values]
    return str([*told, Tender.COUNTER in p.shop.tenders])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_offers_and_money_stay_true_whatever_happens(seed: int) -> None:
    rng = random.Random(seed)
    p = wanderer(rng)
    to_let_go: set[str] = set()
    for _, event, effects in steps(p, rng, 150):
        visit = p.visit
        assert visit.bill == billed(visit, p.shop).bill
        assert visit.points_left is None or visit.points_left >= 0
        if isinstance(event, SettlementDenied | PaymentEnded):
            to_let_go.clear()  # whoever settles has undone it
        if isinstance(event, OfferDenied):
            to_let_go.discard(event.offer_id)
        for effect in effects:
            match effect:
                case Settle(order):
                    assert all(discount.amount.minor > 0 for discount in order.discounts)
                    assert all(payment.amount.minor > 0 for payment in order.payments)
                    assert order.total == visit.bill.total
                    assert order.due + order.paid_by_card == visit.bill.due
                    assert (order.tender is Tender.NONE) == (visit.bill.due.minor == 0)
                case HoldVoucher(offer_id):
                    to_let_go.add(offer_id)
                case LetGo(offer_id):
                    to_let_go.discard(offer_id)
                case Forget():
                    to_let_go.clear()
        waited = {visit.phase.waiting} if isinstance(visit.phase, ConfirmingOffer) else set()
        assert to_let_go <= waited | {taken.id for taken in visit.offers}


@pytest.mark.parametrize("seed", range(20))
def test_who_leaves_leaves_nothing_behind(seed: int) -> None:
    rng = random.Random(seed)
    p = wanderer(rng)
    for _, _, effects in steps(p, rng, 500):
        if any(isinstance(effect, Forget) for effect in effects):
            assert p.visit.at_home
            assert not p.visit.basket.lines
            assert p.visit.lookup is None
            assert p.visit.previews == Previews()
            assert (p.visit.offers, p.visit.gift_cards, p.visit.use_prepaid) == ((), (), False)
            assert p.visit.removed == ()
            assert p.visit.language == "en"


@pytest.mark.parametrize("seed", range(60))
def test_left_alone_every_visit_comes_home_in_time_and_no_deadline_stands_still(seed: int) -> None:
    rng = random.Random(seed)
    p = wanderer(rng)
    for _ in steps(p, rng, rng.randrange(1, 60)):
        pass
    for _ in range(200):
        due = next_deadline(p.visit, p.shop)
        if due is None:
            break
        p.mono_s = max(p.mono_s, due)
        before = p.visit
        p.do(Tick())
        after = next_deadline(p.visit, p.shop)
        assert after is None or after > p.mono_s or p.visit != replace(before, now=p.visit.now)
    assert p.visit.at_home or isinstance(p.visit.phase, Storing)


def test_the_same_events_give_the_same_visit() -> None:
    def run() -> object:
        rng = random.Random(7)
        p = wanderer(rng)
        for _ in steps(p, rng, 500):
            pass
        return p.visit

    assert run() == run()
