"""Running the programs that building needs."""

from __future__ import annotations

import subprocess
from pathlib import Path


class ProgramFailed(Exception):
    """It is not there, or ended badly; the text ends with what it said."""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What it printed. Raises ProgramFailed."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ProgramFailed(f"{command[0]}: {error.strerror}") from None
    if done.returncode:
        said = "\n  ".join((done.stderr or done.stdout).splitlines()[-15:])
        raise ProgramFailed(f"{command[0]} ended with status {done.returncode}:\n  {said}")
    return done.stdout
