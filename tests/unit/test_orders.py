"""Taking back what was sold, as staff do: everything goes back once, whoever answers and whoever dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from kioskd.core.deeds import Action
from kioskd.core.order import Tender
from kioskd.core.refunding import DUE, Means, Remainder
from kioskd.core.returning import ReturnRefused
from kioskd.core.sale import Progress, SaleState
from kioskd.core.sale_document import returned_document, returned_from, sale_document, sale_from
from kioskd.outbox.changes import Change
from kioskd.outbox.courier import Outcome
from kioskd.outbox.operation import Parcel
from tests.unit.backstage import DEADLINE_S
from tests.unit.returns_desk import Desk, NotingBackend, at_the_desk, opened, plain
from tests.unit.test_returning import G2, ID, L1, L2, ORDER, P

UNDONE = {
    f"return-redeem-{ID}-d1",
    f"return-claim-{ID}-d2",
    f"return-collect-{ID}-kept",
    f"return-charge-{ID}-p1",
    f"return-charge-{ID}-p2",
    f"return-charge-{ID}-p3",
    f"tell-{ID}-r1",
}


def test_a_cancelled_order_is_undone_once_and_completely(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        before = list(desk.backend.done)
        await desk.cancel()
        assert set(desk.backend.done[len(before) :]) == UNDONE
        assert len(desk.backend.done) == len(before) + len(UNDONE)
        assert desk.backend.built_upon[f"return-charge-{P}"] == {f"charge-{P}": f"remote-charge-{P}"}
        sale = await desk.orders.show("A457")
        assert sale.state is SaleState.RETURNED
        assert sale.refunded == ORDER.total
        returned = sale.returns[0]
        assert {each.progress for each in returned.undoings} == {Progress.DONE}
        assert [(back.source, back.amount) for back in returned.by_staff] == [(DUE, ORDER.due)]
        assert (returned.actor, returned.reason, returned.last) == ("Anna", "cold", True)
        assert sale.card_reference == "Receipt 4711"
        with pytest.raises(ReturnRefused, match="A457 was returned already, all of it"):
            await desk.cancel()
        assert len(desk.backend.done) == len(before) + len(UNDONE)

    at_the_desk(tmp_path, scenario)


def test_offline_the_return_waits_on_the_disk_and_is_done_by_whoever_comes_next(tmp_path: Path) -> None:
    backend = NotingBackend()

    async def before() -> None:
        async with asyncio.timeout(DEADLINE_S), opened(tmp_path, backend) as desk:
            await desk.sell()
            backend.online = False
            desk.orders._patience_s = 0.0
            await desk.cancel()
            progresses = {each.progress for each in (await desk.orders.show("A457")).returns[0].undoings}
            assert progresses == {Progress.WAITS}

    async def after() -> None:
        backend.online = True
        async with asyncio.timeout(DEADLINE_S), opened(tmp_path, backend) as desk:
            await desk.until_told()
            returned = (await desk.orders.show("A457")).returns[0]
            assert {each.progress for each in returned.undoings} == {Progress.DONE}
            assert set(backend.done) >= UNDONE
            assert len(backend.done) == len(set(backend.done))

    asyncio.run(before())
    asyncio.run(after())


def test_what_is_still_on_its_way_is_undone_after_it(tmp_path: Path) -> None:
    """The network went with the money taken: vouchers, rewards and the order itself are told later."""

    async def scenario(desk: Desk) -> None:
        desk.orders._patience_s = 0.0
        await desk.sell(go_offline=True)
        await desk.cancel()
        desk.backend.online = True
        await desk.until_told()
        done = desk.backend.done
        assert set(done) >= UNDONE
        for first, second in (
            (f"redeem-{ID}-d1", f"return-redeem-{ID}-d1"),
            (f"collect-{ID}-kept", f"return-collect-{ID}-kept"),
            (ID, f"tell-{ID}-r1"),
        ):
            assert done.index(first) < done.index(second)
        assert desk.backend.built_upon[f"return-redeem-{ID}-d1"] == {
            f"redeem-{ID}-d1": f"remote-redeem-{ID}-d1"
        }
        returned = (await desk.orders.show("A457")).returns[0]
        assert {each.progress for each in returned.undoings} == {Progress.DONE}

    at_the_desk(tmp_path, scenario)


class Stumbling(NotingBackend):
    """A bug stands between it and orders, until an upgrade."""

    upgraded = False

    async def deliver(self, parcel: Parcel) -> Outcome:
        if self.online and not self.upgraded and parcel.operation.kind == Action.TELL_ORDER:
            raise KeyError
        return await super().deliver(parcel)


def test_a_return_does_not_overtake_its_order_that_got_stuck(tmp_path: Path) -> None:
    backend, order = Stumbling(), plain(1)

    async def scenario() -> None:
        async with asyncio.timeout(DEADLINE_S), opened(tmp_path, backend) as desk:
            desk.orders._patience_s = 0.0
            await desk.sell(order, go_offline=True)
            await desk.cancel(order.number)
            backend.online = True
            while not desk.outbox.waiting_for_a_person():
                await desk.outbox.pulse()
            assert backend.done == []
            backend.upgraded = True
            await desk.outbox.retry(order.id, "Kim")
            await desk.until_told()
            assert backend.done == [order.id, f"tell-{order.id}-r1"]

    asyncio.run(scenario())


def test_pieces_go_back_one_by_one_and_offers_with_the_last(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        await desk.give_back("A457", {2: 1})
        sale = await desk.orders.show("A457")
        assert sale.state is SaleState.PARTLY_RETURNED
        assert sale.left == {L1: 2, L2: 1}
        assert [each.id for each in sale.returns[0].undoings] == [f"tell-{ID}-r1"]
        await desk.give_back("A457", {2: 1, 1: 1})
        assert f"return-charge-{P}" in desk.backend.done
        assert f"return-redeem-{ID}-d1" not in desk.backend.done
        await desk.cancel()
        sale = await desk.orders.show("A457")
        assert (sale.state, sale.refunded) == (SaleState.RETURNED, ORDER.total)
        assert f"return-redeem-{ID}-d1" in desk.backend.done
        assert len(desk.backend.done) == len(set(desk.backend.done))

    at_the_desk(tmp_path, scenario)


def test_the_same_command_twice_returns_once(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        await desk.give_back("A457", {1: 1})
        with pytest.raises(ReturnRefused, match=r"exactly this was returned already .* by Anna"):
            await desk.give_back("A457", {1: 1})
        assert len((await desk.orders.show("A457")).returns) == 1
        await desk.give_back("A457", {1: 1}, again=True)
        with pytest.raises(ReturnRefused, match=r"line 1 \(Thing 1\): 1 cannot be returned, 0 of 2 are left"):
            await desk.give_back("A457", {1: 1}, again=True)
        both = await asyncio.gather(desk.cancel(), desk.cancel(), return_exceptions=True)
        assert [type(each) for each in both] == [type(None), ReturnRefused]

    at_the_desk(tmp_path, scenario)


def test_many_returns_of_one_order_are_all_found_again(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        ten = replace(plain(7), lines=(replace(ORDER.lines[0], quantity=20),))
        await desk.sell(ten)
        for _ in range(19):
            await desk.give_back("A7", {1: 1}, again=True)
        assert len((await desk.orders.show("A7")).returns) == 19
        await desk.cancel("A7")
        assert (await desk.orders.show("A7")).refunded == ten.total

    at_the_desk(tmp_path, scenario)


def test_what_the_backend_refuses_is_shown_and_stops_nothing_else(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        desk.backend.refuses = {"reverse_gift_card": "not_last_transaction"}
        await desk.cancel()
        returned = (await desk.orders.show("A457")).returns[0]
        progress = {each.id: each.progress for each in returned.undoings}
        assert progress.pop(f"return-charge-{ID}-p1") is Progress.REFUSED
        assert progress.pop(f"return-charge-{G2}") is Progress.REFUSED
        assert set(progress.values()) == {Progress.DONE}
        assert not returned.is_complete

    at_the_desk(tmp_path, scenario)


def test_an_order_nobody_paid_is_dropped_with_all_that_was_used_for_it(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        order = await desk.sell(replace(ORDER, tender=Tender.COUNTER))
        assert (await desk.orders.show("A457")).state is SaleState.UNPAID
        with pytest.raises(ReturnRefused, match="A457 is not paid yet: cancel it instead"):
            await desk.give_back("A457", {1: 1})
        await desk.cancel()
        await desk.until_told()
        assert (await desk.orders.show("A457")).state is SaleState.DROPPED
        assert order.id not in desk.backend.done
        assert f"return-charge-{P}" in desk.backend.done
        with pytest.raises(ReturnRefused, match="A457 was never paid, and is dropped already"):
            await desk.cancel()

    at_the_desk(tmp_path, scenario)


def test_paid_at_the_counter_it_is_returned_like_any_other(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell(plain(8, tender=Tender.COUNTER))
        await desk.selling.paid_at_counter("A8")
        await desk.until_told()
        assert (await desk.orders.show("A8")).state is SaleState.SOLD
        await desk.cancel("A8")
        returned = (await desk.orders.show("A8")).returns[0]
        assert [back.means for back in returned.pay_backs] == [Means.COUNTER]
        assert desk.backend.done == ["plain-8", "tell-plain-8-r1"]

    at_the_desk(tmp_path, scenario)


def test_nobody_is_told_of_an_order_of_nobody_but_its_claim_code_is_mentioned(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell(plain(9, member_id=None))
        desk.claim_link = "https://portal.test/l?unique_id=plain-9"
        await desk.cancel("A9")
        returned = (await desk.orders.show("A9")).returns[0]
        assert returned.undoings == ()
        assert [each.remainder for each in returned.left] == [Remainder.CLAIMABLE_POINTS]
        assert desk.backend.done == []

    at_the_desk(tmp_path, scenario)


def test_orders_are_listed_newest_first_and_found_by_number_or_id(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        old = replace(plain(1), id="old")
        for order in (old, plain(2), plain(1)):
            await desk.sell(order)
        assert [sale.order.id for sale in await desk.orders.list()] == ["plain-1", "plain-2", "old"]
        assert [sale.order.id for sale in await desk.orders.list(1)] == ["plain-1"]
        assert (await desk.orders.show("A1")).order.id == "plain-1"
        assert (await desk.orders.show("old")).order.id == "old"
        with pytest.raises(ReturnRefused, match="no order A3 is on record"):
            await desk.orders.show("A3")

    at_the_desk(tmp_path, scenario)


@pytest.mark.parametrize(
    ("actor", "reason"), [("", "cold"), ("Anna", " "), ("Anna", "a\nb"), ("A" * 201, "x")]
)
def test_who_and_why_must_be_said(tmp_path: Path, actor: str, reason: str) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell(plain(1))
        with pytest.raises(ReturnRefused, match="say "):
            await desk.orders.cancel("A1", actor=actor, reason=reason)

    at_the_desk(tmp_path, scenario)


def test_the_record_says_nothing_of_the_card_that_was_scanned(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        order = await desk.sell(replace(plain(5), member_id=None, credential="10024711"))
        kept = await desk.outbox.kept([f"sale-{order.id}"])
        assert "10024711" not in json.dumps(dict(kept[0].payload))
        assert sale_from(kept[0].payload) == replace(order, credential=None)

    at_the_desk(tmp_path, scenario)


def test_records_survive_as_json_and_other_versions_are_refused(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        await desk.give_back("A457", {1: 1})
        returned = (await desk.orders.show("A457")).returns[0]
        document = json.loads(json.dumps(returned_document(returned)))
        read = returned_from(document)
        assert replace(read, undoings=()) == replace(returned, undoings=())
        for broken in ({**document, "schema": 2}, {**sale_document(ORDER), "schema": 0}):
            with pytest.raises(ValueError, match="schema"):
                returned_from(broken)

    at_the_desk(tmp_path, scenario)


def test_the_order_and_its_record_are_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash leaves both or neither."""
    commits: list[int] = []

    async def scenario(desk: Desk) -> None:
        store = desk.outbox._store
        commit = store.commit

        def counted(changes: Sequence[Change], now: datetime, **how: bool) -> None:
            commits.append(len(changes))
            commit(changes, now, **how)

        monkeypatch.setattr(store, "commit", counted)
        await desk.selling.accept(plain(1, member_id=None))
        assert commits == [2]
        await desk.cancel("A1")
        assert len(commits) == 2

    at_the_desk(tmp_path, scenario)
