"""`kioskd doctor printer`, as a technician calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from kioskd.daemon.doctor.printer import fitting, printer
from kioskd.daemon.doctor.receipt_file import read_receipt
from kioskd.devices.profiles import HARDWARE
from kioskd.sim.printer import PrinterSimulator
from kioskd.sim.printer_models import CUSTOM_VKP80III, EPSON_TM_T20III, GENERIC_58MM, PrinterModel
from tests.unit.own_thread import in_own_thread

RECEIPTS = HARDWARE / "receipts"


@contextmanager
def plugged_in(model: PrinterModel, **conditions: Any) -> Iterator[PrinterSimulator]:
    """A simulated network printer."""
    sim = PrinterSimulator(None, model, port=0)

    async def start() -> None:
        await sim.start()
        sim.change(**conditions)

    with in_own_thread(start, sim.stop):
        yield sim


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = printer([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_receipt_becomes_bytes_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, picture = tmp_path / "de.bin", tmp_path / "de.png"
    status, report = doctor(
        capsys,
        *("--receipt", str(RECEIPTS / "de.json"), "--profile", "custom-vkp80iii"),
        *("--out", str(out), "--picture", str(picture)),
    )
    assert status == 0
    assert report["receipts"][0]["bytes"] == len(out.read_bytes())
    assert out.read_bytes().endswith(bytes.fromhex("1C50 1E 01 52 1E")), "held out 150 mm, back after 30 s"
    codes = zxingcpp.read_barcodes(Image.open(picture).convert("RGB"))
    assert [code.text for code in codes] == ["https://example.org/r/8Yd72Kq-0123456789"]


@pytest.mark.parametrize("document", sorted(RECEIPTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_can_be_read(document: Path) -> None:
    assert read_receipt(document).language == document.stem


def test_a_printer_is_asked_and_prints_its_ruler(capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in(EPSON_TM_T20III) as sim:
        port = ("--port", f"127.0.0.1:{sim.port}", "--profile", "epson-tm-t20iii")
        status, report = doctor(capsys, *port)
    (row,) = report["printers"]
    assert (status, row["status"], row["verdict"]) == (0, "ready", "printed")


def test_a_receipt_that_is_held_out_is_proof(capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in(CUSTOM_VKP80III) as sim:
        port = ("--port", f"127.0.0.1:{sim.port}", "--profile", "custom-vkp80iii")
        status, report = doctor(capsys, *port)
    assert (status, report["printers"][0]["verdict"]) == (0, "printed")


def test_what_a_printer_could_prove_is_found_out(capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in(EPSON_TM_T20III) as sim:
        status, report = doctor(capsys, "--port", f"127.0.0.1:{sim.port}", "--profile", "generic-80mm")
    assert status == 0
    assert report["printers"][0]["proof of printing"] is True
    assert any("process_id = true" in finding["remedy"] for finding in report["findings"])


@pytest.mark.parametrize(
    ("model", "profile"), [(EPSON_TM_T20III, "epson-tm-t20iii"), (CUSTOM_VKP80III, "custom-vkp80iii")]
)
def test_without_paper_the_exit_status_says_so(
    capsys: pytest.CaptureFixture[str], model: PrinterModel, profile: str
) -> None:
    with plugged_in(model, paper_out=True) as sim:
        status, report = doctor(capsys, "--port", f"127.0.0.1:{sim.port}", "--profile", profile)
        assert sim.papers == []
    assert status == 1
    assert report["printers"][0]["status"] == "paper out"


def test_the_wrong_profile_is_told_and_a_blind_printer_is_printed_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with plugged_in(GENERIC_58MM) as sim:
        port = ("--port", f"127.0.0.1:{sim.port}")
        status, report = doctor(capsys, *port, "--profile", "epson-tm-t20iii")
        assert status == 1
        assert "does not answer" in report["findings"][0]["detail"]
        status, report = doctor(capsys, *port, "--profile", "generic-58mm")
        assert (status, report["printers"][0]["verdict"]) == (0, "unverified")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--receipt", "{}/none.json"], "No such file"),
        (["--receipt", "{}/broken.json"], "elements.0.columns.right"),
        (["--receipt", "{}/logo.json"], "is no picture"),
        (["--profile", "epsom", "--out", "{}/x"], "no printer profile"),
        (["--port", "nonsense:port"], "neither a path nor HOST:PORT"),
    ],
)
def test_mistakes_are_told_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (tmp_path / "broken.json").write_text(
        '{"elements": [{"kind": "columns", "left": "x"}]}', encoding="utf-8"
    )
    (tmp_path / "logo.json").write_text('{"elements": [{"kind": "logo", "file": "x.png"}]}', encoding="utf-8")
    (tmp_path / "x.png").write_bytes(b"GIF89a")
    assert printer([argument.format(tmp_path) for argument in arguments]) == 1
    assert message in capsys.readouterr().err


def test_a_port_that_is_not_there_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = doctor(capsys, "--port", str(tmp_path / "lp0"))
    assert status == 1
    assert report["findings"][0]["detail"] == "is not there"


def test_profiles_are_proposed_by_usb_id_the_most_particular_first() -> None:
    assert fitting("0dd4:0205") == ["custom-vkp80iii"]
    assert fitting("04b8:0e15") == ["epson-tm-t20iii", "epson-tm-t88vi"]
    assert fitting("ffff:0000") == []
    assert fitting(None) == []
