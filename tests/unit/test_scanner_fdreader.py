"""Silence is told once, after the last portion of a code, and never between two."""

from __future__ import annotations

import asyncio
import os

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
                    await follow(reading, on_data=on_data, on_silence=on_silence, silence_s=SILENCE_S)
        finally:
            os.close(reading)

    asyncio.run(scenario())
    assert told == ["first", "second", "silence"]
