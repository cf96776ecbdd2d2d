"""What a damaged outbox leaves behind when no copy can replace it.

It is put away under the name `outbox.db.lost-1` (and so on), with the copies that were not sound beside it,
and stays there until a person takes it away: what waited in it may never have been told. One thing in it must
go on, the order numbers, so that no two orders have the same: they are read from wherever they can be.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import apsw

from kioskd.durable import sync_folder
from kioskd.outbox.copies import Copies
from kioskd.outbox.journal import read

_MARGIN = 100
"""What was read may be older than the last order."""
_BLOCK = 1000
"""More orders than a kiosk takes in a day."""
_DAY_S = 86_400
_YEAR_2020_DAY = 18_262
_HIGHEST = 2**40
"""No kiosk takes so many: a number beyond is damaged itself."""

_log = logging.getLogger(__name__)


def lost(path: Path) -> list[Path]:
    """Damaged files that no copy could replace, oldest first."""
    return _whole(path, "lost")


def damaged(path: Path) -> list[Path]:
    """Files that were set aside, whatever came of them; newest last."""
    return _whole(path, "corrupt")


def _whole(path: Path, kind: str) -> list[Path]:
    """Without what belongs to them."""
    found = {file: re.fullmatch(rf"\.{kind}-(\d+)", file.suffix) for file in _near(path, kind)}
    return sorted(
        (file for file, match in found.items() if match), key=lambda file: int(file.suffix.rpartition("-")[2])
    )


def put_away(path: Path) -> Path:
    """Move everything that is left of the outbox out of the way; returns where it is now. Raises OSError."""
    copies = Copies(path)
    parts = [*(copies.backup(n) for n in copies.backups), *(copies.journal(n) for n in copies.journals)]
    aside = damaged(path)
    first = aside[-1] if aside else parts[0]
    taken = (re.search(r"\.lost-(\d+)", file.name) for file in _near(path, "lost"))
    target = path.with_name(
        f"{path.name}.lost-{max((int(each[1]) for each in taken if each), default=0) + 1}"
    )
    for part in parts:
        if part != first:
            part.rename(target.with_name(f"{target.name}{part.name.removeprefix(path.name)}"))
    wal = first.with_name(f"{first.name}-wal")
    if wal.exists():
        wal.rename(target.with_name(f"{target.name}-wal"))
    first.rename(target)  # last: until then the next start does it again
    sync_folder(path.parent)
    return target


def last_order_number(path: Path) -> int:
    """At least the last one that was given before the outbox was damaged.

    Where nothing tells it, the day on which its newest file was written stands for it: so many orders no
    kiosk can have taken.
    """
    files = [*_near(path, "lost"), *_near(path, "corrupt")]
    numbers = [number for file in files for number in _numbers(file, path) if 0 <= number < _HIGHEST]
    if numbers:
        return max(numbers) + _MARGIN
    _log.error("outbox: no order number can be read from %s: counting on in a block of its own", path.parent)
    newest_day = max((int(file.stat().st_mtime) // _DAY_S for file in files), default=0)
    return max(newest_day - _YEAR_2020_DAY, 1) * _BLOCK


def _near(path: Path, kind: str) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.{kind}-*"))


def _numbers(file: Path, path: Path) -> Iterator[int]:
    if file.name.endswith("-wal"):
        return
    if ".journal-" in file.name:
        with suppress(OSError, ValueError):
            for frame, _ in read(file):
                yield from (int(values[0]) for name, values in frame.statements if name == "order_number")
        return
    scratch = path.with_name(f"{path.name}.salvage")
    try:
        for suffix in ("", "-wal"):
            part = file.with_name(f"{file.name}{suffix}")
            if part.exists():
                shutil.copyfile(part, scratch.with_name(f"{scratch.name}{suffix}"))
        with closing(apsw.Connection(str(scratch), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
            number = connection.execute("SELECT last_order_number FROM meta").get
            if isinstance(number, int):
                yield number
    except apsw.Error as error:
        _log.info("outbox: no order number in %s (%s)", file, type(error).__name__)
    finally:
        for left in path.parent.glob(f"{scratch.name}*"):
            left.unlink()
