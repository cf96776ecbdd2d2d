"""Operations: what is asked of the outbox, and what it remembers of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from math import inf
from operator import attrgetter
from typing import Any

from kioskd.core.errors import KioskError
from kioskd.outbox.states import TERMINAL, OpState
from kioskd.outbox.value import value

PAYLOAD_LIMIT_BYTES = 128 * 1024
_WORD_LIMIT = 128
_canonical = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
_UNDER_WAY = frozenset({OpState.SENDING, OpState.UNKNOWN, OpState.RECONCILING})


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
    FENCED = "fenced"
    """The payload carries the key of a lock that we hold: repeat while the lock stands, then read back."""
    READ_BACK = "read_back"
    """No key at all. Sent once; when the outcome is unknown, sent again only after proof of absence."""
    HUMAN = "human"
    """No key, and nothing to read back. Sent once; a person decides about an unknown outcome."""
    ATTENDED = "attended"
    """The daemon does it while a guest waits (a card payment). The outbox only remembers; it never sends."""
    LOCAL = "local"
    """Nothing to deliver: kept for the record, payload included."""


@value
class Draft:
    """An operation to be accepted.

    `op_id` is made by the caller, unique for ever. `lane` is what order is kept within (`member:<id>`).
    `payload` is a JSON object of at most 64 KiB that nobody here looks into. `held` is why it must wait
    for `release` ("unpaid"); it ends by itself at `expires_at`, if the clock can be trusted by then.
    `order_number` is remembered as the last one given, in the same commit.

    Within a `saga`: it is sent only when everything in `depends_on` is confirmed, and everything it `follows`
    is final or in doubt (never past what is quarantined: that may yet be sent); `compensates` names the
    operation it undoes. Those must be accepted before it: in its saga or, when that is being finished, alone
    and still open; then they join it.
    `at_once`: a guest waits for it. It is sent now or never, and not again after an unknown outcome, unless
    its saga is finished meanwhile.
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
    saga: str | None = None
    step: str = ""
    depends_on: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    compensates: str | None = None
    at_once: bool = False
    lock: Lock | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """What fences an operation: `life_s` counts from its acceptance, `until` is the other side's own word."""

    life_s: float
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of an attended operation. `evidence` is printable and never card data.

    `state` is confirmed, rejected, in_doubt, or unknown when it could not be found out yet. `actor` and
    `cause` say who closed it and why, in the log of its life.
    """

    op_id: str
    state: OpState
    evidence: str = ""
    actor: str = "daemon"
    cause: str = "closed"


@value
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
    saga: str | None = None
    step: str = ""
    depends_on: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    compensates: str | None = None
    at_once: bool = False
    wanted: bool = True
    """False: must not be sent (again); only what became of it is still of interest."""
    suspect: bool = False
    """The file was restored from a copy: it may have been sent in what was lost."""
    remote_uuid: str | None = None
    baseline: str | None = None
    """JSON, from before the first send that may have taken effect."""
    evidence: str = ""
    """JSON for the person who decides about an operation in doubt."""
    fence_s: float | None = None
    fence_until_s: float | None = None
    expires_at_s: float | None = None

    # Only true of this process, never written down:
    waits: bool = False
    """For other operations of its saga: it stands in no lane yet."""
    sent_before: bool = False
    """An earlier send may be in effect, and this one repeats it."""
    not_before_s: float = -inf
    unknown_since_s: float = -inf
    asked_at_s: float = -inf
    fresh_until_s: float = -inf
    fence_over_s: float = inf
    fence_counted: bool = False
    """The lock was taken by this process, so its life was counted without a gap."""

    def evolve(self, **changed: Any) -> Operation:
        """As `dataclasses.replace` at a tenth of its price: every step of the engine makes some of these."""
        evolved = Operation(*_contents(self))
        for name, content in changed.items():
            setattr(evolved, name, content)
        return evolved

    @property
    def is_open(self) -> bool:
        return self.state not in TERMINAL

    @property
    def is_unresolved(self) -> bool:
        """It may be in effect, and a second one like it could be mixed up with it."""
        if self.state is OpState.IN_DOUBT:
            return self.strategy is Strategy.READ_BACK and not self.last_outcome.startswith("refused")
        return self.state in _UNDER_WAY and self.strategy is not Strategy.ATTENDED


_contents = attrgetter(*(each.name for each in fields(Operation)))


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of an operation that another one builds upon."""

    state: OpState
    remote_uuid: str | None
    keep: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parcel:
    """An operation together with what it carries.

    `results` are those of the operations it depends on, follows or compensates, by op_id.
    """

    operation: Operation
    payload: Mapping[str, Any]
    results: Mapping[str, Result] = field(default_factory=dict)

    @property
    def baseline(self) -> Mapping[str, Any] | None:
        """What was asked for before the send. None for other strategies, and before it was asked for."""
        return json.loads(self.operation.baseline) if self.operation.baseline else None


def encode_payload(draft: Draft) -> bytes:
    """Canonical JSON, so that equal payloads have equal hashes. OperationRefused when it cannot be kept."""
    for name, word in (("op_id", draft.op_id), ("kind", draft.kind), ("lane", draft.lane)):
        if not 0 < len(word) <= _WORD_LIMIT or not word.isprintable():
            raise OperationRefused(f"{name} must be 1 to {_WORD_LIMIT} printable characters")
    try:
        payload = _canonical(dict(draft.payload)).encode()
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
