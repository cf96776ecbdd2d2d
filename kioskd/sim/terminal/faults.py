"""What can go wrong at the simulated card terminal, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Point(StrEnum):
    """Names for the moments of a payment that matter most, where a fault can strike.

    Each is just after the message was received or sent, before anything else.
    """

    REGISTRATION = "registration"
    STATUS_ENQUIRY = "status_enquiry"
    REPEAT_RECEIPT = "repeat_receipt"
    AUTHORISATION = "authorisation"
    ACCEPTED = "accepted"
    PRESENT_CARD = "present_card"
    AUTHORISING = "authorising"
    HALF_RESULT = "half_result"
    """In the middle of the result's bytes."""
    RESULT = "result"
    """The result was sent; the kiosk's answer never arrives."""
    COMMITTED = "committed"
    """The kiosk's answer to the result arrived; what follows was not sent."""
    COMPLETION = "completion"


_POINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Point.REGISTRATION: "0600: heard 0600",
        Point.STATUS_ENQUIRY: "0501: heard 0501",
        Point.REPEAT_RECEIPT: "0620: heard 0620",
        Point.AUTHORISATION: "0601: heard 0601",
        Point.ACCEPTED: "0601: sent 0601 answer",
        Point.PRESENT_CARD: "0601: heard 04ff0a answer",
        Point.AUTHORISING: "0601: heard 04ff0e answer",
        Point.HALF_RESULT: "0601: half 040f",
        Point.RESULT: "0601: sent 040f",
        Point.COMMITTED: "0601: heard 040f answer",
        Point.COMPLETION: "0601: sent 060f",
    }
)
_MOMENT = re.compile(
    r"(?:(?P<command>[0-9a-f]{4}): )?"
    r"(?P<name>(?:heard|sent|half) [0-9a-f]{4}(?:[0-9a-f]{2})?(?: answer)?)"
    r"(?: #(?P<nth>[1-9][0-9]{0,5}))?"
)
_IN_A_PAYMENT = "0601"


def _moment(at: str) -> tuple[str, str, int]:
    """The command, what happens during it, and the how manieth. Raises ValueError."""
    read = _MOMENT.fullmatch(_POINTS.get(at, at))
    if read is None:
        known = ", ".join(_POINTS)
        raise ValueError(
            f"{at!r} is no moment at which a fault can strike: {known}, or such as '0630: sent 040f #1'"
        )
    return read["command"] or _IN_A_PAYMENT, read["name"], int(read["nth"] or 1)


def strikes_at(at: str, command: int, name: str, nth: int) -> bool:
    """Whether `at` is the moment when `name` happens for the `nth` time during `command`."""
    return _moment(at) == (f"{command:04x}", name, nth)


class LostAnswer(StrEnum):
    """What becomes of a charge when the kiosk's answer to it never arrives. Terminals differ."""

    KEEP = "keep"
    REVERSE = "reverse"
    REVERSE_NEXT = "reverse_next"
    """With the next transaction, if that says that the kiosk's last receipt was an earlier one (tag 1F1F)."""
    FORGET = "forget"
    """The charge stands, but the terminal cannot be asked about it any more."""


class AbortHabit(StrEnum):
    """What the terminal makes of an abort that comes before a card."""

    OBEY = "obey"
    REFUSE = "refuse"
    CHARGE = "charge"
    """It says yes, but the guest has been quicker."""


class Ending(StrEnum):
    """How the messages at the end of a payment are put together. Terminals differ, and some are wrong."""

    PROPER = "proper"
    NO_RESULT = "no_result"
    """The completion comes without a result before it; the charge stands."""
    BARE_ABORT = "bare_abort"
    """The payment is given up without a result and without a code; nothing is charged."""
    COMPLETED_DECLINE = "completed_decline"
    """A declined payment is completed instead of given up."""
    GIVEN_UP_APPROVAL = "given_up_approval"
    """An approval was told and confirmed, and then the payment is given up and reversed."""
    WRONG_PIN_FIRST = "wrong_pin_first"
    """A first result says that the PIN was wrong, a second one tells the outcome."""


