"""Whose turn it is does not depend on how many wait, and nobody is lost on the way."""

from __future__ import annotations

from bisect import insort

from hypothesis import given
from hypothesis import strategies as st

from kioskd.outbox.waiting import Due, Rank, Waiting

_STEPS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.floats(0, 9), st.sampled_from(Rank), st.integers(0, 40)),
    max_size=120,
)


def _first(plain: list[Due], *, backlog: bool) -> list[Due]:
    return [due for due in plain if due[0] is backlog][:1]


@given(_STEPS)
def test_it_is_a_sorted_list_with_every_lane_once(steps: list[tuple[bool, bool, float, Rank, int]]) -> None:
    waiting, plain = Waiting(), list[Due]()
    for leaves, backlog, when_s, rank, n in steps:
        lane = f"lane:{n}"
        before, contents = waiting, tuple(waiting)
        plain = [due for due in plain if due[-1] != lane]
        if leaves:
            waiting = waiting.without(lane)
        else:
            due = (backlog, when_s, rank, n, lane)
            waiting = waiting.with_(due)
            insort(plain, due)
        assert tuple(before) == contents  # a value: whoever holds the old one has the old one
        assert list(waiting) == plain
        assert len(waiting) == len(plain)
        assert waiting.heads() == [*_first(plain, backlog=False), *_first(plain, backlog=True)]


def test_ten_thousand_in_any_order() -> None:
    dues = [(n % 3 == 0, float(n * 7919 % 10_007), Rank.FRESH, n, f"lane:{n}") for n in range(10_000)]
    waiting = Waiting()
    for due in dues:
        waiting = waiting.with_(due)
    assert list(waiting) == sorted(dues)
    assert waiting == Waiting(dues)
    for due in dues[:5000]:
        waiting = waiting.without(due[-1])
    assert list(waiting) == sorted(dues[5000:])
    assert waiting.of("lane:1") is None
    assert waiting.of("lane:9999") == dues[9999]
