"""What the simulated card terminal does for the payments that come, written down beforehand.

when_done = "tap"               what guests do when the list is used up: a word for `guest`; else "wait"

[faults]                        at all times, for everything but the payments listed
state_code = 0

[[payment]]                     the first payment; the next table is the second
guest = "tap"                   tap, insert (chip and PIN), stop (the red key), nobody (no card until the
                                terminal gives up), wait (for somebody who types or clicks)
after_s = 0.5                   so long after the prompt; else at once
decline_with = 0x05             and any other fault, for this payment and what is asked about it until the
cut_at = "sent 040f"            next one begins; those of [faults] do not count for it
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from kioskd.sim.terminal.faults import Faults, faults_from


class ScriptError(ValueError):
    """The text names the file, the place in it, and what is wrong."""


class GuestAct(StrEnum):
    TAP = "tap"
    INSERT = "insert"
    STOP = "stop"
    NOBODY = "nobody"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Turn:
    """One payment as it will go."""

    guest: GuestAct
    after_s: float = 0.0
    faults: Faults | None = None
    """None: those at all times."""


@dataclass(slots=True)
class Script:
    turns: list[Turn] = field(default_factory=list)
    when_done: GuestAct = GuestAct.WAIT
    faults: Faults = field(default_factory=Faults)

    def next(self) -> Turn:
        """The next payment begins."""
        if not self.turns:
            return Turn(self.when_done)
        turn = self.turns.pop(0)
        return replace(turn, faults=replace(turn.faults) if turn.faults else None)


def read_script(path: Path) -> Script:
    """Raises ScriptError, or OSError."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: {error}") from None
    return script_from(document, str(path))


def script_from(document: Mapping[str, Any], name: str) -> Script:
    """Raises ScriptError."""
    unknown = sorted(document.keys() - {"when_done", "faults", "payment"})
    if unknown:
        raise ScriptError(f"{name}: unknown: {', '.join(unknown)}; known are when_done, faults, payment")
    payments, faults = document.get("payment", []), document.get("faults", {})
    if not isinstance(payments, list) or not all(isinstance(table, dict) for table in payments):
        raise ScriptError(f"{name}: payments are written as [[payment]]")
    if not isinstance(faults, dict):
        raise ScriptError(f"{name}: faults are written as [faults]")
    try:
        script = Script(
            when_done=_guest(document.get("when_done", GuestAct.WAIT)), faults=faults_from(faults)
        )
    except ValueError as error:
        raise ScriptError(f"{name}: {error}") from None
    for number, table in enumerate(payments, 1):
        try:
            script.turns.append(_turn(table))
        except ValueError as error:
            raise ScriptError(f"{name}: payment {number}: {error}") from None
    return script


def _turn(table: dict[str, Any]) -> Turn:
    after_s = table.get("after_s", 0.0)
    if isinstance(after_s, bool) or not isinstance(after_s, int | float) or not 0 <= after_s <= 3600:
        raise ValueError("after_s is a number of seconds, 3600 at most")
    faults = {name: value for name, value in table.items() if name not in ("guest", "after_s")}
    return Turn(_guest(table.get("guest", GuestAct.TAP)), float(after_s), faults_from(faults))


def _guest(word: object) -> GuestAct:
    try:
        return GuestAct(str(word))
    except ValueError:
        raise ValueError(f"a guest does not {str(word)!r}, but {', '.join(GuestAct)}") from None
