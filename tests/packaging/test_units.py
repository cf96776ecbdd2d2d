"""The units: what systemd itself thinks of them, and what the parts that refer to each other promise."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from image.package import tree
from kioskd.daemon.first_boot.machine import Secrets
from kioskd.daemon.first_boot.places import Places

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(path.name for path in SYSTEMD.iterdir() if path.suffix in (".service", ".path"))

analysed = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def values(unit: str, key: str) -> list[str]:
    text = (SYSTEMD / unit).read_text("utf-8")
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


@analysed
@pytest.mark.parametrize(
    ("unit", "threshold"),
    [
        ("kioskd.service", 17),
        ("kioskd-rescue.service", 7),
        ("kioskd-rescue-picture.service", 7),
        ("kioskd-boot-ok.service", 9),
        ("kioskd-first-boot.service", 11),
        ("kioskd-clock.service", 2),
    ],
)
def test_a_unit_may_do_little_more_than_it_must(unit: str, threshold: int) -> None:
    done = subprocess.run(
        (
            "systemd-analyze",
            "security",
            "--offline=yes",
            "--no-pager",
            f"--threshold={threshold}",
            SYSTEMD / unit,
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.splitlines()[-1:]


@analysed
def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    for unit in UNITS:
        text = (SYSTEMD / unit).read_text("utf-8")
        # kioskd is not installed where tests run: any program stands in for its own.
        (tmp_path / unit).write_text(re.sub(r"(?m)^(ExecStart=)/usr/lib/kioskd\S*", r"\1/bin/true", text))
    done = subprocess.run(
        ("systemd-analyze", "verify", "--man=no", *(tmp_path / unit for unit in UNITS)),
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "kioskd" in line]
    assert (done.returncode, ours) == (0, [])


def test_a_kiosk_that_cannot_run_leads_to_the_rescue_picture_and_back() -> None:
    assert values("kioskd.service", "OnFailure") == ["kioskd-rescue.service"]
    assert values("kioskd-rescue.service", "OnSuccess") == ["kioskd.service"]
    # The pause is longer than the time in which too many starts are counted, or the way back would be barred.
    (pause_s,) = re.findall(r"sleep (\d+)", values("kioskd-rescue.service", "ExecStart")[0])
    assert int(pause_s) > int(values("kioskd.service", "StartLimitIntervalSec")[0])


def test_the_rescue_picture_is_shown_from_where_it_is_painted() -> None:
    (painted,) = re.findall(r"--out (\S+)", values("kioskd-rescue-picture.service", "ExecStart")[0])
    assert f"cat {painted} >/dev/fb0" in values("kioskd-rescue.service", "ExecStart")[0]
    assert values("kioskd-rescue-picture.service", "User") == values("kioskd-rescue.service", "User")


def test_a_missing_secret_is_no_reason_not_to_start() -> None:
    """With a path systemd refuses to start; by name alone it looks in its stores and goes on."""
    credentials = values("kioskd.service", "LoadCredential")
    assert "leat-token" in credentials
    assert not [credential for credential in credentials if ":" in credential]


def test_every_secret_that_can_be_named_is_handed_over() -> None:
    handed_over = set(values("kioskd.service", "LoadCredential"))
    assert handed_over == {field.alias for field in Secrets.model_fields.values()}
    paper = (SYSTEMD.parent / "docs/package.md").read_text("utf-8")
    assert all(f"`{name}`" in paper for name in handed_over)


def test_brokers_backends_and_terminals_can_be_reached() -> None:
    (families,) = values("kioskd.service", "RestrictAddressFamilies")
    assert {"AF_INET", "AF_INET6", "AF_UNIX"} <= set(families.split())
    assert not values("kioskd.service", "PrivateNetwork") + values("kioskd.service", "IPAddressDeny")


def test_everything_a_driver_opens_is_allowed() -> None:
    allowed = {value.split()[0] for value in values("kioskd.service", "DeviceAllow")}
    assert values("kioskd.service", "DevicePolicy") == ["closed"]
    # By the names in /proc/devices: "usb" is /dev/usb/lp0.
    assert allowed >= {
        f"char-{kind}" for kind in ("input", "hidraw", "drm", "ttyACM", "ttyUSB", "usb", "video4linux")
    }


KERNEL_MODULES = {
    "alsa": "snd",
    "drm": "drm",
    "hidraw": "hid",
    "media": "mc",
    "ttyACM": "cdc_acm",
    "ttyUSB": "usbserial",
    "usb": "usbcore",
    "usb_device": "usbcore",
    "video4linux": "videodev",
}
ALWAYS_KNOWN = {"dma_heap", "input", "tty", "ttyAMA", "ttyS", "lp"}
"""Part of the kernel itself; a parallel port is there from the beginning or not at all."""


def test_what_is_plugged_in_late_may_be_opened_too() -> None:
    """systemd allows what the kernel knows by name when the service starts, and nothing that comes later."""
    allowed = {value.split()[0].removeprefix("char-") for value in values("kioskd.service", "DeviceAllow")}
    loaded = set((SYSTEMD / "modules-load.d/kioskd.conf").read_text("utf-8").splitlines())
    assert {KERNEL_MODULES[name] for name in allowed - ALWAYS_KNOWN} <= loaded


def test_the_log_stays_in_memory_and_the_keyboard_cannot_reach_the_kernel() -> None:
    assert "Storage=volatile" in (SYSTEMD / "appliance/journald.conf").read_text("utf-8")
    assert "kernel.sysrq = 0" in (SYSTEMD / "appliance/sysctl.conf").read_text("utf-8")


@pytest.mark.parametrize("script", ["boot-ok"])
def test_scripts_are_shell(script: str) -> None:
    subprocess.run(("sh", "-n", SYSTEMD / script), check=True)


def test_every_unit_and_rule_is_in_the_package() -> None:
    text = Path(tree.__file__).read_text("utf-8")
    assert set(UNITS) == set(tree.SERVICES)
    for rule in SYSTEMD.glob("*.rules"):
        assert rule.name in text


def test_what_is_wanted_at_boot_is_enabled() -> None:
    enabled = (tree.DEBIAN / "kioskd.postinst").read_text("utf-8")
    removed = (tree.DEBIAN / "kioskd.postrm").read_text("utf-8")
    for unit in UNITS:
        wanted = "[Install]" in (SYSTEMD / unit).read_text("utf-8")
        assert (f"enable_unit {unit}\n" in enabled) is wanted
        assert (unit in removed) is wanted


def test_the_kiosk_starts_as_what_the_card_says() -> None:
    """The folder that codes lead to is the one that is waited for, and the one that first boot looks into."""
    unit = "kioskd-first-boot.service"
    assert "kioskd.service" in values(unit, "Before")[0].split()
    places = Places(Path("/"))
    assert values("kioskd-first-boot.path", "PathExists") == [f"{places.enrolled}"]
    assert f"|{places.enrolled}" in values(unit, "ConditionPathExists")
    assert values(unit, "RuntimeDirectory") == [places.problem.parent.name]
    assert values(unit, "RuntimeDirectoryPreserve") == ["yes"]
    assert "!/data/lost" in values(unit, "ConditionPathExists")  # nothing is taken off a card into memory
    assert values("kioskd.service", "StateDirectory") == [places.enrolled.parent.name]
