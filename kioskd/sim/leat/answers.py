"""What a Leat operation is given and what it gives back, before it becomes HTTP."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from kioskd.sim.leat.codes import MESSAGES, Code

JsonObject = dict[str, Any]

# PHP prints an empty map as a list unless told otherwise, and Leat's operations differ in it.
META_MAP: Final[JsonObject] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. `deviation` says where the documentation is silent and the simulator had to choose."""

    data: Any
    meta: Any = field(default_factory=list)
    links: JsonObject | None = None
    deviation: str | None = None
    status: int = 200

    def to_json(self) -> JsonObject:
        document = {"data": self.data, "meta": self.meta}
        return document if self.links is None else document | {"links": self.links}


class LeatError(Exception):
    """A refusal with Leat's own code. The HTTP status is 400 whatever the code says."""

    def __init__(
        self,
        code: Code,
        errors: Mapping[str, list[str]] | None = None,
        *,
        deviation: str | None = None,
    ) -> None:
        super().__init__(f"{code:d} {MESSAGES[code]}")
        self.code = code
        self.errors = dict(errors or {})
        self.deviation = deviation

    def to_json(self) -> JsonObject:
        body: JsonObject = {"message": MESSAGES[self.code], "code": int(self.code), "status_code": 400}
        return body | {"errors": self.errors} if self.errors else body


class RouteNotFound(Exception):
    """Answered as an unknown path is."""


def invalid_input(errors: Mapping[str, list[str]], *, deviation: str | None = None) -> LeatError:
    return LeatError(Code.INVALID_INPUT, errors, deviation=deviation)


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request. `url` is its address without the query, for links in answers."""

    now: datetime
    url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: JsonObject

    def required(self, name: str) -> str:
        value = self.query.get(name, "")
        if not value:
            raise invalid_input({name: [f"The {name} field is required."]})
        return value

    def path_uuid(self, name: str) -> str:
        """A part of the path, for operations whose documentation has 1003 for one that is no uuid."""
        text = self.path[name]
        try:
            uuid.UUID(text)
        except ValueError:
            raise invalid_input({name: [f"The {name} must be a valid UUID."]}) from None
        return text

    def whole_number(self, name: str, default: int, low: int, high: int) -> int:
        """A query parameter between `low` and `high`, both allowed."""
        text = self.query.get(name)
        if text is None:
            return default
        try:
            number = int(text)
        except ValueError:
            raise invalid_input({name: [f"The {name} must be an integer."]}) from None
        if not low <= number <= high:
            raise invalid_input({name: [f"The {name} must be between {low} and {high}."]})
        return number

    def number(self, name: str) -> float:
        """A required query parameter that is finite."""
        text = self.required(name)
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise invalid_input({name: [f"The {name} must be a number."]})
        return number


def utc_text(at: datetime) -> str:
    """A time as Leat prints it: ISO 8601 with offset, whole seconds."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def optional_utc_text(at: datetime | None) -> str | None:
    return None if at is None else utc_text(at)


def parse_time(text: str) -> datetime:
    """A time as Leat reads it: ISO 8601, UTC when it names no offset. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if not 1970 <= at.year < 9999:  # at the ends of the calendar, other time zones do not exist
        raise ValueError(f"year {at.year} is out of range")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def picture(url: str | None) -> JsonObject | None:
    return None if url is None else {"type": "image", "value": url}
