"""Printer models as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.devices import profiles
from kioskd.devices.printer.profile import load_profile, profile_names
from kioskd.devices.profiles import HARDWARE, Evidence
from kioskd.sim.printer_models import MODELS


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("epson-tm-t20iii", 48),
        ("epson-tm-t88vi", 42),
        ("epson-eu-t300", 42),
        ("custom-vkp80iii", 42),
        ("citizen-ct-s310", 48),
        ("generic-80mm", 48),
        ("generic-58mm", 32),
    ],
)
def test_shipped_profiles_load(name: str, columns: int) -> None:
    loaded = load_profile(name)
    assert loaded.columns() == columns
    assert loaded.columns(2) == columns // 2


def test_a_wrong_name_lists_the_right_ones() -> None:
    with pytest.raises(ConfigError, match=r"no printer profile 'epsom'.*epson-tm-t20iii"):
        load_profile("epsom")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dots = 384", "dots = 12", "dots"),
        ('cut = "none"', 'cut = "saw"', "cut"),
        ('codec = "ascii"', 'codec = "cp-none"', "cp-none"),
        ('title = "', 'colour = "red"\ntitle = "', "colour"),
        ("dpi = 203", "dpi =", "is not TOML"),
    ],
)
def test_a_wrong_profile_names_file_and_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    good = (HARDWARE / "printers" / "generic-58mm.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(good.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"mine\.toml.*{expected}"):
        load_profile("mine", tmp_path)


def test_the_table_tells_the_truth_about_what_was_tested() -> None:
    words = {"real": "real", "virtual": "virtual", "documentation": "from documentation only"}
    lines = (HARDWARE / "printers" / "README.md").read_text(encoding="utf-8").splitlines()
    profiles = [load_profile(name) for name in profile_names()]
    table = [f"| {each.id} | {each.title} | {words[each.tested]} |" for each in profiles]
    assert [line for line in lines if line.startswith(("| c", "| e", "| g"))] == table
    assert {each.id for each in profiles if each.tested is Evidence.VIRTUAL} == set(MODELS)


def test_a_shop_has_profiles_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = (HARDWARE / "printers" / "generic-58mm.toml").read_text(encoding="utf-8")
    ours = tmp_path / "printers/generic-58mm.toml"
    ours.parent.mkdir()
    ours.write_text(good.replace("dots = 384", "dots = 360"), encoding="utf-8")
    monkeypatch.setattr(profiles, "SHOP", tmp_path)
    assert load_profile("generic-58mm").dots == 360
    assert load_profile("generic-80mm").dots == 576
