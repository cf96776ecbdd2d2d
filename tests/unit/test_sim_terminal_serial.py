"""The simulated terminal on a serial line: frames, acknowledgements, repeats, and a plug that is pulled."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.sim.terminal import Patience, TerminalSimulator
from kioskd.sim.terminal.serial_frames import Deframer, Sign, frame
from tests.unit import plain_register
from tests.unit.plain_register import (
    ENQUIRE,
    PAY_TEN,
    REGISTER_BLOCKS,
    REGISTER_PLAIN,
    REPEAT,
    YES,
    Register,
    connect,
    framed,
    hang_up,
)

ACK, NAK = b"\x06", b"\x15"
HASTY = Patience(octet_s=0.05, ack_s=0.05, answer_s=0.2)
Scene = Callable[[TerminalSimulator, Register], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    return partial(_play, tmp_path / "terminal")


def _play(path: Path, scene: Scene, **options: Any) -> None:
    plain_register.play(scene, path=path, auto_s=0, **options)
    assert not path.is_symlink()


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        ("800000", "1002800000 1003 F51F"),
        ("060006123456BA0978", "1002060006123456BA0978 1003 24C3"),
        ("06010A04000000011000490978", "1002 06010A040000000110100049 0978 1003 F2FF"),
        ("06010C0400000000100049 09781940", "1002 06010C04000000001010004909781940 1003 4281"),
        ("06B000", "100206B000 1003 43F3"),
    ],
)
def test_frames_are_those_that_others_have_published(message: str, octets: str) -> None:
    assert frame(bytes.fromhex(message)) == framed(bytes.fromhex(message)) == bytes.fromhex(octets)


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 7))
def test_what_is_framed_comes_out_however_it_is_cut(messages: list[bytes], size: int) -> None:
    stream, deframer = b"".join(map(frame, messages)), Deframer()
    heard = [found for at in range(0, len(stream), size) for found in deframer.feed(stream[at : at + size])]
    assert heard == messages
    assert not deframer.waits


@given(st.binary(max_size=80))
def test_nothing_on_the_line_breaks_it(noise: bytes) -> None:
    deframer = Deframer()
    list(deframer.feed(noise))
    deframer.forget()
    assert list(deframer.feed(frame(b"\x80\x00\x00"))) == [b"\x80\x00\x00"]


def test_a_payment_over_a_serial_line(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        assert (await register.do(REGISTER_BLOCKS))[-1] == "060f0a19002952500042490978"
        heard = await register.do(PAY_TEN)  # a hundred cents are 10 00: doubled on the wire
        assert [message[:4] for message in heard[-4:]] == ["040f", "06d3", "06d3", "060f"]
        assert sim.state()["charged_minor"] == 1000

    play(scene)


def test_a_frame_with_a_wrong_checksum_is_asked_for_again(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        wrong = bytearray(framed(bytes.fromhex(REGISTER_PLAIN)))
        wrong[-1] ^= 1
        register.hose.pour(bytes(wrong))
        assert await register.hose.draw(1) == NAK
        assert (await register.do(REGISTER_PLAIN))[0] == YES

    play(scene)


def test_half_a_frame_is_asked_for_again(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.hose.pour(framed(bytes.fromhex(REGISTER_PLAIN))[:9])
        assert await register.hose.draw(1) == NAK
        assert (await register.do(REGISTER_PLAIN))[0] == YES

    play(scene, patience=HASTY)


def test_a_frame_that_comes_twice_counts_once(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.say(REGISTER_PLAIN)
        register.say(REGISTER_PLAIN)  # our acknowledgement was lost
        assert await register.hear() == YES
        assert (await register.hear()).startswith("060f")
        register.say(YES)
        assert await register.do(ENQUIRE) == [YES, "060f0100"]

    play(scene)


def test_what_is_not_acknowledged_is_repeated_twice_and_then_given_up(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.say("0602 00")
        assert await register.hose.draw(1) == ACK
        for _ in range(3):
            assert await register.hose.draw(len(framed(b"\x80\x00\x00"))) == framed(b"\x80\x00\x00")
        assert await register.do(ENQUIRE) == [YES, "060f0100"]  # afresh

    play(scene, patience=HASTY)


@pytest.mark.parametrize("answer", [NAK, b""])
def test_what_is_not_understood_is_repeated(play: Callable[..., None], answer: bytes) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        sim.faults.set("wrong_checksums", 1)
        register.say("0602 00")
        assert await register.hose.draw(1) == ACK
        spoilt = await register.hose.draw(len(framed(b"\x80\x00\x00")))
        assert spoilt != framed(b"\x80\x00\x00")
        register.hose.pour(answer)
        assert await register.hear() == YES

    play(scene, patience=HASTY)


def test_a_cut_is_a_pulled_plug_and_it_comes_back(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        assert sim.path is not None
        before = str(sim.path.readlink())
        await register.do(REGISTER_PLAIN)
        sim.faults.set("cut_at", "result")
        assert (await register.do(PAY_TEN))[-1] == "lost"
        again = await connect(sim)
        await again.do(REGISTER_PLAIN)
        assert "870002" in (await again.do(REPEAT))[1]
        assert re.fullmatch(r"/dev/pts/\d+", before)
        hang_up(again)

    play(scene)


def test_unplugged_it_is_not_there(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        assert sim.path is not None
        await sim.stop()
        await register.hear_end()
        assert not sim.path.exists()
        await sim.start()
        again = await connect(sim)
        assert (await again.do(REGISTER_PLAIN))[0] == YES
        hang_up(again)

    play(scene)


def test_noise_between_frames_is_passed_over(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.hose.pour(bytes(range(0x20, 0x7F)))
        assert await register.do(ENQUIRE) == [YES, "060f0100"]

    play(scene)


def test_signs_are_not_messages() -> None:
    assert list(Deframer().feed(ACK + NAK)) == [Sign.ACK, Sign.NAK]


def test_a_register_that_never_answers_is_left_and_may_come_back(play: Callable[..., None]) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        register.say(PAY_TEN)
        await register.hear()
        await register.hear()  # acknowledged, but never answered
        await asyncio.sleep(2 * HASTY.answer_s)
        assert await register.do(ENQUIRE) == [YES, "060f0100"]

    play(scene, patience=HASTY)
