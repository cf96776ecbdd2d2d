"""Every wait for a terminal, and what it means when a line breaks."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.errors import DeviceFault


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The protocol's own values where it has one."""

    connect_s: float = 3.0
    answer_s: float = 5.0
    """A command until its answer, and the first byte of an APDU until its last (the protocol's T3)."""
    silence_s: float = 180.0
    """From one message of a running payment to the next (T4), unless the terminal announces another."""
    query_s: float = 15.0
    """The same for commands that only ask or register."""
    upkeep_s: float = 180.0
    """The same for end of day and diagnosis, which call the bank."""
    abort_s: float = 20.0
    """From our abort to the end of the payment."""
    agree_s: float = 20.0
    """For writing an approval down. The terminal takes it back after 30."""
    payment_s: float = 600.0
    """A whole payment, however busy the terminal keeps us."""
    settle_s: float = 30.0
    """Finding out about a broken payment, including connecting again."""
    retry_s: float = 1.0
    """Between two attempts at that, and between two looks at an unchanged last transaction."""
    idle_s: float = 30.0
    """Between two status enquiries. Terminals want one at least every minute to run their timed jobs."""
    turn_s: float = 5.0
    """How long a guest waits for a terminal that is busy with its end of day."""


class LineBroken(DeviceFault):
    """The connection was lost or fell silent: whatever was under way may or may not have happened."""
