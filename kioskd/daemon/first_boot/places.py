"""Where things lie that first boot and the kiosk hand to each other, and by what a card is known again.

Every start asks whether the card is the same as before, so nothing slow is imported here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = "kiosk.toml"
FOLDER = "kiosk"
"""Beside it: the menu, its pictures, the logo, and whatever else the configuration names."""

MAX_FILE_BYTES = 1024 * 1024
TAKEN = "taken-"


@dataclass(frozen=True, slots=True)
class Places:
    """In the machine whose file system is at `root`: "/" in a kiosk, a folder in a test."""

    root: Path

    @property
    def enrolled(self) -> Path:
        """What codes told the kiosk, written by kioskd and taken over by root."""
        return self.root / "var/lib/kioskd/enrolled"

    @property
    def problem(self) -> Path:
        """What is wrong with what was to be taken over; gone when nothing is."""
        return self.root / "run/kioskd-first-boot/problem"


def taken_id(config_file: Path) -> str | None:
    """Which card or codes this configuration was taken over from; None when it was put there by hand."""
    if not config_file.is_symlink():
        return None
    name = config_file.readlink().parts[0]
    return name.removeprefix(TAKEN) if name.startswith(TAKEN) else None


def content_id(text: str, files: Mapping[str, bytes]) -> str:
    """The same for the same kiosk.toml with the same files beside it, whatever capitals in their names."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(files, key=str.casefold):
        digest.update(b"\0" + name.casefold().encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()[:16]


def known_again(card: Path, config_file: Path) -> bool:
    """Whether this very card was taken over last. False when in doubt: then it is looked at in full."""
    taken, file = taken_id(config_file), card / FILE
    try:
        if taken is None or file.stat().st_size > MAX_FILE_BYTES:
            return False
        text = file.read_text("utf-8-sig").replace("\r\n", "\n")
        return content_id(text, {name: path.read_bytes() for name, path in beside(card).items()}) == taken
    except (OSError, UnicodeDecodeError):
        return False


def beside(card: Path) -> dict[str, Path]:
    """The files of the folder beside kiosk.toml, by their names from the card on."""
    found = (path for path in (card / FOLDER).rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(card).as_posix(): path for path in sorted(found)}
