"""What `docs/accessible.md` promises is shown by tests that exist, or said to be open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kioskd.sim.scenario import available

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs/accessible.md").read_text("utf-8")
LINES = [line for line in PAGE.splitlines() if re.match(r"\| A\d+ \|", line)]
OPEN = ("*not yet*", "*needs people*", "there is no microphone")


@pytest.fixture(scope="module")
def tests() -> frozenset[str]:
    names: set[str] = set()
    for file in TESTS.rglob("test_*.py"):
        names.update(re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE))
    return frozenset(names)


def test_every_line_of_the_checklist_is_there_once() -> None:
    assert [line.split("|")[1].strip() for line in LINES] == [f"A{number}" for number in range(1, 35)]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("|")[1].strip())
def test_a_promise_has_a_test_or_is_said_to_be_open(line: str, tests: frozenset[str]) -> None:
    named = re.findall(r"`(test_\w+)`", line)
    assert named or any(word in line for word in OPEN)
    assert set(named) <= tests, sorted(set(named) - tests)


def test_every_scenario_it_names_can_be_played() -> None:
    named = set(re.findall(r"`((?:speech|keys|staff)-[a-z-]+)`", PAGE))
    assert "speech-refusals" in named
    assert named <= set(available())
