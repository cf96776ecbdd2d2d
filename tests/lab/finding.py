"""How one proof went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`remark` has the figures, or why it did not hold."""

    name: str
    title: str
    held: bool
    remark: str
    took_s: float

    def __str__(self) -> str:
        return f"{'ok    ' if self.held else 'NOT SO'} {self.title} ({self.took_s:g} s)\n       {self.remark}"
