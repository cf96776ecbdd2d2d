"""What a broker is told about a kiosk: news at once, the time now and then, and nothing of a guest's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kioskd.core.health import DeviceState
from kioskd.core.place import Place
from kioskd.daemon.mqtt.telling import LOOK_S, SELDOM_S, keep_telling, state
from kioskd.daemon.report import Report
from tests.unit.test_status import GOOD, PRINTER


class Over(Exception):
    """There is nothing more to look at."""


def told(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """What is told while the kiosk is so, one after the other, LOOK_S apart."""
    said: list[bytes] = []
    left, now_s = list(reports), 0.0

    async def read() -> Report:
        if not left:
            raise Over
        return left.pop(0)

    async def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    with pytest.raises(Over):
        asyncio.run(keep_telling(read, said.append, lambda: now_s, sleep))
    return [json.loads(each) for each in said]


def test_the_state_is_told_at_once_and_again_when_it_changes() -> None:
    worse = replace(GOOD, devices=(replace(PRINTER, state=DeviceState.FAULTY),))
    conditions = [each["condition"] for each in told([GOOD, GOOD, worse, worse, GOOD])]
    assert conditions == ["good", "attention", "good"]


def test_passing_time_is_no_news_but_told_now_and_then() -> None:
    looks = 1 + int(SELDOM_S / LOOK_S)
    later = [
        replace(GOOD, time=GOOD.time + timedelta(seconds=n), up_s=GOOD.up_s + n, free_bytes=10**9 + n)
        for n in range(looks)
    ]
    first, again = told(later)
    assert (first["time"], again["time"]) == ("2026-11-22T12:00:00+00:00", "2026-11-22T12:00:12+00:00")


def test_where_on_the_screen_a_guest_is_stays_in_the_shop() -> None:
    document = state(replace(GOOD, place=Place.PAYING))
    assert "paying" not in json.dumps(document)
    assert not {"place", "screen", "pid"} & set(document)


def test_that_a_guest_moves_through_the_screens_is_no_news() -> None:
    moving = [
        replace(GOOD, place=place, pictures_shown=n) for n, place in enumerate((Place.MENU, Place.PAYING))
    ]
    assert len(told(moving)) == 1
