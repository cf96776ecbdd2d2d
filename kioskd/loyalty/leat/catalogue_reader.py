"""Tells Leat about the menu in batches, and finds out which entries it does not want.

The import calls overwrite what they find under the same id, so a batch may be sent again at any time. One bad
entry makes Leat refuse the whole request: it is left out when the refusal names it, else found by halving.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from kioskd.core.catalogue import Catalogue
from kioskd.core.catalogue_port import BatchAnswer, CatalogueEntry, EntryKind, EntryRefused
from kioskd.core.errors import Unclear
from kioskd.loyalty.leat import catalogue as written
from kioskd.loyalty.leat.catalogue import CategoryWrite, ProductWrite
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.refusals import LeatRefused

MAX_ENTRIES: Mapping[EntryKind, int] = {EntryKind.CATEGORY: 250, EntryKind.PRODUCT: 100}
MAX_BATCH_BYTES = 900_000
"""Nobody documents a limit. Leat's own shop module sends at most this many, and about 950 kB."""

_NOT_ABOUT_ENTRIES = frozenset({"plan_limit"})
_FIELD = re.compile(r"(?:products|categories)\.(\d{1,6})(?:\.([A-Za-z0-9_.]{1,80}))?")


class LeatCatalogue:
    """Implements core.catalogue_port.CatalogueReader. Raises only LoyaltyError."""

    def __init__(self, client: LeatClient) -> None:
        self._client = client

    def entries(self, catalogue: Catalogue, language: str) -> tuple[CatalogueEntry, ...]:
        """Categories first: Leat refuses a product of one it does not know."""
        categories = [(EntryKind.CATEGORY, body) for body in written.categories(catalogue, language)]
        products = [(EntryKind.PRODUCT, body) for body in written.products(catalogue, language)]
        return tuple(
            CatalogueEntry(kind, body.external_identifier, body.name, body.to_json())
            for kind, body in [*categories, *products]
        )

    def batches(self, entries: Iterable[CatalogueEntry]) -> Iterator[tuple[CatalogueEntry, ...]]:
        for kind, alike in groupby(entries, key=lambda entry: entry.kind):
            batch: list[CatalogueEntry] = []
            size = 0
            for entry in alike:
                if batch and (len(batch) == MAX_ENTRIES[kind] or size + len(entry.content) > MAX_BATCH_BYTES):
                    yield tuple(batch)
                    batch, size = [], 0
                batch.append(entry)
                size += len(entry.content)
            yield tuple(batch)

    async def push(self, batch: tuple[CatalogueEntry, ...]) -> BatchAnswer:
        """An unclear outcome may mean that it was too much at once, so half of it is tried next."""
        try:
            confirmed = await self._send(batch)
        except LeatRefused as refusal:
            return _without_the_refused(batch, refusal)
        except Unclear:
            if len(batch) == 1:
                raise
            return BatchAnswer((), (), _halves(batch))
        missing = [entry for entry in batch if entry.id not in confirmed]
        return BatchAnswer(
            taken=tuple(entry for entry in batch if entry.id in confirmed),
            refused=tuple(EntryRefused(entry, "is not in the answer") for entry in missing),
        )

    async def _send(self, batch: tuple[CatalogueEntry, ...]) -> set[str]:
        """The ids that Leat has now: those in its answer, if all it lists has one, else all."""
        if batch[0].kind is EntryKind.CATEGORY:
            categories = tuple(CategoryWrite.model_validate_json(entry.content) for entry in batch)
            stored = await self._client.import_categories(categories)
        else:
            products = tuple(ProductWrite.model_validate_json(entry.content) for entry in batch)
            stored = await self._client.import_products(products)
        ids = {entry.external_identifier for entry in stored}
        return {id for id in ids if id} if ids and None not in ids else {entry.id for entry in batch}


def _without_the_refused(batch: tuple[CatalogueEntry, ...], refusal: LeatRefused) -> BatchAnswer:
    named = _named(refusal.fields, len(batch))
    if named:
        rest = tuple(entry for index, entry in enumerate(batch) if index not in named)
        refused = tuple(EntryRefused(batch[index], named[index]) for index in sorted(named))
        return BatchAnswer((), refused, (rest,) if rest else ())
    if len(batch) == 1 or refusal.reason in _NOT_ABOUT_ENTRIES:
        reason = f"{refusal.reason}, code {refusal.code}"
        return BatchAnswer((), tuple(EntryRefused(entry, reason) for entry in batch))
    return BatchAnswer((), (), _halves(batch))


def _halves(
    batch: tuple[CatalogueEntry, ...],
) -> tuple[tuple[CatalogueEntry, ...], tuple[CatalogueEntry, ...]]:
    half = len(batch) // 2
    return batch[:half], batch[half:]


def _named(fields: Iterable[str], count: int) -> dict[int, str]:
    """What is wrong with which entry of the request: the field `products.3.name` is the fourth's name."""
    wrong: dict[int, list[str]] = {}
    for match in filter(None, map(_FIELD.fullmatch, sorted(fields))):
        if int(match[1]) < count:
            wrong.setdefault(int(match[1]), []).append(match[2] or "entry")
    return {index: f"invalid {', '.join(names)}" for index, names in wrong.items()}
