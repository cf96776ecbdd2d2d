"""Leat's envelopes: what is around the data of every answer, and errors as the tree of core.errors.

A success is `{"data", "meta"}`; meta may be `[]`, `{}` or missing. An error is `{"message", "code"}`, with
status 400 whatever it is.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal

from kioskd.core.errors import Unclear
from kioskd.loyalty import fields
from kioskd.loyalty.fields import Model
from kioskd.loyalty.http import Answer, Call, JsonApi
from kioskd.loyalty.leat.refusals import error_for
from kioskd.loyalty.leat.wire import Failure, PageInfo

logger = logging.getLogger(__name__)

_ROOT = "/api/v3/oauth/clients"


@dataclass(frozen=True, slots=True)
class Page(Generic[Model]):
    """A part of a list. `unreadable` items were left out; `last` and `total` are None when not told."""

    items: tuple[Model, ...]
    unreadable: int
    last: int | None
    total: int | None

    def is_last(self, number: int) -> bool:
        """Whether this page, of that `number`, is the last. If not told, the first empty one is."""
        return number >= self.last if self.last is not None else not self.items and not self.unreadable


@dataclass(frozen=True, slots=True)
class Envelope:
    """The answer to a call that took effect. What cannot be read in it is Unclear, for reads too."""

    name: str
    document: Any = field(repr=False)

    def one(self, model: type[Model]) -> Model:
        try:
            return fields.read(model, self._data)
        except fields.Unreadable as error:
            raise Unclear(f"{self.name}: {error}") from None

    def all(self, model: type[Model]) -> tuple[Model, ...]:
        return self.page(model).items

    def page(self, model: type[Model]) -> Page[Model]:
        try:
            items, unreadable = fields.read_all(model, self._data)
        except fields.Unreadable as error:
            raise Unclear(f"{self.name}: {error}") from None
        if unreadable:
            logger.warning(
                "%s: %d of %d items are unreadable", self.name, unreadable, len(items) + unreadable
            )
        meta = self.document.get("meta")
        where = fields.read(PageInfo, meta if isinstance(meta, dict) else {})
        return Page(items, unreadable, where.last_page, where.total)

    @property
    def _data(self) -> Any:
        if not isinstance(self.document, dict) or "data" not in self.document:
            raise Unclear(f"{self.name}: an answer without data")
        return self.document["data"]


class Envelopes:
    """Calls below Leat's root. `name` is the path with placeholders, for errors and logs: paths hold ids.

    Raises only LoyaltyError.
    """

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    async def get(
        self,
        name: str,
        query: Mapping[str, str] | None = None,
        *,
        path: str | None = None,
        within_s: float | None = None,
    ) -> Envelope:
        call = Call(name, "GET", f"{_ROOT}/{path or name}", query or {})
        return _opened(name, await self._api.call(call, within_s))

    async def send(
        self,
        name: str,
        body: bytes | Mapping[str, Any] | None = None,
        *,
        path: str | None = None,
        method: Literal["POST", "PUT"] = "POST",
        has_effect: bool = True,
        gives_way: bool = False,
    ) -> Envelope:
        """`has_effect` False is for questions that need a body."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(dict(body)).encode()
        target = f"{_ROOT}/{path or name}"
        call = Call(name, method, target, body=content, has_effect=has_effect, gives_way=gives_way)
        return _opened(name, await self._api.call(call))

    async def close(self) -> None:
        await self._api.close()


def _opened(name: str, answer: Answer) -> Envelope:
    """The envelope of a success; otherwise the error that its code stands for."""
    if answer.success:
        return Envelope(name, answer.json)
    if not isinstance(answer.json, dict):
        raise Unclear(f"{name}: status {answer.status} without an envelope")
    failure = fields.read(Failure, answer.json)
    if failure.code is None:  # not Leat speaking: a proxy, or a path that does not exist
        raise Unclear(f"{name}: status {answer.status} without a code")
    raise error_for(name, failure.code, failure.fields)
