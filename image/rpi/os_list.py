"""The list that Raspberry Pi Imager shows when started with `--repo`: our images, with size and hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

_CHUNK = 1 << 20
_DEVICES = {
    "debian-rpi": ["pi3-64bit", "pi4-64bit"],
    "rpi": ["pi4-64bit", "pi5-64bit"],
}
# A receipt with its till, as a picture that needs no server.
_ICON = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'>"
    "<rect x='10' y='3' width='20' height='34' rx='3' fill='%23164'/>"
    "<rect x='13' y='7' width='14' height='20' fill='white'/></svg>"
)


def os_list(images: Sequence[Path], url: str) -> str:
    """JSON. `url` is the folder they are downloaded from. Raises OSError, ValueError for what is no image."""
    return json.dumps({"os_list": [_entry(image, url) for image in images]}, indent=2) + "\n"


def _entry(image: Path, url: str) -> dict[str, object]:
    kind = next((kind for kind in _DEVICES if f"kioskd-{kind}-" in image.name), None)
    if kind is None or image.suffix != ".img":
        raise ValueError(f"{image}: is no image for a Raspberry Pi: ./dev image debian-rpi makes one")
    stat = image.stat()
    return {
        "name": f"kioskd ({kind})",
        "description": "A self-service kiosk. Put kiosk.toml on the card afterwards: README.txt says how.",
        "icon": _ICON,
        "url": f"{url.rstrip('/')}/{image.name}" if url else image.resolve().as_uri(),
        "extract_size": stat.st_size,
        "extract_sha256": _sha256(image),
        "image_download_size": stat.st_size,
        "release_date": f"{datetime.fromtimestamp(stat.st_mtime, UTC):%Y-%m-%d}",
        "devices": _DEVICES[kind],
        "init_format": "none",
    }


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
