"""What an operation is given and what it gives back, before it becomes HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kioskd.sim.rbi.records import JsonObject
from kioskd.sim.rbi.switches import Switches

RULES_ERROR = "RulesError"


@dataclass(frozen=True, slots=True)
class Answer:
    document: JsonObject
    status: int = 200


class RbiError(Exception):
    """A refusal. `code` None where the platform shows none; `extra` lies beside code and message."""

    def __init__(
        self,
        status: int,
        code: str | None,
        message: str,
        *,
        details: JsonObject | None = None,
        **extra: object,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.extra = extra

    def to_json(self, switches: Switches) -> JsonObject:
        code = self.code
        if code is not None and code != RULES_ERROR and switches.error_spelling == "constants":
            code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code).upper()
        said = {"code": code, "message": self.message, "details": self.details}
        return {name: value for name, value in (said | self.extra).items() if value is not None}


def api_error(status: int, code: str, message: str) -> RbiError:
    return RbiError(status, code, message, statusCode=status)


def malformed(*fields: str) -> RbiError:
    """The body has not the shape it must have; names the fields that are wrong."""
    message = f"request body is invalid: {', '.join(fields)}"
    return RbiError(400, "ValidationError", message, details={"fields": list(fields)}, statusCode=400)


def transaction_not_found() -> RbiError:
    return api_error(404, "TransactionNotFoundError", "transaction not found")


def not_claimable() -> RbiError:
    return api_error(400, "TransactionNotClaimable", "transaction is not in a claimable state")


@dataclass(frozen=True, slots=True)
class Call:
    """One request whose headers are in order. `now` is the server's time, `user_at` the guest's."""

    now: datetime
    user_at: datetime
    """Without an offset when the header had none."""
    region: str
    body: JsonObject
    path: Mapping[str, str] = field(default_factory=dict)
