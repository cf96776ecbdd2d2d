"""What running processes cost, from /proc: memory in MiB, CPU seconds, wake-ups."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a process and all its descendants, up to now. `pss_mib` counts shared pages once."""

    processes: int
    pss_mib: float
    cpu_s: float
    wakeups: int


def tree(root: int) -> list[int]:
    """The process and its descendants that are alive."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, rest = [], [root]
    while rest:
        pid = rest.pop()
        found.append(pid)
        rest.extend(parents.get(pid, []))
    return found


def cost(root: int) -> Cost:
    pids = tree(root)
    return Cost(
        processes=len(pids),
        pss_mib=sum(map(_pss_mib, pids)),
        cpu_s=sum(map(_cpu_s, pids)),
        wakeups=sum(map(_wakeups, pids)),
    )


def _pss_mib(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass  # it ended meanwhile
    return 0.0


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def _wakeups(pid: int) -> int:
    """Voluntary context switches of all threads: each is a thread that slept and was woken."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        total += int(text.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    return total
