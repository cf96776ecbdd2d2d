"""What a loyalty backend has been told about the menu, so that only what changed is told again.

A small JSON file beside the outbox, which knows nothing of it. Losing it costs one full push.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from kioskd.core.catalogue_port import CatalogueEntry
from kioskd.core.errors import StorageError
from kioskd.durable import write_file

log = logging.getLogger(__name__)


class PushJournal:
    """The hashes of the entries that the backend at `destination` confirmed."""

    def __init__(self, file: Path, destination: str) -> None:
        self._file = file
        self._destination = destination
        self._told = _read(file, destination)

    def changed(self, entries: Iterable[CatalogueEntry]) -> tuple[CatalogueEntry, ...]:
        """Those that the backend does not know as they are."""
        return tuple(entry for entry in entries if self._told.get(_key(entry)) != _digest(entry))

    def keep_only(self, entries: Iterable[CatalogueEntry]) -> None:
        """Everything else counts as never told, on the disk too. Raises StorageError."""
        keys = {_key(entry) for entry in entries}
        self._told = {key: digest for key, digest in self._told.items() if key in keys}
        self._write()

    def confirm(self, entries: Iterable[CatalogueEntry]) -> None:
        """On return the disk knows that these were taken. Raises StorageError; the file stays whole."""
        self._told |= {_key(entry): _digest(entry) for entry in entries}
        self._write()

    def _write(self) -> None:
        text = json.dumps({"destination": self._destination, "told": self._told}, indent=1)
        try:
            write_file(self._file, text.encode(), 0o600)
        except OSError as error:
            raise StorageError(f"{self._file} cannot be written: {error.strerror}") from None


def journal_in(folder: Path, destination: str) -> PushJournal:
    """To look at: nothing is made or locked."""
    return PushJournal(folder / "catalogue.json", destination)


@contextmanager
def locked_journal_in(folder: Path, destination: str) -> Iterator[PushJournal]:
    """To write to, by one process at a time. Makes the folder. Raises StorageError."""
    lock = folder / "catalogue.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"{lock} cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageError(f"{lock} is held by another push: wait until it has ended") from None
        yield journal_in(folder, destination)
    finally:
        os.close(descriptor)


def _key(entry: CatalogueEntry) -> str:
    return f"{entry.kind}/{entry.id}"


def _digest(entry: CatalogueEntry) -> str:
    return sha256(entry.content).hexdigest()


def _read(file: Path, destination: str) -> dict[str, str]:
    """Nothing, if the file is about another destination, damaged or not there."""
    try:
        kept = json.loads(file.read_bytes())
        if kept["destination"] != destination:
            return {}
        return {str(key): str(digest) for key, digest in kept["told"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("%s cannot be read (%s): everything counts as changed", file, type(error).__name__)
        return {}
