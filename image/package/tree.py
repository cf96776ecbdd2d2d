"""What lies where in the packages."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from image.package import dependencies
from image.package.control import MAINTAINER
from image.package.target import Target
from image.package.version import Commit

CHECKOUT = Path(__file__).parents[2]
DEBIAN = Path(__file__).parent / "debian"
SYSTEMD = CHECKOUT / "systemd"

SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
SERVICES = (
    "kioskd.service",
    "kioskd-rescue.service",
    "kioskd-rescue-picture.service",
    "kioskd-boot-ok.service",
    "kioskd-first-boot.service",
    "kioskd-first-boot.path",
    "kioskd-clock.service",
)

APPLIANCE_FILES = {
    "sysctl.conf": "usr/lib/sysctl.d/60-kioskd.conf",
    "journald.conf": "usr/lib/systemd/journald.conf.d/60-kioskd.conf",
    "logind.conf": "usr/lib/systemd/logind.conf.d/60-kioskd.conf",
    "system.conf": "usr/lib/systemd/system.conf.d/60-kioskd.conf",
}


def lay_out_kioskd(root: Path, target: Target, scratch: Path) -> Path:
    """Everything but what `sign` adds; returns the folder with the libraries. Raises ProgramFailed."""
    home = root / "usr/lib/kioskd"
    libraries = home / f"lib/python{target.release.python}/site-packages"
    libraries.mkdir(parents=True)
    dependencies.install((CHECKOUT / "requirements.lock").read_text("utf-8"), target, libraries, scratch)
    dependencies.install_kioskd(CHECKOUT, libraries, scratch)
    _strip(libraries)

    # A virtual environment, as `python3 -m venv --system-site-packages` makes it, but without pip.
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = true\nversion = {target.release.python}.0\n"
    )
    (home / "bin").mkdir()
    (home / "bin/python").symlink_to("../../../bin/python3")
    _copy(SYSTEMD / "boot-ok", home / "boot-ok", 0o755)
    _copy(DEBIAN / "kioskd.command", root / "usr/bin/kioskd", 0o755)
    for service in SERVICES:
        _copy(SYSTEMD / service, root / "usr/lib/systemd/system" / service)
    for kind in ("sysusers.d", "tmpfiles.d", "modules-load.d"):
        _copy(SYSTEMD / kind / "kioskd.conf", root / "usr/lib" / kind / "kioskd.conf")
    _copy(CHECKOUT / "hardware/udev/70-kioskd.rules", root / "usr/lib/udev/rules.d/70-kioskd.rules")
    _copy(SYSTEMD / "61-kioskd-backlight.rules", root / "usr/lib/udev/rules.d/61-kioskd-backlight.rules")
    _copy(SYSTEMD / "50-kioskd-power.rules", root / "usr/share/polkit-1/rules.d/50-kioskd-power.rules")
    _copy(DEBIAN / "kiosk.toml", root / "usr/share/kioskd/kiosk.toml")
    (root / "etc/kioskd").mkdir(parents=True)

    papers = root / "usr/share/doc/kioskd"
    for paper in (
        CHECKOUT / "README.md",
        CHECKOUT / "CHANGELOG.md",
        *sorted((CHECKOUT / "docs").glob("*.md")),
        *sorted((CHECKOUT / "docs/monitoring").iterdir()),
    ):
        _copy(paper, papers / paper.relative_to(CHECKOUT))
    _copy(SYSTEMD / "appliance/71-kioskd-usb.rules", papers / "examples/71-kioskd-usb.rules")
    restaurant = Path("/", libraries.relative_to(root), "kioskd/sim/harbour")
    (papers / "examples/harbour").symlink_to(os.path.relpath(restaurant, "/usr/share/doc/kioskd/examples"))
    _compressed(DEBIAN / "kioskd.1", root / "usr/share/man/man1/kioskd.1.gz")
    return libraries


def lay_out_appliance(root: Path) -> None:
    for name, place in APPLIANCE_FILES.items():
        _copy(SYSTEMD / "appliance" / name, root / place)
    # What systemd takes for masked, whoever else asks for a login there.
    getty = root / "usr/lib/systemd/system/getty@tty1.service"
    getty.parent.mkdir(parents=True, exist_ok=True)
    getty.symlink_to("/dev/null")


def sign(root: Path, package: str, version: str, commit: Commit, copyright_text: str) -> None:
    """Changelog, copyright, lintian's overrides and the maintainer scripts."""
    papers = root / "usr/share/doc" / package
    papers.mkdir(parents=True, exist_ok=True)
    (papers / "copyright").write_text(copyright_text, "utf-8")
    entry = (
        f"kioskd ({version}) unstable; urgency=medium\n\n"
        f"  * Built from commit {commit.short}; CHANGELOG.md has what changed.\n\n"
        f" -- {MAINTAINER}  {commit.at:%a, %d %b %Y %H:%M:%S +0000}\n"
    )
    (papers / "changelog.gz").write_bytes(gzip.compress(entry.encode(), 9, mtime=0))
    overrides = DEBIAN / f"{package}.lintian-overrides"
    if overrides.exists():
        _copy(overrides, root / "usr/share/lintian/overrides" / package)
    for script in SCRIPTS:
        if (source := DEBIAN / f"{package}.{script}").exists():
            _copy(source, root / "DEBIAN" / script, 0o755)


def _strip(libraries: Path) -> None:
    """Programs, and what pip remembers about how it was called, are of no use there."""
    shutil.rmtree(libraries / "bin", ignore_errors=True)
    for name in ("direct_url.json", "REQUESTED", "INSTALLER"):
        for file in libraries.glob(f"*.dist-info/{name}"):
            file.unlink()
    for folder in _useless(libraries):
        shutil.rmtree(folder)


def _useless(libraries: Path) -> Iterable[Path]:
    """Tests and examples of the large ones: nothing in kioskd imports them."""
    yield from (folder for folder in sorted(libraries.glob("numpy/**/tests")) if folder.is_dir())
    if (folder := libraries / "apsw/sqlite_extra_binaries").is_dir():  # SQLite's own oddities as plug-ins
        yield folder
    for name in ("examples", "docs", "tests"):
        if (folder := libraries / "pygame" / name).is_dir():
            yield folder


def _copy(source: Path, place: Path, mode: int = 0o644) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)
    place.chmod(mode)


def _compressed(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))
