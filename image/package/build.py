"""Building both packages for one target."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from image.package import archive, bom, control, tree
from image.package.bom import bill_of_materials
from image.package.copyright import debian_copyright
from image.package.dependencies import from_debian
from image.package.shared_libraries import packages_for
from image.package.target import Target
from image.package.version import Commit, commit_of
from kioskd import __version__


@dataclass(frozen=True, slots=True)
class Built:
    """A finished package."""

    deb: Path
    installed_kib: int

    def __str__(self) -> str:
        size_mb = self.deb.stat().st_size / 1e6
        return f"{self.deb}: {size_mb:.1f} MB, {self.installed_kib / 1024:.0f} MiB installed"


def build(target: Target, out: Path, versions: Sequence[str] = (), *, compression: str = "xz") -> list[Built]:
    """Into `out`: kioskd, then kioskd-appliance; once for each of `versions` where the commit's will not do.

    For `compression` see `archive`.
    Raises ProgramFailed, UnknownLibrary.
    """
    commit = commit_of(tree.CHECKOUT, __version__)
    lock = (tree.CHECKOUT / "requirements.lock").read_text("utf-8")
    built = []
    with tempfile.TemporaryDirectory(prefix="kioskd-package-") as name:
        scratch = Path(name)
        root = scratch / "kioskd"
        libraries = tree.lay_out_kioskd(root, target, scratch)
        licences = debian_copyright(libraries)
        needs = [*packages_for(libraries), *from_debian(lock, target)]
        depends = control.kioskd_depends(target, needs)
        for version in versions or [commit.debian_version(__version__, target.release)]:
            tree.sign(root, "kioskd", version, commit, licences)
            materials = bill_of_materials(libraries, depends, target, version, commit.at)
            (root / "usr/share/doc/kioskd" / bom.FILE).write_text(materials, "utf-8")
            size_kib = archive.installed_kib(root)
            fields = control.kioskd_control(target, version, depends, size_kib)
            deb = out / f"kioskd_{version}_{target.arch}.deb"
            built.append(_packed(root, fields, commit, deb, compression))

            appliance = scratch / "appliance"
            shutil.rmtree(appliance, ignore_errors=True)
            tree.lay_out_appliance(appliance)
            tree.sign(appliance, "kioskd-appliance", version, commit, licences.partition("\nFiles: usr/")[0])
            deb = out / f"kioskd-appliance_{version}_all.deb"
            fields = control.appliance_control(version)
            built.append(_packed(appliance, fields, commit, deb, compression))
    return built


def _packed(root: Path, fields: str, commit: Commit, deb: Path, compression: str) -> Built:
    archive.pack(root, fields, int(commit.at.timestamp()), deb, compression)
    return Built(deb, archive.installed_kib(root))
