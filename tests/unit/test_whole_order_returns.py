"""Taking back an order that the backend keeps as a whole: all of its points and offers, or none."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.deeds import Action
from kioskd.core.order import Order
from kioskd.core.refunding import Fate, Left, Remainder, TakeBack, take_back
from kioskd.core.returning import left, piece
from kioskd.core.settlement import giving_back
from kioskd.daemon.cli import order_text
from tests.unit.test_order import ORDER as PLAIN

ORDER = replace(PLAIN, session="s1", payments=(), member_id="m-1")


def back(order: Order, units: dict[str, int], told: Fate) -> TakeBack:
    return take_back(order, piece(order, "r1", units), (), {}, told=told, tell_lane="", claimable=False)


def part(order: Order) -> dict[str, int]:
    first = order.lines[0]
    assert left(order, ()) != {first.id: 1}
    return {first.id: 1}


def test_the_last_piece_voids_the_transaction_and_no_other_does() -> None:
    assert [step.action for step in back(ORDER, left(ORDER, ()), Fate.IN_EFFECT).steps] == [Action.VOID_ORDER]
    first = back(ORDER, part(ORDER), Fate.IN_EFFECT)
    assert (first.steps, first.left) == ((), (Left(Remainder.WHOLE_ORDER_ONLY),))


def test_what_another_till_has_told_is_taken_back_there() -> None:
    for units in (part(ORDER), left(ORDER, ())):
        elsewhere = back(ORDER, units, Fate.ELSEWHERE)
        assert (elsewhere.steps, elsewhere.left) == ((), (Left(Remainder.AT_OTHER_TILL),))


def test_a_refused_claim_left_nothing_to_take_back() -> None:
    refused = back(ORDER, left(ORDER, ()), Fate.WITHOUT_EFFECT)
    assert (refused.steps, refused.left) == ((), ())


def test_the_command_line_has_words_for_all_that_a_return_can_lead_to() -> None:
    assert {each.value for each in Remainder} == set(order_text._STAYS)
    undoing = {step.action.value for order in (ORDER, PLAIN) for step in giving_back(order)}
    assert undoing <= set(order_text._DEEDS)
