"""From a root tree to the image of a whole disk, without mounting anything."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from image.debian import boot_partition
from image.debian.root import Root
from image.package.programs import run

MIB = 1 << 20
BOOT_MIB, SLOT_MIB, DATA_MIB = 256, 768, 512
"""The whole fits on a card of 4 GB. The slots have room to grow; what is owed to guests fits in 64 MiB."""
_FIRST_MIB = 1
_CHUNK = MIB


@dataclass(frozen=True, slots=True)
class Disk:
    """An image, beside what is needed to start it without its boot loader, and its parts for an update."""

    image: Path
    kernel: Path
    initrd: Path
    squashfs: Path
    options: str
    """The kernel's command line."""


def build(root: Root, image: Path, *, data: Path | None = None, boot: Path | None = None) -> Disk:
    """Beside `image` come its parts, named like it.

    `data` are files that the data partition holds at the first start (`etc/files` is laid over /etc,
    `kioskd` is /var/lib/kioskd); `boot` are files for the boot partition, such as a kiosk.toml.
    Raises ProgramFailed.
    """
    image.parent.mkdir(parents=True, exist_ok=True)
    squashfs = image.with_suffix(".squashfs")
    pack_root(root, squashfs)
    kernel, initrd = image.with_suffix(".linux"), image.with_suffix(".initrd")
    shutil.copyfile(root.kernel, kernel)
    initrd.write_bytes(root.initrd())
    with squashfs.open("rb") as file:
        signature = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    options = f"kioskd.disk={signature} kioskd.slot=a {boot_partition.OPTIONS}"

    with tempfile.TemporaryDirectory(prefix="kioskd-disk-", dir=image.parent) as scratch:
        fat, ext4 = Path(scratch) / "boot.fat", Path(scratch) / "data.ext4"
        boot_partition.build(root, initrd, options, fat, BOOT_MIB, boot)
        empty = Path(scratch) / "empty"
        empty.mkdir()
        run("mke2fs", "-q", "-t", "ext4", "-L", "kioskd-data", "-d", data or empty, ext4, f"{DATA_MIB}M")
        image.unlink(missing_ok=True)
        _partition(image, signature, "c" if root.variant.raspberry else "ef")
        _put(fat, image, _FIRST_MIB)
        _put(squashfs, image, _FIRST_MIB + BOOT_MIB)
        _put(ext4, image, _FIRST_MIB + BOOT_MIB + 2 * SLOT_MIB)
    return Disk(image, kernel, initrd, squashfs, options)


def pack_root(root: Root, squashfs: Path) -> None:
    squashfs.unlink(missing_ok=True)
    run(
        *("mksquashfs", root.tree, squashfs, "-quiet", "-no-progress", "-noappend"),
        *("-comp", "zstd", "-Xcompression-level", "8", "-b", "256K"),
    )
    if squashfs.stat().st_size > SLOT_MIB * MIB:
        raise ValueError(f"{squashfs}: larger than a slot of {SLOT_MIB} MiB")


def _partition(image: Path, signature: str, boot_type: str) -> None:
    sizes = [(BOOT_MIB, boot_type), (SLOT_MIB, "83"), (SLOT_MIB, "83"), (DATA_MIB, "83")]
    lines, start = ["label: dos", f"label-id: 0x{signature}"], _FIRST_MIB
    for size, kind in sizes:
        lines.append(f"start={start}MiB, size={size}MiB, type={kind}")
        start += size
    with image.open("wb") as file:
        file.truncate((start + 1) * MIB)
    script = image.with_suffix(".sfdisk")
    script.write_text("\n".join(lines) + "\n")
    run("sh", "-c", 'exec sfdisk --quiet "$0" <"$1"', image, script)
    script.unlink()


def _put(part: Path, image: Path, at_mib: int) -> None:
    """Zeros stay holes: a written image is no larger than what is in it."""
    with part.open("rb") as source, image.open("r+b") as target:
        offset = at_mib * MIB
        while chunk := source.read(_CHUNK):
            if chunk.count(0) != len(chunk):
                target.seek(offset)
                target.write(chunk)
            offset += len(chunk)
