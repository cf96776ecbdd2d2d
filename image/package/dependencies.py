"""The libraries of requirements.lock for a target: wheels only, each held against its hash."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from image.package.programs import run
from image.package.target import Target

DEBIAN_HAS = {"evdev": "python3-evdev"}
"""Without a wheel for every processor: there Debian's own is taken, which is an older version of the same."""

_ENTRY = re.compile(r"^(?P<requirement>[\w.-]+==[^\\\n]+) \\\n(?:    --hash=\S+(?: \\)?\n)+", re.MULTILINE)


def locked(lock: str, target: Target) -> dict[str, str]:
    """The entries of a lock that count for the target, by name, with hashes but without their conditions."""
    return {name: entry for name, entry in _counting(lock, target) if name not in DEBIAN_HAS}


def from_debian(lock: str, target: Target) -> list[str]:
    """The packages that stand in for the entries that `locked` leaves out."""
    return [DEBIAN_HAS[name] for name, _ in _counting(lock, target) if name in DEBIAN_HAS]


def _counting(lock: str, target: Target) -> Iterator[tuple[str, str]]:
    for found in _ENTRY.finditer(lock):
        requirement = Requirement(found["requirement"])
        if requirement.marker is None or requirement.marker.evaluate(target.marker_environment):
            pinned = f"{requirement.name}{requirement.specifier}"
            yield requirement.name, found[0].replace(found["requirement"], pinned)


def install(lock: str, target: Target, folder: Path, scratch: Path) -> None:
    """Fetch and unpack what `locked` lists into `folder`. Raises ProgramFailed."""
    requirements = scratch / "requirements.txt"
    requirements.write_text("".join(locked(lock, target).values()))
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--root-user-action=ignore", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
        *("--ignore-requires-python", "--python-version", target.release.python),  # the builder's own
        *(word for platform in target.platforms for word in ("--platform", platform)),
        *("--target", folder, "-r", requirements),
    )


def install_kioskd(checkout: Path, folder: Path, scratch: Path) -> None:
    """Build this checkout's wheel and unpack it into `folder`. Raises ProgramFailed."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", scratch, cwd=checkout)
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--root-user-action=ignore", "--no-deps", "--no-index"),
        *("--target", folder, next(scratch.glob("kioskd-*.whl"))),
    )
