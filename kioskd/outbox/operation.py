"""Operations: what is asked of the outbox, what it remembers, and what it writes down about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kioskd.core.errors import KioskError
from kioskd.outbox.states import TERMINAL, OpState

PAYLOAD_LIMIT_BYTES = 128 * 1024
_WORD_LIMIT = 128


class OperationRefused(KioskError):
    """The outbox will not do this with that operation: unknown id, wrong state, too large, accepted before.

    Nothing was changed. The text names the operation and the reason, never the payload.
    """


class OutboxFull(OperationRefused):
    """Too much is waiting already; nothing was accepted. What is waiting is safe and is still delivered."""


class Strategy(StrEnum):
    """How an operation is made safe to repeat."""

    KEYED = "keyed"
    """The payload carries a key under which the server takes effect once: repeat with the same key."""
    ATTENDED = "attended"
    """The daemon does it while a guest waits (a card payment). The outbox only remembers; it never sends."""
    LOCAL = "local"
    """Nothing to deliver: kept for the record, payload included."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation to be accepted.

    `op_id` is made by the caller, unique for ever. `lane` is what order is kept within (`member:<id>`).
    `payload` is a JSON object of at most 64 KiB that nobody here looks into. `held` is why it must wait
    for `release` ("unpaid"). `order_number` is remembered as the last one given, in the same commit.
    """

    op_id: str
    kind: str
    lane: str
    payload: Mapping[str, Any]
    strategy: Strategy = Strategy.KEYED
    held: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    order_number: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of an attended operation. `evidence` is printable and never card data.

    `state` is confirmed, rejected, in_doubt, or unknown when it could not be found out yet.
    """

    op_id: str
    state: OpState
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What the outbox knows of an operation, without its payload. `seq` is the order of acceptance."""

    seq: int
    op_id: str
    kind: str
    lane: str
    strategy: Strategy
    state: OpState
    payload_bytes: int
    amount_minor: int | None = None
    currency: str | None = None
    attempts: int = 0
    contradictions: int = 0
    """How often the server called it a duplicate and then could not find it."""
    last_outcome: str = ""
    detail: str = ""
    """Why it is where it is: what it is held for, the refusal, the evidence."""

    @property
    def is_open(self) -> bool:
        return self.state not in TERMINAL


@dataclass(frozen=True, slots=True)
class Parcel:
    """An operation together with what it carries."""

    operation: Operation
    payload: Mapping[str, Any]


# --- what is written down --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row. `operation.state` is its first state."""

    operation: Operation
    payload: bytes
    order_number: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A row goes from one state to another. Entering `sending` opens an attempt, leaving it closes one."""

    before: OpState
    operation: Operation
    cause: str
    actor: str = "engine"


Change = Insert | Move


def encode_payload(draft: Draft) -> bytes:
    """Canonical JSON, so that equal payloads have equal hashes. OperationRefused when it cannot be kept."""
    for name, word in (("op_id", draft.op_id), ("kind", draft.kind), ("lane", draft.lane)):
        if not 0 < len(word) <= _WORD_LIMIT or not word.isprintable():
            raise OperationRefused(f"{name} must be 1 to {_WORD_LIMIT} printable characters")
    try:
        text = json.dumps(
            dict(draft.payload), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        )
        payload = text.encode()
    except (TypeError, ValueError) as error:
        raise OperationRefused(
            f"{draft.op_id}: the payload is no JSON object: {type(error).__name__}"
        ) from None
    if len(payload) > PAYLOAD_LIMIT_BYTES:
        raise OperationRefused(
            f"{draft.op_id}: the payload has {len(payload)} bytes, at most {PAYLOAD_LIMIT_BYTES} are kept"
        )
    return payload


def decode_payload(raw: bytes) -> Mapping[str, Any]:
    """The JSON object again. ValueError when it is none."""
    try:
        payload = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ValueError(type(error).__name__) from None
    if not isinstance(payload, dict):
        raise ValueError("no JSON object")
    return payload
