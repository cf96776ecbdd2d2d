"""What staff are asked about, what becomes of their answers, and what must not go unnoticed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kioskd.core.deeds import Action
from kioskd.core.effects import DecideQuestion, FindOverview, FindQuestions
from kioskd.core.events import PaymentOutcome
from kioskd.core.money import Money
from kioskd.core.ports import PaymentResult
from kioskd.core.question import Question, Subject
from kioskd.core.staff import Decision, DecisionReason
from kioskd.core.staff_events import OverviewFound, QuestionDecided, QuestionRefused, QuestionsFound
from kioskd.core.staff_overview import Attention, Concern
from kioskd.daemon.lookout import Lookout
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.staff.staff_desk import ACTOR, StaffDesk
from kioskd.outbox.courier import Applied, Baseline, Candidate, Found, Outcome, Poison, Unclear
from kioskd.outbox.operation import Draft, Parcel, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.saga import Course
from kioskd.outbox.saga import Decision as SagaDecision
from tests.unit.backstage import DEADLINE_S, FakeTerminal, News, SetClock, order, staff_desk

CHARGE, REVERSE = Action.CHARGE_GIFT_CARD.value, Action.REVERSE_GIFT_CARD.value
BEFORE = {"balance": 2500, "newest_at": "2026-07-01T11:00:00+00:00", "ids": ["m-0"], "total": 1}


class Forgetful:
    """Charges come to nobody knows what, and two of them could be ours; what is strange is not understood."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def baseline(self, parcel: Parcel) -> Outcome:
        return Baseline(BEFORE)

    async def deliver(self, parcel: Parcel) -> Outcome:
        self.sent.append(parcel.operation.op_id)
        match parcel.operation.kind:
            case "strange" if self.sent.count(parcel.operation.op_id) == 1:
                return Poison("strange")
            case kind if kind == CHARGE:
                return Unclear()
        return Applied()

    async def read_back(self, parcel: Parcel) -> Outcome:
        return Found((Candidate("m-1"), Candidate("m-2")))

    async def probe(self) -> Outcome:
        return Applied()


class Kiosk:
    def __init__(self, outbox: Outbox, courier: Forgetful, folder: Path) -> None:
        self.outbox, self.courier, self.clock, self.news = outbox, courier, SetClock(), News()
        self.terminal = FakeTerminal(PaymentResult(PaymentOutcome.UNKNOWN))
        self.payments = Payments(self.terminal, outbox, Selling(outbox, loyalty=False), self.news)
        self.desk: StaffDesk = staff_desk(outbox, self.news, payments=self.payments, clock=self.clock)
        self.lookout = Lookout(outbox, folder / "outbox.db", self.later)
        self.passed = timedelta()

    def later(self) -> datetime:
        return datetime.now().astimezone() + self.passed

    async def questions(self, count: int = 1) -> tuple[Question, ...]:
        """Once there are so many."""
        while len(self.outbox.waiting_for_a_person()) != count:
            await self.outbox.pulse()
        await self.desk.find_questions(FindQuestions("r"))
        found = self.news.events[-1]
        assert isinstance(found, QuestionsFound)
        return found.questions

    async def decide(self, question: Question, decision: Decision, candidate: str | None = None) -> None:
        assert decision in question.decisions
        await self.desk.decide(
            DecideQuestion("r", question.id, decision, DecisionReason.AT_BACKEND, candidate)
        )
        assert self.news.events[-1] == QuestionDecided("r")

    async def life(self, op_id: str) -> tuple[str, str, str]:
        """Its state, and who caused the last decision, and why."""
        account = await self.outbox.account(op_id)
        decided = next(each for each in account.history if each.actor == ACTOR)
        return account.listed.operation.state.value, decided.actor, decided.cause


@asynccontextmanager
async def open_kiosk(folder: Path) -> AsyncIterator[Kiosk]:
    policy = Policy(backoff_first_s=0.0, settle_s=0.0, outage_spread_s=0.0, open_limit=10)
    courier = Forgetful()
    async with (
        asyncio.timeout(DEADLINE_S),
        Outbox.open(folder / "outbox.db", courier, policy=policy) as outbox,
    ):
        work = asyncio.create_task(outbox.run())
        try:
            yield Kiosk(outbox, courier, folder)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


