"""What is known of an operation that a person must decide about: what was and is there, what was paid."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kioskd.daemon.selling.drafts import PAYMENT
from kioskd.outbox.operation import Operation, decode_payload
from kioskd.outbox.reading import Account


def evidence(operation: Operation) -> dict[str, Any]:
    """What was there before the first try, and what is there now that could be ours."""
    known: dict[str, Any] = json.loads(operation.evidence) if operation.evidence else {}
    baseline = json.loads(operation.baseline) if operation.baseline else None
    return {"baseline": known.get("baseline", baseline), "candidates": known.get("candidates", [])}


def receipt_number(accounts: Iterable[Account]) -> str | None:
    """The number on the guest's receipt, if any operation of the order still carries it."""
    for account in accounts:
        try:
            payload = decode_payload(account.payload or b"{}")
        except ValueError:
            continue
        for key in ("number", "reference"):
            if isinstance(number := payload.get(key), str):
                return number
    return None


def payment(accounts: Iterable[Account]) -> dict[str, Any] | None:
    """What became of the card payment of the same order."""
    for operation in (account.listed.operation for account in accounts):
        if operation.kind == PAYMENT:
            return {
                "state": operation.state,
                "amount_minor": operation.amount_minor,
                "currency": operation.currency,
                "evidence": operation.detail,
            }
    return None
