"""What the machine tells about itself and its log, for a support bundle. Every question has a deadline."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from kioskd import __version__
from kioskd.daemon.staff.machine import free_bytes, machine_up_s
from kioskd.daemon.support.plain import Plain, without_numbers
from kioskd.daemon.units import UNITS

ANSWER_S = 20.0
MOST_LINES = 5000
SINCE = "-3 days"

_LEVELS = {"0": "emerg", "1": "alert", "2": "crit", "3": "error", "4": "warning", "5": "notice", "6": "info"}
_SIGNS = {
    "power too weak": r"under-?voltage|voltage normali[sz]ed",
    "disk or card cannot be read or written": r"I/O error|EXT4-fs error|mmc\d: .*(error|timeout)",
    "file system turned read-only": r"remount.*read-only",
    "memory ran out": r"oom-kill|Out of memory",
    "USB device came or went": r"USB disconnect|new (low|full|high|super)[ -]speed USB device",
    "too hot": r"temperature above threshold|throttl",
    "kernel fault": r"Oops|BUG:|Call Trace|watchdog: BUG",
}
_READ_ONLY = re.compile(r"(?:^|,)ro(?:,|$)")

Run = Callable[[Sequence[str]], str]
"""What a program prints; OSError or subprocess.SubprocessError when it cannot be had."""


def run(command: Sequence[str]) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=ANSWER_S,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def versions(root: Path = Path("/")) -> dict[str, Any]:
    release = dict(line.split("=", 1) for line in _read(root / "etc/os-release").splitlines() if "=" in line)
    return {
        "kioskd": __version__,
        "python": platform.python_version(),
        "system": release.get("PRETTY_NAME", "").strip('"'),
        "kernel": platform.release(),
        "processor": platform.machine(),
        "model": _read(root / "proc/device-tree/model").strip("\0\n"),
        "libraries": {each.metadata["Name"]: each.version for each in distributions()},
    }


def machine(state_dir: Path | None, root: Path = Path("/")) -> dict[str, Any]:
    memory = dict(line.split(":", 1) for line in _read(root / "proc/meminfo").splitlines() if ":" in line)
    mounts = (line.split() for line in _read(root / "proc/mounts").splitlines())
    return {
        "up_s": round(machine_up_s()),
        "load": _read(root / "proc/loadavg").split()[:3],
        "memory": {
            name: memory[name].strip() for name in ("MemTotal", "MemAvailable", "SwapFree") if name in memory
        },
        "free_bytes": {
            "/": free_bytes(Path("/")),
            "state_dir": free_bytes(state_dir) if state_dir else None,
        },
        "mounts": [
            {"at": at, "type": kind, "read_only": bool(_READ_ONLY.search(options))}
            for _, at, kind, options, *_ in mounts
            if at in ("/", "/boot", "/boot/firmware", "/var", "/var/lib/kioskd", "/data")
        ],
        "temperatures_c": {
            _read(zone / "type").strip(): int(_read(zone / "temp") or 0) / 1000
            for zone in sorted((root / "sys/class/thermal").glob("thermal_zone*"))
            if _read(zone / "temp").strip().isdigit()
        },
    }


def state_files(folder: Path) -> list[dict[str, Any]]:
    """Names, sizes and ages of what lies in the state directory; never what is in it."""
    found = []
    for file in sorted(folder.rglob("*")) if folder.is_dir() else []:
        try:
            known = file.lstat()
        except OSError:
            continue
        changed = datetime.fromtimestamp(known.st_mtime, UTC)
        found.append(
            {
                "file": str(file.relative_to(folder)),
                "bytes": known.st_size,
                "mode": f"{known.st_mode & 0o777:o}",
                "changed": changed.isoformat(timespec="seconds"),
            }
        )
    return found


def journal(plain: Plain, run: Run = run) -> Iterator[str]:
    """The last lines of kioskd's units: those of systemd as they are, kioskd's own made plain."""
    units = [word for unit in UNITS for word in ("--unit", unit)]
    command = (
        *("journalctl", "--no-pager", "--output=json", f"--lines={MOST_LINES}", f"--since={SINCE}"),
        *units,
    )
    for entry in _entries(run(command)):
        said = entry.get("MESSAGE")
        if isinstance(said, list):  # bytes that are no text
            said = bytes(each for each in said if isinstance(each, int) and 0 <= each < 256).decode(
                "utf-8", "replace"
            )
        if not isinstance(said, str):
            continue
        by_systemd = entry.get("_PID") == "1"
        message = without_numbers(said) if by_systemd else plain.text(said)
        level = _LEVELS.get(str(entry.get("PRIORITY")), "debug")
        yield f"{_moment(entry)} {level:7} {'systemd' if by_systemd else 'kioskd'}: {message}"


def kernel_signs(run: Run = run) -> dict[str, int]:
    """How often the kernel complained, by what about. Its words stay here: they name what is plugged in."""
    counts = Counter(dict.fromkeys(_SIGNS, 0))
    command = (
        "journalctl",
        "--no-pager",
        "--output=json",
        "--dmesg",
        f"--lines={MOST_LINES}",
        f"--since={SINCE}",
    )
    for entry in _entries(run(command)):
        said = str(entry.get("MESSAGE"))
        counts.update(sign for sign, pattern in _SIGNS.items() if re.search(pattern, said, re.IGNORECASE))
    return dict(counts)


def _entries(lines: str) -> Iterator[dict[str, Any]]:
    for line in lines.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry


def _moment(entry: dict[str, Any]) -> str:
    try:
        return datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, UTC).isoformat(
            timespec="seconds"
        )
    except (KeyError, ValueError, TypeError, OverflowError):
        return "?"


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
