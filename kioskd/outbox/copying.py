"""A backup in the making: a slice at a time beside the work of the store, then checked elsewhere."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError
from kioskd.outbox import chain
from kioskd.outbox.copies import Copies

SLICE_PAGES = 256
"""1 MiB: what a guest who comes meanwhile may have to wait for."""


class Copying:
    """Everything committed before the last slice is in the copy. For the thread of the store."""

    def __init__(self, source: apsw.Connection, raw: Path) -> None:
        self._raw = raw
        raw.unlink(missing_ok=True)
        self._target = apsw.Connection(str(raw))
        self._target.pragma("synchronous", "OFF")  # synced by `seal`, and worth nothing before
        self._backup = self._target.backup("main", source, "main")

    def step(self) -> bool:
        """One slice more; True when that was the last."""
        self._backup.step(SLICE_PAGES)
        if not self._backup.done:
            return False
        self._backup.finish()
        self._target.close()
        return True

    def cancel(self) -> None:
        with suppress(apsw.Error):  # what is thrown away need not be whole
            self._backup.close(True)
        self._target.close()
        self._raw.unlink(missing_ok=True)


def seal(copies: Copies, generation: int) -> None:
    """Check the raw copy, compact it, and let it count; older ones go. For any thread but the store's.

    Raises StorageError or OSError when it is worth nothing.
    """
    raw = copies.raw
    try:
        with closing(apsw.Connection(str(raw), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
            connection.pragma("journal_mode", "DELETE")
            if (complaint := connection.pragma("integrity_check")) != "ok":
                raise StorageError(str(complaint).splitlines()[0])
            chain.verify(connection, raw)
            copies.fresh.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(copies.fresh),))
        copies.add_backup(copies.fresh, generation)
        copies.prune()
    except apsw.Error as error:
        raise StorageError(f"the copy is not sound: {error}") from None
    finally:
        raw.unlink(missing_ok=True)
