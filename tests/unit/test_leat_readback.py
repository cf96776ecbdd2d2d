"""After an unknown outcome: applied, certainly absent, or not to be told, and never the wrong one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.loyalty.leat import readback
from kioskd.loyalty.leat.readback import (
    Absent,
    Ambiguous,
    Applied,
    Baseline,
    Movement,
    Seen,
    Verdict,
    VoucherState,
    Wanted,
    moved,
)

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
OURS, OTHER = "shop-1", "shop-2"
PAY_10 = Wanted(-1000, OURS)


def row(id: str | None, amount: int | None = -1000, shop: str | None = OURS, after_s: int = 1) -> Movement:
    return Movement(id, amount, shop, NOON + timedelta(seconds=after_s))


BEFORE = Baseline.of(Seen((row("old", -500, after_s=0),), complete=True, total=1, balance=2000))


def verdict(*new: Movement, balance: int | None = None, **seen: Any) -> Verdict:
    listed = (row("old", -500, after_s=0), *new)
    told = {"complete": True, "total": len(listed), "balance": balance} | seen
    return moved(BEFORE, Seen(listed, **told), PAY_10)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ([], Absent()),
        ([row("t1")], Applied("t1")),
        ([row("t1", -999)], Absent()),
        ([row("t1", shop=OTHER)], Absent()),
        ([row("t1", shop=OTHER), row("t2")], Applied("t2")),
        ([row("t1"), row("t2")], Ambiguous("several", ("t1", "t2"))),
        ([row("t1", shop=None)], Ambiguous("several", ("t1",))),
        ([row("t1", amount=None)], Ambiguous("several", ("t1",))),
        ([row(None)], Ambiguous("several")),
        ([row("t1"), row("t1")], Applied("t1")),
        ([row(None, after_s=-9)], Absent()),
        ([row("older than the baseline's page", after_s=-9)], Absent()),
        ([Movement("t1", -1000, OURS, None)], Applied("t1")),
    ],
)
def test_what_is_new_and_like_ours_is_ours(new: list[Movement], expected: Verdict) -> None:
    assert verdict(*new, total=None) == expected


def test_absence_needs_the_whole_list() -> None:
    assert verdict(complete=False) == Ambiguous("incomplete")
    assert verdict(row("t1"), complete=False) == Ambiguous("incomplete")


def test_a_list_that_lags_behind_the_balance_proves_nothing() -> None:
    assert verdict(balance=1000) == Ambiguous("contradictory")
    assert verdict(row("t1"), balance=1000) == Applied("t1")
    assert verdict(row("t1"), balance=2000) == Ambiguous("contradictory")
    assert verdict(balance=2000) == Absent()


def test_a_row_that_is_counted_and_not_listed_proves_nothing() -> None:
    assert verdict(total=2) == Ambiguous("contradictory")
    assert verdict(row("t1"), total=2) == Applied("t1")


def test_what_is_known_to_be_of_another_write_is_not_claimed_again() -> None:
    seen = Seen((row("t1"), row("t2")), complete=True)
    assert moved(BEFORE, seen, PAY_10, frozenset({"t1"})) == Applied("t2")
    assert moved(BEFORE, seen, PAY_10, frozenset({"t1", "t2"})) == Absent()


def test_a_first_movement_needs_no_time_to_compare_with() -> None:
    nothing = Baseline.of(Seen((), complete=True))
    assert moved(nothing, Seen((row("t1"),), complete=True), PAY_10) == Applied("t1")
    assert moved(nothing, Seen((), complete=True), PAY_10) == Absent()


def test_points_are_matched_by_member_and_reward() -> None:
    wanted = Wanted(-75, OURS, "m-1", "r-1", "Cookie")

    def reception(member: str | None, reward: str | None, title: str | None = None) -> Verdict:
        movement = Movement("t1", -75, OURS, NOON, member, reward, title)
        return moved(Baseline(frozenset(), None), Seen((movement,), complete=True), wanted)

    assert reception("m-1", "r-1") == Applied("t1")
    assert reception("m-2", "r-1") == Absent()
    assert reception("m-1", "r-2") == Absent()
    assert reception("m-1", None) == Ambiguous("several", ("t1",))
    assert reception(None, "r-1") == Ambiguous("several", ("t1",))
    assert reception("m-1", None, "Cookie") == Applied("t1")
    assert reception("m-1", None, "Coffee") == Absent()
    assert reception("m-1", "r-2", "Cookie") == Absent()


movements = st.builds(
    Movement,
    st.sampled_from([None, "t1", "t2", "t3", "old"]),
    st.sampled_from([None, -1000, -500, 1000]),
    st.sampled_from([None, OURS, OTHER]),
    st.sampled_from([None, NOON - timedelta(seconds=1), NOON, NOON + timedelta(seconds=1)]),
)


@given(
    st.lists(movements, max_size=5).map(tuple),
    st.booleans(),
    st.none() | st.integers(0, 3),
    st.none() | st.integers(-1000, 3000),
)
def test_a_verdict_is_never_more_certain_than_the_list(
    listed: tuple[Movement, ...], complete: bool, total: int | None, balance: int | None
) -> None:
    found = moved(BEFORE, Seen(listed, complete, total, balance), PAY_10)
    ours = [m for m in listed if m.amount == -1000 and m.shop_id == OURS and not BEFORE.precedes(m)]
    if isinstance(found, Applied):
        assert found.id in {m.id for m in ours}
        assert len({m.id for m in ours}) == 1
    if isinstance(found, Absent):
        assert complete
        assert not ours


@given(
    st.frozensets(st.text(max_size=5), max_size=3),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.integers(),
    st.none() | st.integers(),
)
def test_a_baseline_survives_the_disk(
    ids: frozenset[str], newest_at: datetime | None, total: int | None, balance: int | None
) -> None:
    baseline = Baseline(ids, newest_at, total, balance)
    assert Baseline.from_document(json.loads(json.dumps(baseline.to_document()))) == baseline


def state(status: str | None, times: int | None = None) -> VoucherState:
    return VoucherState(status, times)


def test_a_lock_does_not_say_whose_it_is() -> None:
    assert readback.locked(state("LOCKED")) == Ambiguous("locked")
    assert readback.locked(state("ACTIVE")) == Absent()
    assert readback.locked(state("REDEEMED")) == Absent()
    assert readback.locked(state(None)) == Ambiguous("contradictory")


def test_a_voucher_that_is_not_locked_is_released() -> None:
    assert readback.released(state("LOCKED")) == Absent()
    assert readback.released(state("ACTIVE")) == Applied(None)
    assert readback.released(state(None)) == Ambiguous("contradictory")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (state("LOCKED", 0), state("REDEEMED", 1), Applied(None)),
        (state("LOCKED", 3), state("ACTIVE", 4), Applied(None)),
        (state("LOCKED", 3), state("LOCKED", 3), Absent()),
        (state("LOCKED", 3), state("ACTIVE", 5), Ambiguous("several")),
        (state("LOCKED", 3), state("ACTIVE", 2), Ambiguous("contradictory")),
        (state("ACTIVE"), state("REDEEMED"), Applied(None)),
        (state("ACTIVE"), state("ACTIVE"), Absent()),
        (state("REDEEMED"), state("REDEEMED"), Ambiguous("contradictory")),
        (state("ACTIVE"), state(None, 1), Ambiguous("contradictory")),
    ],
)
def test_a_redemption_is_counted(before: VoucherState, now: VoucherState, expected: Verdict) -> None:
    assert readback.redeemed(before, now) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (state("REDEEMED", 1), state("ACTIVE", 0), Applied(None)),
        (state("REDEEMED", 1), state("REDEEMED", 1), Absent()),
        (state("REDEEMED"), state("ACTIVE"), Applied(None)),
    ],
)
def test_an_undone_redemption_is_counted_too(
    before: VoucherState, now: VoucherState, expected: Verdict
) -> None:
    assert readback.unredeemed(before, now) == expected


def test_a_collected_reward_is_gone_if_the_list_is_whole() -> None:
    assert readback.collected("c1", frozenset(), complete=True) == Applied(None)
    assert readback.collected("c1", frozenset(), complete=False) == Ambiguous("incomplete")
    assert readback.collected("c1", frozenset({"c1"}), complete=False) == Absent()
    before, after = frozenset({"c0"}), frozenset({"c0", "c1"})
    assert readback.uncollected(before, after, complete=False) == Applied(None)
    assert readback.uncollected(before, before, complete=True) == Absent()
    assert readback.uncollected(before, before, complete=False) == Ambiguous("incomplete")
    assert readback.uncollected(frozenset(), after, complete=True) == Ambiguous("several", ("c0", "c1"))


def test_a_card_is_linked_when_it_is_this_members() -> None:
    assert readback.linked("m1", "m1") == Applied("m1")
    assert readback.linked("m1", None) == Absent()
    assert readback.linked("m1", "m2") == Absent()
