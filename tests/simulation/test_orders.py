"""Thousands of orders with mixed tenders, a terminal cut at each of its messages, two kinds of backends."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.card_line import KINDS
from tests.simulation.copies_world import fast_directory
from tests.simulation.daemon_mutants import WRONG_DAEMONS
from tests.simulation.daemon_world import DaemonWorld
from tests.simulation.orders_runner import simulate_orders
from tests.simulation.promise import Wrong
from tests.simulation.runner import backend_of

SEEDS = 10_000
REVERSAL_KINDS = (
    "> 06 30",
    "< 80 00 to 06 30",
    "< 04 0F of 06 30",
    "> 80 00 to 04 0F of 06 30",
    "< 06 0F of 06 30",
)


@pytest.fixture
def directory() -> Iterator[Path]:
    """Where a sync costs nothing: what it is worth is tested elsewhere."""
    with tempfile.TemporaryDirectory(dir=fast_directory()) as name:
        yield Path(name)


@pytest.mark.timeout(400)
def test_a_card_is_charged_if_and_only_if_the_order_is_settled_wherever_the_line_is_cut() -> None:
    figures = simulate_orders(3000, seed=1)
    assert figures.stories == []
    assert figures.good
    assert figures.taken == figures.settled_by_card
    assert figures.taken > 300
    assert figures.evidence > 50
    assert figures.parts > 50
    assert figures.handed_back > 50
    assert [kind for kind in REVERSAL_KINDS if not figures.by_kind[kind]] == []
    # A simulation that never cut after a message would prove nothing about it.
    assert [kind for kind in KINDS if not figures.by_kind[kind]] == []
    assert min(figures.backends["leat"], figures.backends["rbi"]) > 1000


def test_both_kinds_of_backends_come_up_among_the_worlds_of_the_outbox() -> None:
    drawn = Counter(backend_of(seed) for seed in range(1000))
    assert drawn.keys() == {"leat", "rbi"}
    assert drawn["rbi"] > 50


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", WRONG_DAEMONS)
def test_a_wrong_daemon_is_caught(name: str, directory: Path) -> None:
    def found_out(seed: int) -> bool:
        try:
            WRONG_DAEMONS[name].live(seed, directory)
        except Wrong:
            return True
        return False

    assert any(found_out(seed) for seed in range(SEEDS))


def test_every_situation_of_whole_orders_and_cards_comes_up(directory: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in range(150):
        seen += DaemonWorld(seed, directory).run().seen
    situations = (
        "card_payment confirmed",
        "card_payment rejected",
        "part paid",
        "part returned",
        "reverse_card confirmed",
        "charge_gift_card confirmed",
        "reverse_gift_card confirmed",
        "charge_prepaid confirmed",
        "claim_reward confirmed",
        "return_reward confirmed",
        "order confirmed",
        "order cancelled",
        "void_order confirmed",
        "void_order cancelled",
        "cut line",
        "cut silence",
        "cut kiosk",
        "cut terminal",
    )
    assert [situation for situation in situations if seen[situation] < 5] == []


def test_the_same_seed_tells_the_same_story(directory: Path) -> None:
    def digests() -> list[bytes]:
        worlds = (DaemonWorld(seed, directory, traced=True).run() for seed in range(15))
        return [world.trace.digest() for world in worlds if world.trace]

    assert digests() == digests()


def test_the_command_ends_with_one_line_of_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--orders", "40", "--seed", "5", "--jobs", "1"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["orders"] >= 40
    assert {"seed": 5, "lost": 0, "doubled": 0, "wrong": 0}.items() <= figures.items()
    assert {"taken", "settled", "evidence", "cuts", "cuts_by_kind", "seconds"} <= figures.keys()
