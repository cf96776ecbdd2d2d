"""The driver prints to the simulated printer over a pseudo-terminal, as it would over a cable."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

import kioskd
from kioskd.core.errors import DeviceAbsent
from kioskd.core.events import DeviceChanged, Scanned, ScanRejected
from kioskd.core.health import DeviceState
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Align, Columns, Feed, Qr, Receipt, Rule, Text
from kioskd.devices.printer import conversation, kept
from kioskd.devices.printer import job as printer_job
from kioskd.devices.printer import printer as printer_module
from kioskd.devices.printer.layout import Lettered
from kioskd.devices.printer.lettering import Lettering
from kioskd.devices.printer.printer import EscposPrinter
from kioskd.devices.printer.profile import load_profile
from kioskd.devices.printer.transport import NetworkPrinter, SerialPort, UsbPrinter
from kioskd.sim.paper import Paper
from kioskd.sim.printer import PrinterSimulator
from kioskd.sim.printer_models import EPSON_TM_T20III, GENERIC_58MM, GENERIC_80MM, PrinterModel

FONTS = Path(kioskd.__file__).parent / "fonts"
LETTERING = Lettering(
    (FONTS / "Inter-Medium.otf", FONTS / "NotoSansArabic-Regular.ttf"),
    (FONTS / "Inter-Bold.otf", FONTS / "NotoSansArabic-Bold.ttf"),
)
TOKEN = "https://example.org/r/8Yd72Kq-0123456789"
RECEIPT = Receipt(
    (
        Text("The Copper Pan", Align.CENTRE, bold=True, size=2),
        Text("Order 47", Align.CENTRE, size=3),
        Feed(),
        Columns("1 × Käsespätzle", "12,50 €"),
        Columns("+ Röstzwiebeln", "1,00 €", indent=4),
        Rule(),
        Columns("Total", "13,50 €", bold=True),
        Qr(TOKEN, "Scan to collect your points"),
    )
)
ARABIC = Receipt((Columns("برجر دجاج", "12.50"), Columns("Cola", "7.00"), Qr(TOKEN, "امسح الرمز")), "ar")
LONG = Receipt(tuple(Columns(f"برجر {number}", "12.50") for number in range(60)), "ar")
SHORT = Receipt((Text("short"),))


class Bench:
    """A driver and a simulated printer on one cable, with what the daemon would see of it."""

    def __init__(self, path: Path, model: PrinterModel, profile_id: str) -> None:
        self.profile = load_profile(profile_id)
        self.sim = PrinterSimulator(path, model)
        self._journal = path.with_name("printer.json")
        self._address = SerialPort(path, self.profile.baud, self.profile.flow)
        self.driver = self._new_driver()
        self.states: list[tuple[DeviceState, str]] = []
        self._run: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    def _new_driver(self) -> EscposPrinter:
        return EscposPrinter(
            "receipts", self._address, self.profile, rasteriser=LETTERING, journal=self._journal
        )

    async def plug_in(self) -> None:
        await self.sim.replug()
        await self.start_driver()

    async def start_driver(self) -> None:
        self._run = asyncio.create_task(self.driver.run(self._emit))
        await self.state(DeviceState.OK)

    async def crash(self, printing: asyncio.Task[PrintVerdict]) -> None:
        """What is on the disk now is all that the next process knows."""
        known = self._journal.read_text(encoding="utf-8")
        assert self._run
        for task in (printing, self._run):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._journal.write_text(known, encoding="utf-8")
        self.states.clear()
        self.driver = self._new_driver()

    async def state(self, state: DeviceState, detail: str = "") -> None:
        """Returns when the driver reports this."""
        async with asyncio.timeout(10):
            while not self.states or self.states[-1] != (state, detail):
                self._news.clear()
                await self._news.wait()

    async def absence(self) -> None:
        """Returns when the driver has noticed that the printer is gone."""
        assert self._run
        with pytest.raises(DeviceAbsent):
            await asyncio.wait_for(self._run, 5)
        self.states.clear()

    async def stop(self) -> None:
        if self._run:
            self._run.cancel()
            with suppress(asyncio.CancelledError, DeviceAbsent):
                await self._run
        await self.sim.stop()

    def _emit(self, event: Scanned | ScanRejected | DeviceChanged) -> None:
        assert isinstance(event, DeviceChanged)
        self.states.append((event.health.state, event.health.detail))
        self._news.set()


def on_bench(
    tmp_path: Path,
    play: Callable[[Bench], Awaitable[None]],
    model: PrinterModel = EPSON_TM_T20III,
    profile: str = "epson-tm-t20iii",
) -> list[Paper]:
    async def run() -> list[Paper]:
        bench = Bench(tmp_path / "printer", model, profile)
        await bench.sim.start()
        try:
            await bench.plug_in()
            await play(bench)
            await bench.sim.drawn()
            return bench.sim.papers
        finally:
            await bench.stop()

    return asyncio.run(asyncio.wait_for(run(), 40))


def codes_on(paper: Paper) -> list[str]:
    picture = Image.open(io.BytesIO(paper.png)).convert("RGB")
    return [code.text for code in zxingcpp.read_barcodes(picture)]


def test_a_receipt_is_printed_once_and_proven(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        assert bench.states == [(DeviceState.OK, "")]
        assert await bench.driver.print("order-1", RECEIPT) is PrintVerdict.PRINTED
        assert await bench.driver.print("order-1", RECEIPT) is PrintVerdict.PRINTED

    (paper,) = on_bench(tmp_path, play)
    assert paper.text.splitlines() == [
        " " * 17 + "The Copper Pan",
        " " * 20 + "Order 47",
        "",
        "1 × Käsespätzle" + " " * 26 + "12,50 €",
        "    + Röstzwiebeln" + " " * 24 + "1,00 €",
        "-" * 48,
        "Total" + " " * 36 + "13,50 €",
        "",
        f"[QR {TOKEN}]",
        "",
        " " * 10 + "Scan to collect your points",
    ]
    assert codes_on(paper) == [TOKEN]


def test_an_arabic_receipt_is_drawn_and_its_code_can_be_scanned(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", ARABIC) is PrintVerdict.PRINTED

    (paper,) = on_bench(tmp_path, play)
    assert paper.text.splitlines()[:2] == ["[picture]", "7.00" + " " * 40 + "Cola"]
    assert codes_on(paper) == [TOKEN]


@pytest.mark.parametrize(
    ("model", "profile"), [(GENERIC_80MM, "generic-80mm"), (GENERIC_58MM, "generic-58mm")]
)
def test_a_simple_printer_gets_letters_it_lacks_as_pictures(
    tmp_path: Path, model: PrinterModel, profile: str
) -> None:
    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", RECEIPT) is PrintVerdict.UNVERIFIED
        await bench.sim.until(lambda: len(bench.sim.papers) == 1)

    (paper,) = on_bench(tmp_path, play, model, profile)
    assert "Order 47" in paper.text
    assert "?" not in paper.text
    assert codes_on(paper) == [TOKEN]


@pytest.mark.parametrize(("switch", "detail"), [("paper_out", "paper out"), ("cover_open", "cover open")])
def test_a_receipt_waits_for_a_printer_that_cannot_print_and_then_comes_out_once(
    tmp_path: Path, switch: str, detail: str
) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(**{switch: True})  # type: ignore[misc]
        await bench.state(DeviceState.FAULTY, detail)
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.KEPT
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.KEPT
        bench.sim.change(**{switch: False})  # type: ignore[misc]
        assert await bench.driver.settled("order-1") is PrintVerdict.PRINTED
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.PRINTED

    assert [paper.text for paper in on_bench(tmp_path, play)] == ["short\n"]


def test_low_paper_is_told_and_does_not_stop_printing(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(paper_low=True)
        await bench.state(DeviceState.DEGRADED, "paper low")
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.PRINTED

    on_bench(tmp_path, play)


def test_paper_that_ends_half_way_is_never_followed_by_the_other_half(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(lines_left=5)
        assert await bench.driver.print("order-1", LONG) is PrintVerdict.UNKNOWN
        assert await bench.driver.print("order-1", LONG) is PrintVerdict.UNKNOWN
        assert await bench.driver.print("order-2", SHORT) is PrintVerdict.KEPT
        bench.sim.change(paper_out=False)
        assert await bench.driver.settled("order-2") is PrintVerdict.PRINTED

    papers = on_bench(tmp_path, play)
    assert papers[-1].text == "short\n"
    assert sum(len(paper.raw) for paper in papers) < 60_000, "the rest was not even sent"


def test_a_printer_that_can_forget_prints_no_strip(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(lines_left=1)
        assert await bench.driver.print("order-1", RECEIPT) is PrintVerdict.UNKNOWN
        bench.sim.change(paper_out=False)
        await bench.state(DeviceState.OK)

    on_bench(tmp_path, play, replace(EPSON_TM_T20III, clears_buffer=True))


def test_unplugged_while_idle_it_is_missed_and_comes_back(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        await bench.sim.unplug()
        await bench.absence()
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.KEPT
        await bench.plug_in()
        assert bench.states == [(DeviceState.OK, "")]
        assert await bench.driver.settled("order-1") is PrintVerdict.PRINTED

    assert [paper.text for paper in on_bench(tmp_path, play)] == ["short\n"]


def test_unplugged_while_printing_the_outcome_is_unknown_and_not_repeated(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(dies_after_bytes=2000)
        assert await bench.driver.print("order-1", ARABIC) is PrintVerdict.UNKNOWN
        await bench.absence()
        await bench.plug_in()
        assert await bench.driver.print("order-1", ARABIC) is PrintVerdict.UNKNOWN

    assert all("[QR" not in paper.text for paper in on_bench(tmp_path, play))


def test_a_silent_printer_is_not_printed_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer_module, "CHECK_KEPT_EVERY_S", 0.05)
    monkeypatch.setattr(conversation, "ANSWER_S", 0.3)

    async def play(bench: Bench) -> None:
        bench.sim.change(silent=True)
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.KEPT
        assert bench.states[-1] == (DeviceState.FAULTY, "does not answer")
        bench.sim.change(paper_low=True, silent=False)
        assert await bench.driver.settled("order-1") is PrintVerdict.PRINTED

    assert [paper.text for paper in on_bench(tmp_path, play)] == ["short\n"]


def test_a_printer_that_falls_silent_half_way_leaves_the_outcome_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer_job, "_PROOF_S", 0.3)
    monkeypatch.setattr(conversation, "ANSWER_S", 0.3)

    async def play(bench: Bench) -> None:
        bench.sim.change(baud=115200)
        printing = asyncio.create_task(bench.driver.print("order-1", ARABIC))
        await bench.sim.until(lambda: bool(bench.sim._machine.marks))
        bench.sim.change(silent=True)
        assert await printing is PrintVerdict.UNKNOWN

    on_bench(tmp_path, play)


def test_a_code_that_cannot_be_printed_blocks_the_receipt_before_the_first_byte(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", Receipt((Qr("ü"),))) is PrintVerdict.BLOCKED

    assert on_bench(tmp_path, play) == []


class Slow:
    """A rasteriser that draws nothing before `go`."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def width(self, text: str, size: int, bold: bool) -> int:
        assert self.go.wait(20)
        return LETTERING.width(text, size, bold)

    def draw(self, text: str, size: int, bold: bool, right_to_left: bool) -> Lettered:
        return LETTERING.draw(text, size, bold, right_to_left)


