"""Everything a printer can do wrong, on simulated printers of three kinds and three kinds of line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.health import DeviceState
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Columns, Receipt, Text
from kioskd.devices.printer import job as printer_job
from kioskd.devices.printer.printer import EscposPrinter
from kioskd.devices.printer.profile import FlowControl, load_profile
from kioskd.devices.printer.transport import NetworkPrinter
from kioskd.sim.paper import Paper
from kioskd.sim.printer import PrinterSimulator
from kioskd.sim.printer_models import CUSTOM_VKP80III, EPSON_TM_T20III, PrinterModel
from tests.contract import test_printer as bench_module
from tests.contract.test_printer import LETTERING, LONG, RECEIPT, SHORT, TOKEN, Bench, codes_on, on_bench


def on_custom(tmp_path: Path, play: Callable[[Bench], Awaitable[None]]) -> list[Paper]:
    return on_bench(tmp_path, play, CUSTOM_VKP80III, "custom-vkp80iii")


# --- a printer that holds receipts out ----------------------------------------------------------------------


def test_a_receipt_that_came_out_is_printed_and_the_next_waits_until_it_is_taken(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", RECEIPT) is PrintVerdict.PRINTED
        assert bench.sim.conditions.receipt_out
        assert await bench.driver.print("order-2", SHORT) is PrintVerdict.KEPT
        await bench.sim.drawn()
        assert len(bench.sim.papers) == 1
        bench.sim.take_receipt()
        assert await bench.driver.settled("order-2") is PrintVerdict.PRINTED
        assert bench.states == [(DeviceState.OK, "")]
        await bench.sim.until(lambda: len(bench.sim.papers) == 2)

    first, second = on_custom(tmp_path, play)
    assert codes_on(first) == [TOKEN]
    assert second.text == "short\n"


def test_a_receipt_nobody_takes_is_pulled_back_and_staff_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.PRINTED
        assert await bench.driver.print("order-2", SHORT) is PrintVerdict.KEPT
        bench.sim.pull_back()
        assert await bench.driver.settled("order-2") is PrintVerdict.PRINTED
        assert bench.sim.retracts == 1
        await bench.sim.until(lambda: len(bench.sim.papers) == 2)

    assert len(on_custom(tmp_path, play)) == 2
    assert "nobody took the last receipt" in caplog.text


def test_a_receipt_that_never_comes_out_is_not_called_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer_job, "_COMES_OUT_S", 0.2)

    async def play(bench: Bench) -> None:
        bench.sim.change(cutter_fails=True)
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.UNKNOWN

    on_custom(tmp_path, play)


# --- what needs service, and what passes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "profile"), [(EPSON_TM_T20III, "epson-tm-t20iii"), (CUSTOM_VKP80III, "custom-vkp80iii")]
)
@pytest.mark.parametrize(
    ("switch", "verdict"),
    [
        ("cutter_stuck", PrintVerdict.BLOCKED),
        ("jammed", PrintVerdict.BLOCKED),
        ("too_hot", PrintVerdict.KEPT),
    ],
)
def test_a_broken_printer_refuses_and_a_hot_one_is_waited_for(
    tmp_path: Path, model: PrinterModel, profile: str, switch: str, verdict: PrintVerdict
) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(**{switch: True})  # type: ignore[misc]
        assert await bench.driver.print("order-1", SHORT) is verdict
        bench.sim.change(**{switch: False})  # type: ignore[misc]
        await bench.state(DeviceState.OK)
        if verdict is PrintVerdict.KEPT:
            assert await bench.driver.settled("order-1") is PrintVerdict.PRINTED
            await bench.sim.until(lambda: len(bench.sim.papers) == 1)

    papers = on_bench(tmp_path, play, model, profile)
    assert len(papers) == (verdict is PrintVerdict.KEPT)


def test_a_knife_that_sticks_in_mid_job_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        bench.sim.change(cutter_fails=True)
        assert await bench.driver.print("order-1", LONG) is PrintVerdict.UNKNOWN
        await bench.state(DeviceState.FAULTY, "cutter stuck")

    on_bench(tmp_path, play)


def test_a_printer_that_never_stops_talking_is_still_asked_and_hangs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer_job, "_PROOF_S", 0.5)
    monkeypatch.setattr(printer_job, "_PROOF_HELD_BACK_S", 0.6)

    async def play(bench: Bench) -> None:
        bench.sim.change(babbles=True)
        async with asyncio.timeout(8):
            await bench.driver.print("order-1", SHORT)
        bench.sim.change(babbles=False)

    on_bench(tmp_path, play)


# --- lines ---------------------------------------------------------------------------------------------


def test_a_slow_line_is_printed_at_its_speed(tmp_path: Path) -> None:
    lines = Receipt(tuple(Columns(f"{number} × Tee", "2,80 €") for number in range(20)))

    async def play(bench: Bench) -> None:
        bench.sim.change(baud=19200)
        started_s = asyncio.get_running_loop().time()
        assert await bench.driver.print("order-1", lines) is PrintVerdict.PRINTED
        spent_s = asyncio.get_running_loop().time() - started_s
        await bench.sim.until(lambda: len(bench.sim.papers) == 1)
        (paper,) = bench.sim.papers
        line_s = len(paper.raw) * 10 / 19200
        assert line_s < spent_s < line_s + 2

    on_bench(tmp_path, play)


@pytest.mark.parametrize(
    ("fault", "verdict"), [(None, PrintVerdict.PRINTED), ("paper_out", PrintVerdict.KEPT)]
)
def test_a_network_printer_tells_how_it_is(tmp_path: Path, fault: str | None, verdict: PrintVerdict) -> None:
    async def play() -> None:
        sim = PrinterSimulator(None, EPSON_TM_T20III, port=0)
        await sim.start()
        assert sim.port
        driver = EscposPrinter(
            "net",
            NetworkPrinter("127.0.0.1", sim.port),
            load_profile("epson-tm-t20iii"),
            rasteriser=LETTERING,
        )
        try:
            if fault:
                sim.change(**{fault: True})  # type: ignore[misc]
            assert await driver.print("order-1", RECEIPT) is verdict
            if verdict is PrintVerdict.PRINTED:
                await sim.until(lambda: len(sim.papers) == 1)
            assert len(sim.papers) == (fault is None)
        finally:
            await sim.stop()

    asyncio.run(asyncio.wait_for(play(), 20))


def test_a_long_receipt_ends_on_paper_and_not_in_a_minute(tmp_path: Path) -> None:
    endless = Receipt(tuple(Text(f"line {number}") for number in range(10_000)))

    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", endless) is PrintVerdict.PRINTED
        await bench.sim.until(lambda: len(bench.sim.papers) == 1)

    (paper,) = on_bench(tmp_path, play)
    assert "continued digitally" in paper.text


# --- printers that prove less ---------------------------------------------------------------------------


def test_a_printer_that_says_only_that_it_has_read_everything_is_waited_for(tmp_path: Path) -> None:
    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", SHORT) is PrintVerdict.UNVERIFIED
        bench.sim.change(lines_left=5)
        assert await bench.driver.print("order-2", RECEIPT) is PrintVerdict.UNKNOWN

    model = replace(EPSON_TM_T20III, process_id=False, native_qr=False)
    on_bench(tmp_path, play, model, "citizen-ct-s310")


def test_a_printer_that_says_stop_when_its_buffer_is_full_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = load_profile("epson-tm-t20iii")
    monkeypatch.setattr(bench_module, "load_profile", lambda name: replace(profile, flow=FlowControl.XONXOFF))

    async def play(bench: Bench) -> None:
        assert await bench.driver.print("order-1", RECEIPT) is PrintVerdict.PRINTED

    (paper,) = on_bench(tmp_path, play, replace(EPSON_TM_T20III, xonxoff=True, buffer_bytes=256))
    assert codes_on(paper) == [TOKEN]
