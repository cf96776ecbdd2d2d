"""What the daemon needs of a loyalty backend that wants to know the menu: its capability `catalogue`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from kioskd.core.catalogue import Catalogue


class EntryKind(StrEnum):
    CATEGORY = "category"
    PRODUCT = "product"
    """Or an option: it has a SKU and is sold like one."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What a backend is told about one thing on the menu. `id` is unique within its kind.

    `content` is in the backend's own form: the backend must hear of the entry again when it changes.
    """

    kind: EntryKind
    id: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class EntryRefused:
    """What the backend does not want, with its reason for the staff."""

    entry: CatalogueEntry
    reason: str


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of each entry of a batch. Those in `again` are undecided: send them like that."""

    taken: tuple[CatalogueEntry, ...]
    refused: tuple[EntryRefused, ...] = ()
    again: tuple[tuple[CatalogueEntry, ...], ...] = ()


class CatalogueReader(Protocol):
    """A backend's wish to know the menu, for its rules about products and categories.

    Telling it an entry twice is harmless. What the menu no longer has stays known to it.
    """

    def entries(self, catalogue: Catalogue, language: str) -> tuple[CatalogueEntry, ...]:
        """All there is to tell, in the sequence in which it must be told."""
        ...

    def batches(self, entries: Iterable[CatalogueEntry]) -> Iterator[tuple[CatalogueEntry, ...]]:
        """The entries in their sequence, in parts that fit into one request each."""
        ...

    async def push(self, batch: tuple[CatalogueEntry, ...]) -> BatchAnswer:
        """One request. Raises LoyaltyError when nothing is known to have been decided by it."""
        ...


@runtime_checkable
class ReadsCatalogue(Protocol):
    """The capability `catalogue` of a loyalty backend."""

    @property
    def catalogue(self) -> CatalogueReader: ...
