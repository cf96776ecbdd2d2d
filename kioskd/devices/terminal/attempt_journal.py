"""The driver's own memory: what it asked the terminal for, on the disk before the terminal hears of it."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kioskd.core.events import PaymentOutcome
from kioskd.devices.terminal.attempts import Attempt, AttemptsUnreadable, Mark
from kioskd.durable import write_file

KEPT = 200
"""Attempts remembered: about a day, for as long can a payment be reversed. Only the last can be undecided."""


class AttemptJournal:
    """A small JSON file, replaced as a whole and synced, so it is always either the old or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._attempts: dict[str, Attempt] | None = None
        self._closed_on: date | None = None
        self._writing = threading.Lock()
        self.existed = False
        """See `Memory`."""

    def _loaded(self) -> dict[str, Attempt]:
        if self._attempts is None:
            try:
                content = json.loads(self._path.read_text(encoding="utf-8"))
                self._attempts = {a.reference: a for a in map(_from_json, content["attempts"])}
                closed_on = content.get("closed_on")
                self._closed_on = date.fromisoformat(closed_on) if closed_on else None
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

    @property
    def closed_on(self) -> date | None:
        """The local day for which the terminal's last end of day was made. Raises AttemptsUnreadable."""
        self._loaded()
        return self._closed_on

    async def put(self, attempt: Attempt) -> None:
        """On return it is on the disk. Raises OSError (then nothing has changed) or AttemptsUnreadable."""
        changed = {key: old for key, old in self._loaded().items() if key != attempt.reference}
        changed[attempt.reference] = attempt
        for key in list(changed)[:-KEPT]:
            del changed[key]
        await self._replace(changed, self._closed_on)

    async def close_day(self, day: date) -> None:
        """Raises OSError or AttemptsUnreadable."""
        await self._replace(self._loaded(), day)

    async def _replace(self, attempts: dict[str, Attempt], closed_on: date | None) -> None:
        content: dict[str, Any] = {"attempts": [_to_json(attempt) for attempt in attempts.values()]}
        if closed_on is not None:
            content["closed_on"] = closed_on.isoformat()
        await asyncio.to_thread(self._write, json.dumps(content, indent=1))
        self._attempts, self._closed_on = attempts, closed_on

    def _write(self, text: str) -> None:
        with self._writing:
            write_file(self._path, text.encode(), 0o640)


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
        "charged_minor": attempt.charged_minor,
        "takes_less": attempt.takes_less,
        "reverses": _mark_to_json(attempt.reverses),
    }


def _mark_to_json(mark: Mark | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {"terminal_id": mark.terminal_id, "trace": mark.trace, "receipt": mark.receipt}


def _from_json(entry: dict[str, Any]) -> Attempt:
    """The last three are missing in what older versions wrote."""
    return Attempt(
        reference=entry["reference"],
        amount_minor=entry["amount_minor"],
        currency_code=entry["currency_code"],
        started_at=datetime.fromisoformat(entry["started_at"]),
        before=_mark(entry["before"]),
        seen=_mark(entry["seen"]),
        outcome=PaymentOutcome(entry["outcome"]) if entry["outcome"] else None,
        evidence=entry["evidence"],
        charged_minor=entry.get("charged_minor"),
        takes_less=entry.get("takes_less", False),
        reverses=_mark(entry.get("reverses")),
    )


def _mark(entry: dict[str, Any] | None) -> Mark | None:
    return Mark(**entry) if entry else None
