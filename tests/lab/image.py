"""The lab's disk: what ships, made into a disk by what makes the shipped ones, with the lab's files added.

The bare Debian below it is kept by `image.debian`; all the rest is made anew for every run.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import image.debian.disk
import image.debian.root
from image.debian.disk import Disk
from image.debian.initrd import NoSuchModule
from image.debian.root import Addition
from image.package.build import build as build_packages
from image.package.programs import ProgramFailed, run
from image.package.shared_libraries import UnknownLibrary
from image.package.version import commit_of
from kioskd import __version__
from tests.lab import recipe

OLDER_DEB, NEWER_DEB = "/root/older.deb", "/root/newer.deb"
"""In the machine, for whoever asked for it: the package that is installed, and a later version of it."""


class BuildFailed(Exception):
    """A program that the build needs failed; the text ends with what it said."""


@dataclass(frozen=True, slots=True)
class Image:
    """`key` opens root's door by ssh. `older` is the version of kioskd that is installed."""

    disk: Disk
    key: Path
    older: str
    newer: str


def make_image(folder: Path, lay_out: Callable[[Path], None], *, with_newer: bool) -> Image:
    """Into `folder`; `lay_out` puts files into a tree that is laid over the system's. Raises BuildFailed."""
    if os.geteuid() != 0:
        raise BuildFailed("the machine's disk is made as root: sudo ./dev lab")
    try:
        return _made(folder, lay_out, with_newer)
    except (ProgramFailed, UnknownLibrary, NoSuchModule, ValueError) as error:
        raise BuildFailed(str(error)) from error
    except subprocess.SubprocessError as error:
        raise BuildFailed(f"{error}") from error


def _made(folder: Path, lay_out: Callable[[Path], None], with_newer: bool) -> Image:
    target = recipe.VARIANT.target
    older = commit_of(recipe.REPOSITORY, __version__).debian_version(__version__, target.release)
    newer = f"{older}+lab"
    versions = (older, newer) if with_newer else (older,)
    # A lab's packages are thrown away within the hour: made small, they would take longer.
    debs = [made.deb for made in build_packages(target, folder / "debs", versions, compression="gzip")]

    files = folder / "files"
    files.mkdir()
    lay_out(files)
    key = folder / "key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", key)
    _put(files / "root/.ssh/authorized_keys", key.with_suffix(".pub").read_bytes(), 0o600)
    recipe.install_camera_library(files)
    if with_newer:
        for deb, place in ((debs[0], OLDER_DEB), (debs[2], NEWER_DEB)):
            _put(files / place.lstrip("/"), deb.read_bytes(), 0o600)

    more = Addition(recipe.PACKAGES, files)
    root = image.debian.root.build(recipe.VARIANT, debs[:2], folder / "tree", more)
    return Image(image.debian.disk.build(root, folder / "kiosk.img"), key, older, newer)


def _put(file: Path, data: bytes, mode: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    file.chmod(mode)
