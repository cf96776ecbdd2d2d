"""The headphone jack, from the bytes of the kernel to what the guest hears alone."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.errors import DeviceAbsent
from kioskd.core.events import HeadphonesChanged
from kioskd.core.ports import DeviceEvent
from kioskd.devices.jack import HeadphoneJack, JackDecoder
from kioskd.sim.hearing import Jack

HEADPHONES, LINE_OUT, MICROPHONE = 0x02, 0x06, 0x04


def switch(code: int, on: bool) -> bytes:
    return struct.pack("@llHHi", 0, 0, 5, code, int(on)) + struct.pack("@llHHi", 0, 0, 0, 0, 0)


def test_plugged_in_and_pulled_out() -> None:
    decoder = JackDecoder()
    assert list(decoder.feed(switch(HEADPHONES, True) + switch(HEADPHONES, False))) == [True, False]


def test_some_cards_take_them_for_a_line_out_and_some_report_both() -> None:
    decoder = JackDecoder()
    assert list(decoder.feed(switch(LINE_OUT, True) + switch(HEADPHONES, True))) == [True]
    assert list(decoder.feed(switch(LINE_OUT, False))) == []
    assert list(decoder.feed(switch(HEADPHONES, False))) == [False]


def test_a_microphone_is_not_heard() -> None:
    assert list(JackDecoder().feed(switch(MICROPHONE, True))) == []
    assert not JackDecoder(1 << MICROPHONE).plugged and JackDecoder(1 << HEADPHONES).plugged


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_in_any_pieces_are_survived(data: bytes, cut: int) -> None:
    whole, pieces = JackDecoder(), JackDecoder()
    once = list(whole.feed(data))
    assert [*pieces.feed(data[:cut]), *pieces.feed(data[cut:])] == once


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - the other end of a FIFO raises no event
        await asyncio.sleep(0.002)


def test_without_the_device_nobody_listens_alone(tmp_path: Path) -> None:
    events: list[DeviceEvent] = []

    async def run() -> None:
        async with asyncio.timeout(10):
            with Jack(tmp_path / "jack") as jack:
                task = asyncio.create_task(HeadphoneJack("headphones", jack.path).run(events.append))
                await until(lambda: events)
                await jack.put(True)
                await until(lambda: HeadphonesChanged(True) in events)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert events[-1] == HeadphonesChanged(False)
    with pytest.raises(DeviceAbsent):
        asyncio.run(HeadphoneJack("headphones", tmp_path / "jack").run(events.append))
