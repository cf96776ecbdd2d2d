"""One compressed file out of many pieces of text, of a size that can be sent by mail."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 512 * 1024
"""Of one piece, before it is compressed."""
CUT = "[what came before was left out: too long]\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text file of the bundle."""

    name: str
    text: str


def write_bundle(file: Path, folder: str, pieces: Iterable[Piece], at_s: float) -> int:
    """A .tar.gz that only its owner may read, with all of it below `folder`; how large it became.

    Of a piece that is too long the end is kept. A file that is there is refused: FileExistsError. OSError
    when it cannot be written; then nothing is left of it.
    """
    raw = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=raw, mode="wb", mtime=int(at_s)) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for piece in pieces:
            content = _bounded(piece.text)
            entry = tarfile.TarInfo(f"{folder}/{piece.name}")
            entry.size, entry.mode, entry.mtime = len(content), 0o600, int(at_s)
            tar.addfile(entry, io.BytesIO(content))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw.getvalue())
    except OSError:
        file.unlink(missing_ok=True)
        raise
    return raw.tell()


def _bounded(text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if len(content) <= MOST_BYTES:
        return content
    return CUT.encode() + content[-MOST_BYTES:].partition(b"\n")[2]
