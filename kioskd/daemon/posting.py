"""How events reach the runtime from those made before it, and what the outbox tells the guest of an order."""

from __future__ import annotations

from collections.abc import Callable

from kioskd.core.events import Event, OrderDelivered, OrderUndeliverable
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.daemon.selling.courier import CARD_REFUSALS
from kioskd.daemon.selling.drafts import ORDER
from kioskd.outbox.courier import Applied, Outcome, Refused
from kioskd.outbox.operation import Operation


class Post:
    """Where events go, once there is a runtime. Whoever posts was made before it and speaks after it."""

    def __init__(self) -> None:
        self.to: Callable[[Event], None] | None = None

    def __call__(self, event: Event) -> None:
        if self.to:
            self.to(event)


def tell_order(operation: Operation, outcome: Outcome, post: Post) -> None:
    """What became of an order, in case its guest is still looking."""
    if operation.kind != ORDER:
        return
    if isinstance(outcome, Applied):
        points, balance = outcome.result.get("points"), outcome.result.get("balance")
        texts = outcome.result.get("texts")
        post(
            OrderDelivered(
                operation.op_id, points, balance, texts if isinstance(texts, LoyaltyTexts) else None
            )
        )
    else:
        card_refused = isinstance(outcome, Refused) and outcome.reason in CARD_REFUSALS
        post(OrderUndeliverable(operation.op_id, card_refused))
