"""The outbox as the daemon uses it: accept, and forget; it is delivered.

async with Outbox.open(path, courier) as outbox, asyncio.TaskGroup() as tasks:
    tasks.create_task(outbox.run())
    await outbox.accept(Draft(order.id, "order", lane, payload))

While a guest waits, step by step, each with what takes it back; then one decision, with what follows from it:

    match await outbox.perform(debit, deadline_s=10.0, undo=refund):
        case Applied():
            await outbox.accept(order, decide=Decision(saga, Course.FINISH))
        case _:
            await outbox.accept(decide=Decision(saga, Course.UNDO, "gift card refused"))
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from kioskd.outbox.courier import Courier, Outcome, Unclear
from kioskd.outbox.events import (
    Abandon,
    Accept,
    Cancel,
    Quarantine,
    Release,
    ResolveDoubt,
    Retry,
    Tick,
    Verdict,
)
from kioskd.outbox.gate import Flow
from kioskd.outbox.operation import (
    Closing,
    Draft,
    Operation,
    OperationRefused,
    Parcel,
    Strategy,
    decode_payload,
)
from kioskd.outbox.policy import Policy
from kioskd.outbox.reading import Account
from kioskd.outbox.saga import Decision, Saga
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Listed, Store
from kioskd.outbox.store_thread import StoreThread
from kioskd.outbox.worker import CALL_DEADLINE_S, OnOnline, OnSagaEnded, OnSettled, Worker


@dataclass(frozen=True, slots=True)
class Counts:
    """The outbox at a glance. `online` is None until the other side was first asked."""

    by_state: Mapping[OpState, int]
    open: int
    payload_bytes: int
    near_limit: bool
    flow: Flow
    online: bool | None


def _wall() -> datetime:
    return datetime.now(UTC).astimezone()


def _needs_a_person(operation: Operation) -> bool:
    unsettled = operation.strategy is Strategy.ATTENDED and operation.state is OpState.UNKNOWN
    return unsettled or operation.state in (OpState.IN_DOUBT, OpState.QUARANTINED)


def _ignore_settled(_operation: Operation, _outcome: Outcome) -> None: ...


def _ignore_online(_online: bool) -> None: ...


def _ignore_saga(_saga: Saga) -> None: ...


class Outbox:
    """Open while the context lasts. Every method that changes something returns when it is on the disk.

    They raise OperationRefused when it cannot be done (nothing was changed, the outbox goes on), OutboxFull
    when too much waits already, and StorageError when the file cannot be written any more.
    """

    def __init__(self, worker: Worker, store: Store) -> None:
        self._worker = worker
        self._store = store

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path,
        courier: Courier,
        *,
        policy: Policy | None = None,
        clock: Callable[[], float] = time.monotonic,
        rng: Callable[[], float] = random.random,
        wall: Callable[[], datetime] = _wall,
        on_settled: OnSettled = _ignore_settled,
        on_online: OnOnline = _ignore_online,
        on_saga_ended: OnSagaEnded = _ignore_saga,
        clock_trusted: Callable[[], bool] = lambda: False,
        call_deadline_s: float = CALL_DEADLINE_S,
    ) -> AsyncIterator[Outbox]:
        """Open, check and read the file; nothing is sent before `run`. Raises StorageError.

        `clock_trusted` says whether the wall clock was set by somebody who knows: only then anything expires
        or is purged.
        """
        thread = StoreThread()
        try:
            store = await thread.run(partial(Store.open, path))
            try:
                worker = Worker(
                    store,
                    thread,
                    courier,
                    policy=policy or Policy(),
                    clock=clock,
                    chance=rng,
                    wall=wall,
                    on_settled=on_settled,
                    on_online=on_online,
                    on_saga_ended=on_saga_ended,
                    clock_trusted=clock_trusted,
                    call_deadline_s=call_deadline_s,
                )
                await worker.boot()
                yield cls(worker, store)
            finally:
                await thread.run(store.close)
        finally:
            thread.close()

    async def run(self) -> None:
        """Deliver, until cancelled. Raises StorageError when the file fails: the daemon must then end."""
        await self._worker.run()

    async def pulse(self) -> None:
        """Returns when the worker and the store's thread have both moved: what a watchdog wants to know."""
        await self._worker.ask(Tick())
        await self._worker.in_thread(lambda: None)

    # --- orders -----------------------------------------------------------------------------------------

    @property
    def next_order_number(self) -> int:
        """One past the last number that was written down. Give it to a Draft to use it up."""
        return self._worker.queue.last_order_number + 1

    async def accept(
        self, *drafts: Draft, close: Closing | None = None, decide: Decision | None = None
    ) -> None:
        """Promise to deliver, in one commit.

        The same commit closes the attended operation they follow from, and decides which way their saga goes.
        """
        await self._worker.ask(Accept(drafts, close, decide))

    async def perform(self, draft: Draft, deadline_s: float, undo: Draft | None = None) -> Outcome:
        """Do it now, while a guest waits, and say what became of it.

        Both drafts are on the disk before anything is sent, the outcome before this returns. `undo` waits
        until the saga is undone. Unclear: nobody knew at the deadline, and the outbox goes on finding out.
        NeverSent: it is not in effect and will not be. Raises OperationRefused and StorageError.
        """
        told = self._worker.told(draft.op_id)
        try:
            async with asyncio.timeout(deadline_s):
                await self.accept(replace(draft, at_once=True), *((undo,) if undo else ()))
                return await asyncio.shield(told)
        except TimeoutError:
            pass
        finally:
            told.cancel()
        return await self._give_up(draft.op_id)

    async def _give_up(self, op_id: str) -> Outcome:
        """Its turn may not have come yet: then it never comes."""
        told = self._worker.told(op_id)
        try:
            await self._worker.ask(Abandon(op_id, "its guest waits no longer", if_unsent=True))
            return told.result() if told.done() else Unclear()
        except OperationRefused:  # final in this very moment, and nobody heard how
            return Unclear()
        finally:
            told.cancel()

    async def abandon(self, op_id: str, reason: str) -> None:
        """A step is not wanted any more: it is not sent (again), and undone if it is in effect."""
        await self._worker.ask(Abandon(op_id, reason))

    async def begin(self, draft: Draft) -> None:
        """Write down what is about to be done, before it is done. Close it whatever comes of it."""
        if draft.strategy is not Strategy.ATTENDED:
            raise OperationRefused(f"{draft.op_id} is {draft.strategy}: only attended operations are begun")
        await self._worker.ask(Accept((draft,)))

    async def resolve(
        self, op_id: str, state: OpState, evidence: str = "", accept: Sequence[Draft] = ()
    ) -> None:
        """Close an attended operation, and accept in the same commit what follows from it."""
        await self._worker.ask(Accept(tuple(accept), Closing(op_id, state, evidence)))

    async def unsettled(self) -> list[Parcel]:
        """Attended operations nobody knows the end of: begun by a process that died, or closed as unknown."""
        return await self._parcels(
            lambda operation: operation.strategy is Strategy.ATTENDED and operation.state is OpState.UNKNOWN
        )

    async def attended(self, kind: str) -> list[Parcel]:
        """Attended operations of this kind that are under way or whose end nobody knows, oldest first."""
        return await self._parcels(
            lambda operation: (
                operation.kind == kind
                and operation.strategy is Strategy.ATTENDED
                and operation.state in (OpState.SENDING, OpState.UNKNOWN)
            )
        )

    async def held(self) -> list[Parcel]:
        """What waits for `release`, oldest first."""
        return await self._parcels(lambda operation: operation.state is OpState.HELD)

    async def _parcels(self, wanted: Callable[[Operation], bool]) -> list[Parcel]:
        """A payload that cannot be read any more is quarantined and left out."""
        parcels = []
        known = sorted(self._worker.queue.operations.values(), key=lambda operation: operation.seq)
        for operation in filter(wanted, known):
            try:
                raw = await self._worker.in_thread(partial(self._store.payload, operation.op_id))
                parcels.append(Parcel(operation, decode_payload(raw)))
            except ValueError as error:
                if self._worker.queue.operations.get(operation.op_id) is not operation:
                    continue  # it went on while we looked, and its payload was wiped
                await self._worker.ask(Quarantine(operation.op_id, f"payload: {error}"))
        return parcels

    async def release(self, op_id: str) -> None:
        """Let a held operation go: it joins the end of its lane."""
        await self._worker.ask(Release(op_id))

    async def cancel(
        self, op_id: str, reason: str = "", accept: Sequence[Draft] = (), *, actor: str = "staff"
    ) -> None:
        """End an operation that is held or queued, or that a person found not to be in effect.

        And accept, in the same commit, what follows from that: what undoes the rest of its saga.
        """
        await self._worker.ask(Cancel(op_id, reason, tuple(accept), actor))

    async def accept_and_watch(
        self, *drafts: Draft, decide: Decision, deadline_s: float, watch: Sequence[str] = ()
    ) -> None:
        """Accept, and give what can be done at once the time to be done: at most `deadline_s`.

        `watch` names operations accepted earlier that the decision lets go.
        """
        by_itself = (Strategy.LOCAL, Strategy.ATTENDED)
        watched = [*watch, *(draft.op_id for draft in drafts if draft.strategy not in by_itself)]
        told = [self._worker.told(op_id) for op_id in watched]
        try:
            await self.accept(*drafts, decide=decide)
            if told:
                await asyncio.wait(told, timeout=deadline_s)
        finally:
            for future in told:
                future.cancel()

    async def sagas(self) -> list[Saga]:
        """Those that have not ended, by id."""
        return sorted(self._worker.queue.sagas.values(), key=lambda saga: saga.saga_id)

    # --- for people -------------------------------------------------------------------------------------

    async def resolve_doubt(
        self,
        op_id: str,
        verdict: Verdict,
        actor: str,
        reason: str,
        *,
        remote_uuid: str | None = None,
        undo: Draft | None = None,
    ) -> None:
        """A person found out. Who and why is kept for good."""
        if not actor.strip() or not reason.strip():
            raise OperationRefused(f"{op_id}: say who decides, and why")
        await self._worker.ask(ResolveDoubt(op_id, verdict, actor, reason, remote_uuid, undo))

    async def retry(self, op_id: str, actor: str, reason: str = "") -> None:
        """The cause of a quarantine is gone. What may have been sent already is read back first."""
        await self._worker.ask(Retry(op_id, actor, reason))

    def waiting_for_a_person(self) -> list[Operation]:
        """What is in doubt or quarantined, and attended operations nobody knows the end of; oldest first."""
        known = sorted(self._worker.queue.operations.values(), key=lambda operation: operation.seq)
        return [operation for operation in known if _needs_a_person(operation)]

    async def oldest_waiting(self) -> Listed | None:
        """The first accepted of what must still be told, without what waits for a release."""
        waiting = (each for each in self._worker.queue.operations.values() if each.state is not OpState.HELD)
        oldest = min(waiting, key=lambda operation: operation.seq, default=None)
        if oldest is None:
            return None
        account = await self._worker.in_thread(partial(self._store.account, oldest.op_id))
        return account.listed if account else None

    async def account(self, op_id: str) -> Account:
        """Everything that is known of it, final or not. OperationRefused when it was never accepted."""
        account = await self._worker.in_thread(partial(self._store.account, op_id))
        if account is None:
            raise OperationRefused(f"no operation {op_id}")
        return account

    async def accounts(self, limit: int) -> list[Account]:
        """Of the newest operations, without what they carry and without each other."""
        return await self._worker.in_thread(partial(self._store.accounts, limit))

    async def erase(self, member_id: str) -> tuple[int, int]:
        """Wipe a member from all that is final, and from the copies: how many, and how many are still open.

        What is open must still be told; erase again when it was.
        """
        lane, mention = f"member:{member_id}", json.dumps(member_id, ensure_ascii=False).encode()
        wiped = await self._worker.in_thread(partial(self._store.erase, lane, mention))
        await self._worker.renew_copies()
        queue = self._worker.queue
        return wiped, sum(operation.lane == lane for operation in queue.operations.values())

    async def operations(self, limit: int) -> list[Listed]:
        """The newest, settled ones included, never a payload."""
        return await self._worker.in_thread(partial(self._store.newest, limit))

    async def known(self, op_ids: Iterable[str]) -> dict[str, Operation]:
        """By id, final ones included. An id that was never accepted is left out."""
        found = await self._worker.in_thread(partial(self._store.known, tuple(op_ids)))
        return {operation.op_id: operation for operation in found}

    async def records(self, kind: str, limit: int, lane: str | None = None) -> list[Parcel]:
        """Local operations of a kind that are still kept, newest first, what they carry included.

        One that cannot be read is left out.
        """
        return await self._worker.in_thread(partial(self._records, kind, limit, lane))

    async def kept(self, op_ids: Iterable[str]) -> list[Parcel]:
        """Those of these local operations that are still kept, in this order."""
        return await self._worker.in_thread(lambda: self._with_payload(self._store.known(op_ids)))

    def _records(self, kind: str, limit: int, lane: str | None) -> list[Parcel]:
        return self._with_payload(self._store.records(kind, limit, lane))

    def _with_payload(self, operations: Iterable[Operation]) -> list[Parcel]:
        parcels = []
        for operation in operations:
            with suppress(ValueError):
                parcels.append(Parcel(operation, decode_payload(self._store.payload(operation.op_id))))
        return parcels

    def counts(self) -> Counts:
        queue = self._worker.queue
        return Counts(
            by_state=Counter(operation.state for operation in queue.operations.values()),
            open=len(queue.operations),
            payload_bytes=queue.open_bytes,
            near_limit=queue.near_limit,
            flow=queue.gate.flow,
            online=queue.gate.online,
        )
