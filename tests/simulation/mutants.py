"""Deliberately wrong outboxes. A simulation that lets one of them pass is worth nothing.

Each is production with one rule broken: in what the engine is told, in what it believes, in what the store
does, or in the order of things.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import apsw

from kioskd.outbox import chain, opening
from kioskd.outbox.changes import Change, Move
from kioskd.outbox.copies import Copies
from kioskd.outbox.courier import Applied, Found, NeverSent, Outcome, Refused, Unclear
from kioskd.outbox.engine import step
from kioskd.outbox.events import Accept, Booted, Command, Event, Replied
from kioskd.outbox.fence import Fence, fence
from kioskd.outbox.operation import Draft, Operation, Strategy
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from kioskd.outbox.saga import Prospect, Saga
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from kioskd.outbox.turn import Turn
from tests.simulation.copies_world import fast_directory, live_from_copies
from tests.simulation.kernel import Disk
from tests.simulation.sqlite_disk import SqliteDisk
from tests.simulation.world import World


@dataclass(frozen=True)
class Mutant:
    """`patches` name places in production and what stands there instead; `arguments` are the world's."""

    arguments: dict[str, Any] = field(default_factory=dict)
    patches: dict[str, object] = field(default_factory=dict)
    on_disk: bool = False
    honest_disk: bool = True
    unique: bool = True
    on_copies: bool = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for place, wrong in self.patches.items():
                stack.enter_context(patch(place, wrong))
            yield

    def live(self, seed: int, **arguments: Any) -> None:
        """Through one world. Raises Wrong when it is found out."""
        if self.on_copies:
            with TemporaryDirectory(dir=fast_directory()) as directory:
                live_from_copies(seed, Path(directory), **self.arguments)
            return
        if not self.on_disk:
            World(seed, disk=Disk(unique=self.unique), **self.arguments, **arguments).run()
            return
        with TemporaryDirectory() as directory:
            disk = SqliteDisk(Path(directory))
            disk.layer.honest = self.honest_disk
            try:
                World(seed, disk=disk, level="sqlite", **self.arguments, **arguments).run()
            finally:
                disk.close()


# --- wrong in what the engine is told ----------------------------------------------------------------------


