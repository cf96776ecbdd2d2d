"""ZVT on a serial line: published frames, lost and damaged bytes, and two ends that understand each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.devices.terminal.zvt_codec import Apdu, ProtocolError
from kioskd.devices.terminal.zvt_deadlines import LineBroken
from kioskd.devices.terminal.zvt_framing import (
    ACKNOWLEDGE_S,
    BETWEEN_BYTES_S,
    MAX_NOISE,
    FrameReader,
    SerialPeer,
    Token,
    encode_frame,
)

ABORT = Apdu(0x06B0)
ACK, NAK = b"\x06", b"\x15"

FRAMES = [
    ("80 00 00", "10 02 80 00 00 10 03 F5 1F"),
    ("06 00 06 12 34 56 BA 09 78", "10 02 06 00 06 12 34 56 BA 09 78 10 03 24 C3"),
    (
        "06 01 0A 04 00 00 00 01 10 00 49 09 78",  # the 10 of 110.00 is doubled
        "10 02 06 01 0A 04 00 00 00 01 10 10 00 49 09 78 10 03 F2 FF",
    ),
    (
        "06 01 0C 04 00 00 00 00 10 00 49 09 78 19 40",
        "10 02 06 01 0C 04 00 00 00 00 10 10 00 49 09 78 19 40 10 03 42 81",
    ),
    ("06 B0 00", "10 02 06 B0 00 10 03 43 F3"),
]


@pytest.mark.parametrize(("apdu", "frame"), FRAMES)
def test_frames_as_published(apdu: str, frame: str) -> None:
    body = bytes.fromhex(apdu)
    assert encode_frame(Apdu(int.from_bytes(body[:2], "big"), body[3:])) == bytes.fromhex(frame)
    assert FrameReader().feed(bytes.fromhex(frame)) == [body]


apdus = st.builds(
    Apdu, st.sampled_from([0x0601, 0x040F, 0x06D3, 0x1010]), st.binary(max_size=300) | st.just(b"\x10" * 20)
)


@given(st.lists(apdus, max_size=4), st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_frames_survive_any_splitting(sent: list[Apdu], sizes: list[int]) -> None:
    stream = b"".join(map(encode_frame, sent))
    reader, got, at = FrameReader(), [], 0
    for size in (sizes * (len(stream) + 1))[: len(stream) + 1]:
        got += reader.feed(stream[at : at + size])
        at += size
    assert got == [apdu.encode() for apdu in sent]
    assert not reader.is_mid_frame


@given(apdus, st.data())
def test_one_flipped_bit_is_never_taken_for_the_message(apdu: Apdu, data: st.DataObject) -> None:
    frame = bytearray(encode_frame(apdu))
    bit = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[bit // 8] ^= 1 << bit % 8
    assert apdu.encode() not in FrameReader().feed(bytes(frame))


@given(st.binary(max_size=400))
def test_noise_ends_in_nothing_or_in_one_clear_error(noise: bytes) -> None:
    peer = SerialPeer()
    try:
        peer.feed(noise, 0.0)
        peer.tick(1.0)
        peer.tick(10.0)
    except (ProtocolError, LineBroken) as fault:
        assert str(fault)


def test_endless_noise_is_not_a_terminal() -> None:
    with pytest.raises(ProtocolError, match="not in ZVT"):
        FrameReader().feed(b"U" * (MAX_NOISE + 1))


def test_a_message_is_acknowledged_at_once_and_handed_on() -> None:
    peer = SerialPeer()
    assert peer.feed(encode_frame(ABORT), 0.0) == [ABORT]
    assert peer.to_write() == ACK
    assert peer.due_s is None


def test_a_damaged_message_is_asked_for_again() -> None:
    peer = SerialPeer()
    frame = bytearray(encode_frame(ABORT))
    frame[-1] ^= 1
    assert peer.feed(bytes(frame), 0.0) == []
    assert peer.to_write() == NAK
    assert peer.feed(encode_frame(ABORT), 0.1) == [ABORT]


def test_a_message_that_stops_in_the_middle_is_asked_for_again() -> None:
    peer = SerialPeer()
    peer.feed(encode_frame(ABORT)[:4], 1.0)
    assert peer.due_s == 1.0 + BETWEEN_BYTES_S
    peer.tick(1.0 + BETWEEN_BYTES_S)
    assert peer.to_write() == NAK
    assert peer.feed(encode_frame(ABORT), 2.0) == [ABORT]


def test_the_same_message_again_before_we_were_heard_is_a_repetition() -> None:
    peer = SerialPeer()
    assert peer.feed(encode_frame(ABORT), 0.0) == [ABORT]
    assert peer.feed(encode_frame(ABORT), 5.0) == []  # our acknowledgement was lost
    peer.send(Apdu(0x8000), 5.1)
    assert peer.feed(encode_frame(ABORT), 6.0) == []  # and again, before our answer was heard
    assert peer.feed(ACK + encode_frame(ABORT), 7.0) == [ABORT]


def test_one_message_at_a_time_each_until_it_is_acknowledged() -> None:
    peer = SerialPeer()
    peer.send(Apdu(0x8000), 0.0)
    peer.send(ABORT, 0.0)
    assert peer.to_write() == encode_frame(Apdu(0x8000))
    peer.feed(ACK, 0.1)
    assert peer.to_write() == encode_frame(ABORT)
    peer.feed(ACK, 0.2)
    assert peer.due_s is None


@pytest.mark.parametrize("again", [NAK, b""])
def test_a_message_is_repeated_twice_and_no_more(again: bytes) -> None:
    peer = SerialPeer()
    peer.send(ABORT, 0.0)
    now_s = 0.0
    for _ in range(3):
        assert peer.to_write() == encode_frame(ABORT)
        now_s += ACKNOWLEDGE_S
        if _ == 2:
            with pytest.raises(LineBroken):
                peer.feed(again, now_s) if again else peer.tick(now_s)
        elif again:
            peer.feed(again, now_s)
        else:
            peer.tick(now_s)


def test_an_acknowledgement_that_nobody_waits_for_means_nothing() -> None:
    peer = SerialPeer()
    assert peer.feed(ACK + NAK, 0.0) == []
    assert peer.to_write() == b""


def test_a_frame_around_two_messages_is_not_zvt() -> None:
    body = ABORT.encode() * 2
    stuffed = encode_frame(Apdu(0x06B0))
    assert Token.DAMAGED in FrameReader().feed(stuffed[:5] + body + stuffed[5:])


class Wire:
    """Two peers and a cable that loses what it is told to."""

    def __init__(self, lost: set[int]) -> None:
        self.ends = (SerialPeer(), SerialPeer())
        self.heard: tuple[list[Apdu], list[Apdu]] = ([], [])
        self.lost, self.writes, self.now_s = lost, 0, 0.0

    def run(self) -> None:
        while True:
            moved = False
            for at in (0, 1):
                if octets := self.ends[at].to_write():
                    moved = True
                    self.writes += 1
                    if self.writes not in self.lost:
                        self.heard[1 - at].extend(self.ends[1 - at].feed(octets, self.now_s))
            if not moved:
                due = [end.due_s for end in self.ends if end.due_s is not None]
                if not due:
                    return
                self.now_s = min(due)
                for end in self.ends:
                    end.tick(self.now_s)


@given(st.sets(st.integers(1, 6), max_size=2))
def test_every_message_arrives_exactly_once_whatever_two_writes_are_lost(lost: set[int]) -> None:
    wire = Wire(lost)
    for number in range(3):
        asked = Apdu(0x04FF, bytes([number]))
        wire.ends[0].send(asked, wire.now_s)
        wire.run()
        assert wire.heard[1][-1] == asked
        wire.ends[1].send(Apdu(0x8000), wire.now_s)
        wire.run()
    assert [apdu.data for apdu in wire.heard[1]] == [b"\0", b"\1", b"\2"]
    assert wire.heard[0] == [Apdu(0x8000)] * 3
