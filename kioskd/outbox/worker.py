"""The outbox at work on an event loop: takes events one by one, writes down, then talks.

Owns the engine's state; the store lives in a thread of its own. Sleeps until there is an event or a deadline.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import inf
from typing import TypeVar

from kioskd.core.errors import StorageError
from kioskd.outbox.copying import seal
from kioskd.outbox.courier import Courier, Outcome, Poison, Unclear
from kioskd.outbox.engine import step
from kioskd.outbox.events import (
    AskBaseline,
    Command,
    Event,
    Online,
    Persist,
    Probe,
    Probed,
    ReadBack,
    Replied,
    Room,
    SagaEnded,
    Send,
    Settled,
    Tick,
)
from kioskd.outbox.inbox import Inbox
from kioskd.outbox.operation import Operation, OperationRefused, Parcel, decode_payload
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from kioskd.outbox.readback import claimed
from kioskd.outbox.saga import Saga
from kioskd.outbox.store import Store
from kioskd.outbox.store_thread import StoreThread

CALL_DEADLINE_S = 30.0
_LONGEST_NAP_S = 3600.0  # event loops dislike very long timers
_PURGE_EVERY_S = 86_400.0
_SYNC_EVERY_S = 10.0
"""How far the second copy may be behind when the power goes."""
_COPY_SOON_S = 5.0
_COPY_FIRST_S = 300.0
_COPY_EVERY_S = 3600.0

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

OnSettled = Callable[[Operation, Outcome], None]
OnOnline = Callable[[bool], None]
OnSagaEnded = Callable[[Saga], None]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A step that was decided, and is being written down; nothing of it counts before that is done."""

    queue: Queue
    commands: tuple[Command, ...]
    commit: asyncio.Future[None] | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """An event, whoever waits until it is written down, and how far it has come already."""

    event: Event
    written: asyncio.Future[None] | None = None
    begun: _Begun | None = None


