"""A hundred thousand operations and twenty thousand power cuts: nothing lost, doubled or judged wrongly."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulation.faults import FAULTS
from tests.simulation.runner import Figures, Plan, simulate
from tests.simulation.world import World


def _must_be_good(figures: Figures) -> None:
    assert figures.stories == []
    assert figures.good


def test_a_hundred_thousand_operations_in_a_hostile_world() -> None:
    figures = simulate(100_000, seed=1, plan=Plan())
    _must_be_good(figures)
    assert figures.operations >= 100_000
    # A simulation that never drew a fault would prove nothing about it.
    assert [fault for fault in FAULTS if figures.faults[fault] < 100] == []
    assert figures.kills > 1000


@pytest.mark.timeout(400)
def test_twenty_thousand_power_cuts_under_the_real_store() -> None:
    """Unsynced writes are lost, torn and reordered; what was acknowledged is there, all of it or nothing."""
    figures = simulate(24_000, seed=1, plan=Plan("sqlite"))
    _must_be_good(figures)
    assert figures.cuts >= 20_000


@pytest.mark.process
@pytest.mark.timeout(400)
def test_two_hundred_times_the_process_is_killed() -> None:
    figures = simulate(2200, seed=1, plan=Plan("process"))
    _must_be_good(figures)
    assert figures.kills >= 200


@pytest.mark.timeout(400)
def test_what_a_disk_forgets_that_lies_about_its_syncs_is_in_the_copies() -> None:
    """But for the last seconds before the cut: see `copied_disk` for what is promised."""
    figures = simulate(4000, seed=1, plan=Plan("copies"))
    _must_be_good(figures)
    assert figures.faults["lying_sync"] >= 200
    assert figures.faults["bit_flip"] >= 50


def test_every_situation_comes_up() -> None:
    seen: Counter[str] = Counter()
    for seed in range(600):
        seen += World(seed).run().seen
    situations = (
        "saga finished",
        "saga undone",
        "order expired",
        "redeem confirmed",
        "release confirmed",
        "collect confirmed",
        "claim confirmed",
        "void confirmed",
        "return confirmed",
        "gift cancelled",
        "prepaid confirmed",
        "reward cancelled",
        "doubt award",
        "doubt gift",
        "unclear",
        "full",
    )
    assert [situation for situation in situations if seen[situation] < 10] == []


def test_the_same_seed_tells_the_same_story() -> None:
    def digests() -> list[bytes]:
        worlds = (World(seed, traced=True).run() for seed in range(25))
        return [world.trace.digest() for world in worlds if world.trace]

    assert digests() == digests()


def test_figures_do_not_depend_on_the_number_of_cores() -> None:
    alone, together = (simulate(1000, 7, Plan(), jobs=jobs) for jobs in (1, 2))
    assert (alone.operations, alone.faults, alone.in_doubt) == (
        together.operations,
        together.faults,
        together.in_doubt,
    )


def test_the_command_ends_with_one_line_of_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--operations", "200", "--seed", "5", "--jobs", "1"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["operations"] >= 200
    assert {"seed": 5, "level": "memory", "lost": 0, "doubled": 0, "wrong": 0}.items() <= figures.items()
    assert {"in_doubt", "cuts", "kills", "seconds"} <= figures.keys()
