"""One thing that the lab shows to be so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class Proof:
    """`quick` ones are for every change. The others wait for restarts or for time to pass, or show what a
    quick one needs anyway: a receipt comes out before the paper ends, a card is read after the plugs.
    `needs_newer` ones install another version of kioskd."""

    name: str
    title: str
    show: Callable[[Lab], Awaitable[str]]
    quick: bool = True
    limit_s: float = 600.0
    needs_newer: bool = False
