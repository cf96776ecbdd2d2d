"""Whether this user may use a printer's port, and what to do when not."""

from __future__ import annotations

import grp
import os
from pathlib import Path

from kioskd.daemon.doctor.report import Finding, Verdict


def access(node: Path) -> list[Finding]:
    try:
        state = node.stat()
    except FileNotFoundError:
        return [Finding(str(node), Verdict.FAULT, "is not there", "plug the printer in and switch it on")]
    except OSError as wrong:
        return [Finding(str(node), Verdict.FAULT, wrong.strerror or "cannot be looked at")]
    if os.access(node, os.R_OK | os.W_OK):
        return []
    try:
        group = grp.getgrgid(state.st_gid).gr_name
    except KeyError:
        group = str(state.st_gid)
    remedy = f"sudo usermod -aG {group} USER, then log in again; the service has it by its unit"
    return [Finding(str(node), Verdict.FAULT, "may not be read and written by this user", remedy)]
