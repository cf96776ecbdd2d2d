"""What staff turn up and down at the kiosk, kept in a file of its own: the configuration is not theirs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from kioskd.core.upkeep import Dial, Knob
from kioskd.durable import write_file

log = logging.getLogger(__name__)


class Turnable(Protocol):
    @property
    def dial(self) -> Dial:
        """How it is turned now. Raises OSError, ValueError."""
        ...

    def turn(self, value: int) -> None:
        """Raises OSError."""
        ...


class Loudspeaker:
    """How loud speech gets without headphones at most. `limit` is told of every change."""

    def __init__(self, start: int, loudest: int, limit: Callable[[int], None]) -> None:
        self._value = start
        self._loudest = loudest
        self._limit = limit

    @property
    def dial(self) -> Dial:
        return Dial(Knob.VOLUME, self._value, 1, self._loudest)

    def turn(self, value: int) -> None:
        self._value = value
        self._limit(value)


class Dials:
    """Those of this kiosk. Reads and writes files: not on the loop.

    A file that cannot be read or written costs the memory of a setting, nothing else.
    """

    def __init__(self, file: Path, turnables: Iterable[Turnable]) -> None:
        self._file = file
        self._turnables = tuple(turnables)

    def restore(self) -> None:
        """As staff left them."""
        kept = self._read()
        for turnable in self._turnables:
            try:
                dial = turnable.dial
                value = kept.get(dial.knob)
                if isinstance(value, int):
                    turnable.turn(dial.within(value))
            except (OSError, ValueError) as error:
                log.warning("a setting could not be restored: %s", error)

    def all(self) -> tuple[Dial, ...]:
        """What cannot be read is not there."""
        found = []
        for turnable in self._turnables:
            try:
                found.append(turnable.dial)
            except (OSError, ValueError) as error:
                log.warning("a setting could not be read: %s", error)
        return tuple(found)

    def turn(self, knob: Knob, value: int) -> None:
        for turnable in self._turnables:
            try:
                dial = turnable.dial
                if dial.knob is knob:
                    turnable.turn(dial.within(value))
                    self._keep(knob, dial.within(value))
            except (OSError, ValueError) as error:
                log.warning("%s could not be set: %s", knob, error)

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning(
                "%s cannot be read (%s): its settings are forgotten", self._file, type(error).__name__
            )
            return {}
        return kept if isinstance(kept, dict) else {}

    def _keep(self, knob: Knob, value: int) -> None:
        write_file(self._file, json.dumps({**self._read(), knob.value: value}).encode(), 0o600)
