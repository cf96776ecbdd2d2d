"""The open questions of the outbox, as staff are asked them, and what becomes of their answers.

Of what a backend noted before the first try, staff are shown `balance` and `newest_at`; all of it is in
`kioskd outbox show`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kioskd.core.deeds import Action
from kioskd.core.money import Money
from kioskd.core.question import Evidence, Question, Subject
from kioskd.core.settlement import uncharge_id
from kioskd.core.staff import Decision
from kioskd.daemon.selling.drafts import PART_PAID, PAYMENT
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.staff.evidence import evidence, payment, receipt_number
from kioskd.outbox.events import Verdict
from kioskd.outbox.operation import Closing, Operation, OperationRefused, Strategy, decode_payload
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.reading import Account
from kioskd.outbox.saga import Course, Saga, SagaState
from kioskd.outbox.saga import Decision as SagaDecision
from kioskd.outbox.states import OpState

MOST = 100
"""Staff decide about the oldest first; the others wait for their turn."""

_MONEY = frozenset(
    {
        Action.CHARGE_GIFT_CARD,
        Action.REVERSE_GIFT_CARD,
        Action.REFILL_GIFT_CARD,
        Action.CHARGE_PREPAID,
        Action.REVERSE_PREPAID,
        Action.REFILL_PREPAID,
    }
)
_VERDICTS = {
    Decision.HAPPENED: Verdict.APPLIED,
    Decision.NOT_HAPPENED: Verdict.NOT_APPLIED,
    Decision.SEND_AGAIN: Verdict.SEND_AGAIN,
    Decision.UNDO: Verdict.COMPENSATE,
}


class Questions:
    """Raises StorageError when the outbox file fails."""

    def __init__(self, outbox: Outbox, payments: Payments | None) -> None:
        self._outbox = outbox
        self._payments = payments

    def count(self) -> int:
        return len(self._waiting())

    def _waiting(self) -> list[Operation]:
        """What becomes of an order paid in part is settled with its payments: no question of its own."""
        waiting = self._outbox.waiting_for_a_person()
        return [each for each in waiting if each.kind != PART_PAID or each.state is not OpState.UNKNOWN]

    async def all(self) -> tuple[Question, ...]:
        """The oldest first."""
        sagas = {saga.saga_id: saga for saga in await self._outbox.sagas()}
        waiting = self._waiting()[:MOST]
        return tuple([await self._question(operation, sagas) for operation in waiting])

    async def _question(self, operation: Operation, sagas: Mapping[str, Saga]) -> Question:
        account = await self._outbox.account(operation.op_id)
        accounts = [account, *[await self._outbox.account(each.op_id) for each in account.relatives]]
        known = evidence(operation)
        before = known["baseline"] or {}
        paid = payment(accounts)
        return Question(
            id=operation.op_id,
            subject=_subject(operation),
            action=_action(operation.kind),
            kind=operation.kind,
            number=receipt_number(accounts) or "",
            amount=_amount(operation),
            since=account.listed.accepted_at,
            decisions=_decisions(operation, sagas.get(operation.saga or "")),
            about=_about(account),
            detail=operation.detail,
            evidence=Evidence(
                balance=_balance(operation, before.get("balance")),
                newest_at=_time(before.get("newest_at")),
                candidates=tuple(str(each["remote_uuid"]) for each in known["candidates"]),
                attempts=operation.attempts,
                payment=str(paid["evidence"]) if paid and operation.kind != PAYMENT else "",
            ),
        )

    async def decide(
        self, question_id: str, decision: Decision, *, candidate: str | None, actor: str, reason: str
    ) -> None:
        """Raises OperationRefused when it cannot be decided so, or is no question any more."""
        waiting = {operation.op_id: operation for operation in self._waiting()}
        operation = waiting.get(question_id)
        if operation is None:
            raise OperationRefused("it has been cleared up meanwhile")
        if operation.state is OpState.QUARANTINED:
            await self._decide_unreadable(operation, decision, actor, reason)
        elif operation.kind == Action.REVERSE_CARD:
            await self._decide_reversal(operation, decision, actor, reason)
        elif operation.strategy is Strategy.ATTENDED:
            await self._decide_payment(operation, decision, actor, reason)
        else:
            verdict = _VERDICTS[decision]
            await self._outbox.resolve_doubt(question_id, verdict, actor, reason, remote_uuid=candidate)

    async def _decide_unreadable(
        self, operation: Operation, decision: Decision, actor: str, reason: str
    ) -> None:
        if decision is Decision.SEND_AGAIN:
            await self._outbox.retry(operation.op_id, actor, reason)
        else:
            await self._outbox.cancel(operation.op_id, f"given up: {reason}", actor=actor)

    async def _decide_reversal(
        self, operation: Operation, decision: Decision, actor: str, reason: str
    ) -> None:
        back, op_id = decision is Decision.HAPPENED, operation.op_id
        state = OpState.CANCELLED if operation.state is OpState.IN_DOUBT else OpState.REJECTED
        closing = Closing(
            op_id,
            OpState.CONFIRMED if back else state,
            operation.detail,
            actor,
            f"decided: {reason}",
        )
        if self._payments is None:
            await self._outbox.accept(close=closing)
            return
        reference = op_id.removeprefix(uncharge_id(""))
        with _as_refusal():
            await self._payments.decide_reversal(op_id, reference, back=back, closing=closing)

    async def _decide_payment(
        self, operation: Operation, decision: Decision, actor: str, reason: str
    ) -> None:
        paid = decision is Decision.HAPPENED
        if operation.state is OpState.UNKNOWN:
            if self._payments is None:
                raise OperationRefused("this kiosk has no card terminal any more: use kioskd outbox")
            with _as_refusal():
                await self._payments.decide(operation.op_id, paid=paid, actor=actor, reason=reason)
            return
        state = OpState.CONFIRMED if paid else OpState.CANCELLED
        closing = Closing(operation.op_id, state, operation.detail, actor, f"decided: {reason}")
        course = Course.FINISH if paid else Course.UNDO
        open_sagas = {saga.saga_id for saga in await self._outbox.sagas() if saga.state is SagaState.OPEN}
        if operation.saga in open_sagas:
            saga = SagaDecision(str(operation.saga), course, reason)
            await self._outbox.accept(close=closing, decide=saga)
        else:
            await self._outbox.accept(close=closing)


@contextmanager
def _as_refusal() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = f"the decision could not be written down: {error.strerror}"
        raise OperationRefused(why) from None


def _subject(operation: Operation) -> Subject:
    if operation.state is OpState.QUARANTINED:
        return Subject.UNREADABLE
    if operation.kind == Action.REVERSE_CARD:
        return Subject.CARD_REVERSAL
    return Subject.CARD_PAYMENT if operation.kind == PAYMENT else Subject.DOUBT


def _action(kind: str) -> Action | None:
    return Action(kind) if kind in set(Action) else None


def _amount(operation: Operation) -> Money | None:
    if operation.amount_minor is None or operation.currency is None:
        return None
    return Money(operation.amount_minor, operation.currency)


def _decisions(operation: Operation, saga: Saga | None) -> tuple[Decision, ...]:
    """Those that lead somewhere. `saga` is None once it has ended, or when there is none."""
    if operation.state is OpState.QUARANTINED:
        may_repeat = operation.strategy is Strategy.KEYED or operation.attempts == 0
        sendable = operation.strategy not in (Strategy.ATTENDED, Strategy.LOCAL)
        again = sendable and (may_repeat or operation.strategy is not Strategy.HUMAN)
        return (Decision.SEND_AGAIN, Decision.NOT_HAPPENED) if again else (Decision.NOT_HAPPENED,)
    if operation.strategy is Strategy.ATTENDED:
        return (Decision.HAPPENED, Decision.NOT_HAPPENED)
    if operation.compensates is None and saga and saga.undo_of(operation.op_id):
        if saga.state is SagaState.UNDOING:  # it would be undone whatever they call it
            return (Decision.UNDO, Decision.NOT_HAPPENED)
        return (Decision.HAPPENED, Decision.NOT_HAPPENED, Decision.UNDO)
    wanted = operation.wanted and not operation.at_once
    if operation.compensates or (wanted and (saga is None or saga.state is SagaState.FINISHING)):
        return (Decision.HAPPENED, Decision.NOT_HAPPENED, Decision.SEND_AGAIN)
    return (Decision.HAPPENED, Decision.NOT_HAPPENED)


def _about(account: Account) -> str:
    """An offer's title, or the end of a gift card's code."""
    try:
        payload = decode_payload(account.payload or b"{}")
    except ValueError:
        return ""
    for part, key in (("use", "title"), ("payment", "tail")):
        found = payload.get(part)
        if isinstance(found, dict) and isinstance(found.get(key), str):
            return str(found[key])
    return ""


def _balance(operation: Operation, value: Any) -> Money | int | None:
    if not isinstance(value, int):
        return None
    in_money = operation.kind in _MONEY and operation.currency is not None
    return Money(value, str(operation.currency)) if in_money else value


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
