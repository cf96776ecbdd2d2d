"""Everything that goes wrong in the simulated world, by where it happens."""

from __future__ import annotations

NETWORK = (
    "never_sent",  # name resolution, refused connection, bad certificate
    "lost_request",
    "lost_answer",
    "garbled_answer",  # executed, and the answer cannot be read
    "slow_answer",  # executed, and answered after the deadline
    "portal_page",  # somebody else answers
    "outage",
)
SERVER = (
    "late_execution",  # executed long after we stopped waiting
    "error_before_effect",
    "error_after_effect",
    "maintenance",
    "throttled",
    "unauthorised",
    "token_revoked",  # until staff put in a new one
    "read_lag",
    "refused",
)
PROCESS = (
    "crash_before_commit",
    "crash_after_commit",
    "crash_later",
    "power_cut",  # the crashes above take the clocks and what was not synced with them
    "stall",  # stopped for a while, answers wait
    "courier_bug",
    "poison",  # a payload that cannot be read any more, until an upgrade
)
DISK = ("disk_full", "write_error")
CLOCK = ("clock_jump", "clock_never_set")
PEOPLE = ("other_till", "terminal_silent", "guest_gone", "late_staff")

FAULTS = (*NETWORK, *SERVER, *PROCESS, *DISK, *CLOCK, *PEOPLE)

COPIES = ("lying_sync", "bit_flip")
"""Of the level `copies`: what a disk may do to the outbox itself, while its copies are whole."""

RARE = frozenset(
    {
        "crash_before_commit",
        "crash_after_commit",
        "crash_later",
        "stall",
        "courier_bug",
        "disk_full",
        "write_error",
        "clock_jump",
        "token_revoked",
        "refused",
    }
)
"""Drawn a tenth as often as the others."""
