"""A bundle: one file with everything that a slot holds, signed by whoever builds the images.

A tar, not compressed (its root already is), with the members in this order: `manifest.json`, `manifest.sig`
(Ed25519 over the manifest), then the parts as the manifest lists them, the root first. Nothing of a
part is used before the manifest's signature was found good, and nothing is kept of one whose hash is another.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

FORMAT = 1
ROOT = "root.squashfs"
MAX_MANIFEST_BYTES = 256 * 1024
MAX_PARTS = 256
VERIFY_S = 60.0
_CHUNK = 1 << 20


class BundleRefused(Exception):
    """The file is no update for this machine; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """`name` is ROOT, or `boot/` and the name of a file for the slot's folder on the boot partition."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`variant` is the kind of image; `version` is kioskd's, for people."""

    variant: str
    version: str
    parts: tuple[Part, ...]


class Bundle:
    """A bundle whose signature is good. Made by `opened`; its parts can be read once, in their order."""

    def __init__(self, manifest: Manifest, tar: tarfile.TarFile) -> None:
        self.manifest = manifest
        self._tar = tar

    def parts(self) -> Iterator[tuple[Part, IO[bytes]]]:
        """Each with its bytes, not yet held against the hash: see `copy`. Raises BundleRefused."""
        for part in self.manifest.parts:
            try:
                member = self._tar.next()
                stream = self._tar.extractfile(member) if member is not None else None
            except (tarfile.TarError, OSError) as error:
                raise _damaged(f"it cannot be read ({error})") from None
            if member is None or stream is None or member.name != part.name or member.size != part.bytes:
                raise _damaged(f"{part.name} is not where it must be")
            yield part, stream


def copy(part: Part, source: IO[bytes], target: BinaryIO) -> None:
    """Raises BundleRefused when it was not what was signed; what was written until then is of no use."""
    digest = hashlib.sha256()
    left = part.bytes
    while left:
        try:
            chunk = source.read(min(_CHUNK, left))
        except (tarfile.TarError, OSError) as error:
            raise _damaged(f"{part.name} cannot be read ({error})") from None
        if not chunk:
            raise _damaged(f"{part.name} is cut short")
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
    if digest.hexdigest() != part.sha256:
        raise _damaged(f"{part.name} is not what was signed")


@contextmanager
def opened(file: Path, variant: str, keys: Path) -> Iterator[Bundle]:
    """For a machine of this `variant`, signed with one of the `*.pem` in the folder `keys`.

    Raises BundleRefused; OSError when the file is not there.
    """
    try:
        tar = tarfile.open(file, mode="r:")  # noqa: SIM115
    except tarfile.TarError:
        raise BundleRefused(f"{file}: is no bundle: take the .kioskd file that ./dev image made") from None
    with tar:
        signed = _member(tar, "manifest.json")
        _verify(signed, _member(tar, "manifest.sig"), keys)
        manifest = _manifest(signed)
        if manifest.variant != variant:
            raise BundleRefused(f"{file}: is for {manifest.variant}, and this machine is {variant}")
        yield Bundle(manifest, tar)


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    try:
        member = tar.next()
        if member is None or member.name != name or not member.isreg() or member.size > MAX_MANIFEST_BYTES:
            raise _damaged(f"{name} is not where it must be")
        stream = tar.extractfile(member)
        return stream.read() if stream else b""
    except (tarfile.TarError, OSError) as error:
        raise _damaged(f"{name} cannot be read ({error})") from None


def _verify(signed: bytes, signature: bytes, keys: Path) -> None:
    trusted = sorted(keys.glob("*.pem"))
    if not trusted:
        raise BundleRefused(f"{keys}: has no key, so this image takes no updates: flash a newer one")
    with tempfile.TemporaryDirectory(prefix="kioskd-update-") as folder:
        manifest, proof = Path(folder) / "manifest.json", Path(folder) / "manifest.sig"
        manifest.write_bytes(signed)
        proof.write_bytes(signature)
        if not any(_signed_by(key, manifest, proof) for key in trusted):
            raise BundleRefused("the bundle is not signed by whoever made this image: it is not used")


def _signed_by(key: Path, manifest: Path, proof: Path) -> bool:
    """Ed25519 is not in Python's library; openssl is part of the image."""
    command = ("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin")
    try:
        done = subprocess.run(
            (*command, "-in", manifest, "-sigfile", proof), capture_output=True, check=False, timeout=VERIFY_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BundleRefused(f"the signature cannot be checked: {error}") from None
    return done.returncode == 0


def _manifest(signed: bytes) -> Manifest:
    try:
        document: dict[str, Any] = json.loads(signed)
        if document["format"] != FORMAT:
            raise BundleRefused(f"the bundle has the format {document['format']}: this kioskd knows {FORMAT}")
        parts = tuple(
            Part(str(part["name"]), int(part["bytes"]), str(part["sha256"])) for part in document["parts"]
        )
        manifest = Manifest(str(document["variant"]), str(document["version"]), parts)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(f"its manifest cannot be read ({type(error).__name__} {error})") from None
    if len(parts) > MAX_PARTS or not all(_good_name(part.name) for part in parts):
        raise _damaged("its manifest lists what no slot holds")
    if not parts or parts[0].name != ROOT:
        raise _damaged("its manifest does not begin with the root")
    return manifest


def _good_name(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name == ROOT or (folder == "boot" and bool(file) and not file.startswith("."))


def _damaged(what: str) -> BundleRefused:
    return BundleRefused(f"the bundle is damaged, {what}: fetch it again")
