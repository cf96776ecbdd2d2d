"""The simulated printer, spoken to with raw bytes: it behaves like the real thing, not like our driver."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from kioskd.sim.paper import Paper
from kioskd.sim.printer import PrinterSimulator
from kioskd.sim.printer_machine import PrinterMachine, Step
from kioskd.sim.printer_models import EPSON_TM_T20III, GENERIC_58MM, Conditions, PrinterModel


def printed(job: bytes, model: PrinterModel = EPSON_TM_T20III) -> tuple[PrinterMachine, bytes]:
    answers = bytearray()
    machine = PrinterMachine(model, answers.extend)
    machine.receive(job)
    while machine.step() is not Step.IDLE:
        pass
    return machine, bytes(answers)


@pytest.mark.parametrize(
    ("conditions", "answers"),
    [
        (Conditions(), "12 12 12 12"),
        (Conditions(paper_low=True), "12 12 12 1E"),
        (Conditions(paper_out=True), "1A 32 12 7E"),
        (Conditions(cover_open=True), "1A 16 12 12"),
        (Conditions(silent=True), ""),
    ],
)
def test_it_answers_questions_about_its_state_even_off_line(conditions: Conditions, answers: str) -> None:
    said = bytearray()
    machine = PrinterMachine(EPSON_TM_T20III, said.extend, conditions)
    machine.receive(bytes.fromhex("100401 1004"))
    machine.receive(bytes.fromhex("02 10"))
    machine.receive(bytes.fromhex("0403 100404"))
    assert bytes(said) == bytes.fromhex(answers)


def test_it_reports_changes_once_it_was_asked_to() -> None:
    said = bytearray()
    machine = PrinterMachine(EPSON_TM_T20III, said.extend)
    machine.change(Conditions(paper_out=True))
    assert not said
    machine.change(Conditions())
    machine.receive(bytes.fromhex("1D610E"))
    machine.step()
    machine.change(Conditions(cover_open=True))
    assert bytes(said) == bytes.fromhex("1000000F 3800000F")


def test_it_confirms_printing_only_where_the_model_can() -> None:
    request = bytes.fromhex("1D284806003030 41303031")
    assert printed(request)[1] == bytes.fromhex("37 22 41303031 00")
    assert printed(request, GENERIC_58MM)[1] == b""


def test_it_stops_when_the_paper_ends_and_goes_on_with_the_next_roll() -> None:
    machine = PrinterMachine(EPSON_TM_T20III, lambda data: None, Conditions(lines_left=2))
    machine.receive(b"one\ntwo\nthree\n")
    while machine.step() is not Step.IDLE:
        pass
    assert machine.conditions.paper_out
    assert len(machine.marks) == 2
    machine.change(Conditions())
    while machine.step() is not Step.IDLE:
        pass
    assert len(machine.marks) == 3


def test_commands_it_does_not_know_are_counted() -> None:
    assert printed(b"\x1bX\x1bX")[0].refused == {"1b 58": 2}


def simulated(
    tmp_path: Path, model: PrinterModel, play: Callable[[PrinterSimulator], Awaitable[None]]
) -> list[Paper]:
    async def run() -> list[Paper]:
        printer = PrinterSimulator(tmp_path / "printer", model)
        await printer.start()
        try:
            await play(printer)
            return printer.papers
        finally:
            await printer.stop()

    return asyncio.run(asyncio.wait_for(run(), 20))


def send(printer: PrinterSimulator, data: bytes) -> None:
    line = os.open(printer.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        assert os.write(line, data) == len(data)
    finally:
        os.close(line)


def test_what_is_sent_is_on_the_paper(tmp_path: Path) -> None:
    job = bytes.fromhex("1B40 1B7413") + "5 €".encode("cp858") + b"\n\x1ba\x01mid\n\x1ba\x00" + b"x" * 50
    job += b"\n\x1dv0\x00\x01\x00\x08\x00" + b"\xff" * 8 + b"\x1bd\x02end\n\x1dVB\x00"

    async def play(printer: PrinterSimulator) -> None:
        send(printer, job)
        await printer.until(lambda: bool(printer.papers))

    (piece,) = simulated(tmp_path, EPSON_TM_T20III, play)
    centred = " " * 22 + "mid"
    assert piece.text.splitlines() == ["5 €", centred, "x" * 48, "xx", "[picture]", "", "", "end"]
    assert piece.raw == job
    picture = Image.open(io.BytesIO(piece.png))
    assert picture.width == 640
    assert picture.convert("L").getextrema()[0] < 80


def test_a_printer_without_a_knife_has_its_paper_torn_off(tmp_path: Path) -> None:
    async def play(printer: PrinterSimulator) -> None:
        send(printer, b"hello\n")
        await printer.until(lambda: bool(printer.papers))

    assert [piece.text for piece in simulated(tmp_path, GENERIC_58MM, play)] == ["hello\n"]


def test_unplugged_it_has_no_path_and_replugged_it_prints_again(tmp_path: Path) -> None:
    async def play(printer: PrinterSimulator) -> None:
        await printer.unplug()
        await printer.unplug()
        assert not printer.path.is_symlink()
        await printer.replug()
        send(printer, b"back\n\x1dV\x00")
        await printer.until(lambda: bool(printer.papers))

    assert [piece.text for piece in simulated(tmp_path, EPSON_TM_T20III, play)] == ["back\n"]


def test_it_dies_when_told_to(tmp_path: Path) -> None:
    async def play(printer: PrinterSimulator) -> None:
        printer.change(dies_after_bytes=10)
        send(printer, b"12345678901234567890\n\x1dV\x00")
        await printer.until(lambda: not printer.plugged)

    assert simulated(tmp_path, EPSON_TM_T20III, play) == []
