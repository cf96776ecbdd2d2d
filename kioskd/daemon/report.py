"""How a kiosk is, for whoever watches it from afar: by `kioskd status`, by MQTT, by metrics.

A value, and nothing of a guest's in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kioskd.core.health import DeviceHealth, DeviceState
from kioskd.core.help import HelpState
from kioskd.core.place import Place
from kioskd.core.staff_overview import Attention, Concern
from kioskd.outbox.gate import Flow

LITTLE_ROOM_BYTES = 64 * 1024 * 1024

UNANSWERED = frozenset({HelpState.CALLED, HelpState.OVERDUE})
"""A guest has asked for help, and nobody has said that they come."""

_NEEDS_SOMEBODY = frozenset({DeviceState.ABSENT, DeviceState.DEGRADED, DeviceState.FAULTY})
_CONCERNS = {
    Concern.LONG_IN_DOUBT: "{} operations are in doubt for more than a day",
    Concern.PAYMENT_UNDECIDED: "{} card payments are undecided for more than 15 minutes",
    Concern.NEARLY_FULL: "{} operations wait to be told: soon no more can be kept",
    Concern.DAMAGED_FILE: "{} damaged outbox files lie in {}",
}


class Condition(StrEnum):
    GOOD = "good"
    ATTENTION = "attention"
    """It sells, and somebody should look."""
    NOT_SELLING = "not_selling"


@dataclass(frozen=True, slots=True)
class OutboxReport:
    """`oldest_s` is how long the oldest waits that could be told; `for_a_person` can only be decided by one.

    `online` is None until the other side was first asked.
    """

    open: int
    oldest_s: float | None
    for_a_person: int
    by_state: Mapping[str, int]
    near_limit: bool
    flow: Flow
    online: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAnyKiosk:
    """What every kiosk knows of itself."""

    version: str
    kiosk: str
    pid: int
    place: Place
    devices: tuple[DeviceHealth, ...]
    pictures_shown: int

    @property
    def condition(self) -> Condition:
        raise NotImplementedError

    @property
    def reasons(self) -> tuple[str, ...]:
        """What somebody should look at, in sentences. The worst is first."""
        raise NotImplementedError

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "version": self.version,
            "kiosk": self.kiosk,
            "condition": self.condition.value,
            "reasons": list(self.reasons),
            "pid": self.pid,
            "place": self.place.value,
            "devices": [
                {
                    "name": each.name,
                    "kind": each.kind.value,
                    "state": each.state.value,
                    "detail": each.detail,
                    "since": _label(each.since),
                }
                for each in self.devices
            ],
            "screen": self.pictures_shown,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldReport(_OfAnyKiosk):
    """Of a kiosk that nobody has told yet what it is: it has no outbox, and nothing to sell."""

    kiosk: str = "without a name"

    @property
    def condition(self) -> Condition:
        return Condition.NOT_SELLING

    @property
    def reasons(self) -> tuple[str, ...]:
        return ("nobody has told it yet what it is: its screen says how",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(_OfAnyKiosk):
    """Times are local wall time; `up_s` is counted by a clock that nobody sets.

    `blocked` is why nothing can be sold, for staff; `online` is None until the backend was first asked;
    `last_order_at` is None when none is on record.
    """

    backend: str
    time: datetime
    clock_trusted: bool
    up_since: datetime
    up_s: float
    blocked: tuple[str, ...]
    online: bool | None
    help: HelpState | None
    outbox: OutboxReport
    attention: tuple[Attention, ...]
    last_order_at: datetime | None
    free_bytes: int | None
    objections: Mapping[str, object] | None

    @property
    def condition(self) -> Condition:
        if self.place is Place.OUT_OF_ORDER:
            return Condition.NOT_SELLING
        return Condition.ATTENTION if self.reasons else Condition.GOOD

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(self._reasons())

    def _reasons(self) -> Iterator[str]:
        if self.place is Place.OUT_OF_ORDER:
            yield "nothing can be sold: no way to pay works" + "".join(f"; {each}" for each in self.blocked)
        for each in self.attention:
            yield _CONCERNS[each.concern].format(each.count, each.where)
        if self.outbox.for_a_person:
            yield f"{self.outbox.for_a_person} operations wait for somebody's decision: kioskd outbox list"
        if self.help in UNANSWERED:
            yield "a guest has asked for help and nobody has answered"
        for device in self.devices:
            if device.state in _NEEDS_SOMEBODY:
                yield f"{device.name} is {device.state}" + (f": {device.detail}" if device.detail else "")
        if self.outbox.flow is Flow.UNAUTHORISED:
            yield "the loyalty backend refuses this kiosk's credential: nothing is told"
        if self.online is False:
            yield "the loyalty backend cannot be reached: what is sold is told later"
        if self.free_bytes is not None and self.free_bytes < LITTLE_ROOM_BYTES:
            yield f"only {self.free_bytes // 1024**2} MiB are free where the outbox lies"

    def document(self) -> dict[str, Any]:
        return {
            **_OfAnyKiosk.document(self),
            "backend": self.backend,
            "time": _label(self.time),
            "clock_trusted": self.clock_trusted,
            "up_since": _label(self.up_since),
            "up_s": round(self.up_s),
            "online": self.online,
            "help": self.help.value if self.help else None,
            "outbox": {
                "open": self.outbox.open,
                "oldest_s": None if self.outbox.oldest_s is None else round(self.outbox.oldest_s),
                "for_a_person": self.outbox.for_a_person,
                "by_state": dict(self.outbox.by_state),
                "near_limit": self.outbox.near_limit,
                "online": self.outbox.online,
                "flow": self.outbox.flow.value,
            },
            "attention": [
                {"concern": each.concern.value, "count": each.count, "where": each.where}
                for each in self.attention
            ],
            **({"objections": dict(self.objections)} if self.objections else {}),
            "last_order_at": _label(self.last_order_at),
            "free_bytes": self.free_bytes,
        }


def _label(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
