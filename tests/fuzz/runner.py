"""Feeds a surface and watches: nothing raised, nothing slower than a second, nothing that grows."""

from __future__ import annotations

import faulthandler
import os
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz.surfaces import SURFACES

HANG_S = 1.0
CRASH_S = 30.0
"""A reader stuck in C code cannot be interrupted: the process is ended, with its stack."""
GROWTH_KIB = 24 * 1024
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
WARM_SHARE = 4
"""After the first quarter the libraries have loaded what they load once."""


@dataclass(frozen=True, slots=True)
class Ordeal:
    """What a surface went through. `problem` names the input, for `--surface`, `--seed` and `--at`."""

    surface: str
    inputs: int
    worst_ms: float
    growth_kib: int
    problem: str = ""


def ordeal(surface: str, inputs: int, seed: int, first: int = 0) -> Ordeal:
    """Takes `inputs` inputs, each made from `seed` and its number; stops at the first that does harm."""
    take = SURFACES[surface]()
    worst_ms, warm_kib = 0.0, 0
    for number in range(first, first + inputs):
        random = Random(f"{surface}/{seed}/{number}")
        faulthandler.dump_traceback_later(CRASH_S, exit=True)
        started_s = time.perf_counter()
        try:
            take(random)
        except Exception as error:  # noqa: BLE001 - whatever comes out is the finding
            return Ordeal(surface, number, worst_ms, 0, f"input {number} of seed {seed}: {error!r}")
        finally:
            faulthandler.cancel_dump_traceback_later()
        took_ms = (time.perf_counter() - started_s) * 1000
        worst_ms = max(worst_ms, took_ms)
        if took_ms > HANG_S * 1000:
            return Ordeal(surface, number, worst_ms, 0, f"input {number} of seed {seed}: {took_ms:.0f} ms")
        if number == first + inputs // WARM_SHARE:
            warm_kib = _resident_kib()
    growth_kib = _resident_kib() - warm_kib
    problem = f"grew by {growth_kib} KiB" if growth_kib > GROWTH_KIB else ""
    return Ordeal(surface, inputs, worst_ms, growth_kib, problem)


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_KIB
