"""A mapping that never changes and is cheap to derive a changed one from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar, overload
from zlib import crc32

_FAN = 32
_BARE: list[dict[str, Any]] = [{}] * _FAN
V = TypeVar("V")
D = TypeVar("D")


class Shards(Mapping[str, V], Generic[V]):
    """Immutable. `with_` and `without` copy one shard of 1024 and the way to it.

    So a step costs the same in a full queue, and touches little memory, which is what costs after a pause.
    Iterates in an order of its own: the same for the same contents and history, in every process.
    """

    __slots__ = ("_branches", "_size")

    def __init__(self) -> None:
        self._branches: list[list[dict[str, V]]] = [_BARE] * _FAN
        self._size = 0

    def with_(self, key: str, value: V) -> Shards[V]:
        place = crc32(key.encode()) % (_FAN * _FAN)
        before = self._branches[place // _FAN][place % _FAN]
        return self._replaced(place, before, {**before, key: value})

    def without(self, key: str) -> Shards[V]:
        """KeyError when it is not there."""
        place = crc32(key.encode()) % (_FAN * _FAN)
        before = self._branches[place // _FAN][place % _FAN]
        shard = before.copy()
        del shard[key]
        return self._replaced(place, before, shard)

    def _replaced(self, place: int, before: dict[str, V], shard: dict[str, V]) -> Shards[V]:
        derived: Shards[V] = Shards.__new__(Shards)
        derived._size = self._size + len(shard) - len(before)
        derived._branches = branches = self._branches.copy()
        branches[place // _FAN] = branch = branches[place // _FAN].copy()
        branch[place % _FAN] = shard
        return derived

    @overload
    def get(self, key: str, /) -> V | None: ...
    @overload
    def get(self, key: str, /, default: V | D) -> V | D: ...
    def get(self, key: str, /, default: V | D | None = None) -> V | D | None:
        """As of any mapping, without an exception raised and caught inside."""
        place = crc32(key.encode()) % (_FAN * _FAN)
        return self._branches[place // _FAN][place % _FAN].get(key, default)

    def __getitem__(self, key: str) -> V:
        place = crc32(key.encode()) % (_FAN * _FAN)
        return self._branches[place // _FAN][place % _FAN][key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key, _BARE) is not _BARE

    def __iter__(self) -> Iterator[str]:
        for branch in self._branches:
            if branch is not _BARE:
                for shard in branch:
                    yield from shard

    def __len__(self) -> int:
        return self._size
