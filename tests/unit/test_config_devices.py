"""What the configuration says of scanners, keypad and camera reaches their drivers."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.dump import dump_config
from kioskd.daemon.config.kiosk import Config, load_config
from kioskd.daemon.wiring.hardware import hardware_of
from kioskd.devices.camera.parent import CameraScanner
from kioskd.devices.keypad import Keypad
from kioskd.devices.scanner.evdev import WedgeScanner
from kioskd.devices.scanner.hidraw import HidPosScanner
from kioskd.devices.scanner.serial import SerialScanner
from tests.small_kiosk import SMALL_KIOSK


def _config(folder: Path, devices: str) -> Config:
    (folder / "kiosk.toml").write_text(SMALL_KIOSK + devices)
    return load_config(folder / "kiosk.toml")


def _drivers(config: Config) -> list[object]:
    hardware = hardware_of(config, lambda: 0.0, lambda kind, x, y: None, lambda key: None)
    return [plugged.device for plugged in hardware.plugged]


def test_each_kind_of_scanner_has_its_driver(tmp_path: Path) -> None:
    config = _config(
        tmp_path,
        '[[scanner]]\nname = "a"\ndriver = "serial"\npath = "/dev/a"\nprofile = "gm65"\n'
        '[[scanner]]\nname = "b"\ndriver = "wedge"\npath = "/dev/b"\nprofile = "honeywell-wedge"\n'
        '[[scanner]]\nname = "c"\ndriver = "hidpos"\npath = "/dev/c"\nprofile = "honeywell-hidpos"\n',
    )
    assert list(map(type, _drivers(config))) == [SerialScanner, WedgeScanner, HidPosScanner]


@pytest.mark.parametrize(
    ("profile", "message"),
    [("gm65", "scanner a: profile.*is for driver = 'serial'"), ("nope", "no scanner profile 'nope'")],
)
def test_a_profile_of_another_driver_or_of_none_is_refused(
    tmp_path: Path, profile: str, message: str
) -> None:
    config = _config(
        tmp_path, f'[[scanner]]\nname = "a"\ndriver = "wedge"\npath = "/dev/a"\nprofile = "{profile}"\n'
    )
    with pytest.raises(ConfigError, match=message):
        hardware_of(config, lambda: 0.0, lambda kind, x, y: None, lambda key: None)


def test_the_camera_looks_where_it_is_told(tmp_path: Path) -> None:
    config = _config(
        tmp_path, '[camera]\ndriver = "v4l2"\npath = "/dev/video0"\nregion = [0.25, 0, 0.5, 1]\n'
    )
    (camera,) = _drivers(config)
    assert isinstance(camera, CameraScanner)
    assert camera.settings["region"] == (0.25, 0.0, 0.5, 1.0)
    (tmp_path / "again.toml").write_text(dump_config(config))
    assert load_config(tmp_path / "again.toml") == config


def test_the_second_camera_of_a_pi(tmp_path: Path) -> None:
    (camera,) = _drivers(_config(tmp_path, '[camera]\ndriver = "picamera2"\ndevice = 1\n'))
    assert isinstance(camera, CameraScanner)
    assert camera.settings["source"] == "picamera2:1"


@pytest.mark.parametrize("region", ["[0.6, 0, 0.5, 1]", "[0, 0, 0, 1]", "[0, 0, 1]", "[0, 0, 1, 2]", '"all"'])
def test_a_region_outside_the_picture_is_refused(tmp_path: Path, region: str) -> None:
    with pytest.raises(ConfigError, match=r"camera\.region"):
        _config(tmp_path, f'[camera]\ndriver = "picamera2"\nregion = {region}\n')


def test_the_keypad_of_a_profile(tmp_path: Path) -> None:
    written = '[keypad]\ndriver = "evdev"\npath = "/dev/input/event9"\nprofile = "numeric"\nlockout_s = 0.5\n'
    (keypad,) = _drivers(_config(tmp_path, written))
    assert isinstance(keypad, Keypad)
    assert (keypad.name, keypad.path) == ("keypad", Path("/dev/input/event9"))


def test_a_keypad_whose_keys_nobody_knows_is_refused(tmp_path: Path) -> None:
    written = '[keypad]\ndriver = "evdev"\npath = "/dev/input/event9"\nprofile = "nope"\n'
    with pytest.raises(ConfigError, match="no keypad profile 'nope'"):
        _drivers(_config(tmp_path, written))
