"""The second copy: every commit once more, in files of its own, each frame with its own checksum.

A segment begins where a backup was taken (or where the outbox was made), so a backup and the segments from
its number on hold everything again. A frame is appended right after the commit it repeats, when whoever
waited for that was told; it reaches the disk itself a few seconds later, or at once when the kernel writes. A
guest waits for one sync, that of the outbox. Frames hold payloads: a segment goes when the backups before
it go.
"""

from __future__ import annotations

import json
import logging
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kioskd.outbox.chain import Link

Statement = tuple[str, Sequence[Any]]
"""A name from STATEMENTS and what went in."""

_HEAD = struct.Struct("<4sIIQ32s")  # magic, bytes of the body, checksum, events so far, the hash there
_MAGIC = b"kjf1"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """One commit, and where the event chain ends after it. The first frame of a segment has no statements."""

    end: Link
    body: bytes

    @property
    def statements(self) -> list[Statement]:
        return [(str(name), values) for name, values in json.loads(self.body, object_hook=_bytes_again)]


class Journal:
    """A segment to append to. Never raises: the outbox works without it, and says so once."""

    def __init__(self, path: Path, descriptor: int, end: Link) -> None:
        self._path = path
        self._descriptor = descriptor
        self.unsynced = False
        self.end = end
        self.broken = False
        """What follows is not in it: a new segment, with a backup before it, must be begun."""

    @classmethod
    def begin(cls, path: Path, end: Link) -> Journal:
        """A new segment; one of that name, from a start that was cut short, is written over."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        except OSError as error:
            _log.error("outbox: no second copy in %s: %s", path, error.strerror)
            return _broken(path, end)
        journal = cls(path, descriptor, end)
        journal.append(end, ())
        return journal

    @classmethod
    def resume(cls, path: Path, size: int, end: Link) -> Journal:
        """Go on after `size` bytes; whatever lies behind them is torn."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
            os.ftruncate(descriptor, size)
        except OSError as error:
            _log.error("outbox: no second copy in %s: %s", path, error.strerror)
            return _broken(path, end)
        return cls(path, descriptor, end)

    def append(self, end: Link, statements: Sequence[Statement]) -> None:
        if self.broken:
            return
        frame = _frame(end, statements)
        try:
            whole = os.write(self._descriptor, frame) == len(frame)
            reason = "no room left"
        except OSError as error:
            whole, reason = False, str(error)
        if not whole:
            self._give_up(reason)
            return
        self.end = end
        self.unsynced = True

    def sync(self) -> None:
        """Nothing to do when nothing was appended."""
        if self.broken or not self.unsynced:
            return
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            self._give_up(str(error))
        self.unsynced = False

    def close(self) -> None:
        if self._descriptor >= 0:
            self.sync()
            os.close(self._descriptor)
            self._descriptor = -1
        self.broken = True

    def _give_up(self, reason: str) -> None:
        self.broken = True
        _log.error("outbox: the second copy %s cannot be written (%s): check the disk", self._path, reason)


def read(path: Path) -> Iterator[tuple[Frame, int]]:
    """The whole frames from the beginning, each with the offset behind it; ends at the first torn one."""
    data = path.read_bytes()
    at = 0
    while len(data) - at >= _HEAD.size:
        magic, size, checksum, n, digest = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + size]
        if magic != _MAGIC or len(body) != size or _checksum(n, digest, body) != checksum:
            return
        at += _HEAD.size + size
        yield Frame(Link(n, digest), body), at


def _broken(path: Path, end: Link) -> Journal:
    journal = Journal(path, -1, end)
    journal.broken = True
    return journal


def _frame(end: Link, statements: Sequence[Statement]) -> bytes:
    body = _compact(statements).encode()
    return _HEAD.pack(_MAGIC, len(body), _checksum(end.n, end.digest, body), end.n, end.digest) + body


def _checksum(n: int, digest: bytes, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(digest, n & 0xFFFFFFFF))


def _bytes_as_text(value: object) -> dict[str, str]:
    assert isinstance(value, bytes)
    return {"bytes": value.decode("latin-1")}


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_bytes_as_text).encode


def _bytes_again(value: dict[str, str]) -> bytes:
    return value["bytes"].encode("latin-1")
