"""What can go wrong at the simulated card terminal, and where."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Point(StrEnum):
    """Where a fault strikes. Each is just after the message was received or sent, before anything else."""

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
    """The kiosk's answer to the result arrived; the completion was not sent."""
    COMPLETION = "completion"


class LostAnswer(StrEnum):
    """What becomes of a charge when the kiosk's answer to it never arrives. Terminals differ."""

    KEEP = "keep"
    REVERSE = "reverse"
    FORGET = "forget"
    """The charge stands, but the terminal cannot be asked about it any more."""


@dataclass(slots=True)
class Faults:
    """`cut_at` and `silent_at` strike once; the others last until they are taken back."""

    cut_at: Point | None = None
    silent_at: Point | None = None
    deaf: bool = False
    """Accepts connections and never says a word."""
    refuse_with: int | None = None
    """Error code in answer to a payment: 0x9C is "busy"."""
    decline_with: int | None = None
    """Result code every presented card meets."""
    amount_off_minor: int = 0
    """Charge so much more or less than asked."""
    state_code: int = 0
    """Answer to a status enquiry; 0 is "ready"."""
    lost_answer: LostAnswer = LostAnswer.KEEP

    def armed(self, point: Point) -> bool:
        return point in (self.cut_at, self.silent_at)

    def set(self, name: str, value: object) -> None:
        """From a panel or script, with JSON values. Raises ValueError for what does not exist."""
        if name not in {field.name for field in fields(self)}:
            raise ValueError(f"the terminal has no fault {name!r}")
        if name in ("cut_at", "silent_at"):
            value = None if value is None else Point(str(value))
        elif name == "lost_answer":
            value = LostAnswer(str(value))
        elif value is not None and not isinstance(value, int):
            raise ValueError(f"the fault {name!r} takes a number or a truth value")
        setattr(self, name, value)
