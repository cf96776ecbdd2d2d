"""Scanner profiles: those that come with kioskd are sound, and a wrong one is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.devices import profiles
from kioskd.devices.scanner.drivers import decoder_of, driver_of
from kioskd.devices.scanner.profile import load_profile, profile_names


@pytest.mark.parametrize("name", profile_names())
def test_a_shipped_profile_makes_a_driver_and_a_decoder(name: str) -> None:
    profile = load_profile(name)
    driver = driver_of(profile, "front", Path("/dev/null"))
    assert (driver.name, driver.path) == ("front", Path("/dev/null"))
    assert decoder_of(profile).feed(b"") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "X"\ntested = "real"\ndriver = "wedge"\nlayout = "xx"\n', "layout.*'xx' is not known"),
        ('title = "X"\ntested = "real"\ndriver = "wedge"\nbaud = 9600\n', r"wedge\.baud"),
        ('title = "X"\ntested = "maybe"\ndriver = "serial"\n', "tested"),
        ('title = "X"\ntested = "real"\ndriver = "serial"\ncharset = "klingon"\n', "klingon.*cp858"),
        ('title = "X"\ntested = "real"\ndriver = "serial"\nmodule = "gm66"\n', "gm66.*gm65"),
        ('title = "X"\ntested = "real"\ndriver = "hidpos"\nstart_report = "fe 0"\n', "start_report"),
        ('title = "X"\ntested = "real"\ndriver = "serial"\nusb = ["0C2E"]\n', "usb"),
        ("title = ", "is not TOML"),
    ],
)
def test_a_wrong_profile_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_profile("mine", tmp_path)


def test_an_unknown_profile_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no scanner profile 'nope' .*generic-wedge"):
        load_profile("nope")


def test_a_shop_has_profiles_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tmp_path / "scanners/ours.toml"
    ours.parent.mkdir()
    ours.write_text('title = "Ours"\ntested = "real"\ndriver = "serial"\n')
    monkeypatch.setattr(profiles, "SHOP", tmp_path)
    assert load_profile("ours").title == "Ours"
    assert {"ours", "generic-serial"} <= set(profile_names())
