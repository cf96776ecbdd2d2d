"""Which offers are used, and in which sequence: it matters, because each takes from what others have left.

Percentages without a maximum come first, in the sequence given. The guest loses nothing by that but the
rounding of a cent: a part of the price is worth most while the price is whole. Everything else may come in
any sequence: a free coffee should not be the only latte when another offer is good for lattes only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from kioskd.core.discount.taking import Left, Taker

MAX_STEPS = 2000
"""Of the search, per group of offers that touch each other: enough for any six (1,957) and for nearly all
groups of eight. A search cut short gives the best it saw, which is never worse than `in_turn`."""


def in_turn(takers: Sequence[Taker], left: Left) -> tuple[int, ...]:
    """Every taker that finds something to take off, in the sequence given."""
    used = []
    for index, taker in enumerate(takers):
        if taker.worth_minor(left):
            left = taker.take(left)
            used.append(index)
    return tuple(used)


def best(takers: Sequence[Taker], left: Left) -> tuple[int, ...]:
    """The takers to use, in sequence, so that the least is left.

    Of equal ways one with the fewest offers, then with the least dearness, then with the earlier takers.
    """
    return tuple(
        group[index]
        for group in _groups(takers, left)
        for index in _Search([takers[index] for index in group], left).run()
    )


def _groups(takers: Sequence[Taker], left: Left) -> Iterator[list[int]]:
    """Takers that share a part, directly or through others. Groups do not influence each other."""
    waiting = [
        (index, {part for part in taker.parts if left.minor[part]}) for index, taker in enumerate(takers)
    ]
    while waiting:
        first, parts = waiting.pop(0)
        group = [first]
        while near := [entry for entry in waiting if entry[1] & parts]:
            group += [index for index, _ in near]
            parts = parts.union(*(touched for _, touched in near))
            waiting = [entry for entry in waiting if entry not in near]
        yield sorted(group)


class _Search:
    """Depth first, the most valuable offer first, without what cannot become better than the best so far."""

    def __init__(self, takers: Sequence[Taker], left: Left) -> None:
        self._takers = takers
        self._start = left
        self._parts = tuple({part for taker in takers for part in taker.parts})
        self._first = [index for index, taker in enumerate(takers) if taker.is_plain_percentage]
        self._steps = 0
        self._seen: set[tuple[frozenset[int], tuple[int, int, int], Left]] = set()
        self._best = in_turn(takers, left)
        for index in self._best:
            left = takers[index].take(left)
        self._best_score = self._score(left, self._best)

    def run(self) -> tuple[int, ...]:
        others = frozenset(range(len(self._takers))).difference(self._first)
        self._decide_first(self._start, tuple(self._first), others, ())
        return self._best

    def _decide_first(
        self, left: Left, first: tuple[int, ...], others: frozenset[int], used: tuple[int, ...]
    ) -> None:
        """Use each percentage, or leave it out."""
        if not first:
            self._go_on(left, others, used)
            return
        worths_minor = self._worths_minor(left, others.union(first))
        if not self._hopeless(left, worths_minor, used):
            index, *rest = first
            if index in worths_minor:
                self._decide_first(self._takers[index].take(left), tuple(rest), others, (*used, index))
            self._decide_first(left, tuple(rest), others, used)

    def _go_on(self, left: Left, others: frozenset[int], used: tuple[int, ...]) -> None:
        """Use any of the others next, or none."""
        score = self._score(left, used)
        if score < self._best_score:
            self._best, self._best_score = used, score
        worths_minor = self._worths_minor(left, others)
        here = (frozenset(worths_minor), score, left)
        if here in self._seen or self._hopeless(left, worths_minor, used):
            return
        self._seen.add(here)
        tried: list[Taker] = []
        for index in sorted(worths_minor, key=lambda index: (-worths_minor[index], index)):
            taker = self._takers[index]
            if taker not in tried:  # the same rule twice: one sequence of the two is enough
                tried.append(taker)
                self._go_on(taker.take(left), here[0] - {index}, (*used, index))

    def _worths_minor(self, left: Left, indices: frozenset[int]) -> dict[int, int]:
        """What each could take now, without those that will never again find anything."""
        worths = {index: self._takers[index].worth_minor(left) for index in indices}
        return {index: worth for index, worth in worths.items() if worth}

    def _hopeless(self, left: Left, worths_minor: dict[int, int], used: tuple[int, ...]) -> bool:
        """True when nothing that can follow beats the best so far, or after too many steps."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            return True
        rest_minor, count, dearness = self._score(left, used)
        best_minor, best_count, best_dearness = self._best_score
        needed_minor = rest_minor - best_minor
        descending = sorted(worths_minor.values(), reverse=True)
        at_most_minor = min(sum(descending), rest_minor)
        if at_most_minor != needed_minor:
            return at_most_minor < needed_minor
        fewest = bisect_left(list(accumulate(descending, initial=0)), needed_minor)
        cheapest = sorted(self._takers[index].dearness for index in worths_minor)[:fewest]
        return (count + fewest, dearness + sum(cheapest)) >= (best_count, best_dearness)

    def _score(self, left: Left, used: tuple[int, ...]) -> tuple[int, int, int]:
        """The less the better: what is left, how many offers that took, and how dear they are."""
        rest_minor = sum(map(left.minor.__getitem__, self._parts))
        return rest_minor, len(used), sum(self._takers[index].dearness for index in used)
