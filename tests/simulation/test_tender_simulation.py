"""Thousands of gift card, voucher and card payments through a hostile world; wrong engines are caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from kioskd.outbox.courier import Found
from kioskd.outbox.engine import step
from kioskd.outbox.events import Accept, Booted, Command, Event, Replied
from kioskd.outbox.fence import Fence, fence
from kioskd.outbox.operation import Draft, Operation, Strategy
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from kioskd.outbox.saga import Prospect
from kioskd.outbox.states import OpState
from kioskd.outbox.turn import Turn
from tests.simulation.kernel import Step, Wrong
from tests.simulation.real_store import reopening
from tests.simulation.tender_world import FAULTS, TenderWorld

SEEDS = 400
SEEDS_FOR_THE_WRONG = 3000


def test_no_money_is_lost_doubled_or_booked_wrongly_whatever_fails() -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        seen += TenderWorld(seed).run().seen
    assert seen[OpState.CONFIRMED] > 5000
    assert seen["saga finished"] > 1000
    assert seen["saga undone"] > 700
    # A simulation that never drew a fault, or never came into a situation, would prove nothing about it.
    situations = ("redeem confirmed", "release confirmed", "gift cancelled", "doubt award", "doubt gift")
    assert [name for name in (*FAULTS, *situations, "unclear") if seen[name] < 10] == []


def test_the_same_seed_tells_the_same_story() -> None:
    for seed in range(10):
        assert TenderWorld(seed).run().trace.digest() == TenderWorld(seed).run().trace.digest()


def test_the_real_store_keeps_the_same_promises(tmp_path: Path) -> None:
    for seed in range(6):
        reopen, opened = reopening(tmp_path / f"{seed}.db")
        world = TenderWorld(seed, visits=4, reopen=reopen).run()
        assert world.seen[OpState.CONFIRMED] + world.seen[OpState.CANCELLED] > 5
        assert opened[-1].store.verify_chain() > 10
        opened.pop().crash()


# --- deliberately wrong engines: a simulation that lets one of them pass is worth nothing -----------------


def _deciding(change: Callable[[Event], Event]) -> Step:
    def decide(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
        return step(queue, change(event), at)

    return decide


def _drafting(change: Callable[[Draft], Draft]) -> Step:
    def changed(event: Event) -> Event:
        if isinstance(event, Accept):
            return replace(event, drafts=tuple(map(change, event.drafts)))
        return event

    return _deciding(changed)


def _believing(wrong: Strategy, believed: Strategy) -> Step:
    return _drafting(lambda d: replace(d, strategy=believed) if d.strategy is wrong else d)


def _certain_of_candidates(event: Event) -> Event:
    if isinstance(event, Replied) and isinstance(event.outcome, Found):
        return replace(event, outcome=replace(event.outcome, exclusive=True))
    return event


def _blind_to_names(event: Event) -> Event:
    return replace(event, bound=frozenset()) if isinstance(event, Replied) else event


def _forgets_on_boot(event: Event) -> Event:
    if isinstance(event, Booted):
        return replace(event, sagas=())
    return event


def _undoes_at_once(event: Event) -> Event:
    """Sends the undo operation with its step, without waiting for a decision or a certainty."""
    if isinstance(event, Accept):
        drafts = tuple(replace(d, compensates=None) if d.compensates else d for d in event.drafts)
        return replace(event, drafts=drafts)
    return event


def _always_ready(*_: object) -> Prospect:
    return Prospect.READY


def _stands_for_ever(*_: object) -> Fence:
    return Fence.STANDS


def _stands_after_boot(operation: Operation, at: Instant, policy: Policy) -> Fence:
    believed = fence(operation, at, policy)
    return Fence.STANDS if believed is Fence.UNSURE or not operation.fence_counted else believed


def _settled_at_once(*_: object) -> float:
    return -inf


def _settled_before_boot(turn: Turn, operation: Operation) -> float:
    since_s = operation.unknown_since_s
    return -inf if since_s == 0.0 else since_s + turn.policy.settle_s


def _nothing(*_: object) -> None: ...


ENGINES: dict[str, Callable[[int], TenderWorld]] = {
    "repeats a debit blindly": lambda seed: TenderWorld(
        seed, decide=_believing(Strategy.READ_BACK, Strategy.KEYED)
    ),
    "repeats what only a person may": lambda seed: TenderWorld(
        seed, decide=_believing(Strategy.HUMAN, Strategy.KEYED)
    ),
    "does not let the server come to rest": lambda seed: TenderWorld(seed, policy=Policy(settle_s=0.0)),
    "rests for less than the server works": lambda seed: TenderWorld(seed, policy=Policy(settle_s=10.0)),
    "sends before it writes": lambda seed: TenderWorld(seed, persist_first=False),
    "takes what belongs to another operation": lambda seed: TenderWorld(
        seed, decide=_deciding(_blind_to_names), unique=False
    ),
    "takes another till's for its own": lambda seed: TenderWorld(
        seed, decide=_deciding(_certain_of_candidates)
    ),
    "forgets its sagas on boot": lambda seed: TenderWorld(seed, decide=_deciding(_forgets_on_boot)),
    "undoes without being asked": lambda seed: TenderWorld(seed, decide=_deciding(_undoes_at_once)),
    "lets a guest's debit wait for better days": lambda seed: TenderWorld(
        seed, decide=_drafting(lambda draft: replace(draft, at_once=False))
    ),
    "one lane for each operation": lambda seed: TenderWorld(
        seed, decide=_drafting(lambda draft: replace(draft, lane=draft.op_id))
    ),
}

PATCHES: dict[str, tuple[object, ...]] = {
    "undoes before it is certain": (_always_ready, "kioskd.outbox.saga.Saga.prospect"),
    "redeems with an expired key": (_stands_for_ever, "kioskd.outbox.turn.fence"),
    "believes in a lock from before the power cut": (_stands_after_boot, "kioskd.outbox.turn.fence"),
    "believes the first absence": (_settled_at_once, "kioskd.outbox.replies.settled_at_s"),
    "does not begin to wait anew after a boot": (
        _settled_before_boot,
        "kioskd.outbox.replies.settled_at_s",
        "kioskd.outbox.engine.settled_at_s",
    ),
    "leaves a dead guest's money where it is": (_nothing, "kioskd.outbox.sagas.boot"),
    "undoes what was finished": (_nothing, "kioskd.outbox.sagas._drop_armed"),
    "loses what a lock left behind": (_nothing, "kioskd.outbox.turn.Turn.left_behind"),
}


def _must_be_caught(make: Callable[[int], TenderWorld]) -> None:
    with pytest.raises(Wrong, match="seed"):
        for seed in range(SEEDS_FOR_THE_WRONG):
            make(seed).run()


@pytest.mark.parametrize("wrong", ENGINES)
def test_a_wrong_engine_is_caught(wrong: str) -> None:
    _must_be_caught(ENGINES[wrong])


@pytest.mark.parametrize("wrong", PATCHES)
def test_a_wrong_rule_is_caught(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, *places = PATCHES[wrong]
    for place in places:
        monkeypatch.setattr(str(place), rule)
    _must_be_caught(TenderWorld)
