"""Printer models as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.devices.printer.profile import load_profile, shipped_profiles


@pytest.mark.parametrize(
    ("name", "columns"),
    [("epson-tm-t20iii", 48), ("epson-tm-t88vi", 42), ("generic-80mm", 48), ("generic-58mm", 32)],
)
def test_shipped_profiles_load(name: str, columns: int) -> None:
    profile = load_profile(name)
    assert profile.columns() == columns
    assert profile.columns(2) == columns // 2


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
    good = (shipped_profiles() / "generic-58mm.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(good.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"mine\.toml.*{expected}"):
        load_profile("mine", tmp_path)
