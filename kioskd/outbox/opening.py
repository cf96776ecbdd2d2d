"""Opening the outbox file: make it, recognise it, check it, or say precisely why it cannot be trusted.

A file that is not sound is renamed aside and kept; its newest sound copy takes its place. Where no copy is
sound either, all of it is put away (see `remains`) and an empty outbox is begun: a kiosk that does not sell
brings back nothing of what was lost, and staff are told until somebody has taken the file away.

A file of a newer version is sound, and so is one on a disk that is full or cannot be written: nothing is lost
as long as it is left alone, so opening fails and says what to do. An empty outbox beside it would hide what
waits there, and could not be written either.

Schema files only ever add tables and columns with defaults, so that the version before can be installed again
over a file of the next one. A schema file that adds words which older programs would misread says so in
`meta.min_reader`.
"""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError
from kioskd.durable import sync_folder
from kioskd.outbox import chain, remains
from kioskd.outbox.copies import Copies, WrittenByNewer
from kioskd.outbox.transactions import transaction

APPLICATION_ID = 0x6B696F75  # "kiou", in the file header: this is ours
_BUSY_MS = 2000  # a predecessor that is just being stopped

NEWEST_LINKS = 1000
"""How much of the event chain is verified after a clean stop; after any other, all of it."""

_log = logging.getLogger(__name__)


class DiskFull(StorageError):
    """Nothing was written, nothing was lost; what was written before is still good."""


class _Unsound(Exception):
    """The file is there and readable, but not a sound outbox."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`unclean` is True when the last user did not close it: crash, kill or power cut."""

    connection: apsw.Connection
    unclean: bool


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """The numbered SQL files, in order. The number is what `user_version` becomes."""
    files = resources.files("kioskd.outbox").joinpath("schema").iterdir()
    numbered = (
        (int(match[1]), file.read_text("utf-8"))
        for file in files
        if (match := re.fullmatch(r"(\d{4})_\w+\.sql", file.name))
    )
    return tuple(sorted(numbered))


def open_file(path: Path, vfs: str | None = None, copies: Copies | None = None) -> Opened:
    """The one connection, checked and set up. StorageError says what is wrong and what to do.

    With `copies`, what is missing, not sound, or behind its own journal is restored from them. What cannot be
    restored is put away, and an empty outbox begun.
    """
    with explained(path):
        if not path.exists():
            _replace(path, vfs, copies, f"{path} is missing")
        try:
            return _open(path, vfs, copies)
        except (_Unsound, apsw.NotADBError, apsw.CorruptError, apsw.SQLError) as error:
            kept = _set_aside(path) if path.exists() else None
            _replace(path, vfs, copies, f"{path} is not a sound outbox ({error})", kept)
            return _open(path, vfs, None)


def _replace(path: Path, vfs: str | None, copies: Copies | None, why: str, kept: Path | None = None) -> None:
    """A sound file under that name: from the copies, or else an empty one. `kept` is what was there."""
    if copies and copies.newest >= 0:
        try:
            _restored(path, copies, f"{why}; it was kept as {kept}" if kept else why)
        except _Unsound:
            pass
        else:
            return
    elif not remains.damaged(path) and not remains.lost(path):
        make_empty(path, vfs)
        return
    if remains.damaged(path) or (copies and copies.newest >= 0):
        _log.error(
            "outbox: %s, and no copy of it is sound: what waited in it may never be told. It is kept as %s, "
            "and an empty one begun: move it to another directory once somebody has seen to it",
            why,
            remains.put_away(path),
        )
    make_empty(path, vfs, remains.last_order_number(path))


def _open(path: Path, vfs: str | None, copies: Copies | None) -> Opened:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    try:
        if connection.readonly("main"):
            raise _read_only(path)
        unclean = _check(connection, path, copies)
        _verify(connection, path, None if unclean else NEWEST_LINKS)
        lost = copies.ahead_of(chain.end_of(connection)) if copies else 0
        if lost:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except BaseException:
        connection.close()
        raise
    if not lost:
        return Opened(connection, unclean)
    connection.close()
    assert copies is not None
    kept = _set_aside(path)
    why = f"{path} lost its last {lost} events: replace the card, it forgets what it was told to keep"
    _restored(path, copies, why, behind=kept)
    return _open(path, vfs, None)


