"""How often the loyalty backend objected to orders, and by which of its rules: for the merchant.

Numbers and rule names only: whose order it was is not kept. They outlast a restart.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from kioskd.core.judgement import Objection

log = logging.getLogger(__name__)

MOST_RULES = 200
"""Names are the backend's: what comes after so many of them is counted as OTHERS."""
OTHERS = "others"


class Stage(StrEnum):
    """When the backend objected."""

    JUDGED = "judged"
    """While the guest was choosing, or right before paying: the guest was told."""
    CLAIMED = "claimed"
    """After paying: the house carries what the order's offers took off."""


class ObjectionCounts:
    """`wall` labels when counting began. A file that cannot be read is begun anew."""

    def __init__(self, file: Path, wall: Callable[[], datetime]) -> None:
        self._file = file
        self._since, self._counts = _read(file)
        self._since = self._since or wall().isoformat(timespec="seconds")

    def judged(self, objections: Iterable[Objection]) -> None:
        for objection in objections:
            self._count(Stage.JUDGED, objection.rule or objection.denial.value)
        self._write()

    def claim_refused(self, reason: str) -> None:
        self._count(Stage.CLAIMED, reason)
        self._write()

    def __bool__(self) -> bool:
        """Whether there was any."""
        return any(self._counts.values())

    def document(self) -> dict[str, object]:
        """As JSON values: since when, and per stage how often by rule, most often first."""
        stages = {
            stage.value: dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
            for stage, counts in self._counts.items()
        }
        return {"since": self._since, **stages}

    def _count(self, stage: Stage, rule: str) -> None:
        counts = self._counts[stage]
        name = rule if rule in counts or len(counts) < MOST_RULES else OTHERS
        counts[name] = counts.get(name, 0) + 1

    def _write(self) -> None:
        draft = self._file.with_name(self._file.name + ".new")
        try:
            draft.write_text(json.dumps(self.document(), ensure_ascii=False), encoding="utf-8")
            draft.replace(self._file)
        except OSError as error:  # the numbers of this process are still there
            log.error("%s cannot be written: %s", self._file, error.strerror)


def _read(file: Path) -> tuple[str, dict[Stage, dict[str, int]]]:
    nothing: dict[Stage, dict[str, int]] = {stage: {} for stage in Stage}
    try:
        kept = json.loads(file.read_text("utf-8"))
        counts = {stage: {str(rule): int(n) for rule, n in kept[stage].items()} for stage in Stage}
        return str(kept["since"]), counts
    except FileNotFoundError:
        return "", nothing
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.error("%s cannot be read (%s): counting begins anew", file, type(error).__name__)
        return "", nothing
