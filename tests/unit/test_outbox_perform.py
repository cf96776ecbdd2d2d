"""One step while a guest waits: on the disk first, told at once, and found out about when nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kioskd.outbox.courier import Applied, Baseline, Candidate, Found, NeverSent, Outcome, Refused, Unclear
from kioskd.outbox.events import Verdict
from kioskd.outbox.operation import Draft, OperationRefused, Parcel, Result, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.saga import Course, Decision, Saga, SagaState
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from tests.unit.outbox_files import NOW, draft

IMPATIENT = Policy(backoff_first_s=0.0, outage_spread_s=0.0, settle_s=0.0)
DEBIT = Draft("d", "gift", "card:1", {"amount": -500}, Strategy.READ_BACK, saga="s")
UNDO = Draft("u", "gift", "card:1", {"amount": 500}, Strategy.READ_BACK, saga="s", compensates="d")
ORDER = Draft("o", "order", "member:1", {}, saga="s", depends_on=("d",))
FINISH = Decision("s", Course.FINISH)


class Counter:
    """A server of gift cards; `answers` are given to writes in turn, then Applied. None never answers."""

    def __init__(self, *answers: Outcome | None, found: Outcome | None = None) -> None:
        self.answers = list(answers)
        self.found = found or Found((Candidate("tx-9"),))
        self.writes: list[Parcel] = []
        self.asked: list[Parcel] = []
        self.on_write: Callable[[], None] = lambda: None

    async def baseline(self, parcel: Parcel) -> Outcome:
        return Baseline({"newest": "tx-0"})

    async def deliver(self, parcel: Parcel) -> Outcome:
        self.writes.append(parcel)
        self.on_write()
        answer = self.answers.pop(0) if self.answers else Applied(remote_uuid=f"tx-{len(self.writes)}")
        if answer is None:
            await asyncio.Event().wait()
        return answer or Unclear()

    async def read_back(self, parcel: Parcel) -> Outcome:
        self.asked.append(parcel)
        return self.found

    async def probe(self) -> Outcome:
        return Applied()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def serve(
    path: Path,
    courier: Counter,
    visit: Callable[[Outbox, list[Saga]], Awaitable[None]],
    **settings: Any,
) -> None:
    async def main() -> None:
        ended: list[Saga] = []
        async with Outbox.open(
            path,
            courier,
            rng=lambda: 0.5,
            on_saga_ended=ended.append,
            **{"policy": IMPATIENT, **settings},
        ) as outbox:
            work = asyncio.create_task(outbox.run())
            try:
                async with asyncio.timeout(10.0):
                    await visit(outbox, ended)
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    asyncio.run(main())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0)


def test_the_outcome_is_on_the_disk_and_told(path: Path) -> None:
    courier = Counter()

    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        assert await outbox.perform(DEBIT, 5.0, UNDO) == Applied(remote_uuid="tx-1")
        rows = {row.operation.op_id: row.operation for row in await outbox.operations(9)}
        assert (rows["d"].state, rows["d"].remote_uuid) == (OpState.CONFIRMED, "tx-1")
        assert (rows["u"].state, rows["u"].at_once) == (OpState.HELD, False)
        await outbox.accept(ORDER, decide=FINISH)
        await until(lambda: ended)
        assert [saga.state for saga in ended] == [SagaState.FINISHED]
        assert await outbox.sagas() == []

    serve(path, courier, visit)
    assert courier.writes[0].baseline == {"newest": "tx-0"}
    assert courier.writes[1].results == {"d": Result(OpState.CONFIRMED, "tx-1", {})}


@pytest.mark.parametrize("answer", [Refused("not_enough"), NeverSent()])
def test_a_no_is_told_at_once(path: Path, answer: Outcome) -> None:
    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        assert await outbox.perform(DEBIT, 5.0, UNDO) == answer
        assert outbox.counts().open == 0

    serve(path, Counter(answer), visit)


def test_a_lost_answer_is_looked_for_while_the_guest_waits(path: Path) -> None:
    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        assert await outbox.perform(DEBIT, 5.0, UNDO) == Applied(remote_uuid="tx-9")

    serve(path, Counter(Unclear()), visit)


def test_at_the_deadline_it_is_unclear_and_the_outbox_goes_on_finding_out(path: Path) -> None:
    courier = Counter(None)

    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        assert await outbox.perform(DEBIT, 0.05, UNDO) == Unclear()
        await outbox.accept(decide=Decision("s", Course.UNDO, "no answer"))
        await until(lambda: ended)
        assert ended[0].state is SagaState.UNDONE

    serve(path, courier, visit, call_deadline_s=0.1)
    assert [parcel.operation.op_id for parcel in courier.writes] == ["d", "u"]
    assert courier.writes[1].results["d"].remote_uuid == "tx-9"


def test_what_did_not_get_its_turn_in_time_never_gets_it(path: Path) -> None:
    courier = Counter(None)

    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.accept(Draft("first", "gift", "card:1", {}))
        assert await outbox.perform(DEBIT, 0.02, UNDO) == NeverSent()
        assert outbox.counts().open == 1

    serve(path, courier, visit)
    assert len(courier.writes) == 1


def test_a_step_that_is_refused_is_not_waited_for(path: Path) -> None:
    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.perform(DEBIT, 5.0, UNDO)
        with pytest.raises(OperationRefused, match="accepted before"):
            await outbox.perform(DEBIT, 5.0)
        with pytest.raises(OperationRefused, match="not accepted before"):
            await outbox.perform(Draft("x", "gift", "c", {}, saga="s", depends_on=("y",)), 5.0)
        await outbox.pulse()

    serve(path, Counter(), visit)


def test_a_refusal_nobody_waits_for_any_more_leaves_the_outbox_at_work(path: Path) -> None:
    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.perform(DEBIT, 5.0, UNDO)
        assert await outbox.perform(DEBIT, 0.0) == Unclear()
        await outbox.pulse()

    serve(path, Counter(), visit)


def test_a_kiosk_that_dies_gives_the_money_back(path: Path) -> None:
    async def die(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.perform(DEBIT, 5.0, UNDO)

    async def look(outbox: Outbox, ended: list[Saga]) -> None:
        await until(lambda: ended)
        assert ended[0].state is SagaState.UNDONE

    serve(path, Counter(), die)
    courier = Counter(Applied(remote_uuid="tx-2"))
    serve(path, courier, look)
    assert [parcel.operation.op_id for parcel in courier.writes] == ["u"]
    assert courier.writes[0].results["d"].remote_uuid == "tx-1"


def test_a_transaction_of_another_operation_is_never_taken_for_ours(path: Path) -> None:
    courier = Counter(Applied(remote_uuid="tx-9"), Unclear(), found=Found((Candidate("tx-9"),)))

    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        assert await outbox.perform(DEBIT, 5.0) == Applied(remote_uuid="tx-9")
        second = Draft("e", "gift", "card:1", {}, Strategy.READ_BACK)
        assert await outbox.perform(second, 5.0) == Refused("absent")

    serve(path, courier, visit)


def test_a_person_sees_the_evidence_and_decides(path: Path) -> None:
    courier = Counter(Unclear(), found=Found((Candidate("tx-1", "-500"), Candidate("tx-2", "-500"))))

    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.perform(DEBIT, 1.0, UNDO)
        await until(lambda: outbox.counts().by_state.get(OpState.IN_DOUBT))
        [doubt] = outbox.waiting_for_a_person()
        assert "tx-2" in doubt.evidence
        with pytest.raises(OperationRefused, match="who decides"):
            await outbox.resolve_doubt("d", Verdict.APPLIED, " ", "the list")
        await outbox.resolve_doubt("d", Verdict.APPLIED, "Kim", "the list", remote_uuid="tx-1")
        await outbox.accept(decide=FINISH)
        await until(lambda: ended)

    serve(path, courier, visit)
    store = Store.open(path)
    [(actor, cause)] = store._connection.execute(
        "SELECT actor, cause FROM event WHERE from_state = 'in_doubt'"
    ).fetchall()
    assert (actor, cause) == ("Kim", "applied: the list")
    store.close()


def test_a_quarantined_operation_is_tried_again_when_staff_says_so(path: Path) -> None:
    class Broken(Counter):
        async def baseline(self, parcel: Parcel) -> Outcome:
            if not self.answers:
                return await super().baseline(parcel)
            self.answers.clear()
            raise KeyError("gone")

    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.accept(Draft("e", "gift", "card:1", {}, Strategy.READ_BACK))
        await until(lambda: outbox.counts().by_state.get(OpState.QUARANTINED))
        await outbox.retry("e", "Kim")
        await until(lambda: outbox.counts().open == 0)

    serve(path, Broken(Applied()), visit)


def test_what_is_kept_for_the_record_is_wiped_on_a_trusted_clock(path: Path) -> None:
    async def visit(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.accept(draft("a", strategy=Strategy.LOCAL))
        await outbox.pulse()

    def kept() -> bool:
        store = Store.open(path)
        try:
            return bool(store.payload("a"))
        except ValueError:
            return False
        finally:
            store.close()

    async def look(outbox: Outbox, ended: list[Saga]) -> None:
        await outbox.pulse()
        await outbox.pulse()

    serve(path, Counter(), visit, wall=lambda: NOW, clock_trusted=lambda: True)
    later = NOW + timedelta(days=31)
    serve(path, Counter(), look, wall=lambda: later, clock_trusted=lambda: False)
    assert kept()
    serve(path, Counter(), look, wall=lambda: later, clock_trusted=lambda: True)
    assert not kept()
