"""Reads a request body the way a lenient PHP server does, and collects what is wrong with it.

Amounts are integers in minor units; digits in a text are taken for a number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from kioskd.sim.leat.answers import JsonObject, invalid_input, parse_time

_MISSING = "The {} field is required."
# Beyond any price, and small enough that sums and products of such numbers stay finite.
_LARGEST = 10**12

Number = TypeVar("Number", int, int | float)


@dataclass(slots=True)
class Fields:
    """One object of the body, at `place` in it. A wrong field goes to `errors` and reads as None."""

    values: JsonObject
    errors: dict[str, list[str]] = field(default_factory=dict)
    place: str = ""

    def check(self) -> None:
        """Raises LeatError 1003 naming every field that was wrong so far."""
        if self.errors:
            raise invalid_input(self.errors)

    def wrong(self, name: str, text: str) -> None:
        self.errors.setdefault(self._at(name), []).append(text)

    def text(self, name: str, *, required: bool = False, choices: tuple[str, ...] = ()) -> str | None:
        value = self._value(name, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(name, f"The {name} must be a string.")
            return None
        if choices and value not in choices:
            self.wrong(name, f"The selected {name} is invalid.")
            return None
        return value

    def integer(self, name: str, *, required: bool = False) -> int | None:
        value = self._value(name, required)
        if isinstance(value, str):
            try:
                value = int(value)
            except ValueError:
                value = math.nan
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(name, f"The {name} must be an integer.")
            return None
        return self._bounded(name, value)

    def number(self, name: str, *, required: bool = False) -> int | float | None:
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.wrong(name, f"The {name} must be a number.")
            return None
        return self._bounded(name, value)

    def map(self, name: str) -> JsonObject:
        """A map of the caller's own making. PHP cannot tell an empty one from an empty list."""
        value = self._value(name, False)
        if value is None or value == []:
            return {}
        if not isinstance(value, dict):
            self.wrong(name, f"The {name} must be an array.")
            return {}
        return value

    def time(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return parse_time(text)
        except ValueError:
            self.wrong(name, f"The {name} is not a valid date.")
            return None

    def nested(self, name: str, *, required: bool = False) -> Fields | None:
        value = self._value(name, required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(name, f"The {name} must be an array.")
            return None
        return Fields(value, self.errors, self._at(name))

    def items(self, name: str, *, required: bool = False) -> list[Fields]:
        value = self._value(name, required)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(name, f"The {name} must be an array.")
            return []
        return [Fields(item, self.errors, self._at(f"{name}.{index}")) for index, item in enumerate(value)]

    def _bounded(self, name: str, value: Number) -> Number | None:
        if abs(value) > _LARGEST:
            self.wrong(name, f"The {name} is too large.")
            return None
        return value

    def _value(self, name: str, required: bool) -> Any:
        value = self.values.get(name)
        empty = value is None or value == "" or (value == [] and required)
        if empty and required:
            self.wrong(name, _MISSING.format(name))
        return None if empty else value

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