def test_the_kiosk_goes_on_while_letters_are_drawn(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.driver._rasteriser = slow = Slow()
        printing = asyncio.create_task(bench.driver.print("order-1", ARABIC))
        asyncio.get_running_loop().call_later(0.01, slow.go.set)  # never comes when drawing is on the loop
        assert await printing is PrintVerdict.PRINTED

    on_bench(tmp_path, play)


def test_drawing_that_does_not_end_is_given_up_and_the_next_receipt_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(bench: Bench) -> None:
        bench.driver._rasteriser = slow = Slow()
        monkeypatch.setattr(printer_module, "ENCODING_S", 0.02)
        assert await bench.driver.print("order-1", ARABIC) is PrintVerdict.BLOCKED
        slow.go.set()
        monkeypatch.undo()
        assert await bench.driver.print("order-2", ARABIC) is PrintVerdict.PRINTED

    assert len(on_bench(tmp_path, play)) == 1


def test_a_receipt_nobody_could_print_in_time_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kept, "KEEP_S", 0.05)

    async def play(bench: Bench) -> None:
        bench.sim.change(paper_out=True)
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.KEPT
        assert await bench.driver.settled("order-1") is PrintVerdict.BLOCKED
        bench.sim.change(paper_out=False)
        await bench.state(DeviceState.OK)
        assert await bench.driver.print("order-2", RECEIPT) is PrintVerdict.PRINTED

    (paper,) = on_bench(tmp_path, play)
    assert "short" not in paper.text
    assert "receipt order-1 could not be printed in time" in caplog.text


