"""Runs worlds by the thousand on all cores, and adds up what happened in them."""

from __future__ import annotations

import gc
import logging
import os
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from tests.simulation.copies_world import CopiesWorld, copied_disk, fast_directory
from tests.simulation.daemon_world import DaemonWorld
from tests.simulation.faults import FAULTS
from tests.simulation.process_level import KilledKiosk
from tests.simulation.promise import Doubled, Lost, Wrong
from tests.simulation.sqlite_disk import SqliteDisk, make_blank
from tests.simulation.world import VISITS, World

LEVELS = ("memory", "sqlite", "process", "copies")
CHUNK = 16
_WHOLE_ORDERS_SHARE = 0.06
STOP_AFTER = 10
"""Broken promises that are told one by one."""


@dataclass
class Figures:
    """`seconds` are of the wall clock, over all cores together."""

    operations: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    in_doubt: int = 0
    cuts: int = 0
    kills: int = 0
    worlds: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    backends: Counter[str] = field(default_factory=Counter)
    """Operations by the kind of backend they were for."""
    stories: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        for name in ("operations", "lost", "doubled", "wrong", "in_doubt", "cuts", "kills", "worlds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults
        self.backends += other.backends
        self.stories += other.stories

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def blame(self, error: Wrong) -> None:
        self.lost += isinstance(error, Lost)
        self.doubled += isinstance(error, Doubled)
        self.wrong += not isinstance(error, Lost | Doubled)
        self.stories.append(str(error))


@dataclass(frozen=True)
class Plan:
    level: str = "memory"
    visits: int = VISITS
    faults: frozenset[str] | None = None


def simulate(operations: int, seed: int, plan: Plan, jobs: int | None = None) -> Figures:
    """Worlds `seed`, `seed + 1`, ... until there were so many operations. The same whatever `jobs` is."""
    begun = time.monotonic()
    total = Figures()
    with tempfile.TemporaryDirectory(prefix="kioskd-simulation-", dir=fast_directory()) as directory:
        blank = Path(directory) / "blank.db"
        if plan.level == "sqlite":
            make_blank(blank)
        run = partial(_run_chunk, plan, Path(directory))
        chunk = 1 if plan.level == "process" else CHUNK
        cores = 1 if operations == 1 else jobs or os.cpu_count() or 1
        for figures in in_order(run, seed, cores, chunk):
            if not figures.backends:
                figures.backends["leat"] = figures.operations
            total.add(figures)
            if total.operations >= operations or len(total.stories) >= STOP_AFTER:
                break
    total.seconds = time.monotonic() - begun
    return total


def in_order(run: Callable[[range], list[Figures]], seed: int, jobs: int, chunk: int) -> Iterator[Figures]:
    """World after world, worked on ahead of time on `jobs` cores."""
    if jobs == 1:
        while True:
            yield from run(range(seed, seed + 1))
            seed += 1
    with ProcessPoolExecutor(jobs) as pool:
        ahead: deque[Future[list[Figures]]] = deque()
        try:
            while True:
                while len(ahead) < 2 * jobs:
                    ahead.append(pool.submit(run, range(seed, seed + chunk)))
                    seed += chunk
                yield from ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _run_chunk(plan: Plan, directory: Path, seeds: range) -> list[Figures]:
    logging.disable(logging.ERROR)
    gc.freeze()
    gc.disable()  # a world is one heap of cycles that all end with it
    figures = []
    for seed in seeds:
        figures.append(run_one(plan, seed, directory))
        gc.collect()
    gc.enable()
    return figures


def run_one(plan: Plan, seed: int, directory: Path) -> Figures:
    if plan.level == "process":
        return _killed(seed, directory)
    if plan.level == "copies":
        return _forgotten(seed, directory)
    if plan.level == "memory" and backend_of(seed) == "rbi":
        return _settled(plan, seed, directory)
    if plan.level == "memory":
        world = World(seed, plan.visits, faults=plan.faults)
        figures = lived(world, world.run)
        figures.cuts = world.seen["cuts"]
        return figures
    with tempfile.TemporaryDirectory(dir=directory) as own:
        disk = SqliteDisk(Path(own), blank=directory / "blank.db")
        world = World(seed, plan.visits, faults=plan.faults, disk=disk, level="sqlite")
        figures = lived(world, world.run)
        disk.close()
        figures.cuts = disk.cuts
        return figures


def backend_of(seed: int) -> str:
    """Worlds whose backend takes orders as a whole have production's daemon in them, and take longer."""
    return "rbi" if Random(f"backend {seed}").random() < _WHOLE_ORDERS_SHARE else "leat"


def _settled(plan: Plan, seed: int, directory: Path) -> Figures:
    world = DaemonWorld(seed, directory, backend="rbi", faults=plan.faults, level="memory")
    figures = lived(world, world.run)
    figures.cuts = world.seen["cuts"]
    figures.backends["rbi"] = figures.operations
    return figures


def _killed(seed: int, directory: Path) -> Figures:
    figures = Figures(worlds=1)
    with tempfile.TemporaryDirectory(dir=directory) as own:
        kiosk = KilledKiosk(seed, Path(own))
        try:
            kiosk.run()
        except Wrong as error:
            figures.blame(error)
    figures.operations, figures.kills, figures.in_doubt = kiosk.operations, kiosk.kills, kiosk.in_doubt
    figures.faults["kill -9"] = kiosk.kills
    return figures


def _forgotten(seed: int, directory: Path) -> Figures:
    figures = Figures(worlds=1)
    with tempfile.TemporaryDirectory(dir=directory) as own:
        disk = copied_disk(seed, Path(own))
        world = CopiesWorld(seed, disk)
        try:
            world.run()
        except Wrong as error:
            figures.blame(error)
        disk.close()
    figures.operations, figures.kills, figures.cuts = world.accepted, world.seen["kills"], disk.cuts
    figures.in_doubt = world.in_doubt
    figures.faults = Counter({"lying_sync": disk.cuts * disk.lies, "bit_flip": disk.flips})
    return figures


def lived(world: World | DaemonWorld, run: Callable[[], object]) -> Figures:
    figures = Figures(worlds=1)
    try:
        run()
    except Wrong as error:
        figures.blame(error)
    figures.operations = len(world.promised)
    figures.in_doubt = len(world.doubts)
    figures.kills = world.seen["kills"]
    figures.faults = Counter({fault: world.seen[fault] for fault in FAULTS if world.seen[fault]})
    figures.faults["power_cut"] = world.seen["cuts"]
    return figures


def chosen(faults: str) -> frozenset[str]:
    """Of a list on the command line; ValueError names what is none."""
    names = {name for name in faults.split(",") if name and name != "none"}
    unknown = sorted(names - set(FAULTS))
    if unknown:
        raise ValueError(f"no such fault: {', '.join(unknown)}; there are {', '.join(FAULTS)}")
    return frozenset(names)