def _deciding(change: Callable[[Event], Event]) -> dict[str, Any]:
    def decide(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
        return step(queue, change(event), at)

    return {"decide": decide}


def _drafting(change: Callable[[Draft], Draft]) -> dict[str, Any]:
    def changed(event: Event) -> Event:
        return replace(event, drafts=tuple(map(change, event.drafts))) if isinstance(event, Accept) else event

    return _deciding(changed)


def _believing(strategy: Strategy, believed: Strategy) -> dict[str, Any]:
    return _drafting(lambda d: replace(d, strategy=believed) if d.strategy is strategy else d)


def _hearing(change: Callable[[Outcome], Outcome]) -> dict[str, Any]:
    def changed(event: Event) -> Event:
        return replace(event, outcome=change(event.outcome)) if isinstance(event, Replied) else event

    return _deciding(changed)


def _certain_of_candidates(outcome: Outcome) -> Outcome:
    return replace(outcome, exclusive=True) if isinstance(outcome, Found) else outcome


def _blind_to_names(event: Event) -> Event:
    return replace(event, bound=frozenset()) if isinstance(event, Replied) else event


def _forgets_sagas(event: Event) -> Event:
    return replace(event, sagas=()) if isinstance(event, Booted) else event


def _forgets_what_was_sent(event: Event) -> Event:
    if not isinstance(event, Booted):
        return event
    kept = tuple(
        o for o in event.operations if o.state is not OpState.SENDING or o.saga or o.kind == "payment"
    )
    return replace(event, operations=kept)


def _trusts_a_restored_file(event: Event) -> Event:
    if not isinstance(event, Booted):
        return event
    return replace(event, operations=tuple(o.evolve(suspect=False) for o in event.operations))


def _undoes_at_once(event: Event) -> Event:
    """Sends the undo operation with its step, without waiting for a decision or a certainty."""
    if not isinstance(event, Accept):
        return event
    drafts = tuple(replace(d, compensates=None) if d.compensates else d for d in event.drafts)
    return replace(event, drafts=drafts)


# --- wrong in what it believes -----------------------------------------------------------------------------


def _always_ready(*_: object) -> Prospect:
    return Prospect.READY


def _past_what_is_quarantined(saga: Saga, operation: Operation) -> Prospect:
    members = {
        op_id: member.evolve(state=OpState.IN_DOUBT) if member.state is OpState.QUARANTINED else member
        for op_id, member in saga.members.items()
    }
    return _prospect(replace(saga, members=members), operation)


_prospect = Saga.prospect


def _stands_for_ever(*_: object) -> Fence:
    return Fence.STANDS


def _stands_after_boot(operation: Operation, at: Instant, policy: Policy) -> Fence:
    believed = fence(operation, at, policy)
    return Fence.STANDS if believed is Fence.UNSURE or not operation.fence_counted else believed


def _settled_at_once(*_: object) -> float:
    return -inf


def _settled_before_boot(turn: Turn, operation: Operation) -> float:
    loaded = not operation.fence_counted
    return -inf if loaded else operation.unknown_since_s + turn.policy.settle_s


def _never_again(turn: Turn, operation: Operation, *_: float) -> None:
    turn.update(operation)


def _nothing(*_: object) -> None: ...


# --- wrong in the store ------------------------------------------------------------------------------------

_commit, _pragma, _results = Store.commit, opening.pragma, Store.results


def _relaxed_pragma(connection: Any, name: str, value: str | int, expected: str | int) -> None:
    if name == "synchronous":
        connection.pragma(name, "NORMAL")
    else:
        _pragma(connection, name, value, expected)


def _piecemeal(store: Store, changes: Sequence[Change], now: datetime) -> None:
    for one in changes:
        _commit(store, (one,), now)


def _wipes_early(store: Store, changes: Sequence[Change], now: datetime) -> None:
    """As soon as it was sent, rather than when it is known to have arrived."""
    _commit(store, changes, now)
    for one in changes:
        if isinstance(one, Move) and one.operation.state is OpState.UNKNOWN:
            store._connection.execute(
                "UPDATE operation SET payload = NULL WHERE op_id = ?", (one.operation.op_id,)
            )


def _forgets_numbers(store: Store) -> Booted:
    return replace(_load(store), last_order_number=0)


def _restores_without_a_mark(copies: Copies, *arguments: Any) -> chain.Link:
    end = _restore(copies, *arguments)
    with contextlib.closing(apsw.Connection(str(copies.outbox))) as connection:
        connection.execute("UPDATE operation SET suspect = 0")
    return end


_load, _restore = Store.load, Copies.restore

TURN, REPLIES, SAGAS = "kioskd.outbox.turn", "kioskd.outbox.replies", "kioskd.outbox.sagas"

MUTANTS: dict[str, Mutant] = {
    "new key per try": Mutant({"key": lambda operation: f"{operation.op_id}#{operation.attempts}"}),
    "sends before it writes": Mutant({"persist_first": False}),
    "takes a broken payment for none": Mutant({"believes_terminal": False}),
    "believes any clock": Mutant({"believes_any_clock": True}),
    "does not let the server come to rest": Mutant({"policy": Policy(settle_s=0.0)}),
    "rests for less than the server works": Mutant({"policy": Policy(settle_s=10.0)}),
    "repeats a debit blindly": Mutant(_believing(Strategy.READ_BACK, Strategy.KEYED)),
    "repeats a debit blindly, in production": Mutant(
        patches={f"{REPLIES}.may_repeat": lambda *_: True, "kioskd.outbox.engine.may_repeat": lambda *_: True}
    ),
    "repeats what only a person may": Mutant(_believing(Strategy.HUMAN, Strategy.KEYED)),
    "gives up when unclear": Mutant(_hearing(lambda o: Refused("gave_up") if o == Unclear() else o)),
    "takes a duplicate for a no": Mutant(
        _hearing(lambda o: Refused("no") if o == Refused("duplicate") else o)
    ),
    "hopes for the best": Mutant(_hearing(lambda o: Applied() if o in (Unclear(), NeverSent()) else o)),
    "takes unclear for never sent": Mutant(_hearing(lambda o: NeverSent() if o == Unclear() else o)),
    "takes another till's for its own": Mutant(_hearing(_certain_of_candidates)),
    "takes what belongs to another operation": Mutant(_deciding(_blind_to_names), unique=False),
    "forgets what was under way": Mutant(_deciding(_forgets_what_was_sent)),
    "forgets its sagas on boot": Mutant(_deciding(_forgets_sagas)),
    "undoes without being asked": Mutant(_deciding(_undoes_at_once)),
    "tells a return past its order": Mutant(
        _drafting(lambda d: replace(d, depends_on=()) if d.kind == "return" else d)
    ),
    "does not wait for payment": Mutant(_drafting(lambda d: replace(d, held=None))),
    "forgets order numbers": Mutant(_drafting(lambda d: replace(d, order_number=None))),
    "one lane for each operation": Mutant(_drafting(lambda d: replace(d, lane=d.op_id))),
    "lets a guest's debit wait for better days": Mutant(_drafting(lambda d: replace(d, at_once=False))),
    "undoes before it is certain": Mutant(patches={"kioskd.outbox.saga.Saga.prospect": _always_ready}),
    "does not wait for what is quarantined": Mutant(
        patches={"kioskd.outbox.saga.Saga.prospect": _past_what_is_quarantined}
    ),
    "redeems with an expired key": Mutant(patches={f"{TURN}.fence": _stands_for_ever}),
    "believes in a lock from before the power cut": Mutant(patches={f"{TURN}.fence": _stands_after_boot}),
    "believes the first absence": Mutant(patches={f"{REPLIES}.settled_at_s": _settled_at_once}),
    "does not begin to wait anew after a boot": Mutant(
        patches={
            f"{REPLIES}.settled_at_s": _settled_before_boot,
            "kioskd.outbox.engine.settled_at_s": _settled_before_boot,
        }
    ),
    "leaves a dead guest's money where it is": Mutant(patches={f"{SAGAS}.boot": _nothing}),
    "undoes what was finished": Mutant(patches={f"{SAGAS}._drop_armed": _nothing}),
    "forgets to undo": Mutant(patches={f"{SAGAS}.let_go": _nothing}),
    "loses what a lock left behind": Mutant(patches={f"{TURN}.Turn.left_behind": _nothing}),
    "tries only once": Mutant(patches={f"{TURN}.Turn.back_off": _never_again}),
    "evidence is thrown away": Mutant(
        patches={
            f"{REPLIES}.evidence": lambda *_: "",
            "kioskd.outbox.engine.evidence": lambda *_: "",
        }
    ),
    "synchronous = NORMAL": Mutant(patches={"kioskd.outbox.opening.pragma": _relaxed_pragma}, on_disk=True),
    "commits piece by piece": Mutant(patches={"kioskd.outbox.store.Store.commit": _piecemeal}, on_disk=True),
    "wipes a payload too early": Mutant(
        patches={"kioskd.outbox.store.Store.commit": _wipes_early}, on_disk=True
    ),
    "forgets the last number on boot": Mutant(
        patches={"kioskd.outbox.store.Store.load": _forgets_numbers}, on_disk=True
    ),
    "a disk that lies about its syncs": Mutant(on_disk=True, honest_disk=False),
    "sends what is suspect without asking": Mutant(_deciding(_trusts_a_restored_file), on_copies=True),
    "does not check the hash chain": Mutant(
        patches={"kioskd.outbox.opening._verify": _nothing}, on_copies=True
    ),
    "does not mark what it restores": Mutant(
        patches={"kioskd.outbox.copies.Copies.restore": _restores_without_a_mark}, on_copies=True
    ),
    "never looks whether its journal knows more": Mutant(
        patches={"kioskd.outbox.copies.Copies.ahead_of": lambda *_: 0}, on_copies=True
    ),
}
