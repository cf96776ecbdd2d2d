"""Which lane is begun next. Never changes; a changed one is cheap to derive, however many wait."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import chain, islice
from operator import itemgetter

from kioskd.outbox.shards import Shards

Due = tuple[bool, float, "Rank", int, str]
"""Whether the head of a lane is backlog, when it may be begun, how urgent it is, its seq, the lane.

The backlog has a gate of its own: sorted behind, it never stands in the way of what a guest waits for.
"""

_CHUNK = 128
_is_backlog = itemgetter(0)


class Rank(IntEnum):
    """Who overtakes whom where both may be begun."""

    GUEST_WAITS = 0
    FRESH = 1
    """Its guest may still stand there, to see the points."""
    BACKLOG = 2


class Waiting:
    """Each lane at most once, in order; kept in sorted chunks, of which a change copies one."""

    __slots__ = ("_by_lane", "_chunks")

    def __init__(self, dues: Iterable[Due] = ()) -> None:
        ordered = iter(sorted(dues))
        chunks = iter(lambda: tuple(islice(ordered, _CHUNK)), ())
        self._chunks: tuple[tuple[Due, ...], ...] = tuple(chunks)
        self._by_lane: Shards[Due] = Shards()
        for due in self:
            self._by_lane = self._by_lane.with_(due[-1], due)

    def with_(self, due: Due) -> Waiting:
        """Instead of what waited in the same lane, if anything did."""
        before = self.without(due[-1])
        index = min(before._chunk_of(due), max(len(before._chunks) - 1, 0))
        chunk = list(before._chunks[index]) if before._chunks else []
        insort(chunk, due)
        halves = (
            (tuple(chunk[:_CHUNK]), tuple(chunk[_CHUNK:])) if len(chunk) > 2 * _CHUNK else (tuple(chunk),)
        )
        return before._changed(index, halves, before._by_lane.with_(due[-1], due))

    def without(self, lane: str) -> Waiting:
        """The same when nothing waited there."""
        due = self._by_lane.get(lane)
        if due is None:
            return self
        index = self._chunk_of(due)
        rest = tuple(other for other in self._chunks[index] if other != due)
        return self._changed(index, (rest,) if rest else (), self._by_lane.without(lane))

    def of(self, lane: str) -> Due | None:
        return self._by_lane.get(lane)

    def heads(self) -> list[Due]:
        """The first of those that a guest may wait for, and the first of the backlog."""
        heads = [self._chunks[0][0]] if self._chunks and not self._chunks[0][0][0] else []
        index = bisect_left(self._chunks, True, key=lambda chunk: chunk[-1][0])
        if index < len(self._chunks):
            chunk = self._chunks[index]
            heads.append(chunk[bisect_left(chunk, True, key=_is_backlog)])
        return heads

    def __iter__(self) -> Iterator[Due]:
        return chain.from_iterable(self._chunks)

    def __len__(self) -> int:
        return len(self._by_lane)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Waiting) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _chunk_of(self, due: Due) -> int:
        return bisect_left(self._chunks, due, key=itemgetter(-1))

    def _changed(self, index: int, instead: tuple[tuple[Due, ...], ...], by_lane: Shards[Due]) -> Waiting:
        derived = Waiting.__new__(Waiting)
        derived._chunks = (*self._chunks[:index], *instead, *self._chunks[index + 1 :])
        derived._by_lane = by_lane
        return derived
