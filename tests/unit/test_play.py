"""Scripted visits: what a scenario file may say, and what its expectations mean."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.sim.acts import ACT_OF
from kioskd.sim.expectations import CHECKS, difference, holding, lacking
from kioskd.sim.finger import NothingToTouch, find
from kioskd.sim.play_report import Expectation, Report, StepReport
from kioskd.sim.scenario import ScenarioError, available, load
from kioskd.sim.setting import as_toml, size_mm
from kioskd.sim.step import ACTS, EXPECTATIONS, Scan, Step


def written(folder: Path, text: str) -> str:
    path = folder / "visit.toml"
    path.write_text(text, "utf-8")
    return str(path)


# --- reading ------------------------------------------------------------------------------------------


def test_every_scenario_that_comes_with_kioskd_can_be_read() -> None:
    for name in available():
        assert load(name).title


def test_acts_are_done_in_the_order_they_are_written(tmp_path: Path) -> None:
    scenario = load(
        written(tmp_path, 'title = "t"\n[[step]]\ntap = "b"\nscan = "1"\nscreen = "x"\nunplug = "printer"\n')
    )
    assert scenario.steps[0].acts == ["tap", "scan", "unplug"]
    assert scenario.steps[0].expectations == ["screen"]
    assert scenario.steps[0].scan == Scan(text="1")
    assert scenario.steps[0].unplug == ("printer",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "title: Field required"),
        ('title = "t"', "step: Field required"),
        ('title = "t"\n[[step]]\ntip = "x"', "step 1: tip: unknown; known are say,"),
        ('title = "t"\n[[step]]\nscreen = "x"\n[[step]]\nkeypad = "12a"', "step 2: keypad: "),
        ('title = "t"\n[[step]]\nnetwork = "gone"', "step 1: network: Input should be 'on', 'off'"),
        ('title = "t"\n[[step]]\nwait_s = -1', "step 1: wait_s: "),
        ('title = "t"\n[[step]]\ntap = ""', "step 1: tap: must not be empty"),
        ('title = "t"\n[[step]]\nscan = {via = "serial"}', "step 1: scan: needs either text, hex or printed"),
        ('title = "t"\n[[step]]\nscan = {hex = "0", via = "wedge"}', "step 1: scan: "),
        ('title = "t"\n[[step]]\nfault = {kind = "fire"}', "step 1: fault.kind: "),
        ('title = "t"\n[[step]]\nprinter = {on_fire = true}', "step 1: printer: has no 'on_fire'"),
        ('title = "t"\n[[step]]\nterminal = {cut_at = "noon"}', "step 1: terminal: "),
        ('title = "t"\n[[step]]\nshow_picture = "no.png"', "step 1: show_picture: no file 'no.png'"),
        ('title = "t"\n[[step]]\nscan = {text = "1", light = 0.5}', "step 1: scan: light is for the camera"),
        ('title = "t"\n[options]\nscanners = ["laser"]\n[[step]]', "options.scanners.0: "),
        ('title = "t"\n[options]\nsize = "big"\n[[step]]', "options.size: is no size in pixels"),
        ('title = "t"\n[[step', "Expected ']]'"),
    ],
)
def test_a_wrong_scenario_is_one_clear_error_with_file_step_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ScenarioError) as error:
        load(path)
    assert str(error.value).startswith(path)
    assert message in str(error.value)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match=r"there is no scenario 'member-earn'; there is .*member-earns"):
        load("member-earn")


def test_every_key_of_a_step_can_be_done_or_checked() -> None:
    assert set(ACT_OF) == ACTS
    assert set(CHECKS) == EXPECTATIONS
    assert set(Step.model_fields) == ACTS | EXPECTATIONS | {"say", "within_s", "order"}


# --- expecting ----------------------------------------------------------------------------------------


def test_a_body_may_have_more_keys_but_not_more_lines() -> None:
    body = {"status": "PAID", "lines": [{"sku": "A", "n": 1}, {"sku": "B", "n": 2}]}
    assert difference(body, {"lines": [{"sku": "A"}, {"sku": "B"}]}) is None
    assert difference(body, {"lines": [{"sku": "A"}]}) is not None
    assert difference(body, {"lines": [{"sku": "B"}, {"sku": "A"}]}) == "lines.0.sku is 'A', wanted 'B'"
    assert difference(body, {"paid": True}) == "paid is missing"
    assert difference(None, {"paid": True}) is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_everything_contains_itself(value: Any) -> None:
    assert difference(value, value) is None


def test_texts_are_compared_as_somebody_reads_them() -> None:
    assert lacking(["€\u00a013,10 for \u2068Sanne\u2069"], ["€ 13,10 for Sanne"]) is None
    missing = lacking(["Hello"], ["Goodbye"])
    assert missing is not None and "'Goodbye' is missing" in missing
    assert holding(["a b", "c"], ["d"]) is None
    assert holding(["card 10024711"], ["10024711"]) is not None


def test_a_report_tells_what_failed_and_what_was_there_instead() -> None:
    report = Report("name", "Title")
    report.steps.append(StepReport(1, "", {}, [Expectation("screen", "menu", True)]))
    report.steps.append(
        StepReport(2, "", {}, [Expectation("screen", "menu", False, "the screen is attract")])
    )
    assert [step.held for step in report.steps] == [True, False]
    assert report.failures == ["step 2: screen = 'menu': the screen is attract"]


# --- touching -----------------------------------------------------------------------------------------


def widget(id: str, name: str, *, enabled: bool = True) -> dict[str, Any]:
    return {"id": id, "name": name, "enabled": enabled, "action": {"do": "X"}, "rect_mm": [0, 0, 1, 1]}


def test_a_widget_is_meant_by_id_then_by_text_then_by_beginning() -> None:
    pay, page = widget("pay", "Pay now"), widget("x", "pay")
    scene = {"id": "s", "regions": [], "widgets": [pay, page, {"id": "t", "name": "Pay", "enabled": True}]}
    assert find(scene, "pay") is pay
    assert find(scene, "Pay") is pay
    assert find(scene, "Pay now") is pay


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("Add", r"'Add' may mean a \(Add one\), b \(Add two\)"),
        ("c", "'c' is disabled on s"),
        ("d", "nothing to touch is called 'd' on s; there is a "),
    ],
)
def test_what_cannot_be_touched_is_explained(target: str, message: str) -> None:
    widgets = [widget("a", "Add one"), widget("b", "Add two"), widget("c", "Sold out", enabled=False)]
    with pytest.raises(NothingToTouch, match=message):
        find({"id": "s", "regions": [], "widgets": widgets}, target)


# --- the kiosk's settings -----------------------------------------------------------------------------

KEYS = st.text("abcdefgh_", min_size=1, max_size=5)
VALUES = st.booleans() | st.integers(-(2**60), 2**60) | st.text() | st.lists(st.text(), max_size=3)
TABLES = st.dictionaries(
    KEYS,
    VALUES
    | st.dictionaries(KEYS, VALUES, max_size=3)
    | st.lists(st.dictionaries(KEYS, VALUES, max_size=3), min_size=1, max_size=3),
    max_size=5,
)


@given(TABLES)
def test_settings_written_as_toml_are_read_as_the_same(table: dict[str, Any]) -> None:
    assert tomllib.loads(as_toml(table)) == table


@pytest.mark.parametrize("size_px", [(1080, 1920), (1920, 1080), (800, 480), (540, 960), (1280, 800)])
def test_pixels_are_square_enough_for_the_kiosk(size_px: tuple[int, int]) -> None:
    width_mm, height_mm = size_mm(size_px)
    assert 0.8 < (size_px[0] * height_mm) / (size_px[1] * width_mm) < 1.25
