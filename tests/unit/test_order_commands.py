"""`kioskd order` against a running kiosk: what it prints, what it asks for, and its exit status."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from kioskd.cli import main
from kioskd.core.money import Money
from kioskd.core.order import Order, StoredPayment, StoredValue, Tender
from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import who
from kioskd.daemon.commands import Commands
from kioskd.daemon.control import ControlSocket
from kioskd.daemon.staff.help_desk import HelpDesk
from tests.unit.backstage import DEADLINE_S
from tests.unit.returns_desk import Desk, opened, plain
from tests.unit.test_returning import ID, ORDER

PREPAID = replace(
    plain(3),
    payments=(StoredPayment("plain-3-p1", StoredValue.PREPAID, "m-1", Money(2830, "EUR"), Money(0, "EUR")),),
    tender=Tender.NONE,
)
"""Paid with nothing that staff must give back."""


class Shell:
    def __init__(self, desk: Desk, socket: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk, self._socket, self._capsys = desk, socket, capsys

    async def order(self, *arguments: str) -> tuple[int, str]:
        """Exit status, and what was printed."""
        status = await asyncio.to_thread(main, ["order", *arguments, "--socket", str(self._socket)])
        printed = self._capsys.readouterr()
        return status, printed.out + printed.err

    async def json(self, *arguments: str) -> Any:
        status, printed = await self.order(*arguments, "--json")
        assert status == exit_codes.OK
        return json.loads(printed)


@pytest.fixture
def in_a_shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[[Shell], Awaitable[None]]], None]:
    def play(scenario: Callable[[Shell], Awaitable[None]]) -> None:
        async def run() -> None:
            async with asyncio.timeout(DEADLINE_S), opened(tmp_path) as desk:
                commands = Commands(
                    runtime=cast(Any, None),
                    display=cast(Any, None),
                    outbox=desk.outbox,
                    selling=desk.selling,
                    payments=None,
                    orders=desk.orders,
                    reporter=cast(Any, None),
                    help_desk=HelpDesk(None, {}, 60, lambda _: None),
                    clock=cast(Any, None),
                    drive=False,
                )
                socket = tmp_path / "control"
                async with ControlSocket(socket, commands.table()).serving():
                    await scenario(Shell(desk, socket, capsys))

        asyncio.run(run())

    return play


Play = Callable[[Callable[[Shell], Awaitable[None]]], None]
SAYING = ("--reason", "cold", "--by", "Anna")


def test_a_cancelled_order_says_what_was_done_and_what_staff_must_do(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell()
        status, said = await shell.order("cancel", "A457", *SAYING)
        assert status == exit_codes.UNFINISHED  # somebody must pay back the card
        assert said.splitlines() == [
            f"return {ID}-r1 of 2026-07-01 12:30 by Anna: cold",
            "  2 of line 1, 2 of line 2: 20.74 EUR back",
            "  BY HAND  11.74 EUR was paid by card: pay it back at the payment terminal (Receipt 4711)",
            "  done     reward Offer kept: can be collected again",
            "  done     voucher Offer d1: can be used again",
            "  done     prepaid account: 2.00 EUR back",
            "  done     gift card ...T-77: 3.00 EUR back on the card",
            "  done     gift card ...T-77: 4.00 EUR back on the card",
            "  done     reward Offer d2: the points are given back",
            "  done     points of the order: corrected",
        ]
        status, said = await shell.order("cancel", "A457", *SAYING)
        assert status == exit_codes.FAILURE
        assert "order A457 was returned already, all of it" in said

    in_a_shell(scenario)


def test_nothing_left_to_do_is_status_0(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell(PREPAID)
        status, said = await shell.order("cancel", "A3", *SAYING)
        assert (status, "BY HAND" in said) == (exit_codes.OK, False)

    in_a_shell(scenario)


def test_offline_the_command_says_what_waits(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell(PREPAID)
        shell.desk.backend.online = False
        shell.desk.orders._patience_s = 0.0
        status, said = await shell.order("cancel", "A3", *SAYING)
        assert status == exit_codes.UNFINISHED
        assert "  WAITS    prepaid account: 28.30 EUR back" in said.splitlines()
        assert "what waits is written down, and is done as soon as the loyalty backend answers" in said
        assert (await shell.json("list"))[0]["complete"] is False

    in_a_shell(scenario)


def test_pieces_are_named_by_line_and_quantity(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell()
        status, _ = await shell.order("return", "A457", "--line", "1", "--quantity", "2", "--line", "2",
                                      "--quantity", "1", *SAYING)  # fmt: skip
        assert status == exit_codes.UNFINISHED
        shown = await shell.json("show", "A457")
        assert [(line["line"], line["left"]) for line in shown["lines"]] == [(1, 0), (2, 1)]
        assert shown["returns"][0]["lines"] == [{"line": 1, "quantity": 2}, {"line": 2, "quantity": 1}]
        assert (shown["state"], shown["returns"][0]["by"]) == ("partly_returned", "Anna")
        last = shown["lines"][1]["refund_minor"]  # with the charge, as nothing would be left
        assert last == shown["total_minor"] - shown["refunded_minor"]
        for arguments, sentence in (
            (("--line", "9"), "order A457 has no line 9"),
            (("--line", "0"), "order A457 has no line 0"),
            (("--line", "1"), "line 1 (Thing 1): 1 cannot be returned, 0 of 2 are left (2 returned already)"),
            (("--line", "2", "--quantity", "-1"), "-1 cannot be returned"),
        ):
            status, said = await shell.order("return", "A457", *arguments, *SAYING)
            assert (status, sentence in said) == (exit_codes.FAILURE, True)

    in_a_shell(scenario)


def test_the_same_command_again_needs_to_be_meant(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell()
        once = ("return", "A457", "--line", "1", *SAYING)
        assert (await shell.order(*once))[0] == exit_codes.UNFINISHED
        status, said = await shell.order(*once)
        assert (status, "exactly this was returned already" in said) == (exit_codes.FAILURE, True)
        assert "--again" in said
        assert (await shell.order(*once, "--again"))[0] == exit_codes.UNFINISHED

    in_a_shell(scenario)


def test_an_unpaid_order_is_dropped(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell(plain(4, tender=Tender.COUNTER))
        assert await shell.order("cancel", "A4", *SAYING) == (0, "order A4 was never paid: dropped\n")
        status, said = await shell.order("list")
        assert (status, "dropped" in said) == (exit_codes.OK, True)

    in_a_shell(scenario)


def test_an_order_is_shown_with_its_line_numbers_and_without_codes(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell()
        _, said = await shell.order("show", "A457")
        assert said.splitlines() == [
            "order A457 of 2026-07-01 09:04, sold",
            "   1  2 x Thing 1  5.00 EUR",
            "   2  2 x Thing 2, Thing 2-1  23.00 EUR",
            "      Offer d1  -3.50 EUR",
            "      Offer d2  -3.06 EUR",
            "      Offer kept  -1.00 EUR",
            "      Box  0.30 EUR",
            "      total  20.74 EUR",
            "      paid by gift card ...T-77  4.00 EUR",
            "      paid by gift card ...T-77  3.00 EUR",
            "      paid by the prepaid account  2.00 EUR",
            "      paid by card  11.74 EUR (Receipt 4711)",
        ]
        everything = json.dumps([await shell.json("show", "A457"), await shell.json("list")])
        assert "GC-SECRET-77" not in everything
        assert "CODE-1" not in everything

    in_a_shell(scenario)


@pytest.mark.parametrize(
    "wrong",
    [
        ["return", "A1", "--line", "1"],  # no reason
        ["cancel", "A1"],
        ["return", "A1", "--reason", "cold"],  # no line
        [],
    ],
)
def test_a_command_that_is_not_complete_asks_nobody(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["order", *wrong, "--socket", "/nowhere"])
    assert ended.value.code == exit_codes.USAGE
    capsys.readouterr()


def test_quantities_and_lines_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["return", "A1", "--line", "1", "--line", "2", "--quantity", "1", *SAYING]
    assert main(["order", *arguments, "--socket", "/nowhere"]) == exit_codes.USAGE
    assert "one --quantity for each --line" in capsys.readouterr().err


def test_without_a_kiosk_the_message_is_that_of_the_other_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    socket = ["--socket", str(tmp_path / "nobody")]
    said = []
    for command in (["order", "list"], ["order", "cancel", "A1", *SAYING], ["status"]):
        assert main([*command, *socket]) == exit_codes.FAILURE
        said.append(capsys.readouterr().err)
    assert len(set(said)) == 1


def test_who_does_it_is_whoever_typed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "anna")
    assert who() == "anna"


def test_a_request_in_another_shape_changes_nothing(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        await shell.desk.sell()
        reader, writer = await asyncio.open_unix_connection(shell._socket)
        good = {"do": "order_return", "number": "A457", "by": "Anna", "reason": "cold"}
        for lines in (None, 1, "all", [[1]], [["x", 1]], [[1, None]], [1], [[1, 1, 1]], [[1, 10**400]]):
            writer.write(json.dumps({**good, "lines": lines}).encode() + b"\n")
            assert "error" in json.loads(await reader.readline())
        writer.write(json.dumps({**good, "lines": [[1, 1]], "again": "yes"}).encode() + b"\n")
        assert "error" in json.loads(await reader.readline())
        writer.close()
        assert (await shell.desk.orders.show("A457")).returns == ()

    in_a_shell(scenario)


def test_largest_orders_fit_into_the_record(in_a_shell: Play) -> None:
    async def scenario(shell: Shell) -> None:
        many: Order = replace(
            plain(6), lines=tuple(replace(ORDER.lines[0], id=f"plain-6-{n}") for n in range(1, 100))
        )
        await shell.desk.sell(many)
        assert len((await shell.json("show", "A6"))["lines"]) == 99

    in_a_shell(scenario)
