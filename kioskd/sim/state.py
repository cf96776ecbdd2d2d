"""What the states of all simulated servers have in common."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar


class Switched(Protocol):
    switches: Any
    """A pydantic model; among its fields are `clock_skew_s` and `read_lag_s`."""


State = TypeVar("State", bound=Switched)
