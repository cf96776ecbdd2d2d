"""What systemd knows of kioskd's units, for people who ask why no kiosk answers."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

ANSWER_S = 5.0

UNITS = ("kioskd.service", "kioskd-rescue.service", "kioskd-rescue-picture.service", "kioskd-boot-ok.service")

_ASKED = (
    *("Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "Result", "NRestarts"),
    *("ExecMainStatus", "ActiveEnterTimestamp", "InactiveEnterTimestamp"),
)


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """`facts` are systemd's own words by its own names, see systemd.unit(5)."""

    facts: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """`kioskd.service is failed (exit-code, status 78), restarted 10 times`."""
        facts = self.facts
        if facts.get("LoadState") != "loaded":
            return f"{facts.get('Id', 'the unit')} is not installed"
        text = f"{facts['Id']} is {facts.get('ActiveState', 'unknown')}"
        if facts.get("Result", "success") != "success":
            text += f" ({facts['Result']}, status {facts.get('ExecMainStatus', '?')})"
        if (restarts := facts.get("NRestarts", "0")) not in ("0", ""):
            text += f", restarted {restarts} times"
        return text


def unit_facts(*units: str) -> list[UnitFacts]:
    """One for each unit; empty where there is no systemd to ask. Takes at most ANSWER_S."""
    try:
        done = subprocess.run(
            ("systemctl", "show", "--no-pager", f"--property={','.join(_ASKED)}", *units),
            capture_output=True,
            text=True,
            timeout=ANSWER_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return read_facts(done.stdout)


def read_facts(said: str) -> list[UnitFacts]:
    """What `systemctl show` prints: a block of lines for each unit."""
    return [
        UnitFacts(dict(line.split("=", 1) for line in block.splitlines() if "=" in line))
        for block in said.strip().split("\n\n")
        if block
    ]
