"""A member's last order, from the record of what was sold at this kiosk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core import errors
from kioskd.core.effects import FindLastOrder
from kioskd.core.events import LastOrderFound
from kioskd.core.past_order import PastOrder, past_order
from kioskd.core.ports import TellsLastOrder
from kioskd.core.sale_document import sale_document, sale_from
from kioskd.daemon.selling.last_orders import OwnRecord, found
from kioskd.daemon.selling.sales import drop_draft, sale_draft
from tests.unit.backstage import ORDER, order, working
from tests.unit.shopfront import NOON

ASKED = FindLastOrder("q-1", "m-1")


class _Broken:
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def last_order(self, member_id: str) -> PastOrder | None:
        raise self._error


def test_it_is_the_newest_of_this_member_that_was_not_dropped(tmp_path: Path) -> None:
    asyncio.run(_told_of_the_newest(tmp_path))


async def _told_of_the_newest(tmp_path: Path) -> None:
    mine, newer = order(1, member_id="m-1"), order(2, member_id="m-1")
    mine = replace(mine, lines=mine.lines[:1])
    dropped = order(4, member_id="m-1")
    async with working(tmp_path) as outbox:
        for each in (newer, mine, order(3, member_id="m-2"), dropped, order(5)):
            await outbox.accept(sale_draft(each))
        await outbox.accept(drop_draft(dropped, NOON, "staff", "nobody came"))
        record = OwnRecord(outbox)
        kept = past_order(sale_from(sale_document(mine)))
        assert await record.last_order("m-1") == kept
        assert await record.last_order("m-9") is None
        assert await found(record, ASKED) == LastOrderFound("q-1", kept)


@pytest.mark.parametrize("error", [errors.StorageError("disk"), ValueError("odd"), TimeoutError()])
def test_who_cannot_tell_keeps_nobody_from_ordering(error: Exception) -> None:
    teller: TellsLastOrder = _Broken(error)
    for each in (teller, None):
        assert asyncio.run(found(each, ASKED)) == LastOrderFound("q-1", None)


def test_a_past_order_keeps_what_it_takes_to_order_again_and_nothing_of_the_guest() -> None:
    past = past_order(replace(ORDER, member_id="m-1", credential="4000"))
    assert [line.sku for line in past.lines] == [line.sku for line in ORDER.lines]
    assert "m-1" not in repr(past)
    assert "4000" not in repr(past)
