"""Whom the kiosk believes what time it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.daemon import clock
from kioskd.daemon.clock import Clock

UNITS = Path(__file__).parents[2] / "systemd"


@pytest.mark.parametrize("asked", [0, 1], ids=["timesyncd", "another time daemon"])
def test_a_clock_that_was_set_by_the_network_is_trusted(
    asked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tmp_path / "timesyncd", tmp_path / "kernel"
    monkeypatch.setattr(clock, "SYNCHRONISED", files)
    kiosks = Clock("UTC")
    assert not kiosks.trusted()
    files[asked].touch()
    assert kiosks.trusted()
    kiosks.shift_wall(1.0)  # a developer makes it wrong
    assert not kiosks.trusted()


def test_what_the_kernel_says_is_left_where_the_clock_looks_for_it() -> None:
    unit = (UNITS / "kioskd-clock.service").read_text("utf-8")
    timesyncd, ours = clock.SYNCHRONISED
    assert f">{ours}" in unit
    assert f"RuntimeDirectory={ours.parent.name}\n" in unit
    assert f"ConditionPathExists=!{timesyncd.parent}\n" in unit