class Worker:
    """Runs until cancelled, or until the store fails: then it raises StorageError and sends no more."""

    def __init__(
        self,
        store: Store,
        thread: StoreThread,
        courier: Courier,
        *,
        policy: Policy,
        clock: Callable[[], float],
        chance: Callable[[], float],
        wall: Callable[[], datetime],
        on_settled: OnSettled,
        on_online: OnOnline,
        on_saga_ended: OnSagaEnded,
        clock_trusted: Callable[[], bool],
        call_deadline_s: float = CALL_DEADLINE_S,
    ) -> None:
        self._store = store
        self._thread = thread
        self._courier = courier
        self._clock = clock
        self._chance = chance
        self._wall = wall
        self._on_settled = on_settled
        self._on_online = on_online
        self._on_saga_ended = on_saga_ended
        self._clock_trusted = clock_trusted
        self._call_deadline_s = call_deadline_s
        self._queue = Queue(policy)
        self._inbox: Inbox[_Asked] = Inbox()
        self._begun: tuple[Command, ...] = ()
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}
        self._next_purge_s = -inf
        self._next_sync_s = -inf
        self._next_copy_s = clock() + (_COPY_SOON_S if store.copy_due else _COPY_FIRST_S)
        self._closed: StorageError | None = None

    @property
    def queue(self) -> Queue:
        """The state after the last step that is on the disk."""
        return self._queue

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        """Run `work` where the store may be used."""
        return await self._thread.run(work)

    async def ask(self, event: Event) -> None:
        """Returns when what follows from `event` is on the disk. OperationRefused or StorageError if not."""
        if self._closed is not None:
            raise StorageError(str(self._closed))
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # A guest waits: where nothing is being done the step is begun here, not when the worker has woken up.
        begun = self._begin(event, written) if self._inbox.awaited else None
        self._inbox.put(_Asked(event, written, begun))
        await written

    def told(self, op_id: str) -> asyncio.Future[Outcome]:
        """What the queue reports of this operation, once. Ask before it is accepted."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[op_id] = future

        def forget(_: asyncio.Future[Outcome]) -> None:
            if self._waiting.get(op_id) is future:
                del self._waiting[op_id]

        future.add_done_callback(forget)
        return future

    async def boot(self) -> None:
        """Read what the file holds; what was under way when the last process ended is now unknown."""
        await self.in_thread(self._store.lengthen_wal)
        self._begun = await self._decide(await self.in_thread(self._store.load))

    async def run(self) -> None:
        """Work, after `boot`. Never returns by itself."""
        try:
            async with asyncio.TaskGroup() as calls:
                self._carry_out(self._begun, calls)
                while True:
                    await self._turn(calls)
        except BaseExceptionGroup as group:
            failure: BaseException = group
            while isinstance(failure, BaseExceptionGroup):
                failure = failure.exceptions[0]
            if not isinstance(failure, StorageError):
                raise
            self._closed = failure
            raise failure from None
        finally:
            self._closed = self._closed or StorageError("the outbox is closed")
            while self._inbox:
                self._answer(self._inbox.take(), self._closed)

    async def _turn(self, calls: asyncio.TaskGroup) -> None:
        asked = await self._next()
        try:
            commands = await (self._finish(asked.begun) if asked.begun else self._decide(asked.event))
        except (OperationRefused, StorageError) as error:
            if asked.written is None:
                raise
            if not asked.written.done():
                asked.written.set_exception(error)
            elif isinstance(error, StorageError):
                raise  # whoever asked has given up waiting, but the file fails
            if self._store.broken:
                raise  # nobody knows what the disk has: only a new start can find out
        else:
            self._answer(asked, None)
            self._carry_out(commands, calls)
            self._thread.post(self._store.write_journal)  # after the answer: nobody waits for it
        if not self._inbox:
            await self._keep_house(calls)

    async def _keep_house(self, calls: asyncio.TaskGroup) -> None:
        if self._store.checkpoint_due():
            await self.in_thread(self._store.checkpoint)
        await self._keep_copies(calls)
        if self._clock() >= self._next_purge_s and self._clock_trusted():
            self._next_purge_s = self._clock() + _PURGE_EVERY_S
            days = self._queue.policy.retention_days
            wiped = await self.in_thread(partial(self._store.purge, self._wall(), days))
            if wiped:
                _log.info("outbox: %d payloads wiped after %d days", wiped, days)

    async def _keep_copies(self, calls: asyncio.TaskGroup) -> None:
        """The journal is synced; a backup goes on slice by slice until somebody wants something."""
        if self._clock() >= self._next_sync_s:
            self._next_sync_s = self._clock() + _SYNC_EVERY_S
            await self.in_thread(self._sync)
            if self._store.tight is not self._queue.tight:
                await self._decide(Room(self._store.tight))
        if self._clock() < self._next_copy_s:
            return
        while not self._inbox:
            try:
                generation = await self.in_thread(self._store.copy_slice)
            except StorageError as error:
                _log.error("outbox: no backup was made: %s", error)
                generation = None
            if not self._store.copying:
                self._next_copy_s = self._clock() + _COPY_EVERY_S
                if generation is not None:
                    calls.create_task(self._seal(generation))
                return

    async def renew_copies(self) -> None:
        """Only one backup is left, of what the file holds now. StorageError when it cannot be made."""
        copies = self._store.copies
        if copies is None:
            return
        await self.in_thread(self._store.cancel_copy)
        while True:
            generation = await self.in_thread(self._store.copy_slice)
            if generation is not None:
                break
        try:
            await asyncio.to_thread(seal, copies, generation)
        except OSError as error:
            raise StorageError(f"no backup was made: {error.strerror}") from None
        await self.in_thread(partial(copies.prune, keep=1))
        self._store.copy_due = False

    def _sync(self) -> None:
        self._store.sync_journal()
        self._store.hold_ballast()

    async def _seal(self, generation: int) -> None:
        """Check a backup where nobody waits for it."""
        assert self._store.copies is not None
        try:
            await asyncio.to_thread(seal, self._store.copies, generation)
        except (StorageError, OSError) as error:
            _log.error("outbox: no backup was made: %s", error)
        else:
            self._store.copy_due = False

    async def _next(self) -> _Asked:
        if self._inbox:
            return self._inbox.take()
        house_s = min(self._next_sync_s, self._next_copy_s) if self._store.unsynced else self._next_copy_s
        wait_s = min(self._queue.next_wake_s, house_s) - self._clock()
        if wait_s <= 0.0:
            return _Asked(Tick())
        await self._inbox.sleep(min(wait_s, _LONGEST_NAP_S))
        return self._inbox.take() if self._inbox else _Asked(Tick())

    async def _decide(self, event: Event) -> tuple[Command, ...]:
        """One step, on the disk when this returns. If it cannot be written, it has not happened."""
        if isinstance(event, Replied) and (names := claimed(event.outcome)):
            event = replace(event, bound=await self.in_thread(partial(self._store.bound, event.op_id, names)))
        return await self._finish(self._begin(event))

    def _begin(self, event: Event, written: asyncio.Future[None] | None = None) -> _Begun:
        """`written` is told as soon as it is."""
        wall_s = self._wall().timestamp() if self._clock_trusted() else None
        queue, commands = step(self._queue, event, Instant(self._clock(), self._chance(), wall_s))
        if not (commands and isinstance(commands[0], Persist)):
            return _Begun(queue, commands, None)
        commit = partial(self._store.commit, commands[0].changes, self._wall(), journal_later=True)
        return _Begun(queue, commands, self._thread.begin(commit, written))

    async def _finish(self, begun: _Begun) -> tuple[Command, ...]:
        queue = begun.queue
        if begun.commit is not None:
            await begun.commit
        if queue.near_limit and not self._queue.near_limit:
            _log.warning(
                "outbox: %d operations wait (%d bytes): more than %.0f %% of what it takes",
                len(queue.operations),
                queue.open_bytes,
                queue.policy.warn_share * 100,
            )
        self._queue = queue
        return begun.commands

    def _carry_out(self, commands: tuple[Command, ...], calls: asyncio.TaskGroup) -> None:
        for command in commands:
            match command:
                case Persist():
                    pass  # done before any of the others
                case Send(operation):
                    calls.create_task(self._call(operation, self._courier.deliver))
                case AskBaseline(operation):
                    calls.create_task(self._call(operation, self._courier.baseline))
                case ReadBack(operation):
                    calls.create_task(self._call(operation, self._courier.read_back))
                case Probe():
                    calls.create_task(self._probe())
                case Settled(operation, outcome):
                    _log.info("operation %s is %s (%s)", operation.op_id, operation.state, outcome.word)
                    self._on_settled(operation, outcome)
                    waiting = self._waiting.get(operation.op_id)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(outcome)
                case SagaEnded(saga):
                    _log.info("saga %s is %s", saga.saga_id, saga.state)
                    self._on_saga_ended(saga)
                case Online(online):
                    self._on_online(online)

    async def _call(self, operation: Operation, talk: Callable[[Parcel], Awaitable[Outcome]]) -> None:
        try:
            raw = await self.in_thread(partial(self._store.payload, operation.op_id))
            results = await self.in_thread(partial(self._store.results, operation))
            parcel = Parcel(operation, decode_payload(raw), results)
        except ValueError as error:
            outcome: Outcome = Poison(f"payload: {error}")
        else:
            outcome = await self._within_deadline(talk(parcel))
        self._inbox.put(_Asked(Replied(operation.op_id, outcome)))

    async def _probe(self) -> None:
        self._inbox.put(_Asked(Probed(await self._within_deadline(self._courier.probe()))))

    async def _within_deadline(self, call: Awaitable[Outcome]) -> Outcome:
        try:
            async with asyncio.timeout(self._call_deadline_s):
                return await call
        except TimeoutError:
            return Unclear()
        except Exception as error:  # noqa: BLE001 - a courier's bug must not stop the other lanes
            # The text of the exception may hold what it choked on, so only its kind and its place are logged.
            place = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("courier: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
            return Poison(type(error).__name__, may_be_sent=True)

    @staticmethod
    def _answer(asked: _Asked, error: StorageError | None) -> None:
        if asked.written is None or asked.written.done():
            return
        if error is None:
            asked.written.set_result(None)
        else:
            asked.written.set_exception(error)
