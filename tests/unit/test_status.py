"""`kioskd status`: what somebody on the phone reads out, and what a script decides by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kioskd.cli import main
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.help import HelpState
from kioskd.core.order import Tender
from kioskd.core.place import Place
from kioskd.core.staff_overview import Attention, Concern
from kioskd.daemon import exit_codes
from kioskd.daemon.cli import status as status_command
from kioskd.daemon.cli.status_text import span, status_text
from kioskd.daemon.control import Answer, ControlSocket
from kioskd.daemon.report import Condition, OutboxReport, Report, UntoldReport
from kioskd.daemon.runtime import Runtime
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.units import UnitFacts, read_facts
from kioskd.outbox.gate import Flow
from tests.unit.backstage import DEADLINE_S, SetClock, order, working
from tests.unit.reporting import reporting
from tests.unit.shopfront import SHOP

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMPTY = OutboxReport(0, None, 0, {}, False, Flow.OPEN, True)
PRINTER = DeviceHealth("printer", DeviceKind.PRINTER, DeviceState.OK)
GOOD = Report(
    version="0.1.0",
    kiosk="K1",
    backend="leat",
    pid=7,
    time=NOON,
    clock_trusted=True,
    up_since=NOON - timedelta(minutes=25),
    up_s=1500.0,
    place=Place.ATTRACT,
    blocked=(),
    online=True,
    help=None,
    devices=(PRINTER,),
    outbox=EMPTY,
    attention=(),
    last_order_at=NOON - timedelta(minutes=3),
    free_bytes=3 * 1024**3,
    objections=None,
    pictures_shown=9,
)
ABSENT = replace(PRINTER, state=DeviceState.ABSENT, detail="nobody answers at 192.168.1.40")


def test_a_kiosk_in_order_needs_nobody() -> None:
    assert (GOOD.condition, GOOD.reasons) == (Condition.GOOD, ())


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"devices": (ABSENT,)}, "printer is absent: nobody answers at 192.168.1.40"),
        ({"devices": (replace(PRINTER, state=DeviceState.DEGRADED),)}, "printer is degraded"),
        ({"online": False}, "the loyalty backend cannot be reached: what is sold is told later"),
        ({"help": HelpState.OVERDUE}, "a guest has asked for help and nobody has answered"),
        ({"free_bytes": 5 * 1024**2}, "only 5 MiB are free where the outbox lies"),
        (
            {"outbox": replace(EMPTY, flow=Flow.UNAUTHORISED)},
            "the loyalty backend refuses this kiosk's credential: nothing is told",
        ),
        (
            {"outbox": replace(EMPTY, open=2, for_a_person=2)},
            "2 operations wait for somebody's decision: kioskd outbox list",
        ),
        (
            {"attention": (Attention(Concern.DAMAGED_FILE, 1, "/var/lib/kioskd"),)},
            "1 damaged outbox files lie in /var/lib/kioskd",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_somebody_should_look_at_is_said_in_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    report = replace(GOOD, **changed)
    assert (report.condition, report.reasons) == (Condition.ATTENTION, (sentence,))


@pytest.mark.parametrize(
    "changed",
    [
        {"help": HelpState.COMING},
        {"online": None},
        {"free_bytes": None},
        {"clock_trusted": False},
        {"devices": (replace(PRINTER, state=DeviceState.STARTING),)},
        {"devices": (replace(PRINTER, state=DeviceState.DISABLED),)},
    ],
    ids=str,
)
def test_what_is_ordinary_troubles_nobody(changed: dict[str, Any]) -> None:
    assert replace(GOOD, **changed).condition is Condition.GOOD


def test_every_concern_has_its_sentence() -> None:
    for concern in Concern:
        (sentence,) = replace(GOOD, attention=(Attention(concern, 3, "/x"),)).reasons
        assert sentence.startswith("3 ")


def test_what_stops_the_selling_comes_first() -> None:
    blocked = replace(GOOD, place=Place.OUT_OF_ORDER, blocked=("terminal: faulty",), devices=(ABSENT,))
    assert blocked.condition is Condition.NOT_SELLING
    assert blocked.reasons[0] == "nothing can be sold: no way to pay works; terminal: faulty"
    assert len(blocked.reasons) == 2


def test_it_can_be_read_out_on_the_phone() -> None:
    outbox = OutboxReport(4, 185.0, 1, {"held": 2, "in_doubt": 1}, False, Flow.UNREACHABLE, False)
    report = replace(GOOD, devices=(ABSENT,), outbox=outbox, online=False, clock_trusted=False)
    assert status_text(report.document()).splitlines() == [
        "kiosk K1, kioskd 0.1.0: sells, and somebody should look:",
        "  - 1 operations wait for somebody's decision: kioskd outbox list",
        "  - printer is absent: nobody answers at 192.168.1.40",
        "  - the loyalty backend cannot be reached: what is sold is told later",
        "",
        "up          for 25 min, since 2026-11-22 11:35",
        "screen      attract",
        "last order  2026-11-22 11:57",
        "loyalty     leat, which cannot be reached",
        "outbox      4 open, the oldest waits for 3 min, 2 held until staff or the order decide, 1 in doubt",
        "clock       2026-11-22 12:00 (nobody vouches for this clock)",
        "disk        3.0 GiB free",
        "printer     absent: nobody answers at 192.168.1.40",
    ]


def test_a_kiosk_that_nobody_has_told_what_it_is_is_asked_in_the_same_way() -> None:
    scanner = DeviceHealth("scanner", DeviceKind.SCANNER, DeviceState.OK)
    report = UntoldReport(version="1.2.3", pid=7, place=Place.ENROLLING, devices=(scanner,), pictures_shown=2)
    assert report.document().keys() <= GOOD.document().keys()
    assert status_text(report.document()).splitlines() == [
        "kiosk without a name, kioskd 1.2.3: DOES NOT SELL:",
        "  - nobody has told it yet what it is: its screen says how",
        "",
        "screen      enrolling",
        "scanner     ok",
    ]


def test_what_a_device_says_cannot_steer_the_terminal() -> None:
    noisy = replace(PRINTER, state=DeviceState.FAULTY, detail="\x1b[2Jgone\u202e")
    text = status_text(replace(GOOD, devices=(noisy,)).document())
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3660, "1 h 1 min"), (90000, "1 d 1 h")]
)
def test_spans_are_said_as_people_say_them(seconds: int, said: str) -> None:
    assert span(seconds) == said


# --- asked over the socket ----------------------------------------------------------------------------------


@pytest.fixture
def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def ask(report: Report, *arguments: str) -> tuple[int, str]:
        """The exit status and what was printed, of a kiosk that is so."""

        async def status(_: dict[str, Any]) -> Answer:
            return report.document(), b""

        async def run() -> int:
            socket = tmp_path / "socket"
            async with asyncio.timeout(DEADLINE_S), ControlSocket(socket, {"status": status}).serving():
                return await asyncio.to_thread(main, ["status", "--socket", str(socket), *arguments])

        code = asyncio.run(run())
        return code, capsys.readouterr().out

    return ask


def test_scripts_decide_by_the_exit_status(asked: Callable[..., tuple[int, str]]) -> None:
    assert asked(GOOD)[0] == exit_codes.OK
    assert asked(replace(GOOD, devices=(ABSENT,)))[0] == exit_codes.ATTENTION
    assert asked(replace(GOOD, place=Place.OUT_OF_ORDER))[0] == exit_codes.NOT_SELLING
    assert len({exit_codes.OK, exit_codes.ATTENTION, exit_codes.NOT_SELLING, exit_codes.FAILURE}) == 4


def test_programs_read_json(asked: Callable[..., tuple[int, str]]) -> None:
    code, printed = asked(GOOD, "--json")
    assert code == exit_codes.OK
    assert json.loads(printed) == GOOD.document()


def test_it_says_honestly_that_no_kiosk_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {
        "Id": "kioskd.service",
        "LoadState": "loaded",
        "ActiveState": "failed",
        "Result": "exit-code",
        "ExecMainStatus": "78",
        "NRestarts": "10",
    }
    monkeypatch.setattr(status_command, "unit_facts", lambda *_: [UnitFacts(facts)])
    assert main(["status", "--socket", str(tmp_path / "none")]) == exit_codes.FAILURE
    said = capsys.readouterr()
    assert said.out == ""
    assert "no kiosk answers" in said.err
    assert "systemd says: kioskd.service is failed (exit-code, status 78), restarted 10 times" in said.err


def test_who_may_not_ask_reads_that_and_not_that_it_is_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(status_command, "ask", refused)
    assert main(["status"]) == exit_codes.FAILURE
    assert "you may not ask this kiosk" in capsys.readouterr().err


def test_what_systemd_prints_is_read_unit_by_unit() -> None:
    one, two = read_facts(
        "Id=a.service\nLoadState=not-found\n\nId=b.service\nLoadState=loaded\nActiveState=active\n"
    )
    assert (one.sentence, two.sentence) == ("a.service is not installed", "b.service is active")


# --- read from a running daemon's parts ---------------------------------------------------------------------


def test_it_tells_what_waits_how_long_and_when_something_was_sold(tmp_path: Path) -> None:
    async def run() -> None:
        clock = SetClock()
        runtime = Runtime(SHOP, clock, carry_out=lambda effect: None, show=lambda visit: None)
        async with asyncio.timeout(DEADLINE_S), working(tmp_path) as outbox:
            reporter = reporting(runtime, outbox, clock, tmp_path)
            before = await reporter.read()
            assert (before.last_order_at, before.outbox.open, before.outbox.oldest_s) == (None, 0, None)
            await Selling(outbox, loyalty=True).accept(order(1, tender=Tender.COUNTER))
            unpaid = await reporter.read()
            assert unpaid.last_order_at is not None
            assert unpaid.outbox.by_state == {"held": 1}
            assert unpaid.outbox.oldest_s is None  # it waits for staff, not for the backend
            clock.skip(60)
            assert (await reporter.read()).up_s == 60

    asyncio.run(run())
