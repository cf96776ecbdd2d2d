"""What works and what does not, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DeviceState(StrEnum):
    """`absent` is ordinary (unplugged), `disabled` is the merchant's choice, `faulty` needs a person."""

    DISABLED = "disabled"
    ABSENT = "absent"
    STARTING = "starting"
    OK = "ok"
    DEGRADED = "degraded"
    FAULTY = "faulty"


class DeviceKind(StrEnum):
    SCANNER = "scanner"
    CAMERA = "camera"
    PRINTER = "printer"
    TERMINAL = "terminal"
    TOUCH = "touch"
    KEYPAD = "keypad"
    VOICE = "voice"
    HEADPHONES = "headphones"
    """Not they themselves, who come with the guest: what tells whether they are plugged in."""


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """One device's state. `detail` is for staff: short, precise, nothing personal.

    `since` is when it came into this state, by the wall clock, as far as the visit saw it happen; drivers
    leave it to the visit, and two reports that differ in nothing else say the same.
    """

    name: str
    kind: DeviceKind
    state: DeviceState
    detail: str = ""
    since: datetime | None = field(default=None, compare=False)

    @property
    def usable(self) -> bool:
        return self.state in (DeviceState.OK, DeviceState.DEGRADED)
