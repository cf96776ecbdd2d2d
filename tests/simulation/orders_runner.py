"""Orders by the thousand with a card terminal at message level, and what became of everybody's money."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from kioskd.core.order import Tender
from tests.simulation.copies_world import fast_directory
from tests.simulation.daemon_world import DaemonWorld
from tests.simulation.runner import CHUNK, STOP_AFTER, Figures, in_order, lived


@dataclass
class OrderFigures(Figures):
    """`taken` counts orders for which a terminal has had money until they were taken back, if they were;
    `settled_by_card` those sold that way, in part or in whole; `settled` are all that were sold. `parts` were
    paid in part first, `handed_back` are card payments that went back. `evidence` is what a person had to
    look up, `by_kind` cuts by message kind."""

    orders: int = 0
    taken: int = 0
    settled: int = 0
    settled_by_card: int = 0
    evidence: int = 0
    parts: int = 0
    handed_back: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)

    def add(self, other: Figures) -> None:
        super().add(other)
        assert isinstance(other, OrderFigures)
        for name in ("orders", "taken", "settled", "settled_by_card", "evidence", "parts", "handed_back"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.by_kind += other.by_kind


def simulate_orders(
    orders: int, seed: int, faults: frozenset[str] | None = None, jobs: int | None = None
) -> OrderFigures:
    """Worlds `seed`, `seed + 1`, ... until there were so many orders. The same whatever `jobs` is."""
    begun = time.monotonic()
    total = OrderFigures()
    with tempfile.TemporaryDirectory(prefix="kioskd-simulation-", dir=fast_directory()) as directory:
        run = partial(_run_chunk, faults, Path(directory))
        cores = 1 if orders == 1 else jobs or os.cpu_count() or 1
        for figures in in_order(run, seed, cores, CHUNK):
            total.add(figures)
            if total.orders >= orders or len(total.stories) >= STOP_AFTER:
                break
    total.seconds = time.monotonic() - begun
    return total


def _run_chunk(faults: frozenset[str] | None, directory: Path, seeds: range) -> list[Figures]:
    logging.disable(logging.ERROR)
    return [_run_one(faults, directory, seed) for seed in seeds]


def _run_one(faults: frozenset[str] | None, directory: Path, seed: int) -> OrderFigures:
    world = DaemonWorld(seed, directory, faults=faults)
    figures = OrderFigures(**vars(lived(world, world.run)))
    figures.cuts = world.cuts.total()
    figures.backends[world.backend] = len(world.orders)
    figures.orders = len(world.orders)
    sold = [order for order in world.orders.values() if world.store.row(order.id) is not None]
    back = {each.order_id for each in world.card.ledger.payments if each.handed_back}
    kept = {order_id for order_id in world.orders if world.card.ledger.kept_minor(order_id)}
    figures.taken = len(kept | (back & {order.id for order in sold}))
    figures.settled = len(sold)
    figures.settled_by_card = sum(bool(order.tender is Tender.CARD or order.card_payments) for order in sold)
    figures.parts = world.seen["part paid"]
    figures.handed_back = sum(each.handed_back for each in world.card.ledger.payments)
    figures.evidence = len(world.evidence)
    figures.by_kind = world.cuts
    return figures
