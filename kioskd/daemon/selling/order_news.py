"""What the outbox learns about an order, told to the guest who is perhaps still looking."""

from __future__ import annotations

from collections.abc import Callable

from kioskd.core.events import Event, OrderDelivered, OrderUndeliverable
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.daemon.selling.courier import CARD_REFUSALS
from kioskd.daemon.selling.drafts import ORDER
from kioskd.outbox.courier import Applied, Outcome, Refused
from kioskd.outbox.operation import Operation


def tell_order(operation: Operation, outcome: Outcome, post: Callable[[Event], None]) -> None:
    """Of other operations nothing is told."""
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
