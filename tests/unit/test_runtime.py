"""One visit after the other: events in, effects out, every batch shown once, and a bug ends no kiosk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from kioskd.core.effects import Effect, Forget, LookUp
from kioskd.core.events import DeviceChanged, NetworkChanged, Scanned, ScanRejected, Tick
from kioskd.core.intents import QuickAdd, ShowBasket, StartOrder
from kioskd.core.rules.table import RULES, Context, Rule, Step
from kioskd.core.shop import Limits, Shop
from kioskd.core.visit import Place, Visit
from kioskd.daemon.clock import Clock
from kioskd.daemon.runtime import Runtime
from tests.unit.backstage import DEADLINE_S, SetClock
from tests.unit.shopfront import EAT_IN, NOON, SHOP, TERMINAL_OK


class Stage:
    """A runtime, and what it did."""

    def __init__(self, clock: Clock, shop: Shop, next_number: int = 1) -> None:
        self.shown: list[Visit] = []
        self._news = asyncio.Event()
        self.effects: list[Effect] = []
        self.runtime = Runtime(
            shop,
            clock,
            carry_out=self.effects.append,
            show=self._show,
            next_number=next_number,
            devices={"terminal": TERMINAL_OK},
        )

    def _show(self, visit: Visit) -> None:
        self.shown.append(visit)
        self._news.set()

    async def until(self, place: Place) -> None:
        while self.place is not place:
            self._news.clear()
            await self._news.wait()

    @property
    def place(self) -> Place:
        return self.runtime.visit.place


@asynccontextmanager
async def running(clock: Clock, shop: Shop = SHOP, next_number: int = 1) -> AsyncIterator[Stage]:
    stage = Stage(clock, shop, next_number)
    task = asyncio.create_task(stage.runtime.run())
    try:
        async with asyncio.timeout(DEADLINE_S):
            yield stage
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def play(scenario: Callable[[Stage, SetClock], Awaitable[None]], shop: Shop = SHOP) -> Stage:
    """Run a scenario against a runtime whose clock is set by hand."""

    async def run() -> Stage:
        clock = SetClock()
        async with running(clock, shop, next_number=7) as stage:
            await scenario(stage, clock)
        return stage

    return asyncio.run(run())


def test_what_comes_together_is_shown_once() -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        for event in (StartOrder(EAT_IN), QuickAdd("B1"), ShowBasket()):
            stage.runtime.post(event)
        await stage.runtime.alive()
        assert [visit.place for visit in stage.shown] == [Place.REVIEWING]
        assert stage.shown[0].basket.count == 1

    play(scenario)


def test_without_a_change_nothing_is_shown() -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        await stage.runtime.alive()
        clock.skip(3600)
        await stage.runtime.alive()
        assert stage.shown == []

    play(scenario)


def test_alive_returns_after_what_was_posted_before_is_on_the_screen() -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(StartOrder(EAT_IN))
        await stage.runtime.alive()
        assert stage.shown[-1].place is Place.MENU

    play(scenario)


def test_whoever_stops_waiting_does_not_stop_the_runtime() -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        waiting = asyncio.create_task(stage.runtime.alive())
        await asyncio.sleep(0)
        waiting.cancel()
        stage.runtime.post(StartOrder(EAT_IN))
        await stage.runtime.alive()
        assert stage.place is Place.MENU

    play(scenario)


def test_effects_are_handed_out_in_order() -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(Scanned("KD-1001", "front"))
        stage.runtime.post(Scanned("KD-1002", "front"))
        await stage.runtime.alive()
        asked = [effect.credential.value for effect in stage.effects if isinstance(effect, LookUp)]
        assert asked == ["KD-1001", "KD-1002"]

    play(scenario)


def test_time_that_passes_ends_a_visit_nobody_continues() -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(StartOrder(EAT_IN))
        await stage.runtime.alive()
        clock.skip(SHOP.limits.idle_s - 0.001)
        await stage.runtime.alive()
        assert stage.place is Place.MENU
        clock.skip(0.001)
        await stage.until(Place.STILL_THERE)
        clock.skip(SHOP.limits.still_there_s)
        await stage.until(Place.ATTRACT)
        assert stage.effects == [Forget()]

    play(scenario)


def test_the_still_there_screen_counts_its_seconds() -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(StartOrder(EAT_IN))
        await stage.runtime.alive()
        clock.skip(SHOP.limits.idle_s)
        await stage.until(Place.STILL_THERE)
        shown_before = len(stage.shown)
        for _ in range(3):
            clock.skip(1)
            await stage.runtime.alive()
            await stage.runtime.alive()  # the tick comes after the wake-up
        assert len(stage.shown) == shown_before + 3

    play(scenario)


def test_a_deadline_comes_by_itself_with_a_real_clock() -> None:
    shop = replace(SHOP, limits=Limits(idle_s=0.01, still_there_s=0.01))

    async def run() -> None:
        async with running(Clock("Europe/Amsterdam"), shop) as stage:
            stage.runtime.post(StartOrder(EAT_IN))
            await stage.runtime.alive()
            await stage.until(Place.STILL_THERE)
            await stage.until(Place.ATTRACT)
            assert stage.effects == [Forget()]

    asyncio.run(run())


@pytest.mark.parametrize("jump", [timedelta(days=-365 * 5), timedelta(days=365 * 5), timedelta(seconds=-1)])
def test_a_wall_clock_that_jumps_only_changes_the_label(jump: timedelta) -> None:
    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(StartOrder(EAT_IN))
        await stage.runtime.alive()
        clock.shift_wall(jump.total_seconds())
        stage.runtime.post(QuickAdd("B1"))
        await stage.runtime.alive()
        assert stage.place is Place.MENU
        assert stage.runtime.visit.now == NOON + jump

    play(scenario)


def test_time_never_skips_backwards() -> None:
    clock = SetClock()
    clock.skip(-5)
    assert clock.mono_s() == 1000.0


def test_every_moment_has_a_token_of_its_own() -> None:
    clock = SetClock()
    assert clock.moment().token != clock.moment().token


# --- the fail-safe ------------------------------------------------------------------------------------------


def _breaks(visit: Visit, event: object, context: Context) -> Step:
    raise ValueError("choked on Sanne's card KD-1001")


def test_a_rule_that_breaks_starts_afresh_and_keeps_what_is_not_the_guests(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(RULES, (Place.MENU, ShowBasket), Rule(_breaks, frozenset({Place.REVIEWING})))

    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(NetworkChanged(False))
        stage.runtime.post(StartOrder(EAT_IN))
        stage.runtime.post(QuickAdd("B1"))
        stage.runtime.post(ShowBasket())
        stage.runtime.post(StartOrder(EAT_IN))  # the next guest
        await stage.runtime.alive()
        visit = stage.runtime.visit
        assert stage.effects == [Forget()]
        assert (visit.place, visit.basket.count) == (Place.MENU, 0)
        assert (visit.next_number, visit.online, visit.devices) == (7, False, {"terminal": TERMINAL_OK})

    play(scenario)
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "ShowBasket at menu went wrong" in record.getMessage()
    assert "ValueError at test_runtime.py" in record.getMessage()
    assert "1001" not in caplog.text


def test_a_rule_that_leads_where_the_table_does_not_say_starts_afresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = RULES[Place.MENU, ShowBasket]
    monkeypatch.setitem(RULES, (Place.MENU, ShowBasket), Rule(original.handler, frozenset({Place.MENU})))

    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(StartOrder(EAT_IN))
        stage.runtime.post(ShowBasket())
        await stage.runtime.alive()
        assert stage.place is Place.ATTRACT

    play(scenario)


# --- the log ------------------------------------------------------------------------------------------------


def test_a_rejected_scan_is_a_line_in_the_log_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(ScanRejected("too_long", "front"))
        await stage.runtime.alive()
        assert stage.shown == []

    play(scenario)
    assert caplog.messages == ["scan from front rejected: too_long"]


def test_the_log_follows_the_visit_without_what_the_guest_scanned(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario(stage: Stage, clock: SetClock) -> None:
        stage.runtime.post(Scanned("KD-1001", "front"))
        stage.runtime.post(Tick())
        stage.runtime.post(DeviceChanged(TERMINAL_OK))
        await stage.runtime.alive()

    play(scenario)
    assert "attract -> identifying (Scanned)" in caplog.messages
    assert "1001" not in caplog.text
