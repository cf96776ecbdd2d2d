"""Where things lie that first boot and the kiosk hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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


TAKEN = "taken-"
