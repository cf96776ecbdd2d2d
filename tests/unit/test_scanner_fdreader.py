"""Silence is told once, after the last portion of a code, and never between two."""

from __future__ import annotations

import asyncio
import os
import select
import threading
import time

import pytest

from kioskd.core.errors import DeviceAbsent
from kioskd.devices.scanner.fdreader import follow

SILENCE_S = 0.03


def test_silence_follows_the_last_portion_and_the_end_is_an_absent_device() -> None:
    told: list[str] = []

    async def scenario() -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        loop = asyncio.get_running_loop()

        def on_data(data: bytes) -> None:
            told.append(data.decode())
            if data == b"first":
                os.write(writing, b"second")

        def on_silence() -> None:
            told.append("silence")
            # A second silence, of a timer that was forgotten, would come before this.
            loop.call_later(2 * SILENCE_S, os.close, writing)

        try:
            os.write(writing, b"first")
            async with asyncio.timeout(10):
                with pytest.raises(DeviceAbsent):
                    await follow(reading, on_data=on_data, on_silence=on_silence, silence_s=lambda: SILENCE_S)
        finally:
            os.close(reading)

    asyncio.run(scenario())
    assert told == ["first", "second", "silence"]


def test_what_is_typed_while_the_loop_stands_still_is_taken_in_time() -> None:
    told: list[bytes] = []

    async def scenario() -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)

        def stand_still() -> None:
            """As when a screen is painted, until somebody has read what the kernel holds."""
            for portion in (b"first ", b"second "):
                os.write(writing, portion)
                unread, deadline_s = select.poll(), time.monotonic() + 10
                unread.register(reading, select.POLLIN)
                while unread.poll(0):
                    assert time.monotonic() < deadline_s, "nobody took it"
            os.write(writing, b"third")
            os.close(writing)

        asyncio.get_running_loop().call_soon(stand_still)
        try:
            async with asyncio.timeout(10):
                with pytest.raises(DeviceAbsent):
                    await follow(
                        reading,
                        on_data=told.append,
                        on_silence=lambda: told.append(b"silence"),
                        silence_s=lambda: 60.0,
                        small_buffer=True,
                    )
        finally:
            os.close(reading)

    asyncio.run(scenario())
    assert b"".join(told) == b"first second third"


def test_the_thread_is_gone_with_its_descriptor() -> None:
    async def scenario() -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        following = asyncio.create_task(
            follow(
                reading,
                on_data=lambda _: None,
                on_silence=lambda: None,
                silence_s=lambda: 60.0,
                small_buffer=True,
            )
        )
        await asyncio.sleep(0)
        name = f"relief of {reading}"
        assert name in {thread.name for thread in threading.enumerate()}
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        os.close(reading)
        os.close(writing)
        assert name not in {thread.name for thread in threading.enumerate()}

    asyncio.run(scenario())
