"""The doctor's word on scanners: recordings come out as they were made, and one scan finds the profile."""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp

from kioskd.cli import main
from kioskd.core.errors import DeviceFault
from kioskd.daemon.doctor.capture import capture
from kioskd.daemon.doctor.code128 import modules
from kioskd.daemon.doctor.guess import TEST_CODE, profiles_for, propose
from kioskd.daemon.doctor.plugged import Kind
from kioskd.daemon.doctor.sheet import draw_sheet
from kioskd.devices.scanner.profile import load_profile
from kioskd.sim.scanner import SerialScannerSimulator, WedgeSimulator

HARDWARE = Path(__file__).parents[2] / "hardware"
RECORDINGS: list[dict[str, Any]] = tomllib.loads((HARDWARE / "recordings/recordings.toml").read_text())[
    "recording"
]


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording["file"])
def test_a_recording_is_read_as_in_the_kiosk(
    recording: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    file = HARDWARE / "recordings" / recording["file"]
    status = main(["doctor", "scanner", "--replay", str(file), "--profile", recording["profile"], "--json"])
    scans = json.loads(capsys.readouterr().out)["scans"]
    assert status == 0
    assert [{key: value for key, value in scan.items() if value is not None} for scan in scans] == recording[
        "scans"
    ]


def test_every_recording_is_listed() -> None:
    there = {path.name for path in (HARDWARE / "recordings").iterdir()} - {"recordings.toml"}
    assert there == {recording["file"] for recording in RECORDINGS}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--replay", "/nowhere", "--profile", "generic-wedge"], "/nowhere: No such file"),
        (["--replay", "/dev/null"], "needs the scanner's --profile"),
        (["--replay", "/dev/null", "--profile", "nope"], "no scanner profile 'nope'"),
        (["--path", "/dev/nowhere"], "/dev/nowhere: is not there"),
        (["--path", "/dev/null"], "name its --profile"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "scanner", *arguments]) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_a_recording_without_a_code_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"\r\n")
    assert main(["doctor", "scanner", "--replay", str(empty), "--profile", "generic-serial"]) == 1
    assert "no code was found" in capsys.readouterr().out


def test_what_was_scanned_does_not_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = tmp_path / "hostile"
    hostile.write_bytes("a\u202eb\x1dc\r".encode())
    assert main(["doctor", "scanner", "--replay", str(hostile), "--profile", "generic-serial"]) == 0
    assert "a<202E>b<1D>c" in capsys.readouterr().out


# The test code as a scanner types it that believes in another keyboard: each sign by its key there.
@pytest.mark.parametrize("layout", ["us", "de", "fr", "be", "ch", "uk", "es", "cz"])
def test_one_scan_of_the_test_code_finds_the_layout(layout: str) -> None:
    name = "generic-wedge" if layout == "us" else f"generic-wedge-{layout}"
    proposals = propose("wedge", [_typed(layout, TEST_CODE)])
    assert proposals[0].sure
    assert proposals[0].profile == name
    assert sum(proposal.sure for proposal in proposals) == 1


def _typed(layout: str, text: str) -> bytes:
    from kioskd.devices.scanner.keymap import Level, keymap
    from kioskd.devices.scanner.wedge import INPUT_EVENT

    keys = {
        sign: (code, level)
        for level in reversed(Level)
        for code, sign in keymap(layout).levels[level].items()
        if isinstance(sign, str)
    }
    held = {Level.PLAIN: (), Level.SHIFT: (42,), Level.ALT_GR: (100,)}
    strokes: list[tuple[int, int]] = []
    for sign in text:
        code, level = keys[sign]
        strokes += [(key, 1) for key in held[level]] + [(code, 1), (code, 0)]
        strokes += [(key, 0) for key in held[level]]
    strokes += [(28, 1), (28, 0)]
    return b"".join(INPUT_EVENT.pack(1, tick * 1000, 1, *stroke) for tick, stroke in enumerate(strokes))


def test_a_usb_id_names_the_profiles_that_fit() -> None:
    assert profiles_for(Kind.SERIAL, "05e0:1701") == ["zebra-serial"]
    assert profiles_for(Kind.HIDPOS, "1eab:0110") == ["newland-hidpos"]
    assert profiles_for(Kind.KEYBOARD, "0c2e:0b61") == ["honeywell-wedge"]
    assert profiles_for(Kind.KEYBOARD, "046d:c31c") == []
    assert profiles_for(Kind.CAMERA, "0c2e:0b61") == []


def test_a_scan_is_captured_from_the_device_itself(tmp_path: Path) -> None:
    async def scenario() -> None:
        with SerialScannerSimulator(tmp_path / "scanner") as scanner:
            taking = asyncio.create_task(capture(load_profile("generic-serial"), scanner.path, 10))
            await asyncio.sleep(0)
            await scanner.scan(TEST_CODE)
            taken = await taking
        assert propose("serial", taken.portions)[0].sure
        assert taken.kernel_to_us_ms is None

    asyncio.run(scenario())


def test_a_scanner_that_types_tells_how_long_it_took(tmp_path: Path) -> None:
    async def scenario() -> None:
        with WedgeSimulator(tmp_path / "scanner") as scanner:
            taking = asyncio.create_task(capture(load_profile("generic-wedge"), scanner.path, 10))
            await scanner.scan("M-1001")
            taken = await taking
        assert taken.kernel_to_us_ms is not None

    asyncio.run(scenario())


def test_nobody_scans(tmp_path: Path) -> None:
    async def scenario() -> None:
        nothing = pytest.raises(DeviceFault, match=r"nothing was scanned within 0\.05 s")
        with SerialScannerSimulator(tmp_path / "scanner") as scanner, nothing:
            await capture(load_profile("generic-serial"), scanner.path, 0.05)

    asyncio.run(scenario())


def test_the_sheet_can_be_scanned() -> None:
    found = {
        code.text: code
        for code in zxingcpp.read_barcodes(np.asarray(draw_sheet()), text_mode=zxingcpp.TextMode.Plain)
    }
    assert TEST_CODE in found
    setup = tomllib.loads((HARDWARE / "setup-codes.toml").read_text())["family"]
    for code in (code for family in setup for code in family.get("code", ())):
        assert found[code["text"]].extra == {"ReaderInit": True}, "it must be meant for the scanner"


def test_the_sheet_is_a_pdf(tmp_path: Path) -> None:
    assert main(["doctor", "sheet", "--out", str(tmp_path / "sheet.pdf")]) == 0
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("first", range(32, 127, 24))
def test_every_sign_can_be_a_code_128(first: int) -> None:
    text = "".join(map(chr, range(first, min(first + 24, 127))))
    line = np.where(modules(text), 0, 255).astype(np.uint8).repeat(2)
    picture = np.pad(np.tile(line, (40, 1)), 40, constant_values=255)
    assert [code.text for code in zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)] == [
        text
    ]
