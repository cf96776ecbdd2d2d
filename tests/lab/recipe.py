"""What the lab's machine is made of. `fingerprint` changes when any of it does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

SUITE = "trixie"
PYTHON = "3.13"
"""Debian's in SUITE."""
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
SIZE_MIB = 3072

PACKAGES = (
    # the system
    "systemd", "systemd-sysv", "udev", "dbus", "kmod", "procps", "linux-image-amd64", "busybox-static",
    # the way in, and the network
    "openssh-server", "iproute2",
    # the kiosk: Python, and what its screen needs without a desktop
    "python3", "python3-venv", "libdrm2", "libgbm1", "libegl1", "libgles2", "libgl1-mesa-dri",
    # what is shown to the camera that does not exist
    "v4l-utils",
)  # fmt: skip
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")

ROOT_MODULES = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4")
"""What the kernel needs before it sees its root file system. ext4 asks for crc32c without saying so."""

REPOSITORY = Path(__file__).parents[2]
BASE = Path(__file__).parent / "base"
"""Files that go into the image."""
ADDED = Path(__file__).parent / "added"
"""Files that go into the machine at every start."""
EXTRAS = frozenset({"linuxpy"})
"""Optional for a kiosk, needed in the lab: its camera is a V4L2 device."""

_TARGET = {
    "platform_machine": "x86_64",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
}
_PIN = re.compile(r"^(?P<requirement>[\w.-]+==[^\\\n]+) \\\n(?:    --hash=\S+(?: \\)?\n)+", re.MULTILINE)


def locked_dependencies() -> str:
    """A requirements file, with hashes, of what the locks hold for the kiosk on the lab's machine."""
    kiosk = pins((REPOSITORY / "requirements.lock").read_text("utf-8"))
    extras = pins((REPOSITORY / "requirements-dev.lock").read_text("utf-8"))
    return "".join([*kiosk.values(), *(extras[name] for name in sorted(EXTRAS))])


def pins(lock: str) -> dict[str, str]:
    """The entries of a lock that count on the lab's machine, by name, without their conditions."""
    return dict(_pins(lock))


def _pins(lock: str) -> Iterator[tuple[str, str]]:
    for found in _PIN.finditer(lock):
        requirement = Requirement(found["requirement"])
        if requirement.marker is None or requirement.marker.evaluate(_TARGET):
            pinned = f"{requirement.name}{requirement.specifier}"
            yield requirement.name, found[0].replace(found["requirement"], pinned)


def fingerprint() -> str:
    """Sixteen hexadecimal digits."""
    digest = hashlib.sha256(locked_dependencies().encode())
    for file in [Path(__file__), Path(__file__).with_name("image.py"), *sorted(BASE.iterdir())]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
