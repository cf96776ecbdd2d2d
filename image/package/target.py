"""For which Debian a package is built: release, processor, and the Python that comes with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """A Debian release. `python` is its python3 as "3.11"; `glibc_minor` the 36 of glibc 2.36."""

    name: str
    number: int
    python: str
    glibc_minor: int

    @property
    def next_python(self) -> str:
        """The first that this release's compiled libraries cannot be loaded by."""
        major, minor = self.python.split(".")
        return f"{major}.{int(minor) + 1}"


@dataclass(frozen=True, slots=True)
class Target:
    """`arch` as Debian has it: amd64 or arm64."""

    release: Release
    arch: str

    @property
    def machine(self) -> str:
        """The same as the kernel and wheels have it."""
        return MACHINES[self.arch]

    @property
    def platforms(self) -> tuple[str, ...]:
        """Tags of wheels that run there, the newest first."""
        newer = (f"manylinux_2_{minor}_{self.machine}" for minor in range(self.release.glibc_minor, 16, -1))
        return (*newer, f"manylinux2014_{self.machine}")

    @property
    def marker_environment(self) -> dict[str, str]:
        """What conditions of requirements are held against."""
        return {
            "platform_machine": self.machine,
            "sys_platform": "linux",
            "platform_system": "Linux",
            "os_name": "posix",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "python_version": self.release.python,
            "python_full_version": f"{self.release.python}.0",
        }


RELEASES = {
    "bookworm": Release("bookworm", 12, "3.11", 36),
    "trixie": Release("trixie", 13, "3.13", 41),
}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
