"""The event log as a chain: each row carries the hash of itself and of the row before it.

What is missing in the middle or was altered later breaks the chain at that row.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError

_text = json.JSONEncoder(ensure_ascii=False).encode
_ROWS = "SELECT n, op_seq, from_state, to_state, cause, actor, at, hash FROM event WHERE n > ? ORDER BY n"


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a chain of `n` events."""

    n: int
    digest: bytes

    def next(self, row: tuple[object, ...]) -> Link:
        """After one more row: n, op_seq, from_state, to_state, cause, actor, at."""
        return Link(self.n + 1, hashlib.sha256(self.digest + _text(row).encode()).digest())


GENESIS = Link(0, bytes(32))


def end_of(connection: apsw.Connection) -> Link:
    """Where the chain in the file ends, unchecked."""
    last = connection.execute("SELECT n, hash FROM event ORDER BY n DESC LIMIT 1").get
    return Link(*last) if last else GENESIS


def verify(connection: apsw.Connection, path: Path, *, newest: int | None = None) -> Link:
    """The end of the chain. StorageError when an event is missing or was altered.

    `newest`: only so many rows before the end, for a file that was closed properly.
    """
    link = GENESIS if newest is None else _before_the_newest(connection, newest)
    for row in connection.execute(_ROWS, (link.n,)):
        following = link.next(row[:-1])
        if row[0] != following.n or row[-1] != following.digest:
            raise StorageError(f"{path}: the event log was altered or is incomplete at event {following.n}")
        link = following
    return link


def agree(connection: apsw.Connection, path: Path) -> None:
    """StorageError when an operation is not where the log says: pages of it are older than others.

    Such a file can pass every check of SQLite's own.
    """
    told = dict(connection.execute("SELECT op_seq, to_state FROM event ORDER BY n"))
    kept = dict(connection.execute("SELECT seq, state FROM operation"))
    if odd := told.items() ^ kept.items():
        raise StorageError(
            f"{path}: operation {min(seq for seq, _ in odd)} and the event log tell different stories"
        )


def _before_the_newest(connection: apsw.Connection, newest: int) -> Link:
    row = connection.execute(
        "SELECT n, hash FROM event WHERE n <= (SELECT max(n) FROM event) - ? ORDER BY n DESC LIMIT 1",
        (newest,),
    ).get
    return Link(*row) if row else GENESIS
