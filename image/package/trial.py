"""Trying the packages: installed, upgraded with work open, taken back and purged in a bare Debian tree.

No system is started in there; what systemd makes of the units is the lab's matter.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from image.package.build import build
from image.package.programs import ProgramFailed, run
from image.package.target import Target

_IN_THERE = Path(__file__).parent / "trial.sh"
_OPEN_WORK = Path(__file__).parent / "open_work.py"
_PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
_OLDER, _NEWER = "1~trial1", "1~trial2"


class TrialFailed(Exception):
    """Something was not as it must be; the text has what was done until then."""


def try_package(target: Target) -> str:
    """What was tried, with figures. Needs minutes and root.

    Raises TrialFailed, ProgramFailed, UnknownLibrary.
    """
    with tempfile.TemporaryDirectory(prefix="kioskd-trial-", ignore_cleanup_errors=True) as name:
        debs = Path(name) / "debs"
        built = build(target, debs, (_OLDER, _NEWER))
        run("lintian", "--fail-on", "error", "--allow-root", *(made.deb for made in built[:2]))
        tree = Path(name) / "tree"
        began_s = time.monotonic()
        run(
            "mmdebstrap",
            "--variant=apt",
            f"--architectures={target.arch}",
            f"--customize-hook=copy-in {debs} /root",
            f"--customize-hook=copy-in {_IN_THERE} {_OPEN_WORK} /root",
            target.release.name,
            tree,
        )
        bare_s = time.monotonic() - began_s
        # The builder's resolver, for its mirror; what the tree has may be a link to nowhere.
        (tree / "etc/resolv.conf").unlink(missing_ok=True)
        shutil.copyfile("/etc/resolv.conf", tree / "etc/resolv.conf")
        try:
            said = run(
                "unshare",
                "--mount",
                "chroot",
                tree,
                "env",
                "-i",
                _PATH,
                "sh",
                "/root/trial.sh",
                _OLDER,
                _NEWER,
            )
        except ProgramFailed as failed:
            raise TrialFailed(str(failed)) from None
        figures = "".join(f"{made}\n" for made in built[:2])
    return f"{figures}bare {target.release.name} made in {bare_s:.0f} s\n{said}"
