"""From a staging tree to a .deb: the same tree makes the same bytes, whenever and whoever builds."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from image.package.programs import run

COMPRESSIONS = {"xz": ("-Zxz",), "gzip": ("-Zgzip", "-z1")}


def installed_kib(root: Path) -> int:
    """As Debian counts: every file rounded up to a KiB, everything else as one."""
    total = 0
    for path in _contents(root):
        total += -(-path.lstat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1
    return total


def pack(root: Path, control: str, epoch_s: int, deb: Path, compression: str = "xz") -> None:
    """Raises ProgramFailed. Modes and times in `root` are made the same for everybody first.

    "gzip" takes a tenth of the time of "xz" and half as much room again.
    """
    (root / "DEBIAN").mkdir(exist_ok=True)
    (root / "DEBIAN/control").write_text(control, "utf-8")
    (root / "DEBIAN/md5sums").write_text(_checksums(root), "utf-8")
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if executable and not _library(path) else 0o644)
        os.utime(path, (epoch_s, epoch_s), follow_symlinks=False)
    deb.parent.mkdir(parents=True, exist_ok=True)
    run(
        *("env", f"SOURCE_DATE_EPOCH={epoch_s}", "dpkg-deb", "--root-owner-group"),
        *COMPRESSIONS[compression],
        *("--threads-max=1", "--build", root, deb),
    )


def _library(path: Path) -> bool:
    """Wheels mark theirs as programs, and some their Python files."""
    return path.is_file() and (".so" in path.suffixes or path.suffix == ".py")


def _checksums(root: Path) -> str:
    lines = []
    for path in _contents(root):
        if path.is_file() and not path.is_symlink():
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest}  {path.relative_to(root)}\n")
    return "".join(lines)


def _contents(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.relative_to(root).parts[0] != "DEBIAN"]