def at_work(folder: Path, scenario: Callable[[Kiosk], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_kiosk(folder) as kiosk:
            await scenario(kiosk)

    asyncio.run(run())


def charge(**values: object) -> Draft:
    payload = {"payment": {"tail": "QUAY"}, "reference": "A1"}
    draft = {"op_id": "d", "kind": CHARGE, "lane": "giftcard:1", "payload": payload}
    amounts = {"strategy": Strategy.READ_BACK, "amount_minor": 850, "currency": "EUR"}
    return Draft(**{**draft, **amounts, **values})  # type: ignore[arg-type]


def test_what_is_in_doubt_is_told_with_all_that_helps(tmp_path: Path) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.outbox.accept(charge())
        (question,) = await kiosk.questions()
        assert (question.subject, question.action) == (Subject.DOUBT, Action.CHARGE_GIFT_CARD)
        assert (question.number, question.about, question.amount) == ("A1", "QUAY", Money(850, "EUR"))
        evidence = question.evidence
        assert (evidence.balance, evidence.candidates) == (Money(2500, "EUR"), ("m-1", "m-2"))
        assert evidence.newest_at is not None
        assert evidence.newest_at.hour == 11
        assert question.decisions == (Decision.HAPPENED, Decision.NOT_HAPPENED, Decision.SEND_AGAIN)

    at_work(tmp_path, scenario)


@pytest.mark.parametrize(
    ("decision", "state", "cause"),
    [
        (Decision.HAPPENED, "confirmed", "applied: seen in the loyalty system"),
        (Decision.NOT_HAPPENED, "cancelled", "not_applied: seen in the loyalty system"),
    ],
)
def test_who_decided_and_why_is_kept(tmp_path: Path, decision: Decision, state: str, cause: str) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.outbox.accept(charge())
        (question,) = await kiosk.questions()
        await kiosk.decide(question, decision, "m-2" if decision is Decision.HAPPENED else None)
        assert await kiosk.life("d") == (state, ACTOR, cause)
        assert await kiosk.questions(0) == ()

    at_work(tmp_path, scenario)


def test_what_is_given_up_anyway_can_only_be_undone_or_left(tmp_path: Path) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        undo = charge(op_id="u", kind=REVERSE, strategy=Strategy.KEYED, saga="s", compensates="d")
        await kiosk.outbox.accept(charge(saga="s"), undo)
        (question,) = await kiosk.questions()
        assert question.decisions == (Decision.HAPPENED, Decision.NOT_HAPPENED, Decision.UNDO)
        await kiosk.outbox.accept(decide=SagaDecision("s", Course.UNDO))
        (question,) = await kiosk.questions()
        assert question.decisions == (Decision.UNDO, Decision.NOT_HAPPENED)
        await kiosk.decide(question, Decision.UNDO, "m-1")
        while kiosk.outbox.counts().open:
            await kiosk.outbox.pulse()
        assert kiosk.courier.sent == ["d", "u"]
        assert (await kiosk.life("d"))[0] == "compensated"

    at_work(tmp_path, scenario)


@pytest.mark.parametrize(
    ("decision", "state"), [(Decision.SEND_AGAIN, "confirmed"), (Decision.NOT_HAPPENED, "cancelled")]
)
def test_what_cannot_be_understood_is_tried_again_or_given_up(
    tmp_path: Path, decision: Decision, state: str
) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.outbox.accept(charge(op_id="x", kind="strange", strategy=Strategy.KEYED))
        (question,) = await kiosk.questions()
        assert (question.subject, question.action, question.kind) == (Subject.UNREADABLE, None, "strange")
        await kiosk.decide(question, decision)
        while kiosk.outbox.counts().open:
            await kiosk.outbox.pulse()
        assert (await kiosk.life("x"))[0] == state

    at_work(tmp_path, scenario)


@pytest.mark.parametrize(
    ("decision", "state"), [(Decision.HAPPENED, "confirmed"), (Decision.NOT_HAPPENED, "rejected")]
)
def test_a_card_payment_nobody_knows_the_end_of_is_decided_at_the_kiosk(
    tmp_path: Path, decision: Decision, state: str
) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.payments.take(order(1))
        (question,) = await kiosk.questions()
        assert (question.subject, question.number) == (Subject.CARD_PAYMENT, "A1")
        await kiosk.decide(question, decision)
        assert await kiosk.life("pay-o-1") == (state, ACTOR, "decided: seen in the loyalty system")
        sold = [row.operation.op_id for row in await kiosk.outbox.operations(9)]
        assert ("o-1" in sold) is (decision is Decision.HAPPENED)

    at_work(tmp_path, scenario)


def test_what_was_cleared_up_meanwhile_is_refused(tmp_path: Path) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.desk.decide(DecideQuestion("r", "gone", Decision.HAPPENED, DecisionReason.OTHER))
        assert kiosk.news.events == [QuestionRefused("r", "it has been cleared up meanwhile")]

    at_work(tmp_path, scenario)


def test_what_stays_open_too_long_is_told_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.outbox.accept(charge())
        await kiosk.payments.take(order(1))
        await kiosk.questions(2)
        assert await kiosk.lookout.look() == ()
        kiosk.passed = timedelta(minutes=16)
        undecided = Attention(Concern.PAYMENT_UNDECIDED, 1)
        assert await kiosk.lookout.look() == (undecided,)
        kiosk.passed = timedelta(days=1, minutes=1)
        for _ in range(2):
            assert await kiosk.lookout.look() == (undecided, Attention(Concern.LONG_IN_DOUBT, 1))
        assert caplog.text.count("in doubt for more than a day") == 1

    at_work(tmp_path, scenario)


def test_a_queue_nearly_full_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        for n in range(8):
            await kiosk.outbox.accept(charge(op_id=f"h{n}", held="unpaid", lane=f"l{n}"))
        (tmp_path / "outbox.db.lost-1").write_bytes(b"who knows")
        found = await kiosk.lookout.look()
        assert found == (
            Attention(Concern.DAMAGED_FILE, 1, str(tmp_path)),
            Attention(Concern.NEARLY_FULL, 8),
        )
        (tmp_path / "outbox.db.lost-1").unlink()
        assert [each.concern for each in await kiosk.lookout.look()] == [Concern.NEARLY_FULL]

    at_work(tmp_path, scenario)


def test_the_first_page_counts(tmp_path: Path) -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.outbox.accept(charge())
        await kiosk.questions()
        await kiosk.desk.find_overview(FindOverview("r"))
        found = kiosk.news.events[-1]
        assert isinstance(found, OverviewFound)
        assert (found.overview.unpaid, found.overview.questions, found.overview.waiting) == (0, 1, 1)

    at_work(tmp_path, scenario)


def test_a_backend_that_notes_other_things_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BEFORE, "balance", "a lot")
    monkeypatch.setitem(BEFORE, "newest_at", "yesterday")

    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.outbox.accept(charge())
        (question,) = await kiosk.questions()
        assert (question.evidence.balance, question.evidence.newest_at) == (None, None)
        assert json.loads((await kiosk.outbox.account("d")).listed.operation.baseline or "")["total"] == 1

    at_work(tmp_path, scenario)
