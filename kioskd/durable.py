"""Files that are there as a whole or not at all, whenever the power goes.

Beside the packages and not in one: the daemon, the devices and the outbox keep things, know the core alone in
common, and the core touches no files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def write_file(file: Path, content: bytes, mode: int = 0o644) -> None:
    """In the place of what was there. Returns when it is on the disk; raises OSError."""
    draft = file.with_name(f"{file.name}.new")
    try:
        _write(draft, content, mode)
        draft.replace(file)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def write_link(link: Path, target: str) -> None:
    """A symbolic link in the place of what was there."""
    draft = link.with_name(f"{link.name}.new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
    sync_folder(link.parent)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """A folder with these files, by their relative names, all on the disk. It must not exist yet."""
    folder.mkdir(parents=True, mode=0o755)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        _write(file, content, 0o644)
    for inner in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        sync_folder(inner)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """What was made or renamed in it is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: Path, content: bytes, mode: int) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as stream:
        with suppress(PermissionError):  # FAT has no modes; elsewhere the umask does not count
            os.fchmod(descriptor, mode)
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
