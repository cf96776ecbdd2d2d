"""A kiosk's disk in another computer: the boot partition's files, and the partitions as bytes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from image.package.programs import ProgramFailed, run

BOOT, DATA = 1, 4
_SECTOR_BYTES = 512
_MIB = 1 << 20
_READ_BYTES = 16 * _MIB


class Card:
    """The disk's image; the machine is off. Everything raises ProgramFailed or OSError."""

    def __init__(self, image: Path) -> None:
        self.image = image

    # --- what a technician's computer does ---------------------------------------------------------------

    def put(self, files: Mapping[str, bytes]) -> None:
        """As programs save: a new file first, then the old one goes and its name is taken over."""
        with tempfile.TemporaryDirectory() as name:
            for path, content in files.items():
                source = Path(name) / "content"
                source.write_bytes(content)
                *folders, _ = Path(path).parents
                for folder in reversed(folders):
                    if not self._has(str(folder)):
                        run("mmd", "-i", self._fat, f"::{folder}")
                draft = f"{path}.saving"
                run("mcopy", "-i", self._fat, source, f"::{draft}")
                if self._has(path):
                    run("mdel", "-i", self._fat, f"::{path}")
                run("mren", "-i", self._fat, f"::{draft}", f"::{path}")

    def get(self, path: str) -> bytes:
        with tempfile.TemporaryDirectory() as name:
            target = Path(name) / "content"
            run("mcopy", "-i", self._fat, f"::{path}", target)
            return target.read_bytes()

    @property
    def _fat(self) -> str:
        return f"{self.image}@@{self._start(BOOT)}"

    def _has(self, path: str) -> bool:
        try:
            run("mdir", "-b", "-i", self._fat, f"::{path}")
        except ProgramFailed:
            return False
        return True

    # --- what somebody finds who looks deeper ------------------------------------------------------------

    def count(self, partition: int, wanted: bytes) -> int:
        """How often these bytes stand in a partition, in files or in what once were files."""
        found, kept = 0, b""
        with self.image.open("rb") as disk:
            disk.seek(self._start(partition))
            left = self._size(partition)
            while left > 0 and (chunk := disk.read(min(left, _READ_BYTES))):
                found += (kept + chunk).count(wanted)
                kept = chunk[-(len(wanted) - 1) :]
                left -= len(chunk)
        return found

    # --- what cards suffer -------------------------------------------------------------------------------

    def enlarge(self, by_mib: int) -> None:
        """The same image, written to a larger card."""
        with self.image.open("r+b") as disk:
            disk.truncate(self.image.stat().st_size + by_mib * _MIB)

    def stretch_data(self) -> None:
        """Its partition alone ends where the card does, and the file system in it does not know yet."""
        run("sh", "-c", f'echo ", +" | sfdisk --quiet --no-reread -N {DATA} "$0"', self.image)

    def spoil_data(self, length: int | None = None) -> None:
        """Its first bytes, or all of it, are zeros."""
        length = self._size(DATA) if length is None else length
        run(
            *("fallocate", "--punch-hole", "--offset", str(self._start(DATA))),
            *("--length", str(length), self.image),
        )

    def remove_data(self) -> None:
        run("sfdisk", "--quiet", "--delete", self.image, str(DATA))

    def check_data(self) -> None:
        """Raises ProgramFailed when its file system, whose journal may be played first, needs a repair."""
        with tempfile.TemporaryDirectory(dir=self.image.parent) as name:
            part = Path(name) / "data.ext4"
            with self.image.open("rb") as disk, part.open("wb") as target:
                disk.seek(self._start(DATA))
                left = self._size(DATA)
                while left > 0 and (chunk := disk.read(min(left, _READ_BYTES))):
                    if chunk.count(0) == len(chunk):
                        target.seek(len(chunk), 1)
                    else:
                        target.write(chunk)
                    left -= len(chunk)
                target.truncate(self._size(DATA))
            # The status is 1 when there was something in the journal.
            run("sh", "-c", 'e2fsck -E journal_only -y "$0" || [ $? = 1 ]', part)
            run("e2fsck", "-f", "-n", part)

    def size_mib(self, partition: int) -> int:
        return self._size(partition) // _MIB

    # --- the table ---------------------------------------------------------------------------------------

    def _start(self, number: int) -> int:
        return int(self._partition(number)["start"]) * _SECTOR_BYTES

    def _size(self, number: int) -> int:
        return int(self._partition(number)["size"]) * _SECTOR_BYTES

    def _partition(self, number: int) -> dict[str, Any]:
        table: dict[str, Any] = json.loads(run("sfdisk", "--json", self.image))["partitiontable"]
        partition: dict[str, Any] = table["partitions"][number - 1]
        return partition
