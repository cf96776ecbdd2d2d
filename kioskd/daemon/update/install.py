"""Writing a bundle into the slot that does not run, so that the next start tries it once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from kioskd.daemon.update.boot_loaders import BootLoader, Slot, boot_loader
from kioskd.daemon.update.bundle import BundleRefused, Part, copy, opened
from kioskd.durable import sync_folder

IMAGE = Path("/usr/share/kioskd/image.json")
KEYS = Path("/usr/share/kioskd/update-keys")
_CHUNK = 1 << 20


class WritableBoot(Protocol):
    def __call__(self) -> AbstractContextManager[Path]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bundle goes: the slot that does not run, its partition, and the boot partition."""

    slot: Slot
    partition: Path
    boot_writable: WritableBoot


def variant_of(image: Path = IMAGE) -> str:
    """What kind of image this machine was made from. Raises BundleRefused."""
    try:
        return str(json.loads(image.read_bytes())["variant"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BundleRefused(f"{image}: cannot be read, so nobody knows which updates fit") from None


def install(file: Path, variant: str, keys: Path, place: Place) -> str:
    """The version that is tried at the next start. Until the last step nothing changes for the running slot,
    and a failure or a cut at any moment leaves only the other slot empty.

    Raises BundleRefused; OSError when the disk or the file cannot be read or written.
    """
    with opened(file, variant, keys) as bundle:
        # The boot partition is FAT, which a cut harms: it is writable only while something small is written.
        with place.boot_writable() as boot:
            loader = boot_loader(boot)
            options = _options_for(loader, place.slot)
            loader.forget(place.slot)
            shutil.rmtree(boot / place.slot, ignore_errors=True)
        parts = bundle.parts()
        root, stream = next(parts)
        with place.partition.open("r+b") as partition:
            copy(root, stream, partition)
            _held(root, partition)
        with place.boot_writable() as boot:
            folder = boot / place.slot
            folder.mkdir()
            for part, stream in parts:
                with (folder / Path(part.name).name).open("w+b") as kept:
                    copy(part, stream, kept)
                    _held(part, kept)
            sync_folder(folder)
            sync_folder(boot)
            loader.try_once(place.slot, options)
        return bundle.manifest.version


def _options_for(loader: BootLoader, slot: Slot) -> str:
    return loader.options(slot.other).replace(f"kioskd.slot={slot.other}", f"kioskd.slot={slot}")


def _held(part: Part, kept: BinaryIO) -> None:
    """A worn card says yes to everything: what was written is read again from the card itself."""
    kept.flush()
    os.fsync(kept.fileno())
    os.posix_fadvise(kept.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    kept.seek(0)
    digest, left = hashlib.sha256(), part.bytes
    while left and (chunk := kept.read(min(_CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    if digest.hexdigest() != part.sha256:
        raise OSError(f"{part.name}: the disk does not hold what was written to it: change it")