def _restored(path: Path, copies: Copies, why: str, behind: Path | None = None) -> None:
    """A sound file again under that name, everything that waits in it marked. _Unsound when no copy is."""

    def begin(new: Path) -> None:
        make_empty(new, last_order_number=remains.last_order_number(path) if remains.lost(path) else 0)

    def bring_up(new: Path) -> None:
        connection = apsw.Connection(str(new), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            _check(connection, new, None)
        except _Unsound as error:
            raise StorageError(str(error)) from None
        finally:
            connection.close()

    try:
        end = copies.restore(begin, bring_up, behind)
    except WrittenByNewer:
        raise
    except StorageError:
        raise _Unsound(why) from None
    _log.error(
        "outbox: %s; restored from its copies up to event %d; what waits is asked about before it is sent",
        why,
        end.n,
    )


def _read_only(path: Path) -> StorageError:
    return StorageError(
        f"{path} can only be read: let kioskd's user write it, or replace the card: one that wears out turns "
        f"itself read-only; nothing was lost"
    )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as StorageError with a remedy. Constraint violations pass: they are the caller's."""
    try:
        yield
    except apsw.ConstraintError:
        raise
    except apsw.BusyError:
        raise StorageError(f"{path} is in use by another process: stop the other kioskd first") from None
    except apsw.FullError:
        raise DiskFull(f"no room left on the disk of {path}: free some, nothing was lost") from None
    except (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError) as error:
        raise StorageError(
            f"{path} cannot be opened for writing ({error}): check that its directory exists, is writable "
            f"and belongs to the user kioskd runs as"
        ) from None
    except apsw.IOError as error:
        raise StorageError(f"the disk of {path} fails ({error}): replace the card, then restore") from None
    except apsw.Error as error:
        raise StorageError(f"{path}: {error}") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"no room left on the disk of {path}: free some, nothing was lost") from None
        if error.errno == errno.EROFS:
            raise _read_only(path) from None
        raise StorageError(f"{path}: {error.strerror}: check the directory and the disk") from None


def pragma(connection: apsw.Connection, name: str, value: str | int, expected: str | int) -> None:
    """Set and read again: SQLite accepts unknown values without a word."""
    connection.pragma(name, value)
    got = connection.pragma(name)
    if got != expected:
        raise StorageError(f"{connection.filename}: PRAGMA {name} is {got!r} instead of {expected!r}")


def make_empty(path: Path, vfs: str | None = None, last_order_number: int = 0) -> None:
    """Complete under another name first: an empty file under the right name is then always a damaged one."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    connection = apsw.Connection(
        str(new), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, vfs=vfs
    )
    try:
        connection.pragma("synchronous", "FULL")
        with transaction(connection):
            connection.pragma("application_id", APPLICATION_ID)
            for number, sql in migrations():
                connection.execute(sql)
                connection.pragma("user_version", number)
            connection.execute("UPDATE meta SET last_order_number = ?", (last_order_number,))
    finally:
        connection.close()
    new.rename(path)
    sync_folder(path.parent)
    _log.info("outbox %s made", path)


def _check(connection: apsw.Connection, path: Path, copies: Copies | None) -> bool:
    """Recognise, set up, check, and bring to this version's schema. True when the last stop was unclean."""
    connection.set_busy_timeout(_BUSY_MS)
    # Exclusive before the first look: no shared memory file, and no second connection is possible.
    connection.pragma("locking_mode", "EXCLUSIVE")
    application_id, version = connection.pragma("application_id"), connection.pragma("user_version")
    known = migrations()[-1][0]
    if application_id != APPLICATION_ID:
        raise _Unsound("it was not written by kioskd")
    if version > known and _min_reader(connection) > known:
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # leave the file exactly as it is
        raise WrittenByNewer(
            f"{path} was written by a newer kioskd (file version {version}, this one knows {known}): "
            f"install that version again; nothing was changed"
        )
    pragma(connection, "journal_mode", "WAL", "wal")
    pragma(connection, "synchronous", "FULL", 2)
    pragma(connection, "foreign_keys", 1, 1)
    pragma(connection, "trusted_schema", 0, 0)
    pragma(connection, "cell_size_check", 1, 1)
    pragma(connection, "secure_delete", 1, 1)  # wiped payloads leave no bytes behind
    connection.pragma("mmap_size", 0)
    connection.wal_autocheckpoint(0)  # the store checkpoints when idle, so that a commit is one sync
    if version < known and copies:
        _back_up_first(connection, copies)
    for number, sql in migrations():
        if number > version:
            with transaction(connection):
                connection.execute(sql)
                connection.pragma("user_version", number)
    clean_stop = connection.execute("SELECT clean_stop FROM meta").get
    if clean_stop is None:
        raise _Unsound("its own row is missing")
    complaint = connection.pragma("quick_check" if clean_stop else "integrity_check")
    if complaint != "ok":
        raise _Unsound(str(complaint).splitlines()[0])
    return not clean_stop


def _verify(connection: apsw.Connection, path: Path, newest: int | None) -> None:
    try:
        chain.verify(connection, path, newest=newest)
        if newest is None:
            chain.agree(connection, path)
    except StorageError as error:
        raise _Unsound(str(error)) from None


def _back_up_first(connection: apsw.Connection, copies: Copies) -> None:
    """Before another version's first change. Afterwards a new journal begins: it is told in other words."""
    copies.fresh.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(copies.fresh),))
    copies.add_backup(copies.fresh, copies.newest + 1)


def _min_reader(connection: apsw.Connection) -> int:
    """The oldest file version a program must know to use the file: newer ones only added to it."""
    return int(connection.execute("SELECT min_reader FROM meta").get)


def _set_aside(path: Path) -> Path:
    n = 1
    while (kept := path.with_name(f"{path.name}.corrupt-{n}")).exists():
        n += 1
    path.rename(kept)
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        wal.rename(kept.with_name(f"{kept.name}-wal"))
    sync_folder(path.parent)
    return kept
