"""A thousand hostile inputs for every reader; ./dev fuzz takes as many as it is told."""

from __future__ import annotations

import pytest

from tests.fuzz import surfaces
from tests.fuzz.runner import ordeal
from tests.fuzz.surfaces import SURFACES

INPUTS = 1000


@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_crashes_hangs_or_grows(surface: str) -> None:
    assert ordeal(surface, INPUTS, seed=1).problem == ""


def test_harm_is_found_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "MAX_TEXT", 5)
    assert "input" in ordeal("serial scanner", 200, seed=1).problem
