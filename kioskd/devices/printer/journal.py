"""Which jobs were sent, on the disk before the first byte leaves: so that nothing is printed twice over a
restart, and the rest of a receipt that a crash cut short does not come out in front of the next guest.

Holds job ids and verdicts, nothing of a receipt.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from kioskd.core.print_verdict import PrintVerdict
from kioskd.durable import write_file

_log = logging.getLogger(__name__)

REMEMBERED_JOBS = 256


@dataclass(slots=True)
class JobJournal:
    """`path` None: remembered until the process ends. A file that cannot be read or written is told once and
    never stops a receipt.
    """

    path: Path | None = None
    interrupted_bytes: int = 0
    """Not 0 after a crash in the middle of a job: the zeros that complete what the printer may still hold."""
    _verdicts: OrderedDict[str, PrintVerdict] = field(default_factory=OrderedDict)
    _loaded: bool = False
    _complained: bool = False

    def verdict(self, job: str) -> PrintVerdict | None:
        return self._verdicts.get(job)

    async def load(self) -> None:
        """Before the first question. A job without an end is UNKNOWN: its process ended before it did."""
        if self._loaded:
            return
        self._loaded = True
        if self.path:
            try:
                text = await asyncio.to_thread(self.path.read_text, encoding="utf-8")
                known = json.loads(text)
                self._verdicts.update((str(job), PrintVerdict(end)) for job, end in known["ended"].items())
                for job in [job for job, end in self._verdicts.items() if end is PrintVerdict.KEPT]:
                    del self._verdicts[job]  # kept in memory only, so it was never printed
                if known["open"]:
                    self._verdicts[str(known["open"]["job"])] = PrintVerdict.UNKNOWN
                    self.interrupted_bytes = min(1 << 17, max(0, int(known["open"]["filler_bytes"])))
            except FileNotFoundError:
                pass
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                _log.warning("%s cannot be read (%s): earlier receipts are forgotten", self.path, error)

    async def begin(self, job: str, filler_bytes: int) -> None:
        """On return the disk knows that `job` is being sent."""
        self._remember(job, PrintVerdict.UNKNOWN)  # also the truth when it is cancelled half-way
        await self._save({"job": job, "filler_bytes": filler_bytes})

    async def end(self, job: str, verdict: PrintVerdict) -> None:
        """BLOCKED is not remembered: nothing was written, so it may be tried again."""
        self._remember(job, verdict)
        if verdict is PrintVerdict.BLOCKED:
            del self._verdicts[job]
        await self._save(None)

    def forget(self, job: str) -> None:
        """A kept receipt was dropped. The disk learns of it with the next job."""
        self._verdicts.pop(job, None)

    def _remember(self, job: str, verdict: PrintVerdict) -> None:
        self._verdicts[job] = verdict
        self._verdicts.move_to_end(job)
        if len(self._verdicts) > REMEMBERED_JOBS:
            self._verdicts.popitem(last=False)

    async def _save(self, begun: dict[str, str | int] | None) -> None:
        if self.path is None:
            return
        ended = {job: end for job, end in self._verdicts.items() if not (begun and job == begun["job"])}
        try:
            content = json.dumps({"open": begun, "ended": ended}).encode()
            await asyncio.to_thread(write_file, self.path, content, 0o640)
        except OSError as error:
            if not self._complained:
                _log.warning(
                    "%s cannot be written (%s): a restart forgets receipts", self.path, error.strerror
                )
            self._complained = True
