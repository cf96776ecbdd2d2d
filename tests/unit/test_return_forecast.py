"""What staff read before they agree is what then happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.deeds import Action
from kioskd.core.refunding import Remainder
from kioskd.core.return_forecast import forecast
from kioskd.core.returning import ReturnRefused
from kioskd.core.sale import Sale, SaleState
from tests.unit.returns_desk import Desk, at_the_desk
from tests.unit.sold import SALE
from tests.unit.test_returning import ID, L1, L2, ORDER


@pytest.mark.parametrize("pieces", [[{L1: 2, L2: 1}], [{L1: 1}, {L2: 1}, {L1: 1}]])
def test_what_was_foretold_is_what_is_written_down(tmp_path: Path, pieces: list[dict[str, int]]) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        for quantities in pieces:
            told = forecast(await desk.orders.show(ID), quantities, loyalty=True)
            sale = await desk.orders.give_back(ID, quantities, actor="Anna", reason="cold", again=True)
            done = sale.returns[-1]
            assert (told.refund, told.pay_backs, told.last) == (done.refund, done.pay_backs, done.last)
            assert [(u.action, u.about, u.amount) for u in told.undoings] == [
                (u.action, u.about, u.amount) for u in done.undoings
            ]
            assert told.left == done.left

    at_the_desk(tmp_path, scenario)


def test_points_of_nobody_are_collected_or_never_were() -> None:
    nobodys = replace(SALE, order=replace(SALE.order, member_id=None))
    everything = SALE.left
    assert [left.remainder for left in forecast(nobodys, everything, loyalty=True).left] == [
        Remainder.CLAIMABLE_POINTS
    ]
    assert forecast(nobodys, everything, loyalty=False).left == ()
    assert Action.TELL_RETURN in {u.action for u in forecast(SALE, everything, loyalty=True).undoings}


def test_nothing_and_too_much_are_refused_as_when_it_is_done() -> None:
    for quantities in ({}, {L1: 99}):
        with pytest.raises(ReturnRefused):
            forecast(Sale(ORDER, SaleState.SOLD), quantities, loyalty=True)
