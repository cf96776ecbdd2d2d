"""One card's life, act by act: each needs the one before, and each is a line of the report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.lab.first_boot.fresh import Fresh


@dataclass(frozen=True, slots=True)
class Act:
    """`show` returns a remark for the report, or raises NotSo."""

    name: str
    title: str
    show: Callable[[Fresh], Awaitable[str]]
    limit_s: float = 5400.0


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    title: str
    acts: tuple[Act, ...]
