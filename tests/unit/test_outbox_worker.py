"""The outbox as the daemon sees it: accepted is durable, delivered is reported, trouble stays contained."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import apsw
import pytest

from kioskd.core.errors import StorageError
from kioskd.outbox.courier import DUPLICATE, Applied, Baseline, NeverSent, Outcome, Refused, Unclear
from kioskd.outbox.gate import Flow
from kioskd.outbox.operation import Draft, Operation, OperationRefused, OutboxFull, Parcel, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from tests.unit.outbox_files import draft

IMPATIENT = Policy(backoff_first_s=0.0, outage_spread_s=0.0)


class ScriptedCourier:
    """Answers in turn what it was given, then Applied. An exception is raised, a future is waited for."""

    def __init__(self, *outcomes: Outcome | Exception | asyncio.Event) -> None:
        self.outcomes = list(outcomes)
        self.delivered: list[Parcel] = []
        self.read: list[Parcel] = []
        self.probes = 0

    async def baseline(self, parcel: Parcel) -> Outcome:
        return Baseline({"newest": "tx-1"})

    async def deliver(self, parcel: Parcel) -> Outcome:
        self.delivered.append(parcel)
        outcome = self.outcomes.pop(0) if self.outcomes else Applied({"points": 8})
        if isinstance(outcome, asyncio.Event):
            await outcome.wait()
            return Applied()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def read_back(self, parcel: Parcel) -> Outcome:
        self.read.append(parcel)
        return Applied({"points": 8})

    async def probe(self) -> Outcome:
        self.probes += 1
        return Applied()

    @property
    def ids(self) -> list[str]:
        return [parcel.operation.op_id for parcel in self.delivered]


class Reports:
    """What the outbox told the daemon, and a way to wait for it."""

    def __init__(self) -> None:
        self.settled: list[tuple[Operation, Outcome]] = []
        self.online: list[bool] = []
        self._news = asyncio.Event()

    def on_settled(self, operation: Operation, outcome: Outcome) -> None:
        self.settled.append((operation, outcome))
        self._news.set()

    def on_online(self, online: bool) -> None:
        self.online.append(online)
        self._news.set()

    async def until(self, done: Callable[[Reports], bool]) -> None:
        async with asyncio.timeout(10.0):
            while not done(self):
                self._news.clear()
                await self._news.wait()


def serve(
    path: Path,
    courier: ScriptedCourier,
    visit: Callable[[Outbox, Reports], Awaitable[None]],
    policy: Policy = IMPATIENT,
    call_deadline_s: float = 10.0,
) -> Reports:
    """Run `visit` against an outbox at work; then stop it as SIGTERM would."""

    async def main() -> Reports:
        reports = Reports()
        async with Outbox.open(
            path,
            courier,
            policy=policy,
            rng=lambda: 0.5,
            on_settled=reports.on_settled,
            on_online=reports.on_online,
            call_deadline_s=call_deadline_s,
        ) as outbox:
            work = asyncio.create_task(outbox.run())
            try:
                await visit(outbox, reports)
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
        return reports

    return asyncio.run(main())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def test_an_accepted_order_is_delivered_and_reported(path: Path) -> None:
    courier = ScriptedCourier()

    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a"))
        await reports.until(lambda r: bool(r.settled))
        assert outbox.counts().open == 0
        [row] = await outbox.operations(10)
        assert (row.operation.op_id, row.operation.state) == ("a", OpState.CONFIRMED)

    reports = serve(path, courier, visit)
    assert courier.delivered[0].payload == {"id": "a", "guest": "Ada"}
    assert [(op.state, outcome) for op, outcome in reports.settled] == [
        (OpState.CONFIRMED, Applied({"points": 8}))
    ]
    assert reports.online == [True]


def test_the_network_comes_back_and_what_waited_is_delivered_once(path: Path) -> None:
    courier = ScriptedCourier(*[NeverSent()] * 5)

    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a"))
        await reports.until(lambda r: bool(r.settled))
        assert outbox.counts().flow is Flow.OPEN

    reports = serve(path, courier, visit)
    assert courier.ids == ["a"] * 6
    assert courier.probes == 1
    assert reports.online == [False, True]


def test_it_wakes_by_itself_when_a_back_off_ends(path: Path) -> None:
    courier = ScriptedCourier(Unclear(), NeverSent())

    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a"))
        await reports.until(lambda r: bool(r.settled))

    serve(path, courier, visit, policy=Policy(backoff_first_s=0.002))
    assert courier.ids == ["a"] * 3


def test_a_duplicate_is_read_back(path: Path) -> None:
    courier = ScriptedCourier(Unclear(), Refused(DUPLICATE))

    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a"))
        await reports.until(lambda r: bool(r.settled))

    reports = serve(path, courier, visit)
    assert [parcel.payload["id"] for parcel in courier.read] == ["a"]
    assert reports.settled[0][0].state is OpState.CONFIRMED


def test_stopped_in_the_middle_of_a_delivery_it_is_finished_after_the_next_start(path: Path) -> None:
    never = asyncio.Event()

    async def accept_only(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a", order_number=12))
        await outbox.pulse()

    async def finish(outbox: Outbox, reports: Reports) -> None:
        assert outbox.next_order_number == 13
        await reports.until(lambda r: bool(r.settled))

    serve(path, ScriptedCourier(never), accept_only)
    courier = ScriptedCourier()
    reports = serve(path, courier, finish)
    assert [parcel.operation.attempts for parcel in courier.delivered] == [2]
    assert reports.settled[0][0].state is OpState.CONFIRMED


def test_a_call_that_hangs_is_ended_and_counts_as_unclear(path: Path) -> None:
    courier = ScriptedCourier(asyncio.Event())

    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a"))
        await reports.until(lambda r: bool(r.settled))

    serve(path, courier, visit, call_deadline_s=0.01)
    assert [parcel.operation.last_outcome for parcel in courier.delivered] == ["", "unclear"]


def test_a_bug_in_the_courier_stops_one_operation_and_its_text_is_not_logged(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    courier = ScriptedCourier(KeyError("Ada Lovelace"))

    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a"), draft("b"))
        await reports.until(lambda r: len(r.settled) == 2)
        assert outbox.counts().by_state == {OpState.QUARANTINED: 1}

    with caplog.at_level(logging.DEBUG):
        reports = serve(path, courier, visit)
    assert [op.state for op, _ in reports.settled] == [OpState.QUARANTINED, OpState.CONFIRMED]
    assert "KeyError" in caplog.text
    assert "Ada" not in caplog.text


def test_a_payment_interrupted_by_a_crash_is_asked_about_and_closed_with_its_order(path: Path) -> None:
    async def begin(outbox: Outbox, reports: Reports) -> None:
        await outbox.begin(Draft("pay-a", "payment", "terminal", {"order": "a"}, Strategy.ATTENDED))
        assert await outbox.unsettled() == []

    async def settle(outbox: Outbox, reports: Reports) -> None:
        [parcel] = await outbox.unsettled()
        assert parcel.payload == {"order": "a"}
        await outbox.resolve("pay-a", OpState.CONFIRMED, "trace 12", accept=[draft("a")])
        assert await outbox.unsettled() == []
        await reports.until(lambda r: bool(r.settled))

    serve(path, ScriptedCourier(), begin)
    courier = ScriptedCourier()
    serve(path, courier, settle)
    assert courier.ids == ["a"]


def test_an_unpaid_order_is_kept_and_delivered_only_when_released(path: Path) -> None:
    courier = ScriptedCourier()

    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(draft("a", held="unpaid"), draft("b", held="unpaid"))
        await outbox.pulse()
        assert courier.ids == []
        await outbox.cancel("b", "left")
        await outbox.release("a")
        await reports.until(lambda r: bool(r.settled))

    serve(path, courier, visit)
    assert courier.ids == ["a"]


def test_a_payload_that_was_damaged_is_quarantined_and_the_rest_goes_on(path: Path) -> None:
    async def accept(outbox: Outbox, reports: Reports) -> None:
        await outbox.accept(*(draft(name, held="unpaid") for name in "abc"))
        await outbox.begin(Draft("pay", "payment", "terminal", {}, Strategy.ATTENDED))

    async def look(outbox: Outbox, reports: Reports) -> None:
        assert [parcel.operation.op_id for parcel in await outbox.held()] == ["a", "c"]
        assert await outbox.unsettled() == []
        assert outbox.counts().by_state == {OpState.HELD: 2, OpState.QUARANTINED: 2}
        await outbox.release("c")
        await reports.until(lambda r: bool(r.settled))

    serve(path, ScriptedCourier(), accept)
    damage = apsw.Connection(str(path))
    damage.execute("UPDATE operation SET payload = x'7b' WHERE op_id IN ('b', 'pay')")
    damage.close()
    serve(path, ScriptedCourier(), look)


def test_a_refusal_leaves_the_outbox_at_work(path: Path) -> None:
    async def visit(outbox: Outbox, reports: Reports) -> None:
        with pytest.raises(OperationRefused, match="no open operation"):
            await outbox.release("nobody")
        with pytest.raises(OperationRefused, match="only attended"):
            await outbox.begin(draft("a"))
        with pytest.raises(OutboxFull):
            await outbox.accept(draft("a"), draft("b"))
        await outbox.accept(draft("a"))
        await reports.until(lambda r: bool(r.settled))
        with pytest.raises(OperationRefused, match="accepted before"):
            await outbox.accept(draft("a"))
        await outbox.pulse()

    serve(path, ScriptedCourier(), visit, policy=Policy(open_limit=1))


def test_those_who_ask_together_are_served_in_order_and_refused_alone(path: Path) -> None:
    async def visit(outbox: Outbox, _: Reports) -> None:
        await outbox.pulse()  # nothing is being done: the first of them need not wait for the worker
        told = await asyncio.gather(
            outbox.accept(draft("a")),
            outbox.accept(draft("b")),
            outbox.accept(draft("a")),
            return_exceptions=True,
        )
        assert told[:2] == [None, None]
        assert isinstance(told[2], OperationRefused)
        assert [row.operation.op_id for row in await outbox.operations(9)] == ["b", "a"]

    serve(path, ScriptedCourier(), visit)


def test_who_gives_up_waiting_has_asked_all_the_same(path: Path) -> None:
    async def visit(outbox: Outbox, reports: Reports) -> None:
        await outbox.pulse()
        asking = asyncio.create_task(outbox.accept(draft("a")))
        await asyncio.sleep(0)
        asking.cancel()
        await reports.until(lambda r: bool(r.settled))
        assert asking.cancelled()

    assert [op.state for op, _ in serve(path, ScriptedCourier(), visit).settled] == [OpState.CONFIRMED]


def test_nearly_full_is_said_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def visit(outbox: Outbox, reports: Reports) -> None:
        for n in range(10):
            await outbox.accept(draft(f"a{n}", held="unpaid"))
        assert outbox.counts().near_limit

    serve(path, ScriptedCourier(), visit, policy=Policy(open_limit=10))
    assert caplog.text.count("more than 80 %") == 1


def test_when_the_file_fails_run_ends_and_nobody_waits_for_ever(path: Path) -> None:
    async def main() -> None:
        answer = asyncio.Event()
        async with Outbox.open(path, ScriptedCourier(answer)) as outbox:
            work = asyncio.create_task(outbox.run())
            await outbox.accept(draft("a"))
            outbox._store._broken = "a write to the disk failed"
            with pytest.raises(StorageError, match="restart"):
                await outbox.accept(draft("b"))
            answer.set()
            with pytest.raises(StorageError, match="restart"):
                await work
            with pytest.raises(StorageError):
                await outbox.accept(draft("c"))

    asyncio.run(main())
