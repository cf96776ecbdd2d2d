"""The version of a package and the moment it is dated at: both from the commit, not from the clock."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from image.package.programs import run
from image.package.target import Release


@dataclass(frozen=True, slots=True)
class Commit:
    """`at` is when it was made; `released` whether it carries the tag of the version it holds."""

    short: str
    at: datetime
    released: bool
    changed: bool

    def debian_version(self, version: str, release: Release) -> str:
        """Rises with every commit, below the release they lead to, and from one Debian to the next."""
        if self.released and not self.changed:
            return f"{version}+deb{release.number}"
        mark = ".changed" if self.changed else ""
        return f"{version}~{self.at:%Y%m%d.%H%M%S}.{self.short}{mark}+deb{release.number}"


def commit_of(checkout: Path, version: str) -> Commit:
    """The commit that is checked out. SOURCE_DATE_EPOCH dates it anew. Raises ProgramFailed."""

    def git(*words: str) -> str:
        return run("git", "-C", checkout, *words).strip()

    epoch_s = int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct"))
    return Commit(
        short=git("rev-parse", "--short=7", "HEAD"),
        at=datetime.fromtimestamp(epoch_s, UTC),
        released=f"v{version}" in git("tag", "--points-at", "HEAD").splitlines(),
        changed=bool(git("status", "--porcelain", "--", "kioskd", "hardware", "systemd", "image")),
    )
