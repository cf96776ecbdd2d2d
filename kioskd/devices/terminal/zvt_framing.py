"""ZVT on a serial line, below the APDUs: frames, checksums, acknowledgements, repeats. Pure.

A frame is 10 02, the APDU with every 10 doubled, 10 03, and a checksum over the undoubled APDU and the 03,
low byte first. The receiver answers each frame at once with one bare byte: 06 (good) or 15 (again).
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from kioskd.devices.terminal.zvt_codec import MAX_APDU_DATA, Apdu, ApduSplitter, ProtocolError
from kioskd.devices.terminal.zvt_deadlines import LineBroken

BETWEEN_BYTES_S = 0.2
"""Within a frame (the protocol's T1). It counts from what the system handed over last, which may lag."""
ACKNOWLEDGE_S = 5.0
"""From a frame to its acknowledgement (T2)."""
MAX_REPEATS = 2
MAX_NOISE = 4096
"""Bytes outside any frame before it is clear that whatever is on this line does not speak ZVT."""

_DLE, _STX, _ETX, _ACK, _NAK = 0x10, 0x02, 0x03, 0x06, 0x15


def checksum(octets: bytes) -> bytes:
    """CRC-16 with the reflected polynomial 8408, from zero (also known as Kermit's), low byte first."""
    crc = 0
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


def encode_frame(apdu: Apdu) -> bytes:
    body = apdu.encode()
    stuffed = body.replace(b"\x10", b"\x10\x10")
    return b"\x10\x02" + stuffed + b"\x10\x03" + checksum(body + b"\x03")


class Token(Enum):
    ACKNOWLEDGED = auto()
    AGAIN = auto()
    """The other side asks for the last frame again."""
    DAMAGED = auto()
    """A frame came whose checksum is wrong."""


class _At(Enum):
    OUTSIDE = auto()
    OPENING = auto()
    INSIDE = auto()
    ESCAPED = auto()
    CHECKSUM = auto()


class FrameReader:
    """Bytes in, the contents of good frames and tokens out. Raises ProtocolError for endless noise."""

    def __init__(self) -> None:
        self._at = _At.OUTSIDE
        self._body = bytearray()
        self._crc = bytearray()
        self._noise = 0

    @property
    def is_mid_frame(self) -> bool:
        return self._at is not _At.OUTSIDE

    def give_up(self) -> None:
        """The rest of the frame will not come."""
        self._at = _At.OUTSIDE

    def feed(self, chunk: bytes) -> list[bytes | Token]:
        found: list[bytes | Token] = []
        for octet in chunk:
            item = self._take(octet)
            if item is not None:
                self._noise = 0
                found.append(item)
        return found

    def _take(self, octet: int) -> bytes | Token | None:
        match self._at:
            case _At.OUTSIDE:
                return self._outside(octet)
            case _At.OPENING:
                self._at = _At.INSIDE if octet == _STX else _At.OUTSIDE
                self._body.clear()
            case _At.INSIDE:
                if octet == _DLE:
                    self._at = _At.ESCAPED
                else:
                    return self._add(octet)
            case _At.ESCAPED:
                return self._escaped(octet)
            case _At.CHECKSUM:
                self._crc.append(octet)
                if len(self._crc) == 2:
                    self._at = _At.OUTSIDE
                    body = bytes(self._body)
                    return body if checksum(body + b"\x03") == self._crc else Token.DAMAGED
        return None

    def _outside(self, octet: int) -> Token | None:
        if octet == _ACK:
            return Token.ACKNOWLEDGED
        if octet == _NAK:
            return Token.AGAIN
        if octet == _DLE:
            self._at = _At.OPENING
        self._noise += 1
        if self._noise > MAX_NOISE:
            raise ProtocolError("the port answers, but not in ZVT")
        return None

    def _escaped(self, octet: int) -> Token | None:
        self._at = _At.INSIDE
        if octet == _DLE:
            return self._add(octet)
        if octet == _ETX:
            self._at = _At.CHECKSUM
            self._crc.clear()
        elif octet == _STX:  # another frame begins: this one was never finished
            self._body.clear()
        else:
            self._at = _At.OUTSIDE
            return Token.DAMAGED
        return None

    def _add(self, octet: int) -> Token | None:
        self._body.append(octet)
        if len(self._body) > MAX_APDU_DATA + 5:
            self._at = _At.OUTSIDE
            return Token.DAMAGED
        return None


class SerialPeer:
    """Our end of the line. After each call, write what `to_write` gives and call `tick` at `due_s`.

    Times are seconds on any clock that only goes forward. Raises LineBroken when the terminal acknowledges
    nothing, ProtocolError when it speaks something else; then the peer is spent.
    """

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._queue: deque[bytes] = deque()
        self._sent: bytes | None = None
        """The frame that is not acknowledged yet."""
        self._repeats = 0
        self._acknowledge_by_s = 0.0
        self._rest_by_s = 0.0
        self._last_taken: bytes | None = None
        """The frame taken last, until one of ours that came after it was acknowledged."""
        self._bytes = bytearray()

    def to_write(self) -> bytes:
        octets = bytes(self._bytes)
        self._bytes.clear()
        return octets

    @property
    def due_s(self) -> float | None:
        waits = [self._acknowledge_by_s] if self._sent is not None else []
        waits += [self._rest_by_s] if self._reader.is_mid_frame else []
        return min(waits, default=None)

    def send(self, apdu: Apdu, now_s: float) -> None:
        self._queue.append(encode_frame(apdu))
        if self._sent is None:
            self._next(now_s)

    def feed(self, chunk: bytes, now_s: float) -> list[Apdu]:
        """The APDUs that arrived; a repetition of one, because our acknowledgement got lost, is not among
        them."""
        apdus = []
        for item in self._reader.feed(chunk):
            match item:
                case Token.ACKNOWLEDGED:
                    self._acknowledged(now_s)
                case Token.AGAIN:
                    self._repeat(now_s)
                case Token.DAMAGED:
                    self._bytes.append(_NAK)
                case bytes() as body:
                    self._bytes.append(_ACK)
                    if body != self._last_taken:
                        apdus.append(_only_apdu(body))
                        self._last_taken = body
        self._rest_by_s = now_s + BETWEEN_BYTES_S
        return apdus

    def tick(self, now_s: float) -> None:
        if self._reader.is_mid_frame and now_s >= self._rest_by_s:
            self._reader.give_up()
            self._bytes.append(_NAK)
        if self._sent is not None and now_s >= self._acknowledge_by_s:
            self._repeat(now_s)

    def _acknowledged(self, now_s: float) -> None:
        if self._sent is not None:
            self._sent = self._last_taken = None
            self._next(now_s)

    def _next(self, now_s: float) -> None:
        if self._queue:
            self._sent = self._queue.popleft()
            self._repeats = 0
            self._write(now_s)

    def _repeat(self, now_s: float) -> None:
        if self._sent is None:
            return
        self._repeats += 1
        if self._repeats > MAX_REPEATS:
            raise LineBroken("the terminal acknowledges nothing")
        self._write(now_s)

    def _write(self, now_s: float) -> None:
        assert self._sent is not None
        self._bytes += self._sent
        self._acknowledge_by_s = now_s + ACKNOWLEDGE_S


def _only_apdu(body: bytes) -> Apdu:
    splitter = ApduSplitter()
    apdus = splitter.feed(body)
    if len(apdus) != 1 or splitter.is_mid_apdu:
        raise ProtocolError("a frame does not hold exactly one message")
    return apdus[0]
