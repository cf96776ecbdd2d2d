"""What became of a write whose outcome is unknown, decided from what Leat shows afterwards. Pure.

Leat's writes carry no key of ours, so the effect is recognised: something new since a baseline that was taken
before sending, of our amount, our shop, our subject. A verdict is worth nothing before the server has had
time to finish what it was asked; waiting is the caller's part, as is keeping baselines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Applied:
    """It is in effect. `id` is the server's for it; None where only the answer would have told."""

    id: str | None


@dataclass(frozen=True, slots=True)
class Absent:
    """It is certainly not in effect: it may be sent again."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """`several` things could be ours, or a voucher is `locked`, maybe by us: a person decides, or time.

    `incomplete` (not all could be read) and `contradictory` (what was read does not fit together, as when the
    list lags behind): to be asked again.
    """

    reason: Literal["several", "locked", "incomplete", "contradictory"]
    candidates: tuple[str, ...] = ()


Verdict = Applied | Absent | Ambiguous


@dataclass(frozen=True, slots=True)
class Movement:
    """A row in a list of transactions. `amount` is signed, in minor units or points. None: it does not say.

    `member_id`, `subject_id` and `title` (those of the reward) belong to movements of points.
    """

    id: str | None
    amount: int | None
    shop_id: str | None
    at: datetime | None
    member_id: str | None = None
    subject_id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a list shows. `complete` means that nothing newer than the baseline is missing.

    `total` counts all rows there are, `balance` is what they add up to; None when not told.
    """

    movements: tuple[Movement, ...]
    complete: bool
    total: int | None = None
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was there before a write. `newest_at` is by the server's clock; this kiosk's does not matter."""

    ids: frozenset[str]
    newest_at: datetime | None
    total: int | None = None
    balance: int | None = None

    @staticmethod
    def of(seen: Seen) -> Baseline:
        times = [movement.at for movement in seen.movements if movement.at is not None]
        ids = frozenset(movement.id for movement in seen.movements if movement.id is not None)
        return Baseline(ids, max(times, default=None), seen.total, seen.balance)

    def precedes(self, movement: Movement) -> bool:
        """False for what is new, and for what might be."""
        if movement.id in self.ids:
            return True
        return self.newest_at is not None and movement.at is not None and movement.at < self.newest_at

    def to_document(self) -> dict[str, Any]:
        """As JSON values, to be kept with the write. `from_document` is the inverse."""
        return {
            "ids": sorted(self.ids),
            "newest_at": self.newest_at.isoformat() if self.newest_at else None,
            "total": self.total,
            "balance": self.balance,
        }

    @staticmethod
    def from_document(document: Mapping[str, Any]) -> Baseline:
        """Raises KeyError, TypeError or ValueError for another shape."""
        newest_at = document["newest_at"]
        return Baseline(
            frozenset(document["ids"]),
            datetime.fromisoformat(newest_at) if newest_at is not None else None,
            document["total"],
            document["balance"],
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """The movement we tried to make. None matches anything. The title counts where no subject is shown."""

    amount: int
    shop_id: str | None = None
    member_id: str | None = None
    subject_id: str | None = None
    title: str | None = None

    def match(self, movement: Movement) -> Literal["yes", "no", "maybe"]:
        """`maybe` when the movement does not say all of what is wanted."""
        by_title = movement.subject_id is None and movement.title is not None and self.title is not None
        subject = (self.title, movement.title) if by_title else (self.subject_id, movement.subject_id)
        pairs = (
            (self.amount, movement.amount),
            (self.shop_id, movement.shop_id),
            (self.member_id, movement.member_id),
            subject,
        )
        compared = [(ours, theirs) for ours, theirs in pairs if ours is not None]
        if any(theirs is not None and ours != theirs for ours, theirs in compared):
            return "no"
        return "maybe" if any(theirs is None for _, theirs in compared) else "yes"


def moved(baseline: Baseline, seen: Seen, wanted: Wanted, bound: frozenset[str] = frozenset()) -> Verdict:
    """Whether the movement was made. `bound` are movements that are known to be of other writes of ours.

    Absence is proved only when everything new was seen and explains the balance and the number of rows.
    """
    new = [movement for movement in _once(seen.movements) if not baseline.precedes(movement)]
    if not seen.complete:
        return Ambiguous("incomplete")
    if not _explained(baseline, seen, new):
        return Ambiguous("contradictory")
    open_ = [movement for movement in new if movement.id is None or movement.id not in bound]
    alike = [(movement, wanted.match(movement)) for movement in open_]
    candidates = [movement for movement, match in alike if match != "no"]
    if not candidates:
        return Absent()
    if len(candidates) == 1 and alike[open_.index(candidates[0])][1] == "yes" and candidates[0].id:
        return Applied(candidates[0].id)
    return Ambiguous("several", tuple(movement.id for movement in candidates if movement.id))


def _once(movements: Iterable[Movement]) -> list[Movement]:
    """A list that grows while it is read shows a row twice. Rows without an id may be equal and yet two."""
    seen: set[Movement] = set()
    once = []
    for movement in movements:
        if movement not in seen:
            once.append(movement)
        if movement.id is not None:
            seen.add(movement)
    return once


def _explained(baseline: Baseline, seen: Seen, new: list[Movement]) -> bool:
    if baseline.total is not None and seen.total is not None and seen.total - baseline.total != len(new):
        return False
    amounts = [movement.amount for movement in new if movement.amount is not None]
    if baseline.balance is None or seen.balance is None or len(amounts) != len(new):
        return True
    return baseline.balance + sum(amounts) == seen.balance


@dataclass(frozen=True, slots=True)
class VoucherState:
    """`status` is Leat's word in upper case. `times_redeemed` None when not told."""

    status: str | None
    times_redeemed: int | None


