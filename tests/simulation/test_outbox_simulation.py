"""Thousands of operations through a hostile world: none lost, none doubled, none out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.outbox.courier import Applied, NeverSent, Refused, Unclear
from kioskd.outbox.engine import step
from kioskd.outbox.events import Accept, Booted, Command, Event, Replied
from kioskd.outbox.policy import Instant
from kioskd.outbox.queue import Queue
from kioskd.outbox.states import OpState
from tests.simulation.kernel import Step, Wrong
from tests.simulation.outbox_world import FAULTS, World
from tests.simulation.real_store import reopening

SEEDS = 250


def test_nothing_is_lost_doubled_or_out_of_order_whatever_fails() -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        seen += World(seed).run().seen
    assert seen[OpState.CONFIRMED] > 4000
    assert seen["payments"] > 500
    # A simulation that never drew a fault would prove nothing about it.
    assert [fault for fault in FAULTS if seen[fault] < 10] == []


def test_the_same_seed_tells_the_same_story() -> None:
    for seed in range(5):
        assert World(seed).run().trace.digest() == World(seed).run().trace.digest()


def test_the_real_store_keeps_the_same_promises(tmp_path: Path) -> None:
    for seed in range(4):
        reopen, opened = reopening(tmp_path / f"{seed}.db")
        world = World(seed, operations=20, reopen=reopen).run()
        assert world.seen[OpState.CONFIRMED] > 0
        assert opened[-1].store.verify_chain() > 20
        opened.pop().crash()


# --- deliberately wrong engines: a simulation that lets one of them pass is worth nothing -----------------


def _hearing(change: Callable[[Replied], Replied]) -> Step:
    def decide(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
        return step(queue, change(event) if isinstance(event, Replied) else event, at)

    return decide


def _gives_up(reply: Replied) -> Replied:
    return replace(reply, outcome=Refused("gave_up")) if reply.outcome == Unclear() else reply


def _takes_duplicate_for_no(reply: Replied) -> Replied:
    return replace(reply, outcome=Refused("no")) if reply.outcome == Refused("duplicate") else reply


def _optimist(reply: Replied) -> Replied:
    return replace(reply, outcome=Applied()) if reply.outcome in (Unclear(), NeverSent()) else reply


def _forgets_on_boot(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
    if isinstance(event, Booted):
        kept = tuple(op for op in event.operations if op.state is not OpState.SENDING or op.kind == "payment")
        event = replace(event, operations=kept)
    return step(queue, event, at)


def _drafts(**fields: object) -> Step:
    def decide(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
        if isinstance(event, Accept):
            event = replace(event, drafts=tuple(replace(draft, **fields) for draft in event.drafts))
        return step(queue, event, at)

    return decide


def _no_lanes(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
    if isinstance(event, Accept):
        event = replace(event, drafts=tuple(replace(draft, lane=draft.op_id) for draft in event.drafts))
    return step(queue, event, at)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(
            lambda seed: World(seed, key=lambda op: f"{op.op_id}#{op.attempts}"), id="new key per try"
        ),
        pytest.param(lambda seed: World(seed, persist_first=False), id="sends before it writes"),
        pytest.param(lambda seed: World(seed, believe_terminal=False), id="takes a broken payment for none"),
        pytest.param(lambda seed: World(seed, decide=_hearing(_gives_up)), id="gives up when unclear"),
        pytest.param(
            lambda seed: World(seed, decide=_hearing(_takes_duplicate_for_no)), id="duplicate is no"
        ),
        pytest.param(lambda seed: World(seed, decide=_hearing(_optimist)), id="hopes for the best"),
        pytest.param(lambda seed: World(seed, decide=_forgets_on_boot), id="forgets what was under way"),
        pytest.param(lambda seed: World(seed, decide=_drafts(held=None)), id="does not wait for payment"),
        pytest.param(lambda seed: World(seed, decide=_drafts(order_number=None)), id="forgets order numbers"),
        pytest.param(lambda seed: World(seed, decide=_no_lanes), id="ignores lanes"),
    ],
)
def test_a_wrong_outbox_is_caught(wrong: Callable[[int], World]) -> None:
    with pytest.raises(Wrong, match="seed"):
        for seed in range(SEEDS):
            wrong(seed).run()
