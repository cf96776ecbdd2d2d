"""Which Debian packages the compiled parts of wheels need. An unknown one ends the build, not the kiosk."""

from __future__ import annotations

import re
from pathlib import Path

from image.package.programs import run

_OF = {
    "libc.so.6": "libc6 (>= 2.28)",  # the newest that any wheel's tag asks for
    "libm.so.6": "libc6 (>= 2.28)",
    "libdl.so.2": "libc6 (>= 2.28)",
    "librt.so.1": "libc6 (>= 2.28)",
    "libpthread.so.0": "libc6 (>= 2.28)",
    "ld-linux-x86-64.so.2": "libc6 (>= 2.28)",
    "ld-linux-aarch64.so.1": "libc6 (>= 2.28)",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6 (>= 8)",
    "libutil.so.1": "libc6 (>= 2.28)",
    "libz.so.1": "zlib1g",
}
_NEEDED = re.compile(r"\(NEEDED\)\s+Shared library: \[(.+)\]")


class UnknownLibrary(Exception):
    """A compiled part needs a library that neither comes with it nor is known here."""


def packages_for(folder: Path) -> list[str]:
    """Entries for Depends. Raises UnknownLibrary, ProgramFailed."""
    compiled = [file for file in sorted(folder.rglob("*.so*")) if file.is_file() and not file.is_symlink()]
    carried = {file.name for file in compiled}
    packages: set[str] = set()
    for file in compiled:
        for name in needed(run("readelf", "--dynamic", "--wide", file)):
            if name in carried:
                continue
            if name not in _OF:
                raise UnknownLibrary(
                    f"{file.relative_to(folder)} needs {name}: say in _OF which package has it"
                )
            packages.add(_OF[name])
    return sorted(packages)


def needed(dynamic_section: str) -> list[str]:
    """The libraries in what `readelf --dynamic` prints."""
    return _NEEDED.findall(dynamic_section)
