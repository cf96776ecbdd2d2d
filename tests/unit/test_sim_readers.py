"""`kioskd sim scanner` and `kioskd sim camera`: what is typed to them is what a kiosk gets to read."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.sim.camera import CameraSimulator, draw_phone
from kioskd.sim.readers_alone import camera_command, scanner_command
from kioskd.sim.scanner import SerialScannerSimulator


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("scan M-1001", b"M-1001\r"),
        ("scan ~Q1 two words", b"]Q1two words\r"),
        (r"scan 10AB\x1d217", b"10AB\x1d217\r"),
        ("bytes ff 00 0d", b"\xff\x00\r"),
    ],
)
def test_a_scanner_sends_what_it_is_told(tmp_path: Path, line: str, sent: bytes) -> None:
    async def scenario() -> None:
        with SerialScannerSimulator(tmp_path / "scanner") as simulator:
            reading = os.open(simulator.path, os.O_RDONLY | os.O_NOCTTY)
            try:
                await scanner_command(simulator, line.split())
                assert os.read(reading, 100) == sent
            finally:
                os.close(reading)

    asyncio.run(scenario())


@pytest.mark.parametrize("line", ["", "scan", "bytes xy", "bytes", "dance", r"scan \x1"])
def test_a_scanner_says_what_it_does_not_understand(tmp_path: Path, line: str) -> None:
    simulator = SerialScannerSimulator(tmp_path / "scanner")
    with pytest.raises(ValueError):
        asyncio.run(scanner_command(simulator, line.split()))


def test_a_camera_shows_codes_with_trouble_files_and_nothing(tmp_path: Path) -> None:
    with CameraSimulator(tmp_path / "camera") as simulator:

        def seen() -> list[bytes]:
            return [file.read_bytes() for file in simulator.folder.glob("view-*")]

        camera_command(simulator, ["show", "M-1001", "glare=0.5", "angle_deg=40"])
        assert seen() == [draw_phone("M-1001", 40, glare=0.5)]
        broken = tmp_path / "broken.png"
        broken.write_bytes(b"no picture")
        camera_command(simulator, ["show", str(broken)])
        assert seen() == [b"no picture"]
        camera_command(simulator, ["hide"])
        assert seen() == []
        camera_command(simulator, ["unplug"])
        assert not simulator.plugged
        camera_command(simulator, ["plug"])
        assert simulator.plugged


@pytest.mark.parametrize("line", ["", "show", "show x fog=1", "show x glare=much", "dance"])
def test_a_camera_says_what_it_does_not_understand(tmp_path: Path, line: str) -> None:
    with CameraSimulator(tmp_path / "camera") as simulator, pytest.raises(ValueError):
        camera_command(simulator, line.split())


def test_it_runs_until_its_input_ends(tmp_path: Path) -> None:
    path = tmp_path / "scanner"
    command = (sys.executable, "-m", "kioskd", "sim", "scanner", "--path", str(path), "--kind", "wedge")
    ran = subprocess.run(command, input="dance\n", capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.startswith(f"scanner: {path}")
    assert "not understood: dance" in ran.stdout
    assert not path.exists()


def test_a_place_that_cannot_be_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "scanner", "--path", str(tmp_path / "nowhere" / "scanner")]) == 1
    assert capsys.readouterr().err.startswith("kioskd sim scanner: ")
