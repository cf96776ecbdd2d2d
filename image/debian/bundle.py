"""An update for machines that were made from an image: see `kioskd.daemon.update.bundle` for the format."""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
from pathlib import Path

from image.debian.boot_partition import slot_folder
from image.debian.disk import Disk
from image.debian.root import Root
from image.package.programs import run

FORMAT = 1
ROOT = "root.squashfs"


def build(root: Root, disk: Disk, key: Path, out: Path) -> Path:
    """Signed with the private Ed25519 `key` (PEM), for slots like those of `disk`. Raises ProgramFailed."""
    with tempfile.TemporaryDirectory(prefix="kioskd-bundle-", dir=out.parent) as name:
        scratch = Path(name)
        slot_folder(root, disk.initrd, scratch / "boot")
        parts = {ROOT: disk.squashfs}
        parts |= {f"boot/{file.name}": file for file in sorted((scratch / "boot").iterdir())}
        manifest, signature = scratch / "manifest.json", scratch / "manifest.sig"
        document = {
            "format": FORMAT,
            "variant": root.variant.name,
            "version": root.version,
            "parts": [
                {"name": part, "bytes": file.stat().st_size, "sha256": _sha256(file)}
                for part, file in parts.items()
            ],
        }
        manifest.write_text(json.dumps(document, indent=1), "utf-8")
        run("openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", manifest, "-out", signature)
        with tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as tar:
            for part, file in {"manifest.json": manifest, "manifest.sig": signature, **parts}.items():
                tar.add(file, part, filter=_plain)
    return out


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same bytes, whoever builds."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
