"""The simulation finds every deliberately wrong outbox, says how to see it again, and makes it small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from tests.simulation.__main__ import parsed
from tests.simulation.faults import FAULTS
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.process_level import KilledKiosk
from tests.simulation.promise import Wrong
from tests.simulation.world import VISITS

SEEDS = 10_000


def _found_out(mutant: Mutant, seed: int, **arguments: object) -> str | None:
    with mutant.installed():
        try:
            mutant.live(seed, **arguments)
        except Wrong as error:
            return str(error)
    return None


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_outbox_is_caught(name: str) -> None:
    assert any(_found_out(MUTANTS[name], seed) for seed in range(SEEDS))


@pytest.mark.process
def test_a_wrong_outbox_is_caught_in_a_process_that_is_killed(tmp_path: Path) -> None:
    """It is a copy of this process, and inherits what is wrong in it."""
    with MUTANTS["repeats a debit blindly, in production"].installed(), pytest.raises(Wrong, match="doubled"):
        for seed in range(SEEDS):
            directory = tmp_path / str(seed)
            directory.mkdir()
            KilledKiosk(seed, directory).run()


def test_the_line_that_is_printed_tells_the_same_story_again() -> None:
    mutant = MUTANTS["believes the first absence"]
    story = next(filter(None, (_found_out(mutant, seed) for seed in range(SEEDS))))
    line = re.search(r"\./dev simulate (.*)", story)
    assert line
    options = parsed(line[1].split())
    assert _found_out(mutant, options.seed, visits=options.visits, faults=options.faults) == story


def test_a_broken_promise_shrinks_to_one_guest_and_one_fault() -> None:
    mutant = MUTANTS["gives up when unclear"]

    def broken(world: tuple[int, frozenset[str], int]) -> bool:
        visits, faults, seed = world
        return _found_out(mutant, seed, visits=visits, faults=faults) is not None

    worlds = st.tuples(st.integers(1, VISITS), st.frozensets(st.sampled_from(FAULTS)), st.integers(0, 10**6))
    visits, faults, _ = find(
        worlds,
        broken,
        settings=settings(
            max_examples=2000,
            database=None,
            derandomize=True,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert visits == 1
    assert len(faults) == 1
