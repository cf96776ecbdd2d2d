"""One thing that the lab shows to be so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class Proof:
    """`quick` ones are for every change: together they may take some minutes. `needs_newer` ones install
    another version of kioskd."""

    name: str
    title: str
    show: Callable[[Lab], Awaitable[str]]
    quick: bool = True
    limit_s: float = 600.0
    needs_newer: bool = False