def test_a_receipt_whose_guest_has_left_is_not_printed_for_the_next(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(paper_out=True)
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.KEPT
        bench.driver.forget()
        assert await bench.driver.settled("order-1") is PrintVerdict.BLOCKED
        bench.sim.change(paper_out=False)
        await bench.state(DeviceState.OK)
        assert await bench.driver.print("order-2", RECEIPT) is PrintVerdict.PRINTED

    (paper,) = on_bench(tmp_path, play)
    assert "short" not in paper.text


def test_only_a_few_receipts_are_kept(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(cover_open=True)
        ends = [await bench.driver.print(f"order-{number}", SHORT) for number in range(kept.MOST + 1)]
        assert ends == [PrintVerdict.KEPT] * kept.MOST + [PrintVerdict.BLOCKED]
        bench.sim.change(cover_open=False)
        for number in range(kept.MOST):
            assert await bench.driver.settled(f"order-{number}") is PrintVerdict.PRINTED

    assert len(on_bench(tmp_path, play)) == kept.MOST


def test_nothing_is_printed_twice_over_a_restart_and_an_interrupted_receipt_is_thrown_away(
    tmp_path: Path,
) -> None:
    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.PRINTED
        bench.sim.change(baud=19200)
        printing = asyncio.create_task(bench.driver.print("order-2", LONG))
        await bench.sim.until(lambda: bool(bench.sim._machine.marks))
        await bench.crash(printing)
        bench.sim.change(baud=None)
        await bench.start_driver()
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.PRINTED
        assert await bench.driver.print("order-2", LONG) is PrintVerdict.UNKNOWN
        assert await bench.driver.print("order-3", SHORT) is PrintVerdict.PRINTED

    papers = on_bench(tmp_path, play)
    assert papers[0].text == papers[-1].text == "short\n"
    assert sum(len(paper.raw) for paper in papers) < 60_000, "the rest was not sent again"


def test_a_network_printer_is_printed_to_over_tcp(tmp_path: Path) -> None:
    received, finished = bytearray(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read())
        writer.close()
        finished.set()

    async def play() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()[:2]
        driver = EscposPrinter(
            "net", NetworkPrinter(host, port), load_profile("generic-58mm"), rasteriser=LETTERING
        )
        assert await driver.print("order-1", SHORT) is PrintVerdict.UNVERIFIED
        await asyncio.wait_for(finished.wait(), 5)
        assert b"short\n" in received
        server.close()
        await server.wait_closed()
        assert await driver.print("order-2", SHORT) is PrintVerdict.KEPT

    asyncio.run(play())


@pytest.mark.parametrize("kind", ["serial", "usb"])
def test_a_printer_that_is_not_there_is_absent(tmp_path: Path, kind: str) -> None:
    profile = load_profile("generic-58mm")
    path = tmp_path / "nothing"
    address = SerialPort(path, 9600, profile.flow) if kind == "serial" else UsbPrinter(path)
    with pytest.raises(DeviceAbsent, match="nothing"):
        asyncio.run(EscposPrinter("p", address, profile, rasteriser=LETTERING).run(lambda event: None))