def locked(now: VoucherState) -> Verdict:
    """Whether our lock took. A lock does not say whose it is, and its key cannot be asked for again."""
    if now.status is None:
        return Ambiguous("contradictory")
    return Ambiguous("locked") if now.status == "LOCKED" else Absent()


def released(now: VoucherState) -> Verdict:
    """Whether a lock of ours is gone."""
    if now.status is None:
        return Ambiguous("contradictory")
    return Absent() if now.status == "LOCKED" else Applied(None)


def redeemed(before: VoucherState, now: VoucherState) -> Verdict:
    """Whether a voucher was redeemed once since `before`. The id of the redemption is lost."""
    return _counted(before, now, step=1, status_after="REDEEMED")


def unredeemed(before: VoucherState, now: VoucherState) -> Verdict:
    """Whether a redemption was undone since `before`."""
    return _counted(before, now, step=-1, status_after="ACTIVE")


def _counted(before: VoucherState, now: VoucherState, step: int, status_after: str) -> Verdict:
    if before.times_redeemed is not None and now.times_redeemed is not None:
        steps = (now.times_redeemed - before.times_redeemed) * step
        if steps in (0, 1):
            return Applied(None) if steps else Absent()
        return Ambiguous("several" if steps > 1 else "contradictory")
    if before.status is None or now.status is None or before.status == status_after:
        return Ambiguous("contradictory")
    return Applied(None) if now.status == status_after else Absent()


def collected(claim_id: str, collectable: frozenset[str], *, complete: bool) -> Verdict:
    """Whether a claimed reward was collected: then it is not among the collectable ones any more."""
    if claim_id in collectable:
        return Absent()
    return Applied(None) if complete else Ambiguous("incomplete")


def uncollected(before: frozenset[str], collectable: frozenset[str], *, complete: bool) -> Verdict:
    """Whether a collection was undone: then there is one more to collect than before."""
    new = sorted(collectable - before)
    if len(new) == 1:
        return Applied(None)
    if new:
        return Ambiguous("several", tuple(new))
    return Absent() if complete else Ambiguous("incomplete")


def linked(member_id: str, owner_id: str | None) -> Verdict:
    """Whether a card became this member's. Another's it is not: then sending again is refused, harmlessly."""
    return Applied(member_id) if owner_id == member_id else Absent()
