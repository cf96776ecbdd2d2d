"""`kioskd visit-graph`: the diagram that the README shows."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kioskd.core.graph import mermaid
from kioskd.daemon import exit_codes


def visit_graph(arguments: Sequence[str]) -> int:
    """Prints the visit's transitions, drawn from the code that takes them."""
    argparse.ArgumentParser(
        prog="kioskd visit-graph", description="Print the visit's transitions as a Mermaid diagram."
    ).parse_args(arguments)
    print(mermaid(), end="")
    return exit_codes.OK
