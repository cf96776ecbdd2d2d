"""What a receipt costs before it is on the wire, and how close to its speed a serial line is kept."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from bench.table import table
from kioskd.core.receipt import Align, Columns, Qr, Receipt, Rule, Text
from kioskd.daemon.receipt_letters import receipt_lettering
from kioskd.devices.printer.encoder import encode
from kioskd.devices.printer.printer import EscposPrinter
from kioskd.devices.printer.profile import load_profile, profile_names
from kioskd.devices.printer.transport import SerialPort
from kioskd.sim.printer import PrinterSimulator

LINES = 40
ENCODING_BUDGET_MS = 5.0
LINE_BUDGET = 1.3
BAUD = 19200
_TURNS = 30


@dataclass(frozen=True, slots=True)
class Wording:
    name: str
    language: str
    article: str
    price: str


WORDINGS = (
    Wording("German", "de", "× Käsespätzle mit Röstzwiebeln", "12,50 €"),
    Wording("Polish", "pl", "× Żurek śląski z jajkiem", "24,00 zł"),
    Wording("Arabic", "ar", "× برجر دجاج مع بطاطس", "45.00"),
)


def receipt(words: Wording, *, code: bool) -> Receipt:
    """Of 40 lines, and a code."""
    items = tuple(Columns(f"{number} {words.article}", words.price) for number in range(LINES - 3))
    head = (
        Text("The Copper Pan", Align.CENTRE, bold=True, size=2),
        Text("A47", Align.CENTRE, size=4),
        Rule(),
    )
    end = (Qr("https://example.org/r/8Yd72Kq-0123456789"),) if code else ()
    return Receipt((*head, *items, *end), words.language)


def printing() -> dict[str, float]:
    """CPU milliseconds by profile and language. The budget is for what a printer of it prints as text:
    lines it has no letters for are drawn, and cost what drawing costs.
    """
    lettering = receipt_lettering()
    rows, figures = [], {}
    for name in profile_names():
        row = [name]
        for words in WORDINGS:
            profile = load_profile(name)
            spent = []
            for _ in range(_TURNS):
                started_s = process_time()  # encoding never waits, and other processes are none of its cost
                encode(receipt(words, code=True), profile, rasteriser=lettering)
                spent.append((process_time() - started_s) * 1000)
            middle = statistics.median(spent[1:])
            row.append(f"{middle:.1f}")
            figures[f"receipt_{name}_{words.language}_ms"] = middle
        rows.append(row)
    print(f"A receipt of {LINES} lines and a code, ms of CPU")
    print(table(rows, ["profile", *(words.name for words in WORDINGS)]))
    text_ms = figures["receipt_epson-tm-t20iii_de_ms"]
    verdict = "within" if text_ms <= ENCODING_BUDGET_MS else "OVER"
    print(f"\nas text: {text_ms:.1f} ms, {verdict} the budget of {ENCODING_BUDGET_MS:g} ms")
    figures["receipt_x_line_time"] = asyncio.run(_line_speed())
    return figures


async def _line_speed() -> float:
    """Time on a serial line beside what its speed allows; 1 is the line's own limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "printer")
        sim, profile = PrinterSimulator(path), load_profile("epson-tm-t20iii")
        await sim.start()
        sim.change(baud=BAUD)
        driver = EscposPrinter(
            "bench", SerialPort(path, BAUD, profile.flow), profile, rasteriser=receipt_lettering()
        )
        ready = asyncio.Event()
        running = asyncio.create_task(driver.run(lambda event: ready.set()))
        await asyncio.wait_for(ready.wait(), 10)
        started_s = perf_counter()
        await driver.print("bench", receipt(WORDINGS[0], code=False))
        spent_s = perf_counter() - started_s
        await sim.until(lambda: bool(sim.papers))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await sim.stop()
        ratio = spent_s / (len(sim.papers[0].raw) * 10 / BAUD)
    verdict = "within" if ratio <= LINE_BUDGET else "OVER"
    print(f"on a line of {BAUD} baud: {ratio:.2f} x the line's own time, {verdict} {LINE_BUDGET:g}")
    return ratio


if __name__ == "__main__":
    printing()
