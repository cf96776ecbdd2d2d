"""What works and what does not, as values."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """One device's state. `detail` is for staff: short, precise, nothing personal."""

    name: str
    kind: DeviceKind
    state: DeviceState
    detail: str = ""

    @property
    def usable(self) -> bool:
        return self.state in (DeviceState.OK, DeviceState.DEGRADED)
