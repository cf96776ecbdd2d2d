"""What the terminal's logic wishes for, one thing at a time; whoever runs it does these and nothing else.

The logic is written as coroutines that await only the wishes below: no clock, socket, file or event loop is
anywhere in it. The driver runs it on a real line (`zvt_errand`), a simulation on an invented one. Running
means: `script.send(None)` gives the first wish, `script.send(answer)` or `script.throw(error)` the next, and
StopIteration carries the result.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, TypeAlias, TypeVar

from kioskd.core.card_terminal import Approval, Slip
from kioskd.devices.terminal.attempts import Attempt
from kioskd.devices.terminal.zvt_codec import Apdu

T = TypeVar("T")

Script: TypeAlias = Coroutine["Wish[Any]", Any, T]


class Wish(Generic[T]):
    """Awaiting one hands it to whoever runs the script, and gives back the answer."""

    __slots__ = ()

    def __await__(self) -> Generator[Wish[Any], Any, T]:
        answer: T = yield self
        return answer


class Nothing(Enum):
    """What was heard when it was no message."""

    IN_TIME = auto()
    STIRRED = auto()
    """Somebody changed their mind meanwhile: look again at what is wanted."""


@dataclass(frozen=True, slots=True)
class Dial(Wish[None]):
    """Open the line. Raises DeviceAbsent or DeviceFault."""


@dataclass(frozen=True, slots=True)
class HangUp(Wish[None]):
    """Close the line, if it is open. Never fails."""


@dataclass(frozen=True, slots=True)
class Say(Wish[None]):
    """Hand a message to the line. A line that is lost tells so at the next Listen."""

    apdu: Apdu


@dataclass(frozen=True, slots=True)
class Listen(Wish[Apdu | Nothing]):
    """The next message before `until_s`. Raises DeviceFault when the line is lost or talks nonsense.

    What came before the loss is heard first.
    """

    until_s: float


@dataclass(frozen=True, slots=True)
class Pause(Wish[None]):
    """Let time pass, with nothing expected from the terminal."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Now(Wish[float]):
    """Seconds on a clock that only goes forward: the one `until_s` is on."""


@dataclass(frozen=True, slots=True)
class Keep(Wish[None]):
    """Remember an attempt. When it is answered it is on the disk. Raises OSError or DeviceFault."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Consult(Wish[bool]):
    """Ask whoever wanted the payment. True: they have it on the disk and stand by it. Never fails."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class File(Wish[None]):
    """Keep a slip of the terminal's for the merchant. Never fails: paper must not undo a payment."""

    reference: str
    slip: Slip
