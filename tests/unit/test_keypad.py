"""What a keypad's keys come to: each once, whoever holds or strikes it twice."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.errors import ConfigError, DeviceAbsent
from kioskd.core.events import DeviceChanged, HeadphonesChanged
from kioskd.core.keypad import Key
from kioskd.core.ports import DeviceEvent
from kioskd.devices.keypad import Keypad, KeypadDecoder
from kioskd.devices.keypad_profile import load_profile, profile_names

EVENT = struct.Struct("@llHHi")
ARROWS, PROGRAMMED = load_profile("arrows"), load_profile("function-keys")
UP, DOWN, ENTER, A = 103, 108, 28, 30
PRESS, RELEASE, REPEAT = 1, 0, 2


def event(code: int, value: int = PRESS, at_s: float = 0.0, kind: int = 1) -> bytes:
    return EVENT.pack(int(at_s), round(at_s % 1 * 1_000_000), kind, code, value)


def strokes(*codes_at: tuple[int, float]) -> bytes:
    return b"".join(event(code, PRESS, at) + event(code, RELEASE, at + 0.05) for code, at in codes_at)


def read(data: bytes, lockout_s: float = 0.3) -> list[Key | bool]:
    return list(KeypadDecoder(ARROWS, lockout_s).feed(data))


def test_keys_are_what_the_profile_says() -> None:
    assert read(strokes((UP, 1), (DOWN, 2), (ENTER, 3), (1, 4), (59, 5))) == [
        Key.PREVIOUS,
        Key.NEXT,
        Key.SELECT,
        Key.BACK,
        Key.HELP,
    ]


def test_other_keys_do_nothing() -> None:
    assert read(strokes((A, 1), (UP, 2))) == [Key.PREVIOUS]


def test_a_key_that_is_held_counts_once() -> None:
    held = (
        event(DOWN) + b"".join(event(DOWN, REPEAT, at / 10) for at in range(5, 30)) + event(DOWN, RELEASE, 3)
    )
    assert read(held) == [Key.NEXT]


def test_the_same_key_twice_in_a_moment_is_one_stroke() -> None:
    assert read(strokes((DOWN, 1.0), (DOWN, 1.2))) == [Key.NEXT]
    assert read(strokes((DOWN, 1.0), (DOWN, 1.2), (DOWN, 1.29), (DOWN, 1.31))) == [Key.NEXT, Key.NEXT]
    assert read(strokes((DOWN, 1.0), (DOWN, 1.31))) == [Key.NEXT, Key.NEXT]


def test_another_key_is_never_locked_out() -> None:
    assert read(strokes((DOWN, 1.0), (ENTER, 1.06), (DOWN, 1.12))) == [Key.NEXT, Key.SELECT, Key.NEXT]


def test_the_lock_out_can_be_switched_off() -> None:
    assert read(strokes((DOWN, 1.0), (DOWN, 1.05)), lockout_s=0) == [Key.NEXT, Key.NEXT]


def test_time_is_that_of_the_keys_and_not_of_the_reader() -> None:
    """All of it arrives at once, from a loop that was busy."""
    assert read(strokes(*((DOWN, at / 2) for at in range(6)))) == [Key.NEXT] * 6


def test_a_jack_that_types_tells_of_headphones() -> None:
    decoder = KeypadDecoder(PROGRAMMED, 0.3)
    assert list(decoder.feed(strokes((191, 1), (192, 2)))) == [True, False]


def test_a_jack_that_is_a_switch_tells_of_headphones() -> None:
    assert read(event(2, 1, kind=5) + event(2, 0, kind=5)) == [True, False]


@given(st.lists(st.tuples(st.sampled_from([UP, DOWN, ENTER]), st.floats(0, 0.5)), max_size=30))
def test_no_two_strokes_of_a_key_in_a_row_are_nearer_than_the_lock_out(ways: list[tuple[int, float]]) -> None:
    at_s, data = 0.0, b""
    for code, wait_s in ways:
        at_s += wait_s
        data += event(code, PRESS, at_s)
    spans = [wait_s for _, wait_s in ways]
    read_now = read(data)
    assert len(read_now) <= len(ways)
    if all(span > 0.301 for span in spans):
        assert len(read_now) == len(ways)


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_are_survived_in_any_pieces(data: bytes, size: int) -> None:
    whole = list(KeypadDecoder(ARROWS, 0.3).feed(data))
    decoder = KeypadDecoder(ARROWS, 0.3)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [key for piece in pieces for key in decoder.feed(piece)] == whole


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_that_comes_along_has_five_keys(name: str) -> None:
    there = set(load_profile(name).keys.values())
    assert {Key.NEXT, Key.PREVIOUS, Key.SELECT, Key.BACK, Key.HELP} <= there


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        (
            'next = ["down"]\nprevious = ["up"]\nselect = ["enter"]\nback = ["esc"]',
            "no key is for help",
        ),
        ('select = ["enter"]\nback = ["esc"]\nhelp = ["f1"]', "no key is for next and previous"),
        ('next = ["enter"]\nselect = ["enter"]', "'enter' is for two things"),
        ('next = ["warp"]', "'warp' is no key"),
        ('jump = ["up"]', "Input should be"),
    ],
)
def test_a_profile_by_which_somebody_would_be_stuck_is_refused(
    tmp_path: Path, keys: str, complaint: str
) -> None:
    (tmp_path / "mine.toml").write_text(f'title = "Mine"\ntested = "virtual"\n[keys]\n{keys}\n')
    with pytest.raises(ConfigError, match=complaint):
        load_profile("mine", tmp_path)


def test_an_unknown_profile_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="arrows"):
        load_profile("mine")


def run(path: Path, data: bytes) -> tuple[list[Key], Sequence[DeviceEvent]]:
    """What a keypad behind this FIFO tells until it is unplugged."""
    keys: list[Key] = []
    events: list[DeviceEvent] = []

    async def play() -> None:
        plugged = asyncio.Event()

        def emit(event: DeviceEvent) -> None:
            events.append(event)
            plugged.set()

        os.mkfifo(path)
        far = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        keypad = Keypad("keypad", path, PROGRAMMED, keys.append, 0.3)
        task = asyncio.create_task(keypad.run(emit))
        await plugged.wait()
        os.write(far, data)
        os.close(far)
        with pytest.raises(DeviceAbsent):
            await task

    asyncio.run(play())
    return keys, events


def test_a_keypad_tells_its_keys_and_takes_its_headphones_with_it(tmp_path: Path) -> None:
    keys, events = run(tmp_path / "keypad", strokes((184, 1), (191, 2), (185, 3)))
    assert keys == [Key.NEXT, Key.SELECT]
    assert isinstance(events[0], DeviceChanged) and events[0].health.usable
    assert events[1:] == [HeadphonesChanged(True), HeadphonesChanged(False)]


def test_a_keypad_that_is_not_there_is_absent(tmp_path: Path) -> None:
    keypad = Keypad("keypad", tmp_path / "none", ARROWS, lambda key: None, 0.3)
    with pytest.raises(DeviceAbsent):
        asyncio.run(keypad.run(lambda event: None))
