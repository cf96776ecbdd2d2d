"""From the bytes of a serial scanner to readings. Pure: bytes and silences in, outcomes out."""

from __future__ import annotations

from enum import Enum, auto

from kioskd.devices.scanner.reading import MAX_BUFFER, Outcome, Reading, Reason, Rejected

STX, ETX = 0x02, 0x03
_TERMINATORS = frozenset(b"\r\n\t")


class _State(Enum):
    COLLECT = auto()
    IN_STX = auto()
    """After STX, when ETX ends the frame."""
    SWALLOW = auto()
    """Far too long: nothing is believed until the line has been silent."""


class SerialFramer:
    """Finds the end of each code: CR, LF, CRLF, Tab, ETX after STX, or silence.

    UTF-8 where the bytes are, `charset` otherwise. Empty frames are no frames. Never raises, whatever comes.
    """

    def __init__(self, charset: str = "cp1252") -> None:
        self._charset = charset
        self._buffer = bytearray()
        self._state = _State.COLLECT

    def feed(self, data: bytes) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for byte in data:
            if self._state is _State.SWALLOW:
                continue
            if byte in _TERMINATORS or (byte == ETX and self._state is _State.IN_STX):
                outcomes += self._end()
            elif byte == STX and not self._buffer:
                self._state = _State.IN_STX
            elif len(self._buffer) == MAX_BUFFER:
                self._buffer.clear()
                self._state = _State.SWALLOW
                outcomes.append(Rejected(Reason.TOO_LONG))
            else:
                self._buffer.append(byte)
        return outcomes

    def silence(self) -> list[Outcome]:
        """Nothing came for longer than the pauses inside a code."""
        return self._end()

    def _end(self) -> list[Outcome]:
        frame = bytes(self._buffer)
        self._buffer.clear()
        self._state = _State.COLLECT
        return [text_of(frame, self._charset)] if frame else []


def text_of(frame: bytes, charset: str) -> Outcome:
    """UTF-8 where the bytes are, `charset` otherwise."""
    for codec in ("utf-8", charset):
        try:
            return Reading(frame.decode(codec))
        except UnicodeDecodeError:
            continue
    return Rejected(Reason.GRAMMAR)
