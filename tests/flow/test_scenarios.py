"""Every scripted visit that comes with kioskd, against a real daemon and simulated devices and servers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from PIL import Image

from kioskd.sim.play import play
from kioskd.sim.scenario import available, load

pytestmark = pytest.mark.process


@pytest.mark.parametrize("name", available())
def test_visit(name: str) -> None:
    report = asyncio.run(play(load(name), None))
    assert report.held, "\n".join(report.failures)


def test_a_played_visit_leaves_pictures_scenes_paper_exchange_and_report(tmp_path: Path) -> None:
    said: list[str] = []
    report = asyncio.run(play(load("unknown-card"), tmp_path, said.append))
    assert report.held
    kept = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert kept["held"] is True
    assert [step["number"] for step in kept["steps"]] == list(range(1, len(said) + 1))
    pictures = sorted(tmp_path.glob("[0-9][0-9]-*.png"))
    assert pictures
    for picture in pictures:
        with Image.open(picture) as image:
            assert image.size == (540, 960)
        assert json.loads(picture.with_suffix(".json").read_text("utf-8"))["widgets"]
    assert "A1" in (tmp_path / "paper-1.txt").read_text("utf-8")
    with Image.open(tmp_path / "paper-1.png") as image:
        assert image.width > 500
    assert any("find" in request["path"] for request in json.loads((tmp_path / "exchange.json").read_text()))
    assert "ready" in (tmp_path / "kioskd.log").read_text("utf-8")


def test_an_expectation_that_does_not_hold_ends_the_visit_and_is_told(tmp_path: Path) -> None:
    scenario = tmp_path / "wrong.toml"
    scenario.write_text(
        'title = "Wrong"\n[options]\nsize = "540x960"\n'
        '[[step]]\ntap = "eat_in"\nscreen = "thanks"\nwithin_s = 0.2\n[[step]]\ntap = "pay"\n'
    )
    report = asyncio.run(play(load(str(scenario)), None))
    assert not report.held
    assert report.failures == ["step 1: screen = 'thanks': the screen is menu"]
