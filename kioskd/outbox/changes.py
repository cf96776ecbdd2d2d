"""What is written down: the engine decides these, the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kioskd.outbox.operation import Operation
from kioskd.outbox.saga import SagaState
from kioskd.outbox.states import OpState
from kioskd.outbox.value import value


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row. `operation.state` is its first state."""

    operation: Operation
    payload: bytes
    order_number: int | None = None


@value
class Move:
    """A row goes from one state to another. Entering `sending` opens an attempt, leaving it closes one.

    With `before` and the new state equal only what else is known of it changes.
    """

    before: OpState
    operation: Operation
    cause: str
    actor: str = "engine"
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Joined:
    """A row that stood alone belongs to a saga from now on."""

    op_id: str
    saga_id: str


@dataclass(frozen=True, slots=True)
class SagaBegun:
    saga_id: str
    state: SagaState


@dataclass(frozen=True, slots=True)
class SagaMoved:
    """In a final state, what its operations left for each other is wiped."""

    saga_id: str
    before: SagaState
    state: SagaState
    reason: str


Change = Insert | Move | Joined | SagaBegun | SagaMoved
