"""What a printer would make of bytes: `python -m kioskd.sim.paper_picture MODEL < job.bin > paper.png`.

A process of its own, so that who made the bytes and who draws them share no code. MODEL is JSON: the fields
of PrinterModel that differ from the usual.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from kioskd.sim.paper import Mark, as_png
from kioskd.sim.printer_machine import PrinterMachine, Step
from kioskd.sim.printer_models import PrinterModel


def picture(job: bytes, model: PrinterModel) -> bytes:
    """A PNG of everything `job` leaves on paper."""
    machine = PrinterMachine(replace(model, buffer_bytes=len(job) + 1), lambda answer: None)
    machine.receive(job)
    marks: list[Mark] = []
    while machine.step() is not Step.IDLE:
        marks += machine.marks
        machine.marks.clear()
    return as_png((*marks, *machine.marks), model.dots, model.paper_dots)


def model_from_json(text: str) -> PrinterModel:
    fields = json.loads(text)
    fields["pages"] = tuple((int(number), str(codec)) for number, codec in fields["pages"])
    return PrinterModel(**fields)


if __name__ == "__main__":
    sys.stdout.buffer.write(picture(sys.stdin.buffer.read(), model_from_json(sys.argv[1])))
