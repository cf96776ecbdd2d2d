"""The transition table as a Mermaid state diagram, for the README and for whoever asks `kioskd visit-graph`."""

from __future__ import annotations

from collections import defaultdict

from kioskd.core import rules as rules
from kioskd.core.rules.table import RULES
from kioskd.core.visit import Place


def mermaid() -> str:
    """Every way from one place to another, with the events that take it. Staying is not drawn."""
    labels: dict[tuple[Place, Place], list[str]] = defaultdict(list)
    for (place, event), rule in RULES.items():
        for target in rule.leads_to - {place}:
            labels[place, target].append(event.__name__)
    lines = ["stateDiagram-v2", f"    [*] --> {Place.ATTRACT}"]
    order = list(Place)
    for (start, end), events in sorted(labels.items(), key=lambda item: [order.index(p) for p in item[0]]):
        lines.append(f"    {start} --> {end}: {', '.join(sorted(events))}")
    return "\n".join(lines) + "\n"
