"""`kioskd doctor terminal` and `kioskd terminal`, as a technician calls them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kioskd.core.card_terminal import SchemeTotal, TerminalStatus, Totals
from kioskd.core.errors import DeviceFault
from kioskd.core.money import Money
from kioskd.daemon.cli.terminal import terminal as terminal_command
from kioskd.daemon.control import CommandRefused
from kioskd.daemon.doctor.terminal import terminal
from kioskd.daemon.staff.terminal_desk import TerminalDesk
from kioskd.sim.terminal import TerminalSimulator
from tests.small_kiosk import SMALL_KIOSK
from tests.unit.own_thread import in_own_thread


@contextmanager
def plugged_in(
    path: Path | None = None,
    ahead: timedelta = timedelta(),
    faults: Callable[[Any], None] = lambda faults: None,
) -> Iterator[TerminalSimulator]:
    """A simulated terminal."""
    sim = TerminalSimulator(path=path, wall_clock=lambda: datetime.now().astimezone() + ahead)
    faults(sim.faults)
    with in_own_thread(sim.start, sim.stop):
        yield sim


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = terminal([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def at(sim: TerminalSimulator) -> tuple[str, ...]:
    return ("--host", "127.0.0.1", "--port", str(sim.port))


@pytest.mark.parametrize("cable", [False, True])
def test_a_good_terminal_is_shown_and_charged_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cable: bool
) -> None:
    path = tmp_path / "ttyTerminal" if cable else None
    with plugged_in(path) as sim:
        before = sim.state()["transactions"]
        status, report = doctor(capsys, *(("--serial", str(path)) if path else at(sim)))
        assert sim.state()["charged_minor"] == 0
        assert sim.state()["transactions"] == before
    assert status == 0
    (row,) = report["terminals"]
    assert (row["id"], row["currency"], row["state"]) == ("52500042", "EUR", "ready (00)")
    assert row["software"]
    assert abs(row["clock_ahead_s"]) <= 2
    assert report["verdict"] == "good"


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in() as sim:
        assert terminal([*at(sim), "--quick"]) == 0
    out = capsys.readouterr().out
    assert "52500042" in out and "it takes payments" in out


def test_a_clock_that_is_wrong_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in(ahead=timedelta(minutes=7)) as sim:
        status, report = doctor(capsys, *at(sim))
    assert (status, report["verdict"]) == (0, "warning")
    assert any("s ahead of the kiosk's" in finding["detail"] for finding in report["findings"])


def test_a_locked_terminal_is_a_fault_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in(faults=lambda faults: setattr(faults, "state_code", 0xDF)) as sim:
        status, report = doctor(capsys, *at(sim), "--quick")
    assert status == 1
    assert any("out of order (DF)" in finding["detail"] for finding in report["findings"])


@pytest.mark.parametrize(
    ("extra", "detail"),
    [(("--currency", "CHF"), "refuses to register"), (("--password-file", "wrong"), "refuses to register")],
)
def test_what_the_terminal_does_not_accept_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: tuple[str, str], detail: str
) -> None:
    if extra[1] == "wrong":
        (tmp_path / "wrong").write_text("999999")
        (tmp_path / "wrong").chmod(0o600)
        extra = (extra[0], str(tmp_path / "wrong"))
    with plugged_in() as sim:
        status, report = doctor(capsys, *at(sim), *extra)
    assert status == 1
    assert detail in report["findings"][0]["detail"]
    assert "999999" not in json.dumps(report)


def test_nobody_there_and_no_such_currency(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = doctor(capsys, "--serial", str(tmp_path / "gone"))
    assert (status, report["findings"][0]["verdict"]) == (1, "fault")
    assert terminal(["--host", "h", "--currency", "XXX"]) == 78
    assert terminal(["--host", "h", "--port", "70000"]) == 78
    assert "--port" in capsys.readouterr().err


def test_the_configured_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in() as sim:
        config = tmp_path / "kiosk.toml"
        section = f'[terminal]\ndriver = "zvt"\nhost = "127.0.0.1"\nport = {sim.port}\n'
        config.write_text(SMALL_KIOSK + section)
        status, report = doctor(capsys, "--config", str(config), "--quick")
    assert status == 0
    assert report["terminals"][0]["terminal"] == f"127.0.0.1:{sim.port}"


# --- of a running kiosk -------------------------------------------------------------------------------


class Fake:
    async def status(self) -> TerminalStatus:
        return TerminalStatus(True, "terminal: ready (00)", "52500042", 978)

    diagnose = status

    async def totals(self) -> Totals:
        return Totals(Money(2600, "EUR"), (SchemeTotal("Visa", 2, Money(2600, "EUR")),), 68, 71)

    async def end_of_day(self) -> Totals:
        raise DeviceFault("an earlier payment is undecided")


def ask(desk: TerminalDesk, command: str) -> dict[str, Any]:
    async def asked() -> dict[str, Any]:
        return (await desk.table()[command]({"do": command}))[0]

    return asyncio.run(asked())


def test_staff_are_told_what_was_taken_and_why_the_day_is_not_closed() -> None:
    desk = TerminalDesk(Fake())  # type: ignore[arg-type]
    totals = ask(desk, "terminal_totals")
    assert totals["total"] == "26.00 EUR"
    assert totals["schemes"] == [{"scheme": "Visa", "count": 2, "total": "26.00 EUR"}]
    assert ask(desk, "terminal")["terminal_id"] == "52500042"
    with pytest.raises(CommandRefused, match="undecided"):
        ask(desk, "terminal_end_of_day")
    with pytest.raises(CommandRefused, match="no card terminal"):
        ask(TerminalDesk(None), "terminal_diagnose")


def test_a_kiosk_that_does_not_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal_command(["end-of-day", "--socket", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err
