"""What the guest is going to pay, to the cent, and who pays it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.basket import Basket, Choice
from kioskd.core.bill import Bill, ChargeRule, TakenOffer, bill_of, order_discounts, stored_payments
from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import Stacking
from kioskd.core.order import ChargeKind, order_lines
from kioskd.core.stored_value import GiftCard
from tests.euros import eur
from tests.unit.offering import BURGER_WAITS, EURO_REWARD, TWENTY, WATER_REWARD
from tests.unit.shopfront import BURGER, EAT_IN, WATER

BAG = ChargeRule(ChargeKind.PACKAGING, Words("Bag"), eur(25), service=Service.TAKE_AWAY)
SERVICE = ChargeRule(ChargeKind.SERVICE, Words("Service"), percent=Decimal(10))
MEAL = Basket("EUR").add(BURGER, (Choice("extras", "X1"),), 2).add(WATER)
RIGHTS = (TWENTY, EURO_REWARD, WATER_REWARD, BURGER_WAITS)
TAKEN = tuple(TakenOffer(f"t{n}", right) for n, right in enumerate(RIGHTS))


def bill(*taken: TakenOffer, charges: tuple[ChargeRule, ...] = (), service: Service = EAT_IN) -> Bill:
    return bill_of(MEAL, taken, Stacking.BEST, charges, service, "o-1")


def test_a_charge_is_for_its_service_and_never_for_nothing() -> None:
    assert bill(charges=(BAG,)).charges == ()
    assert [charge.amount for charge in bill(charges=(BAG,), service=Service.TAKE_AWAY).charges] == [eur(25)]
    assert bill_of(Basket("EUR"), (), Stacking.BEST, (BAG, SERVICE), Service.TAKE_AWAY).total == eur(0)


def test_a_percentage_is_of_what_discounts_leave_and_rounded_half_up() -> None:
    assert bill(TAKEN[0], charges=(SERVICE,)).charges[0].amount == eur(172)  # 10 % of 17.20
    odd = ChargeRule(ChargeKind.SERVICE, Words("S"), percent=Decimal("0.5"))
    assert odd.charge("c", eur(100)) is not None  # half a cent is a cent
    assert odd.charge("c", eur(99)) is None


def test_a_charge_is_an_amount_or_a_percentage() -> None:
    with pytest.raises(ValueError, match="an amount or a percentage"):
        ChargeRule(ChargeKind.SERVICE, Words("S"))


def test_what_is_off_a_line_counts_its_choices_too() -> None:
    assert bill(TAKEN[2]).off_line(1) == eur(0)
    draft = bill_of(MEAL, (TAKEN[2],), Stacking.BEST, (), EAT_IN)
    assert (draft.off_line(0), draft.off_line(1)) == (eur(0), eur(250))


@given(st.lists(st.sampled_from(TAKEN), unique=True), st.sampled_from(Stacking), st.booleans())
def test_a_bill_adds_up_whatever_was_taken(taken: list[TakenOffer], stacking: Stacking, bag: bool) -> None:
    service = Service.TAKE_AWAY if bag else EAT_IN
    made = bill_of(MEAL, taken, stacking, (BAG, SERVICE), service, "o-1")
    discounts = order_discounts("o-1", made, taken, "m-1")
    off = sum(discount.amount.minor for discount in discounts)
    on_top = sum(charge.amount.minor for charge in made.charges)
    assert made.gross == MEAL.total
    assert made.total.minor == MEAL.total.minor - off + on_top
    assert all(discount.amount.minor > 0 for discount in discounts)
    known = {part.id for line in order_lines("o-1", MEAL) for part in (line, *line.subs)}
    for discount in discounts:
        assert {share.part_id for share in discount.shares} <= known
        assert sum(share.amount.minor for share in discount.shares) in (0, discount.amount.minor)
    for each in taken:
        assert (made.discount(each.id) is None) != (made.refusal(each.id) is None)


def test_a_use_says_whose_it_is_and_what_it_costs() -> None:
    assert TAKEN[0].use("m-9").member_id == TWENTY.member_id, "a voucher of somebody stays theirs"
    assert (TAKEN[2].use("m-9").cost_points, TAKEN[2].use("m-9").keeps) == (500, True)
    assert TAKEN[0].use("m-9").code == TWENTY.code
    assert str(TWENTY.code) not in repr(TAKEN[0].use("m-9"))


@given(
    st.integers(0, 3000),
    st.lists(st.integers(0, 1500), max_size=4),
    st.none() | st.integers(-500, 3000),
)
def test_stored_value_never_pays_too_much_and_never_overdraws(
    total: int, balances: list[int], prepaid: int | None
) -> None:
    cards = [GiftCard(f"g-{n}", f"CODE-{n}", eur(minor)) for n, minor in enumerate(balances)]
    account = None if prepaid is None else ("m-1", eur(prepaid))
    payments = stored_payments("o-1", eur(total), cards, account)
    paid = sum(payment.amount.minor for payment in payments)
    there = sum(balances) + max(0, prepaid or 0)
    assert paid == min(total, there)
    assert all(payment.amount.minor > 0 and payment.left.minor >= 0 for payment in payments)
    assert len({payment.id for payment in payments}) == len(payments)
    emptied = payments[:-1]
    assert all(payment.left.minor == 0 for payment in emptied), "one after the other"
