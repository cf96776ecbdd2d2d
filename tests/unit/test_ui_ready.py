"""The pages by which a kiosk is set up and looked over: what stands where, and what can be touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.readiness import Corner
from kioskd.core.staff_intents import StartSelling, TestPrinter, TestScanners, TestTouch, TouchCorner
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.scene import Scene
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop, visits

SHOP = shop()
VISITS = visits(SHOP)


def scene(visit: Visit, display: str = "portrait") -> Scene:
    stage = Stage(DISPLAYS[display], default_theme())
    return Composer(stage, Fonts(stage), SHOP).scene(visit)


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_corner_is_where_its_name_says_in_every_language(display: str, language: str) -> None:
    stage = Stage(DISPLAYS[display], default_theme())
    shown = scene(replace(VISITS["touch"], language=language), display)
    for corner in Corner:
        widget = shown.widget(f"corner:{corner}")
        assert widget is not None and widget.action == TouchCorner(corner)
        across, down = widget.rect.x + widget.rect.w / 2, widget.rect.y + widget.rect.h / 2
        assert (across < stage.area.w / 2) is (corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT))
        assert (down < stage.area.h / 2) is (corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT))


def test_what_is_there_can_be_tried() -> None:
    def actions(visit: Visit) -> list[object]:
        return [widget.action for widget in scene(visit).widgets if widget.action is not None]

    good = VISITS["ready-first"]
    assert {TestPrinter(), TestScanners(), TestTouch(), StartSelling()} <= set(map(_known, actions(good)))
    alone = actions(replace(good, devices={}))
    assert TestPrinter() not in alone and TestTouch() in alone and StartSelling() in alone


def _known(action: object) -> object:
    try:
        hash(action)
    except TypeError:
        return None
    return action


def test_a_sick_device_is_named_with_its_reason() -> None:
    sick = DeviceHealth("receipts", DeviceKind.PRINTER, DeviceState.FAULTY, "the cover is open")
    shown = scene(replace(VISITS["ready-first"], devices={"receipts": sick}))
    said = " ".join(widget.name for widget in shown.widgets)
    assert "Receipt printer: receipts" in said and "the cover is open" in said and "Faulty" in said


@pytest.mark.parametrize("display", DISPLAYS)
def test_the_pairing_code_and_the_command_to_use_it_with_are_on_the_screen(display: str) -> None:
    shown = scene(VISITS["enrol"], display)
    code = shown.widget("code")
    assert code is not None and code.name == "WXYZ-9876"
    assert any("enrol-code kiosk.toml --pairing-code WXYZ-9876" in widget.name for widget in shown.widgets)
