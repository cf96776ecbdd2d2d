"""Values that the engine makes by the dozen at every step.

A frozen dataclass sets its fields one by one through `object.__setattr__`, at five times the price of an
assignment. These are as frozen, but it is the type checker that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A slotted dataclass that nobody changes, to be compared and hashed by what it holds."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
