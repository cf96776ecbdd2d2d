"""The driver's own memory: what it asked the terminal for, on the disk before the terminal hears of it.

A terminal knows no order numbers. To recognise a payment after a crash, the kiosk must remember what it
asked for and which transaction was the last one before.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kioskd.core.errors import DeviceFault
from kioskd.core.events import PaymentOutcome

KEPT = 50
"""Attempts remembered. Only the last can be undecided, so this is generous."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The terminal's own numbers of one transaction."""

    terminal_id: str | None
    trace: int | None
    receipt: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """`before` is the terminal's last transaction before this one, `seen` the one it announced for it.

    `started_at` is aware local time. Without an `outcome` the attempt is undecided.
    """

    reference: str
    amount_minor: int
    currency_code: int
    started_at: datetime
    before: Mark | None
    seen: Mark | None = None
    outcome: PaymentOutcome | None = None
    evidence: str = ""


class AttemptsUnreadable(DeviceFault):
    """The file is damaged: nobody can say whether a payment is undecided."""


class AttemptJournal:
    """A small JSON file, replaced as a whole and synced, so it is always either the old or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._attempts: dict[str, Attempt] | None = None
        self._writing = threading.Lock()
        self.existed = False
        """The file was there when it was first read, so what it does not name was never begun."""

    def _loaded(self) -> dict[str, Attempt]:
        if self._attempts is None:
            try:
                text = self._path.read_text(encoding="utf-8")
                self._attempts = {a.reference: a for a in map(_from_json, json.loads(text)["attempts"])}
                self.existed = True
            except FileNotFoundError:
                self._attempts = {}
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                what = f"{self._path} cannot be read ({type(error).__name__})"
                raise AttemptsUnreadable(f"{what}: check the last payment, then remove it") from None
        return self._attempts

    def get(self, reference: str) -> Attempt | None:
        """Raises AttemptsUnreadable."""
        return self._loaded().get(reference)

    def undecided(self) -> Attempt | None:
        """The attempt whose outcome is not known. Raises AttemptsUnreadable."""
        return next((a for a in self._loaded().values() if a.outcome is None), None)

    async def put(self, attempt: Attempt) -> None:
        """On return it is on the disk. Raises OSError (then nothing has changed) or AttemptsUnreadable."""
        changed = {key: old for key, old in self._loaded().items() if key != attempt.reference}
        changed[attempt.reference] = attempt
        for key in list(changed)[:-KEPT]:
            del changed[key]
        await asyncio.to_thread(self._write, list(changed.values()))
        self._attempts = changed

    def _write(self, attempts: list[Attempt]) -> None:
        text = json.dumps({"attempts": [_to_json(attempt) for attempt in attempts]}, indent=1)
        draft = self._path.with_name(self._path.name + ".new")
        with self._writing:
            with draft.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
            directory = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)


def _to_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "reference": attempt.reference,
        "amount_minor": attempt.amount_minor,
        "currency_code": attempt.currency_code,
        "started_at": attempt.started_at.isoformat(),
        "before": _mark_to_json(attempt.before),
        "seen": _mark_to_json(attempt.seen),
        "outcome": attempt.outcome,
        "evidence": attempt.evidence,
    }


def _mark_to_json(mark: Mark | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {"terminal_id": mark.terminal_id, "trace": mark.trace, "receipt": mark.receipt}


def _from_json(entry: dict[str, Any]) -> Attempt:
    return Attempt(
        reference=entry["reference"],
        amount_minor=entry["amount_minor"],
        currency_code=entry["currency_code"],
        started_at=datetime.fromisoformat(entry["started_at"]),
        before=Mark(**entry["before"]) if entry["before"] else None,
        seen=Mark(**entry["seen"]) if entry["seen"] else None,
        outcome=PaymentOutcome(entry["outcome"]) if entry["outcome"] else None,
        evidence=entry["evidence"],
    )
