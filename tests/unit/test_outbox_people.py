"""People see the evidence, decide by name and with a reason, and can have a member forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kioskd.cli import main
from kioskd.core.errors import StorageError
from kioskd.daemon import exit_codes
from kioskd.daemon.control import ControlSocket
from kioskd.daemon.selling.drafts import PAYMENT
from kioskd.daemon.staff.outbox_desk import OutboxDesk
from kioskd.outbox.courier import Applied, Baseline, Candidate, Found, Outcome, Unclear
from kioskd.outbox.events import Accept, Replied
from kioskd.outbox.operation import Closing, Draft, Parcel, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.reset import reset
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from tests.unit.outbox_files import Session, draft

MEMBER = "7d7f0e53-ada"


class Forgetful:
    """Debits come to nobody knows what, and two of them could be ours; everything else is applied."""

    async def baseline(self, parcel: Parcel) -> Outcome:
        return Baseline({"newest": "tx-1"})

    async def deliver(self, parcel: Parcel) -> Outcome:
        return Unclear() if parcel.operation.kind == "debit" else Applied()

    async def read_back(self, parcel: Parcel) -> Outcome:
        return Found((Candidate("tx-2", "EUR 8.50, 12:03"), Candidate("tx-3", "EUR 8.50, 12:03")))

    async def probe(self) -> Outcome:
        return Applied()


class Shell:
    """The command line beside a kiosk at work."""

    def __init__(self, outbox: Outbox, socket: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.outbox, self._socket, self._capsys = outbox, socket, capsys

    async def __call__(self, *arguments: str) -> tuple[int, str]:
        status = await asyncio.to_thread(main, ["outbox", *arguments, "--socket", str(self._socket)])
        printed = self._capsys.readouterr()
        return status, printed.out + printed.err

    async def json(self, *arguments: str) -> Any:
        status, printed = await self(*arguments)
        assert status == exit_codes.OK, printed
        return json.loads(printed)


Play = Callable[[Callable[[Shell], Awaitable[None]]], None]


@pytest.fixture
def beside_a_kiosk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Play:
    @contextlib.asynccontextmanager
    async def at_work() -> AsyncIterator[Outbox]:
        policy = Policy(backoff_first_s=0.0, settle_s=0.0, outage_spread_s=0.0)
        async with Outbox.open(tmp_path / "outbox.db", Forgetful(), policy=policy) as outbox:
            work = asyncio.create_task(outbox.run())
            try:
                yield outbox
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    def play(scenario: Callable[[Shell], Awaitable[None]]) -> None:
        async def run() -> None:
            async with asyncio.timeout(30.0), at_work() as outbox:
                socket = tmp_path / "control"
                async with ControlSocket(socket, OutboxDesk(outbox).table()).serving():
                    await scenario(Shell(outbox, socket, capsys))

        asyncio.run(run())

    return play


async def _in_doubt(outbox: Outbox) -> None:
    """An order of 8.50 was paid by card, its gift card debit could be either of two."""
    payment = Draft("pay-1", PAYMENT, "payment:1", {}, Strategy.ATTENDED, saga="s")
    await outbox.begin(payment)
    debit = Draft("d", "debit", f"member:{MEMBER}", {"member_id": MEMBER}, Strategy.READ_BACK, saga="s")
    await outbox.accept(debit)
    order = Draft("o", "order", "order:1", {"number": "A41"}, held="its debit is not clear", saga="s")
    await outbox.resolve("pay-1", OpState.CONFIRMED, "trace 4711", accept=[order])
    while not outbox.waiting_for_a_person():
        await outbox.pulse()


def test_what_is_in_doubt_is_shown_with_its_evidence_receipt_and_payment(beside_a_kiosk: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await _in_doubt(shell.outbox)
        shown = await shell.json("show", "d")
        assert shown["state"] == "in_doubt"
        assert shown["evidence"]["baseline"] == {"newest": "tx-1"}
        assert [each["remote_uuid"] for each in shown["evidence"]["candidates"]] == ["tx-2", "tx-3"]
        assert shown["receipt"] == "A41"
        assert (shown["payment"]["state"], shown["payment"]["evidence"]) == ("confirmed", "trace 4711")
        assert [each["to"] for each in shown["history"]][:2] == ["queued", "sending"]

    beside_a_kiosk(scenario)


def test_who_decided_and_why_is_kept(beside_a_kiosk: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await _in_doubt(shell.outbox)
        saying = ("--verdict", "applied", "--reason", "seen on the portal", "--by", "Anna")
        shown = await shell.json("resolve", "d", *saying, "--remote-uuid", "tx-3")
        assert (shown["state"], shown["remote_uuid"]) == ("confirmed", "tx-3")
        last = shown["history"][-1]
        assert (last["cause"], last["by"]) == ("applied: seen on the portal", "Anna")
        status, printed = await shell("resolve", "d", *saying)
        assert status == exit_codes.FAILURE
        assert "no open operation d" in printed

    beside_a_kiosk(scenario)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("show", "nowhere"), "no operation nowhere"),
        (("retry", "d"), "only quarantined"),
        (("resolve", "d", "--verdict", "compensate", "--reason", "x"), "no undo operation"),
        (("resolve", "d", "--verdict", "applied", "--reason", " "), "reason must be"),
        (("erase", "--member", ""), "member must be"),
    ],
)
def test_what_cannot_be_done_is_said(
    beside_a_kiosk: Play, arguments: tuple[str, ...], complaint: str
) -> None:
    async def scenario(shell: Shell) -> None:
        await _in_doubt(shell.outbox)
        status, printed = await shell(*arguments)
        assert status == exit_codes.FAILURE
        assert complaint in printed
        assert len(printed.splitlines()) == 1

    beside_a_kiosk(scenario)


def test_an_export_has_every_life_and_nobody_in_it(beside_a_kiosk: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await _in_doubt(shell.outbox)
        exported = await shell.json("export")
        assert [each["id"] for each in exported["operations"]] == ["o", "d", "pay-1"]
        assert exported["operations"][2]["history"][-1]["to"] == "confirmed"
        assert MEMBER not in json.dumps(exported)

    beside_a_kiosk(scenario)


def test_a_member_is_forgotten_in_every_file_but_for_what_must_still_be_told(
    beside_a_kiosk: Play, tmp_path: Path
) -> None:
    async def scenario(shell: Shell) -> None:
        lane = f"member:{MEMBER}"
        record = Draft("r", "sale", "order:1", {"id": "1", "member_id": MEMBER}, Strategy.LOCAL)
        await shell.outbox.accept(record, draft("open", lane=lane, held="unpaid"))
        status, printed = await shell("erase", "--member", MEMBER)
        assert status == exit_codes.UNFINISHED
        assert "1 operations no longer name that member" in printed
        assert "1 must still be told" in printed
        await shell.outbox.cancel("open", "left")
        status, printed = await shell("erase", "--member", MEMBER)
        assert (status, printed) == (exit_codes.OK, "1 operations no longer name that member\n")
        assert [row.operation.op_id for row in await shell.outbox.operations(9)] == ["open", "r"]

    beside_a_kiosk(scenario)
    files = list(tmp_path.glob("outbox.db*"))
    assert tmp_path / "outbox.db.backup-2" in files
    assert all(MEMBER.encode() not in file.read_bytes() for file in files)


def test_where_no_kiosk_runs_one_line_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["export"], ["show", "a"], []):
        assert main(["outbox", *arguments, "--socket", str(tmp_path / "no")]) == exit_codes.FAILURE
        printed = capsys.readouterr().err
        assert "no kiosk answers" in printed
        assert len(printed.splitlines()) == 1


# --- beginning anew ------------------------------------------------------------------------------------


def test_reset_is_refused_while_anything_is_open_or_the_kiosk_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kioskd.outbox.opening._BUSY_MS", 1)
    path = tmp_path / "outbox.db"
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a"))
    with pytest.raises(StorageError, match="another process"):
        reset(path)
    store.close()
    with pytest.raises(StorageError, match="1 operations are open"):
        reset(path)
    store = Store.open(path)
    Session(store).take(Replied("a", Applied()))
    store.close()
    for name in ("outbox.db.corrupt-1", "outbox.db.lost-1"):
        damaged = tmp_path / name
        damaged.write_bytes(b"who knows")
        with pytest.raises(StorageError, match="may hold what is open"):
            reset(path)
        damaged.unlink()
    assert reset(path) == 1
    assert list(tmp_path.iterdir()) == []
    assert reset(path) == 0


def test_a_stopped_kiosks_file_says_how_much_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "outbox.db"

    def asked() -> tuple[int, str]:
        return main(["outbox", "open", "--file", str(path)]), capsys.readouterr().out

    assert asked() == (exit_codes.OK, "0\n")
    assert not path.exists()
    store = Store.open(path)
    Session(store).accept(draft("a"), draft("b"))
    store.close()
    assert asked() == (exit_codes.UNFINISHED, "2\n")
    store = Store.open(path)
    session = Session(store)
    session.take(Replied("a", Applied()))
    session.take(Replied("b", Applied()))
    store.close()
    assert asked() == (exit_codes.OK, "0\n")
    (tmp_path / "outbox.db.lost-1").write_bytes(b"who knows")
    assert asked() == (exit_codes.UNFINISHED, "1\n")


def test_an_open_card_payment_is_something_open(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    store = Store.open(path)
    session = Session(store)
    session.accept(Draft("p", PAYMENT, "payment:1", {}, Strategy.ATTENDED))
    store.close()
    with pytest.raises(StorageError, match="are open"):
        reset(path)
    store = Store.open(path)
    Session(store).take(Accept((), Closing("p", OpState.REJECTED)))
    store.close()
    assert reset(path) == 1
