"""The doctor looks at a machine: what is plugged in, by which name, and what keeps kioskd from it."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.daemon.doctor.overview import RULES, overview
from kioskd.daemon.doctor.plugged import Kind, plugged
from kioskd.daemon.doctor.report import Finding, Report, Verdict, show
from kioskd.sim.camera import draw_phone
from kioskd.sim.hidraw import DESCRIPTOR

KEYBOARD = "fffffffffffffffe"
NUMBER_PAD = "1000fff80 10000000"
POWER_BUTTON = "10000000000000 0"
MOUSE = "70000 0 0 0 0"


class _Machine:
    """/sys and /dev of a computer."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def usb(self, port: str, usb: str, product: str = "Scanner") -> Path:
        device = self.root / "sys/devices/usb1" / port
        vendor, model = usb.split(":")
        for name, text in (("idVendor", vendor), ("idProduct", model), ("product", product)):
            self.write(device / name, text)
        return device / f"{port}:1.0"

    def keyboard(self, node: str, interface: Path, usb: str, keys: str = KEYBOARD) -> None:
        device = interface / "input" / node
        self.write(device / "device/name", "Barcode Reader")
        self.write(device / "device/capabilities/key", keys)
        for name, part in zip(("vendor", "product"), usb.split(":"), strict=True):
            self.write(device / "device/id" / name, part)
        self.link("sys/class/input", node, device)
        self.node(f"dev/input/{node}")

    def hidraw(self, node: str, interface: Path, descriptor: bytes) -> None:
        device = interface / "hidraw" / node
        self.write(device / "device/uevent", "HID_ID=0003:00000C2E:00000B61\nHID_NAME=Honeywell Xenon")
        (device / "device/report_descriptor").write_bytes(descriptor)
        self.link("sys/class/hidraw", node, device)
        self.node(f"dev/{node}")

    def tty(self, node: str, interface: Path) -> None:
        device = interface / "tty" / node
        device.mkdir(parents=True)
        (device / "device").symlink_to(interface)
        self.link("sys/class/tty", node, device)
        self.node(f"dev/{node}")

    def stable(self, name: str, node: str) -> None:
        link = self.root / "dev" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(self.root / "dev" / node, link.parent))

    def link(self, folder: str, node: str, device: Path) -> None:
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / folder / node).symlink_to(device)

    def node(self, path: str) -> None:
        self.write(self.root / path, "")

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def machine(tmp_path: Path) -> _Machine:
    return _Machine(tmp_path)


def test_what_is_plugged_in_is_named_by_what_it_can_do(machine: _Machine) -> None:
    scanner = machine.usb("1-1.2", "05e0:1200")
    machine.keyboard("event3", scanner, "05e0:1200")
    machine.keyboard("event4", machine.usb("1-1.3", "046d:c077"), "046d:c077", MOUSE)
    machine.hidraw("hidraw0", machine.usb("1-1.4", "0c2e:0b61"), DESCRIPTOR)
    machine.hidraw("hidraw1", scanner, b"\x05\x01\x09\x06\xa1\x01\xc0")
    machine.tty("ttyACM0", machine.usb("1-1.5", "1eab:0106", "NLS-HR20"))
    machine.stable("input/by-id/usb-Symbol-event-kbd", "input/event3")
    found = [(one.kind, one.node, one.usb, one.port, one.stable) for one in plugged(machine.root)]
    assert found == [
        (Kind.HIDPOS, Path("/dev/hidraw0"), "0c2e:0b61", "1-1.4", None),
        (
            Kind.KEYBOARD,
            Path("/dev/input/event3"),
            "05e0:1200",
            "1-1.2",
            Path("/dev/input/by-id/usb-Symbol-event-kbd"),
        ),
        (Kind.SERIAL, Path("/dev/ttyACM0"), "1eab:0106", "1-1.5", None),
    ]


def test_a_keypad_is_no_keyboard_and_a_power_button_is_neither(machine: _Machine) -> None:
    machine.keyboard("event5", machine.usb("1-1.2", "04d9:a02a"), "04d9:a02a", NUMBER_PAD)
    machine.keyboard("event6", machine.usb("1-1.3", "0001:0002"), "0001:0002", POWER_BUTTON)
    assert [(one.kind, one.node) for one in plugged(machine.root)] == [
        (Kind.KEYPAD, Path("/dev/input/event5"))
    ]


