"""What the local socket understands, and that no number sent to it can upset the kiosk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from kioskd.core.intents import Intent, StartOrder
from kioskd.core.order import Tender
from kioskd.core.visit import Visit
from kioskd.daemon.commands import Commands
from kioskd.daemon.control import Answer, CommandRefused
from kioskd.daemon.display import Display
from kioskd.daemon.runtime import Runtime
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.staff.help_desk import HelpDesk
from tests.unit.backstage import DEADLINE_S, SetClock, order, working
from tests.unit.reporting import reporting
from tests.unit.shopfront import EAT_IN, SHOP

RUNTIME = {
    *("status", "scene", "frame", "wait", "outbox", "order_paid", "payment_decided", "order_dropped"),
    *("orders", "order", "order_cancel", "order_return", "help_answered"),
}


class FakeDisplay:
    """Counts pictures; every touch is the same wish."""

    def __init__(self) -> None:
        self.seq = 0
        self.touches: list[tuple[str, int, int]] = []
        self.on_intent: Callable[[Intent], None] | None = None

    def show(self, visit: Visit) -> None:
        self.seq += 1

    def touch(self, phase: str, x_px: int, y_px: int) -> None:
        self.touches.append((phase, x_px, y_px))
        if self.on_intent:
            self.on_intent(StartOrder(EAT_IN))

    def frame(self) -> tuple[int, int, bytes]:
        return 2, 1, bytes(6)

    def scene_document(self) -> dict[str, Any]:
        return {"id": "attract"}

    async def changed_since(self, seq: int) -> None:
        if self.seq == seq:
            await asyncio.Event().wait()


class Panel:
    """Commands over a runtime whose clock stands still."""

    def __init__(
        self, table: dict[str, Any], display: FakeDisplay, selling: Selling, clock: SetClock
    ) -> None:
        self.table, self.display, self.selling, self.clock = table, display, selling, clock

    async def ask(self, request: str) -> dict[str, Any]:
        """As the socket would pass it on."""
        document = json.loads(request)
        answer: Answer = await self.table[document["do"]](document)
        return answer[0]


def at_the_panel(folder: Path, scenario: Callable[[Panel], Awaitable[None]], *, drive: bool = True) -> None:
    async def run() -> None:
        clock, display = SetClock(), FakeDisplay()
        runtime = Runtime(SHOP, clock, carry_out=lambda effect: None, show=display.show)
        display.on_intent = runtime.post
        async with asyncio.timeout(DEADLINE_S), working(folder) as outbox:
            task = asyncio.create_task(runtime.run())
            selling = Selling(outbox, loyalty=False)
            commands = Commands(
                runtime=runtime,
                display=cast(Display, display),
                outbox=outbox,
                selling=selling,
                payments=None,
                orders=Orders(outbox, selling, claim_link=lambda order: None, wall=clock.wall),
                reporter=reporting(runtime, outbox, clock, folder, lambda: display.seq),
                help_desk=HelpDesk(None, {}, 60, lambda _: None),
                clock=clock,
                drive=drive,
            )
            await scenario(Panel(dict(commands.table()), display, selling, clock))
            assert not task.done()
            task.cancel()

    asyncio.run(run())


def test_in_a_shop_nobody_can_touch_the_screen_or_the_clock_from_afar(tmp_path: Path) -> None:
    async def scenario(panel: Panel) -> None:
        assert set(panel.table) == RUNTIME

    at_the_panel(tmp_path, scenario, drive=False)


def test_the_status_says_where_the_visit_is_and_nothing_of_its_guest(tmp_path: Path) -> None:
    async def scenario(panel: Panel) -> None:
        assert (await panel.ask('{"do": "status"}'))["place"] == "attract"
        touched = await panel.ask('{"do": "touch", "phase": "up", "x": 1, "y": 2}')
        assert touched == {"seq": 1}  # answered once the touch has changed the screen
        assert (await panel.ask('{"do": "status"}'))["place"] == "menu"

    at_the_panel(tmp_path, scenario)


def test_waiting_ends_with_the_change_or_with_its_time(tmp_path: Path) -> None:
    async def scenario(panel: Panel) -> None:
        assert await panel.ask('{"do": "wait", "seq": 99}') == {"seq": 0}
        assert await panel.ask('{"do": "wait", "seq": 0, "timeout_s": 0.01}') == {"seq": 0}
        assert await panel.ask('{"do": "wait", "seq": 0, "timeout_s": -1}') == {"seq": 0}

    at_the_panel(tmp_path, scenario)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1e12", '"soon"', "null", "[]"])
@pytest.mark.parametrize(
    "request_", ['{"do": "wait", "seq": 0, "timeout_s": %s}', '{"do": "clock", "skip_s": %s}',
                 '{"do": "clock", "shift_wall_s": %s}']
)  # fmt: skip
def test_a_time_that_is_none_moves_nothing(tmp_path: Path, request_: str, number: str) -> None:
    async def scenario(panel: Panel) -> None:
        before = panel.clock.mono_s(), panel.clock.wall()
        with pytest.raises((ValueError, TypeError)):
            await panel.ask(request_ % number)
        assert (panel.clock.mono_s(), panel.clock.wall()) == before

    at_the_panel(tmp_path, scenario)


def test_time_can_be_let_pass(tmp_path: Path) -> None:
    async def scenario(panel: Panel) -> None:
        await panel.ask('{"do": "clock", "skip_s": 60, "shift_wall_s": -3600}')
        assert panel.clock.mono_s() == 1060
        assert panel.clock.wall().hour == 11

    at_the_panel(tmp_path, scenario)


def test_the_list_of_operations_has_no_payload_and_a_bounded_length(tmp_path: Path) -> None:
    async def scenario(panel: Panel) -> None:
        for number in range(3):
            await panel.selling.accept(order(number, tender=Tender.COUNTER, member_id="m-1"))
        answer = await panel.ask('{"do": "outbox", "limit": 2}')
        assert [row["id"] for row in answer["operations"]] == ["o-2", "o-1"]
        assert answer["counts"]["by_state"] == {"held": 3}
        assert "Burger" not in json.dumps(answer)
        assert (await panel.ask('{"do": "outbox", "limit": -1}'))["operations"] == []

    at_the_panel(tmp_path, scenario)


def test_staff_settle_the_counter_by_number(tmp_path: Path) -> None:
    async def scenario(panel: Panel) -> None:
        await panel.selling.accept(order(1, tender=Tender.COUNTER))
        await panel.selling.accept(order(2, tender=Tender.COUNTER))
        assert await panel.ask('{"do": "order_paid", "number": "A1"}') == {"ok": True}
        assert await panel.ask('{"do": "order_dropped", "number": "A2"}') == {"ok": True}
        with pytest.raises(CommandRefused, match="no unpaid order has the number A1"):
            await panel.ask('{"do": "order_paid", "number": "A1"}')

    at_the_panel(tmp_path, scenario)


def test_the_picture_comes_with_its_size(tmp_path: Path) -> None:
    async def scenario(panel: Panel) -> None:
        assert await panel.ask('{"do": "frame"}') == {"seq": 0, "width": 2, "height": 1, "bytes": 6}
        shown = {"seq": 0, "scene": {"id": "attract"}, "speaking": False}
        assert await panel.ask('{"do": "scene"}') == shown

    at_the_panel(tmp_path, scenario)
