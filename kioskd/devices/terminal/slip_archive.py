"""The terminal's receipts, kept for the merchant: a line of JSON each, in a file of bounded size."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kioskd.core.card_terminal import Slip

_log = logging.getLogger(__name__)

MAX_OCTETS = 4 * 1024 * 1024
"""Some 3,000 receipts. A full file becomes `.1`, and the `.1` before it is gone."""


class SlipArchive:
    """Card numbers are masked before anything gets here."""

    def __init__(self, path: Path, wall_clock: Callable[[], datetime]) -> None:
        self._path = path
        self._wall_clock = wall_clock
        self._writing = threading.Lock()

    async def add(self, reference: str, slip: Slip) -> None:
        """On return it is on the disk, or the log says why not: it never stands in a payment's way."""
        entry = {
            "at": self._wall_clock().isoformat(timespec="seconds"),
            "reference": reference,
            "kind": slip.kind,
            "complete": slip.complete,
            "lines": [line.text for line in slip.lines],
        }
        try:
            await asyncio.to_thread(self._append, json.dumps(entry, ensure_ascii=False) + "\n")
        except OSError as error:
            _log.error("a receipt of the terminal could not be kept: %s", error.strerror)

    def _append(self, line: str) -> None:
        with self._writing:
            if self._path.exists() and self._path.stat().st_size + len(line) > MAX_OCTETS:
                self._path.replace(self._path.with_name(self._path.name + ".1"))
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
