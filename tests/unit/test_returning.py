"""Bringing things back: the exact amounts, the way the money goes, what is undone and what stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.catalogue import Service, Words
from kioskd.core.deeds import Action
from kioskd.core.discount import OfferKind
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
from kioskd.core.refunding import BY_STAFF, DUE, Fate, Left, Means, PayBack, Remainder, TakeBack, take_back
from kioskd.core.returning import Piece, ReturnRefused, left, piece, piece_document
from kioskd.core.settlement import giving_back
from tests.euros import eur

ID = "kiosk-12-000457"
L1, L2 = f"{ID}-1", f"{ID}-2"
G1, G2, P = f"{ID}-p1", f"{ID}-p2", f"{ID}-p3"


def line(id: str, price: int, quantity: int = 1, subs: tuple[OrderLine, ...] = ()) -> OrderLine:
    return OrderLine(f"{ID}-{id}", f"sku-{id}", Words(f"Thing {id}"), quantity, eur(price), subs)


def offer(
    id: str, amount: int, kind: OfferKind = OfferKind.VOUCHER, *shares: tuple[str, int]
) -> OrderDiscount:
    use = OfferUse(f"use-{id}", kind, f"right-{id}", f"Offer {id}", "CODE-1", "m-1", keeps=id == "kept")
    return OrderDiscount(
        f"{ID}-{id}", use, eur(amount), tuple(Share(f"{ID}-{part}", eur(off)) for part, off in shares)
    )


def stored(id: str, kind: StoredValue, amount: int, *, refillable: bool = False) -> StoredPayment:
    code, tail = ("GC-SECRET-77", "T-77") if kind is StoredValue.GIFT_CARD else (None, "")
    return StoredPayment(id, kind, f"account-{id}", eur(amount), eur(0), code, tail, refillable)


ORDER = Order(
    id=ID,
    number="A457",
    sequence=457,
    placed_at=datetime(2026, 7, 1, 9, 4, 1, tzinfo=UTC),
    service=Service.EAT_IN,
    language="en",
    currency="EUR",
    lines=(line("1", 250, 2), line("2", 1000, 2, (line("2-1", 150, 2),))),
    tender=Tender.CARD,
    member_id="m-1",
    discounts=(
        offer("d1", 350, OfferKind.VOUCHER, ("2", 300), ("2-1", 50)),
        offer("d2", 306, OfferKind.REWARD),
        offer("kept", 100, OfferKind.REWARD, ("1", 100)),
    ),
    charges=(OrderCharge(f"{ID}-c1", ChargeKind.PACKAGING, Words("Box"), eur(30)),),
    payments=(
        stored(G1, StoredValue.GIFT_CARD, 400),
        stored(G2, StoredValue.GIFT_CARD, 300, refillable=True),
        stored(P, StoredValue.PREPAID, 200),
    ),
)
"""2800, less 756, and 30 for the box: 2074, of which the card pays 1174."""

DONE = {step.undoes: Fate.IN_EFFECT for step in giving_back(ORDER) if step.undoes}


def back(
    order: Order,
    quantities: Mapping[str, int],
    earlier: tuple[TakeBack, ...] = (),
    fates: Mapping[str, Fate] = DONE,
    *,
    told: Fate = Fate.IN_EFFECT,
    claimable: bool = False,
) -> TakeBack:
    this = piece(order, f"{order.id}-r{len(earlier) + 1}", quantities, [e.piece.quantities for e in earlier])
    paid_back = [each for one in earlier for each in one.pay_backs]
    return take_back(order, this, paid_back, fates, told=told, tell_lane="member:m-1", claimable=claimable)


def means(plan: TakeBack) -> list[tuple[str, Means, int]]:
    return [(each.source, each.means, each.amount.minor) for each in plan.pay_backs]


def actions(plan: TakeBack) -> list[Action]:
    return [step.action for step in plan.steps]


# --- amounts ---------------------------------------------------------------------------------------------


def test_a_piece_costs_what_was_paid_for_it() -> None:
    one = piece(ORDER, "r1", {L2: 1})
    assert (one.lines[0].discount, one.lines[0].total) == (eur(150), eur(850))
    assert (one.lines[0].subs[0].discount, one.lines[0].subs[0].total) == (eur(25), eur(125))
    assert {part.id: part.amount.minor for part in one.discounts} == {f"{ID}-d1": 175, f"{ID}-d2": 126}
    assert one.charges == ()  # the box was packed
    assert one.refund == eur(850 + 125 - 126)
    assert not one.last


def test_the_charge_goes_back_with_the_last_unit() -> None:
    before = {L2: 2, L1: 1}
    last = piece(ORDER, "r2", {L1: 1}, [before])
    assert last.last
    assert [charge.amount for charge in last.charges] == [eur(30)]
    assert piece(ORDER, "r1", before).refund + last.refund == ORDER.total


@pytest.mark.parametrize(
    ("quantities", "returned", "sentence"),
    [
        ({}, [], "nothing was chosen"),
        ({L1: 0}, [], "nothing was chosen"),
        ({L1: 3}, [], r"line 1 \(Thing 1\): 3 cannot be returned, 2 of 2 are in the order"),
        ({L1: 2}, [{L1: 1}], r"2 cannot be returned, 1 of 2 are left \(1 returned already\)"),
        ({L1: -1}, [{L1: 1}], "-1 cannot be returned"),
        ({f"{ID}-9": 1}, [], "order A457 has no line"),
        ({f"{ID}-2-1": 1}, [], "order A457 has no line"),  # choices go with their line
        ({L1: 1}, [{L1: 2}, {L2: 2}], "order A457 was returned already"),
    ],
)
def test_what_is_not_there_cannot_be_returned(
    quantities: Mapping[str, int], returned: list[Mapping[str, int]], sentence: str
) -> None:
    with pytest.raises(ReturnRefused, match=sentence):
        piece(ORDER, "r1", quantities, returned)


def test_a_return_as_it_is_written_down() -> None:
    document = piece_document(piece(ORDER, "r1", {L2: 1}))
    assert json.loads(json.dumps(document)) == {
        "return_id": "r1",
        "order": ID,
        "lines": [
            {
                "id": L2,
                "quantity": 1,
                "discount_minor": 150,
                "total_minor": 850,
                "subs": [{"id": f"{L2}-1", "quantity": 1, "discount_minor": 25, "total_minor": 125}],
            }
        ],
        "discounts": [
            {"id": f"{ID}-d1", "amount_minor": 175},
            {"id": f"{ID}-d2", "amount_minor": 126},
        ],
        "charges": [],
    }


# --- money and deeds -------------------------------------------------------------------------------------


def test_cancelling_gives_everything_back_and_undoes_every_deed() -> None:
    whole = back(ORDER, left(ORDER, ()))
    assert means(whole) == [
        (DUE, Means.TERMINAL, 1174),
        (P, Means.REVERSAL, 200),
        (G2, Means.REVERSAL, 300),
        (G1, Means.REVERSAL, 400),
    ]
    assert sorted(actions(whole)) == sorted(
        [
            Action.UNDO_REDEMPTION,
            Action.RETURN_REWARD,
            Action.UNDO_COLLECTION,  # the kept reward becomes collectable again, its points stay spent
            Action.REVERSE_GIFT_CARD,
            Action.REVERSE_GIFT_CARD,
            Action.REVERSE_PREPAID,
            Action.TELL_RETURN,
        ]
    )
    assert whole.left == ()
    tell = whole.steps[-1]
    assert (tell.action, tell.lane, tell.details["order"]) == (Action.TELL_RETURN, "member:m-1", ID)


def test_a_piece_is_paid_back_to_the_card_and_no_offer_is_undone() -> None:
    one = back(ORDER, {L2: 1})
    assert means(one) == [(DUE, Means.TERMINAL, 849)]
    assert actions(one) == [Action.TELL_RETURN]


def test_part_of_stored_money_is_put_back_where_that_can_be_done() -> None:
    first = back(ORDER, {L2: 2})
    assert first.piece.refund == eur(1697)
    assert means(first) == [
        (DUE, Means.TERMINAL, 1174),
        (P, Means.REVERSAL, 200),
        (G2, Means.REVERSAL, 300),
        (G1, Means.BY_HAND, 23),  # this card takes no money
    ]
    second = back(ORDER, {L1: 2}, (first,))
    assert means(second) == [(G1, Means.BY_HAND, 377)]
    assert Action.REVERSE_GIFT_CARD not in actions(second)  # it would give all of it a second time


def test_prepaid_money_and_refillable_cards_take_a_part_back() -> None:
    order = replace(
        ORDER,
        payments=(
            stored(G1, StoredValue.GIFT_CARD, 874, refillable=True),
            stored(P, StoredValue.PREPAID, 1200),
        ),
    )
    fates = {step.undoes: Fate.IN_EFFECT for step in giving_back(order) if step.undoes}
    first = back(order, {L2: 1}, fates=fates)
    assert means(first) == [(P, Means.REFILL, 849)]
    second = back(order, {L2: 1}, (first,), fates)
    assert means(second) == [(P, Means.REFILL, 351), (G1, Means.REFILL, 497)]
    refills = [
        step for step in second.steps if step.action in (Action.REFILL_PREPAID, Action.REFILL_GIFT_CARD)
    ]
    assert [step.details["amount_minor"] for step in refills] == [351, 497]
    assert len({step.id for step in (*first.steps, *second.steps)}) == len((*first.steps, *second.steps))


def test_an_order_paid_at_the_counter_is_paid_out_there() -> None:
    assert means(back(replace(ORDER, tender=Tender.COUNTER), {L1: 1}))[0][1] is Means.COUNTER


def test_what_never_took_effect_is_not_undone_and_what_is_unclear_is_said() -> None:
    fates = {
        **DONE,
        f"redeem-{ID}-d1": Fate.WITHOUT_EFFECT,
        f"claim-{ID}-d2": Fate.UNCLEAR,
        f"charge-{G1}": Fate.UNCLEAR,
        f"charge-{G2}": Fate.WITHOUT_EFFECT,
    }
    whole = back(ORDER, left(ORDER, ()), fates=fates, told=Fate.UNCLEAR)
    assert Action.UNDO_REDEMPTION not in actions(whole)
    assert Action.TELL_RETURN not in actions(whole)
    assert whole.left == (Left(Remainder.OFFER_UNCLEAR, "Offer d2"), Left(Remainder.POINTS_UNCLEAR))
    assert means(whole)[2:] == [(G2, Means.NOTHING, 300), (G1, Means.BY_HAND, 400)]


def test_points_that_whoever_has_the_receipt_may_collect_are_mentioned() -> None:
    nobody = back(ORDER, {L1: 1}, told=Fate.WITHOUT_EFFECT, claimable=True)
    assert nobody.left == (Left(Remainder.CLAIMABLE_POINTS),)
    assert back(ORDER, {L1: 1}, told=Fate.WITHOUT_EFFECT).left == ()
    assert back(ORDER, {L1: 1}, told=Fate.UNDER_WAY).steps  # it follows the order in its lane


# --- any sequence of returns -----------------------------------------------------------------------------


@st.composite
def sales(draw: st.DrawFn) -> Order:
    """Any order with discounts on its parts and on the whole, charges, and stored value."""
    lines = []
    for n in range(1, draw(st.integers(1, 4)) + 1):
        quantity = draw(st.integers(1, 6))
        subs = tuple(
            line(f"{n}-{m}", draw(st.integers(0, 500)), quantity) for m in range(draw(st.integers(0, 2)))
        )
        lines.append(line(str(n), draw(st.integers(0, 3000)), quantity, subs))
    worth = {part.id: part.total.minor for whole in lines for part in (whole, *whole.subs)}
    discounts = []
    for n in range(draw(st.integers(0, 2))):
        shares = []
        for part in draw(st.lists(st.sampled_from(sorted(worth)), unique=True, min_size=1)):
            amount = draw(st.integers(0, worth[part]))
            worth[part] -= amount
            shares.append((part.removeprefix(f"{ID}-"), amount))
        total = sum(amount for _, amount in shares)
        discounts.append(offer(f"d{n}", total, draw(st.sampled_from(OfferKind)), *shares))
    discounts.append(offer("whole", draw(st.integers(0, sum(worth.values())))))
    charge = OrderCharge(f"{ID}-c1", ChargeKind.SERVICE, Words("Service"), eur(draw(st.integers(1, 500))))
    order = replace(ORDER, lines=tuple(lines), discounts=tuple(discounts), charges=(charge,), payments=())
    payments: list[StoredPayment] = []
    open_minor = order.total.minor
    for n, kind in enumerate(draw(st.sampled_from([(), (StoredValue.GIFT_CARD, StoredValue.PREPAID)]))):
        minor = draw(st.integers(0, open_minor))
        if minor:
            payments.append(stored(f"{ID}-p{n}", kind, minor, refillable=draw(st.booleans())))
            open_minor -= minor
    return replace(order, payments=tuple(payments))


@given(sales(), st.data())
def test_returns_in_any_pieces_add_up_to_what_was_paid(order: Order, data: st.DataObject) -> None:
    fates = {step.undoes: Fate.IN_EFFECT for step in giving_back(order) if step.undoes}
    done: list[TakeBack] = []
    while sum((still := left(order, [each.piece.quantities for each in done])).values()):
        now = {id: data.draw(st.integers(0, count)) for id, count in still.items()}
        done.append(back(order, now if sum(now.values()) else still, tuple(done), fates))
    pieces = [each.piece for each in done]
    assert [each.last for each in pieces] == [False] * (len(pieces) - 1) + [True]
    assert sum(each.refund.minor for each in pieces) == order.total.minor
    assert all(_adds_up(order, each) for each in pieces)
    for discount in order.discounts:
        parts = [part.amount.minor for each in pieces for part in each.discounts if part.id == discount.id]
        assert sum(parts) == discount.amount.minor
    backs = [each for one in done for each in one.pay_backs]
    for one in done:
        assert sum(each.amount.minor for each in one.pay_backs) == one.piece.refund.minor
    for source, paid in ((DUE, order.due), *((payment.id, payment.amount) for payment in order.payments)):
        assert sum(each.amount.minor for each in backs if each.source == source) == paid.minor
    _each_deed_once(done, backs)


def _adds_up(order: Order, one: Piece) -> bool:
    parts = [part for line in one.lines for part in (line, *line.subs)]
    whole = {discount.id for discount in order.discounts if not discount.shares}
    off = sum(part.amount.minor for part in one.discounts if part.id in whole)
    charged = sum(charge.amount.minor for charge in one.charges)
    assert min((part.total.minor for part in parts), default=0) >= 0
    assert min((part.discount.minor for part in parts), default=0) >= 0
    return 0 <= one.refund.minor == sum(part.total.minor for part in parts) - off + charged


def _each_deed_once(done: list[TakeBack], backs: list[PayBack]) -> None:
    """No deed is undone twice, and stored money moves by exactly what was not left to staff."""
    steps = [step for one in done for step in one.steps]
    assert len({step.id for step in steps}) == len(steps)
    moved = sum(
        step.details["amount_minor"]
        if "amount_minor" in step.details
        else step.details["payment"]["amount_minor"]
        for step in steps
        if "payment" in step.details
    )
    assert moved == sum(each.amount.minor for each in backs if each.means not in BY_STAFF)
