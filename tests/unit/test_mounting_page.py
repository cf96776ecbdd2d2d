"""Whoever mounts a kiosk is told the heights and the room that the layout is made for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.daemon.config.kiosk import Display as DisplaySettings
from kioskd.ui.reach import HIGHEST_MM, LOWEST_MM

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "mounting.md").read_text("utf-8")


def test_it_names_the_heights_that_the_lower_layout_keeps_to() -> None:
    assert (LOWEST_MM, HIGHEST_MM) == (380, 1220)
    assert "between **380 and 1220 mm**" in PAGE


@pytest.mark.parametrize(
    "measure",
    ["760 x 1220 mm", "**1120 mm**", "635 mm", "685 mm", "205 mm", "430 mm", "1015 mm", "headphone socket"],
)
def test_it_names_the_floor_the_knees_the_ledge_and_the_socket(measure: str) -> None:
    assert measure in PAGE


@pytest.mark.parametrize("key", ["width_mm", "height_mm", "bottom_height_mm", "viewing_distance_mm"])
def test_what_it_asks_to_be_measured_can_be_configured(key: str) -> None:
    assert f"`{key}`" in PAGE
    assert key in DisplaySettings.model_fields


def test_it_can_be_found() -> None:
    assert "(mounting.md)" in (DOCS / "technician.md").read_text("utf-8")
