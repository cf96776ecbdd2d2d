"""The transition table as a Mermaid state diagram: `kioskd visit-graph`."""

from __future__ import annotations

from collections import defaultdict

from kioskd.core import rules as rules
from kioskd.core.rules.table import RULES
from kioskd.core.visit import Place


def mermaid() -> str:
    """Every way from one place to another, with the events that take it. Staying is not drawn.

    Whatever leads home leads to `out_of_order` when nothing can be paid; that is drawn once, from `attract`.
    """
    labels: dict[tuple[Place, Place], list[str]] = defaultdict(list)
    for (place, event), rule in RULES.items():
        home = (
            {Place.OUT_OF_ORDER} if Place.ATTRACT in rule.leads_to and place is not Place.ATTRACT else set()
        )
        for target in rule.leads_to - {place} - home:
            labels[place, target].append(event.__name__)
    lines = ["stateDiagram-v2", *(f"    [*] --> {start}" for start in (Place.ATTRACT, Place.ENROLLING))]
    order = list(Place)
    for (start, end), events in sorted(labels.items(), key=lambda item: [order.index(p) for p in item[0]]):
        lines.append(f"    {start} --> {end}: {', '.join(sorted(events))}")
    return "\n".join(lines) + "\n"