@dataclass(slots=True)
class Faults:
    """The moments (`cut_at` and its likes) strike once; the others last until they are taken back.

    A moment is a `Point`, or what happens in words of the wire: `sent 040f` is the result of a payment,
    `heard 04ff0e answer` the kiosk's answer to an intermediate state, `half 06d3` the middle of printing,
    `0630: sent 060f` the completion of a reversal, `sent 06d1 #7` the seventh line printed.
    """

    cut_at: str | None = None
    silent_at: str | None = None
    twice_at: str | None = None
    """This message is sent twice, as if the answer to it had been lost."""
    garbage_at: str | None = None
    """Before this message comes what is no message."""
    resets: bool = False
    """A cut resets the connection instead of closing it in good order."""
    deaf: bool = False
    """Accepts connections and never says a word."""
    refuse_with: int | None = None
    """Error code in answer to a payment: 0x9C is "busy"."""
    refuse_reversal_with: int | None = None
    decline_with: int | None = None
    """Result code every presented card meets."""
    amount_off_minor: int = 0
    """Charge so much more or less than asked."""
    charge_currency: int | None = None
    """Charge in this currency (ISO 4217 number) whatever was asked."""
    state_code: int = 0
    """Answer to a status enquiry; 0 is "ready". Payments are given up with one that is not usable."""
    end_of_day_due: bool = False
    """No payment before an end of day."""
    lost_answer: LostAnswer = LostAnswer.KEEP
    abort: AbortHabit = AbortHabit.OBEY
    ending: Ending = Ending.PROPER
    slow_ms: int = 0
    """Before each message."""
    octet_by_octet: bool = False
    """On TCP: each octet in a segment of its own."""
    wrong_checksums: int = 0
    """On a serial line: so many of the next frames have a wrong checksum."""
    more_states: int = 0
    """Intermediate states beyond the usual ones."""
    receipt_lines: int = 0
    """Lines on each receipt beyond the usual ones."""
    full_pan: bool = False
    """The whole card number, and what is on its stripe, in every field and text that takes it."""
    odd_fields: bool = False
    """Fields in another order, with an unknown one, an unknown tag and letters beyond ASCII."""
    numbered_declines: bool = False
    """A declined payment gets a receipt and a trace number, too."""
    stale_repeat: bool = False
    """Asked for its last transaction it tells the one before."""
    reverses_last: bool = False
    """A reversal reverses the last payment, whatever receipt was asked for."""
    refuses_second: bool = False
    """A second connection is closed instead of kept waiting."""

    def set(self, name: str, value: object) -> None:
        """From a panel or script, with JSON values; "none" takes back what has no other way to be. Raises
        ValueError for what does not exist."""
        if name not in {field.name for field in fields(self)}:
            raise ValueError(f"the terminal has no fault {name!r}")
        if value == "none" and name in _OPTIONAL:
            value = None
        if name.endswith("_at"):
            if value is not None:
                value = str(value)
                _moment(value)
        elif name in _CHOICES:
            value = _CHOICES[name](str(value))
        elif isinstance(getattr(_NONE, name), bool):
            if not isinstance(value, bool):
                raise ValueError(f"the fault {name!r} is true or false")
        elif isinstance(value, bool) or not (isinstance(value, int) or (value is None and name in _OPTIONAL)):
            raise ValueError(f"the fault {name!r} takes a number")
        setattr(self, name, value)


_CHOICES: Final[Mapping[str, type[StrEnum]]] = MappingProxyType(
    {"lost_answer": LostAnswer, "abort": AbortHabit, "ending": Ending}
)
_NONE: Final = Faults()
_OPTIONAL: Final = frozenset(field.name for field in fields(Faults) if field.default is None)


def faults_from(values: Mapping[str, object]) -> Faults:
    """Raises ValueError."""
    faults = Faults()
    for name, value in values.items():
        faults.set(name, value)
    return faults