def test_two_of_the_same_make_are_told_apart_by_their_ports(machine: _Machine) -> None:
    for port, node in (("1-1.2", "event3"), ("1-1.3", "event4")):
        machine.keyboard(node, machine.usb(port, "05e0:1200"), "05e0:1200")
        machine.stable(f"input/by-path/usb-0:{port}-event-kbd", f"input/{node}")
    machine.stable("input/by-id/usb-Symbol-event-kbd", "input/event4")  # udev gives it to one of them
    assert [one.stable for one in plugged(machine.root)] == [
        Path("/dev/input/by-path/usb-0:1-1.2-event-kbd"),
        Path("/dev/input/by-path/usb-0:1-1.3-event-kbd"),
    ]
    machine.stable("kioskd/wedge-1-1.2", "input/event3")
    assert plugged(machine.root)[0].stable == Path("/dev/kioskd/wedge-1-1.2")


def test_a_bare_machine_has_nothing_and_nothing_is_wrong(tmp_path: Path) -> None:
    report = overview(None, tmp_path)
    assert (report.rows, report.findings) == ((), ()) or (not report.rows and not report.findings)
    assert show(report, as_json=False, out=io.StringIO()) == 0


def test_missing_rules_and_an_open_kernel_are_said(machine: _Machine) -> None:
    machine.keyboard("event3", machine.usb("1-1.2", "05e0:1200"), "05e0:1200")
    machine.write(machine.root / "proc/sys/kernel/sysrq", "176\n")
    report = overview(None, machine.root)
    assert [finding.what for finding in report.findings] == ["udev rules", "kernel.sysrq"]
    assert report.rows[0]["profiles"] == ["zebra-wedge"]
    machine.write(machine.root / "etc/udev/rules.d" / RULES, "")
    machine.write(machine.root / "proc/sys/kernel/sysrq", "0\n")
    assert not overview(None, machine.root).findings


def test_a_node_that_may_not_be_opened_is_a_fault(machine: _Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.tty("ttyACM0", machine.usb("1-1.5", "1eab:0106"))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    report = overview(None, machine.root)
    assert report.findings[0].detail == "no permission"
    assert report.verdict is Verdict.FAULT


def test_a_configured_scanner_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    from tests.small_kiosk import SMALL_KIOSK
    from tests.unit.test_cli import MENU

    (tmp_path / "menu.toml").write_text(MENU)
    file = tmp_path / "kiosk.toml"
    file.write_text(
        SMALL_KIOSK
        + '[[scanner]]\nname = "front"\ndriver = "serial"\npath = "missing"\n'
        + '[[scanner]]\nname = "side"\ndriver = "wedge"\npath = "menu.toml"\nprofile = "gm65"\n'
    )
    findings = [
        (finding.what, finding.verdict, finding.detail) for finding in overview(file, tmp_path).findings
    ]
    assert ("scanner front", Verdict.FAULT, f"{tmp_path}/missing is not there") in findings
    assert ("scanner side", Verdict.FAULT, "profile gm65 is for driver serial") in findings


def test_a_report_is_a_table_for_people_and_json_for_scripts() -> None:
    report = Report("things", [{"a": 1, "b": None}], [Finding("x", Verdict.FAULT, "broken", "mend it")])
    text, data = io.StringIO(), io.StringIO()
    assert show(report, as_json=False, out=text) == 1
    assert text.getvalue() == "a  b\n1  -\nfault   x: broken\n        -> mend it\n"
    assert show(report, as_json=True, out=data) == 1
    assert json.loads(data.getvalue()) == {
        "verdict": "fault",
        "things": [{"a": 1, "b": None}],
        "findings": [{"what": "x", "verdict": "fault", "detail": "broken", "remedy": "mend it"}],
    }


def test_a_warning_is_no_failure() -> None:
    assert show(Report("x", (), [Finding("x", Verdict.WARNING, "y")]), as_json=True, out=io.StringIO()) == 0


def test_pictures_are_read_as_in_the_kiosk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "card.png").write_bytes(draw_phone("M-1001"))
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "notes.txt").write_text("no picture")
    assert main(["doctor", "camera", "--pictures", str(tmp_path), "--formats", "qr", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    rows = {row["picture"]: row for row in report["pictures"]}
    assert set(rows) == {"card.png", "broken.png"}
    assert (rows["card.png"]["texts"], rows["card.png"]["symbologies"]) == (["M-1001"], ["qr"])
    assert 0 < rows["card.png"]["ms"] < 10_000
    assert rows["broken.png"]["texts"] == []
    assert [finding["what"] for finding in report["findings"]] == ["broken.png"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["camera", "--pictures", "/nowhere"], "/nowhere: is no folder"),
        (["camera", "--pictures", "/", "--formats", "qr,xx"], "'xx' is not known"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", *arguments]) == 1
    assert message in capsys.readouterr().err
