"""A look into an outbox whose daemon does not run, which changes nothing: it looks into a copy."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError


@dataclass(frozen=True, slots=True)
class Heap:
    """So many operations of a kind are in this state; the first of them was accepted then (wall clock)."""

    kind: str
    state: str
    count: int
    oldest_at: str


def glance(path: Path) -> list[Heap]:
    """What is open, heap by heap, never what is in it. Empty without an outbox.

    Raises StorageError when it cannot be read. While a daemon runs what it says is as of some moment before.
    """
    if not path.exists():
        return []
    with tempfile.TemporaryDirectory(prefix="kioskd-glance-") as name:
        try:
            for file in (path, path.with_name(f"{path.name}-wal")):
                if file.exists():
                    shutil.copyfile(file, Path(name, file.name))
            connection = apsw.Connection(str(Path(name, path.name)))
            try:
                rows = connection.execute(
                    "SELECT kind, state, count(*), min(accepted_at) FROM operation WHERE settled = 0 "
                    "GROUP BY kind, state ORDER BY kind, state"
                ).fetchall()
            finally:
                connection.close()
        except (OSError, apsw.Error) as error:
            raise StorageError(f"{path} cannot be looked into: {type(error).__name__}") from None
    return [Heap(str(kind), str(state), int(str(count)), str(at)) for kind, state, count, at in rows]
