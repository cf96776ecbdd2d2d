"""The copies beside the outbox: backups by generation, and the journal's segments that continue them.

`outbox.db.backup-7` is the outbox as it was when `outbox.db.journal-7` began. Generation 0 has no backup: its
journal begins with the empty outbox.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError
from kioskd.durable import sync_folder
from kioskd.outbox import chain
from kioskd.outbox.chain import GENESIS, Link
from kioskd.outbox.journal import Journal, read
from kioskd.outbox.statements import STATEMENTS
from kioskd.outbox.transactions import part, transaction

KEPT = 3
"""Generations. They hold payloads: what was delivered and wiped leaves them with the last of these."""

_NOT_THEIR_FAULT = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)

_log = logging.getLogger(__name__)


class WrittenByNewer(StorageError):
    """By a version of kioskd that must be installed again to go on: nothing was changed, nothing is lost."""


@dataclass(frozen=True, slots=True)
class Copies:
    """What lies beside `outbox`, the file's path."""

    outbox: Path

    def backup(self, generation: int) -> Path:
        return self.outbox.with_name(f"{self.outbox.name}.backup-{generation}")

    def journal(self, generation: int) -> Path:
        return self.outbox.with_name(f"{self.outbox.name}.journal-{generation}")

    @property
    def backups(self) -> list[int]:
        """Generations that have one, newest first."""
        return self._generations("backup")

    @property
    def journals(self) -> list[int]:
        """Generations that have one, oldest first."""
        return self._generations("journal")[::-1]

    @property
    def newest(self) -> int:
        return max((*self.backups, *self.journals), default=-1)

    @property
    def fresh(self) -> Path:
        """Where a backup is made, before it has a number."""
        return self.outbox.with_name(f"{self.outbox.name}.backup-new")

    @property
    def raw(self) -> Path:
        """Where it is copied to page by page, before that."""
        return self.outbox.with_name(f"{self.outbox.name}.backup-raw")

    def add_backup(self, made: Path, generation: int) -> None:
        """From now on it counts. OSError when the disk does not take it."""
        sync_file(made)
        made.rename(self.backup(generation))
        sync_folder(self.outbox.parent)

    def prune(self, keep: int = KEPT) -> None:
        """Keep the newest backups (the empty outbox counts as one) and what continues them."""
        generations = [*self.backups, *([0] if 0 in self.journals else [])]
        for generation in generations[keep:]:
            self.backup(generation).unlink(missing_ok=True)
        oldest = generations[:keep][-1] if generations else 0
        for generation in self.journals:
            if generation < oldest:
                self.journal(generation).unlink(missing_ok=True)

    def begin_journal(self, generation: int, end: Link) -> Journal:
        """Older segments of that number are from a history that ended otherwise."""
        return Journal.begin(self.journal(generation), end)

    def resume_journal(self, end: Link) -> Journal | None:
        """The newest segment, when it ends exactly where the outbox does."""
        journals = self.journals
        if not journals or journals[-1] != self.newest:
            return None
        segment = self.journal(journals[-1])
        last, size = _last(segment)
        return Journal.resume(segment, size, end) if last == end else None

    def ahead_of(self, end: Link) -> int:
        """How many events the newest segment knows that the outbox has lost; 0 when it ran on."""
        journals = self.journals
        last = _last(self.journal(journals[-1]))[0] if journals else None
        return max(last.n - end.n, 0) if last else 0

    def restore(
        self,
        make_empty: Callable[[Path], None],
        bring_up: Callable[[Path], None],
        behind: Path | None = None,
    ) -> Link:
        """Put the newest sound copy, brought up to the last whole frame, where the outbox was.

        `make_empty` makes the file that generation 0 begins with, `bring_up` checks a backup and brings it to
        this version's schema. `behind` is a sound outbox that lost its last commits: tried first. What cannot
        be brought up to all that the journal knows is only used when nothing else can.
        Whatever waits in the restored file is marked: it may have been sent in what was lost. Raises
        StorageError when no copy is sound; and WrittenByNewer, OSError or apsw.Error when that cannot be
        said, because the disk takes nothing or another version is needed. Nothing was changed then.
        """
        new = self.outbox.with_name(f"{self.outbox.name}.restoring")
        part, best = self._part, None
        ends = (_last(self.journal(number))[0] for number in self.journals)
        known = max((end.n for end in ends if end), default=0)
        _remove(part)
        candidates: list[Path | None] = [*([behind] if behind else []), *map(self.backup, self.backups)]
        if 0 in self.journals:
            candidates.append(None)
        for candidate in candidates:
            _remove(new)
            name = candidate or self.journal(0)
            try:
                if candidate is None:
                    make_empty(new)
                else:
                    shutil.copyfile(candidate, new)
                bring_up(new)
                end = self._catch_up(new)
                if candidate is None and end.n == 0 and _last(self.journal(0))[0] != GENESIS:
                    raise StorageError("its journal cannot be read")
            except (WrittenByNewer, apsw.FullError, apsw.ReadOnlyError, apsw.CantOpenError):
                _remove(new)
                raise
            except (StorageError, apsw.Error, OSError) as error:
                if isinstance(error, OSError) and error.errno in _NOT_THEIR_FAULT:
                    raise
                _log.error("outbox: a copy is not sound: %s (%s)", name, error)
                _remove(new)
                continue
            if end.n >= known:
                return self._put_in_place(new, end)
            _log.error("outbox: what the journal has more than %s cannot be added to it", name)
            if best is None or end.n > best.n:  # something is better than nothing
                best = end
                new.rename(part)
        if best is None:
            raise StorageError(f"no sound copy of {self.outbox}")
        _remove(new)
        return self._put_in_place(part, best)

    def _put_in_place(self, made: Path, end: Link) -> Link:
        sync_file(made)
        made.rename(self.outbox)
        sync_folder(self.outbox.parent)
        _remove(self._part)
        return end

    @property
    def _part(self) -> Path:
        """What could be restored only in part, until something better is found."""
        return self.outbox.with_name(f"{self.outbox.name}.restored-in-part")

    def _catch_up(self, new: Path) -> Link:
        """Everything the segments have and that fits; then checked in full."""
        with closing(apsw.Connection(str(new))) as connection:
            connection.pragma("journal_mode", "DELETE")
            connection.pragma("synchronous", "OFF")  # synced once, when it is whole
            end = chain.end_of(connection)
            with transaction(connection):
                for number in self.journals:
                    end = _replay(connection, self.journal(number), end)
                connection.execute("UPDATE operation SET suspect = 1 WHERE settled = 0")
                connection.execute("UPDATE meta SET clean_stop = 0")
            if (complaint := connection.pragma("integrity_check")) != "ok":
                raise StorageError(str(complaint).splitlines()[0])
            chain.agree(connection, new)
            return chain.verify(connection, new)

    def _generations(self, kind: str) -> list[int]:
        pattern = re.compile(re.escape(f"{self.outbox.name}.{kind}-") + r"(\d+)")
        found = (pattern.fullmatch(file.name) for file in self.outbox.parent.glob(f"{self.outbox.name}.*"))
        return sorted((int(match[1]) for match in found if match), reverse=True)


def _replay(connection: apsw.Connection, segment: Path, end: Link) -> Link:
    """Everything behind the frame that ends where the file does. The new end; the same if there is none."""
    frames = (frame for frame, _ in read(segment))
    if not any(frame.end == end for frame in frames):
        return end
    for frame in frames:
        try:
            with part(connection):
                for name, values in frame.statements:
                    connection.execute(STATEMENTS[name], tuple(values))
        except apsw.FullError:
            raise
        except (apsw.Error, ValueError, KeyError) as error:
            _log.error("outbox: %s cannot be replayed further (%s)", segment, type(error).__name__)
            return end
        end = frame.end
    return end


def _last(segment: Path) -> tuple[Link | None, int]:
    """Where a segment ends, and how many bytes of it are whole."""
    last: Link | None = None
    size = 0
    for frame, behind in read(segment):
        last, size = frame.end, behind
    return last, size


def sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(database: Path) -> None:
    for suffix in ("", "-journal", "-wal"):
        database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)
