"""Begin anew: only when nothing waits, because what waits is money and points of guests."""

from __future__ import annotations

from pathlib import Path

from kioskd.core.errors import StorageError
from kioskd.durable import sync_folder
from kioskd.outbox.events import Booted
from kioskd.outbox.remains import lost
from kioskd.outbox.store import Store


def reset(path: Path) -> int:
    """Remove the outbox and its copies; how many operations are forgotten.

    StorageError, with nothing changed, when a daemon is at work on it, when anything is open in it, or when
    a damaged file lies beside it that may hold what is open.
    """
    if not _begun(path):
        return 0
    loaded = _load(path)
    if loaded.operations or loaded.sagas:
        raise StorageError(
            f"{path}: {len(loaded.operations)} operations are open: let the kiosk deliver them, decide about "
            f"them with kioskd outbox resolve, then reset"
        )
    if aside := _put_away(path):
        raise StorageError(f"{aside[-1]} may hold what is open: move it to another directory, then reset")
    # The file goes last: a reset that is cut short leaves an outbox without copies, not copies without one.
    for file in (*path.parent.glob(f"{path.name}.*"), *path.parent.glob(f"{path.name}-*"), path):
        file.unlink()
    sync_folder(path.parent)
    return loaded.last_seq


def count_open(path: Path) -> int:
    """How many operations are still owed, files that may hold some counted as one each; 0 without an outbox.

    StorageError when a daemon is at work on it or it cannot be read.
    """
    if not _begun(path):
        return 0
    loaded = _load(path)
    return max(len(loaded.operations), len(loaded.sagas)) + len(_put_away(path))


def _begun(path: Path) -> bool:
    return path.exists() or bool(list(path.parent.glob(f"{path.name}.*")))


def _load(path: Path) -> Booted:
    store = Store.open(path)
    try:
        return store.load()
    finally:
        store.close()


def _put_away(path: Path) -> list[Path]:
    """Damaged files that may hold what is open."""
    return [*sorted(path.parent.glob(f"{path.name}.corrupt-*")), *lost(path)]
