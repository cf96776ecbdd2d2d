"""What the lab's machine has besides what ships: a way in, and a camera that does not exist.

Everything else of it is `image.debian`'s: the very disk that a technician would be given.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from image.debian.variant import VARIANTS
from image.package.programs import run

VARIANT = VARIANTS["debian-amd64"]
REPOSITORY = Path(__file__).parents[2]
ADDED = Path(__file__).parent / "added"

PACKAGES = (
    # the way in
    "openssh-server",
    # what is shown to the camera that does not exist
    "v4l-utils",
)
LIBRARY_FOR_USB_CAMERAS = "linuxpy"
"""Of another licence than kioskd, so a technician installs it beside the package, and so do we."""


def install_camera_library(tree: Path) -> None:
    """Into a tree of files, in its locked version. Raises ProgramFailed."""
    requirements = tree.with_name("camera.txt")
    requirements.write_text(pin(LIBRARY_FOR_USB_CAMERAS, (REPOSITORY / "requirements-dev.lock").read_text()))
    release = VARIANT.target.release
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--root-user-action=ignore", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
        *("--ignore-requires-python", "--python-version", release.python),
        *("--target", tree / f"usr/local/lib/python{release.python}/dist-packages", "-r", requirements),
    )


def pin(name: str, lock: str) -> str:
    """A lock's entry for a library, with its hashes and without its condition. Raises LookupError."""
    entry = re.search(
        rf"^({re.escape(name)}==[^ ;\\\n]+)[^\\\n]*\\\n((?:    --hash=\S+(?: \\)?\n)+)", lock, re.M
    )
    if entry is None:
        raise LookupError(f"{name} is not locked")
    return f"{entry[1]} \\\n{entry[2]}"
