"""Is the terminal's last transaction the payment we lost sight of? Pure.

Terminals disagree about what happens to a payment when the line breaks: some keep it, some reverse it, some
cancel it. So nothing is assumed from the moment of the break; only the terminal's own record counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

from kioskd.devices.terminal.attempts import Attempt, Mark
from kioskd.devices.terminal.zvt_messages import StatusInformation

CLOCK_TOLERANCE = timedelta(minutes=15)
"""How far a terminal's clock may be off before its times prove nothing."""


class Finding(Enum):
    """Of a reversal, PAID says that the payment was taken back."""

    PAID = auto()
    NOT_PAID = auto()
    NOTHING_NEW = auto()
    """No trace of what we asked for. Seen twice from an idle terminal, it did not happen."""
    UNCLEAR = auto()
    """The record can neither be ours nor rule ours out: a person must look."""


def mark_of(status: StatusInformation) -> Mark:
    return Mark(status.terminal_id, status.trace, status.receipt)


def find(attempt: Attempt, last: StatusInformation | None, longest_s: float) -> Finding:
    """Judge the terminal's last transaction: is it what we asked for? `longest_s`: a payment at most."""
    if last is None or _is_other_terminal(attempt, last):
        return Finding.UNCLEAR
    if last.trace is None and last.receipt is None:
        # Declined and stopped payments often leave no numbers at all.
        return Finding.UNCLEAR if last.approved or attempt.seen else Finding.NOTHING_NEW
    if attempt.seen is not None:
        return _find_seen(attempt, attempt.seen, last)
    if attempt.before is not None and _same(mark_of(last), attempt.before):
        return Finding.NOTHING_NEW
    if not last.approved:
        return Finding.NOT_PAID
    if attempt.reverses is not None:
        return _find_reversal(attempt, attempt.reverses, last)
    if last.currency_code != attempt.currency_code or not _is_amount(attempt, last.amount_minor):
        return Finding.UNCLEAR
    if last.original_trace is not None:
        previous = attempt.before.trace if attempt.before else None
        reverses_ours = previous is not None and last.original_trace != previous
        return Finding.NOT_PAID if reverses_ours else Finding.UNCLEAR
    return Finding.PAID if _is_in_time(attempt, last, longest_s) else Finding.UNCLEAR


def _find_seen(attempt: Attempt, seen: Mark, last: StatusInformation) -> Finding:
    """The terminal had already said "approved" and under which numbers."""
    if last.original_trace is not None and last.original_trace == seen.trace:
        return Finding.NOT_PAID
    if not _same(mark_of(last), seen) or last.original_trace is not None:
        return Finding.UNCLEAR
    if not last.approved:
        return Finding.NOT_PAID
    announced_minor = attempt.amount_minor if attempt.charged_minor is None else attempt.charged_minor
    same_sum = (last.amount_minor, last.currency_code) == (announced_minor, attempt.currency_code)
    return Finding.PAID if same_sum else Finding.UNCLEAR


def _find_reversal(attempt: Attempt, reverses: Mark, last: StatusInformation) -> Finding:
    """Only a record that names the very payment says that it was taken back."""
    ours = last.original_trace is not None and last.original_trace == reverses.trace
    whole = last.amount_minor in (None, attempt.amount_minor)
    return Finding.PAID if ours and whole else Finding.UNCLEAR


def _is_amount(attempt: Attempt, amount_minor: int | None) -> bool:
    if amount_minor is None:
        return False
    less = attempt.takes_less and 0 < amount_minor < attempt.amount_minor
    return less or amount_minor == attempt.amount_minor


def _same(one: Mark, other: Mark) -> bool:
    return (one.trace, one.receipt) == (other.trace, other.receipt)


def _is_other_terminal(attempt: Attempt, last: StatusInformation) -> bool:
    known = attempt.seen or attempt.before
    ids = (known.terminal_id if known else None, last.terminal_id)
    return None not in ids and ids[0] != ids[1]


def _is_in_time(attempt: Attempt, last: StatusInformation, longest_s: float) -> bool:
    """The record's time falls into the payment's. Without a time, a known transaction before must do."""
    if last.date is None or last.time is None:
        return attempt.before is not None
    started = attempt.started_at.replace(tzinfo=None)
    earliest = started - CLOCK_TOLERANCE
    latest = started + timedelta(seconds=longest_s) + CLOCK_TOLERANCE
    # The record has no year: around New Year it may be the one before or after.
    for year in (started.year - 1, started.year, started.year + 1):
        try:
            at = datetime.strptime(f"{year}{last.date}{last.time}", "%Y%m%d%H%M%S")  # noqa: DTZ007
        except ValueError:
            continue
        if earliest <= at <= latest:
            return True
    return False
