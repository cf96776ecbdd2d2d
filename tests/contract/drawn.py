"""Requests made from the API description alone: as it allows them, and with one thing wrong.

Ids must exist before a call can succeed, so whoever draws says which are known: by the name of the field, by
the end of its place (`contact.uuid`), or either after the operation's id and a colon for that one alone. A
list that is known as a whole is drawn from its items' schema as well.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.contract.described import Description

JsonObject = dict[str, Any]
Place = tuple[str | int, ...]
Known = Mapping[str, Sequence[Any]]
Choose = Callable[[Sequence[Any]], Any]
"""Picks one of some values, the likeliest first. Whether something optional is there is (False, True)."""

_TEXTS = ("x", "Crème brûlée", "0", " ", "\u202eabc", "ünïcödé-👍", "a/b?c=d&e", "null", "x" * 300)
_TIMES = ("2026-07-01T12:00:00Z", "2026-06-30T23:59:59+02:00", "2030-01-01T00:00:00.000Z")
_NUMBERS = (1, 2, 0, 100, -1, 999_999)
_NOBODY = "00000000-0000-4000-8000-000000000000"
_OTHER_TYPES: tuple[Any, ...] = (True, 7, 1.5, "text", [1], {"a": 1})


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: JsonObject
    body: Any = None
    """JSON, or bytes to be sent as they are."""
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Operation:
    """One operation of a description, references followed on its first level."""

    of: Description = field(repr=False)
    id: str
    method: str
    path: str
    parameters: tuple[JsonObject, ...]
    body: JsonObject | None

    def __str__(self) -> str:
        return self.id

    @property
    def required(self) -> set[str]:
        """Of the body's own fields."""
        return set(self.body.get("required", ())) if self.body else set()

    def draw(self, known: Known, choose: Choose) -> Request:
        path = self.path
        query: JsonObject = {}
        headers: dict[str, str] = {}
        for parameter in self.parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", choose((*_known(known, self.id, (name,)), _NOBODY, "1")))
            elif parameter["in"] == "header":
                headers[name] = self._value(parameter["schema"], (name,), known, choose)
            elif parameter.get("required") or choose((False, True)):
                value = self._value(parameter["schema"], (name,), known, choose)
                deep = value.items() if isinstance(value, dict) else ()
                query |= {f"{name}[{key}]": text for key, text in deep} if deep else {name: value}
        body = None if self.body is None else self._value(self.body, (), known, choose)
        return Request(self.method, path, {k: v for k, v in query.items() if v != {}}, body, headers=headers)

    def _value(self, schema: JsonObject, place: Place, known: Known, choose: Choose) -> Any:
        schema = self.of.resolved(schema)
        if "oneOf" in schema:
            return self._value(choose(schema["oneOf"]), place, known, choose)
        odd = self._odd(schema)
        kind = schema.get("type", "object")
        values = _known(known, self.id, place)
        if values and (kind != "array" or (values := choose((values, ())))):
            return choose((*values, *odd))
        kind = choose([k for k in kind if k != "null"]) if isinstance(kind, list) else kind
        if kind == "object":
            return self._object(schema, place, known, choose)
        if kind == "array":
            count = choose((1, 2, 0))
            items = self.of.resolved(schema.get("items", {}))
            return [self._value(items, (*place, number), known, choose) for number in range(count)]
        return choose(odd)

    def _object(self, schema: JsonObject, place: Place, known: Known, choose: Choose) -> JsonObject:
        needed = {*schema.get("required", ()), *choose(schema.get("anyOf", ({},))).get("required", ())}
        return {
            name: self._value(described, (*place, name), known, choose)
            for name, described in schema.get("properties", {}).items()
            if name in needed or choose((False, True))
        }

    def _odd(self, schema: JsonObject) -> tuple[Any, ...]:
        """Values of a scalar schema; none for the others."""
        candidates: tuple[Any, ...] = tuple(schema.get("enum", ())) or (
            *schema.get("examples", ()),
            *(_TIMES if schema.get("format") == "date-time" else _TEXTS),
            *_NUMBERS,
            2.5,
            schema.get("maximum", 1),
            True,
            False,
        )
        return tuple(value for value in candidates if self.of.accepts(schema, value))


def operations(of: Description, root: str, without: str | None = None) -> tuple[Operation, ...]:
    """All below `root`; none whose path has `without` in it."""
    found = []
    for path, method, described in of.operations():
        if path.startswith(root) and (without is None or without not in path):
            parameters = tuple(map(of.resolved, described["parameters"]))
            body = described.get("requestBody")
            schema = of.resolved(body["content"]["application/json"]["schema"]) if body else None
            found.append(Operation(of, described["operationId"], method, path, parameters, schema))
    return tuple(found)


def everything_said(options: Sequence[Any]) -> Any:
    """A `Choose` for the request with every optional part in it."""
    return True if tuple(options) == (False, True) else options[0]


def spoilt(
    operation: Operation, whole: Request, looked_up: Collection[str] = ()
) -> Iterator[tuple[str, Request]]:
    """`whole`, a request with everything in it, with one thing wrong in every way it can be, and what is.

    `looked_up` names fields whose value must exist: nothing has the id they are given.
    """
    for parameter in operation.parameters:
        yield from _spoilt_parameter(operation, parameter, whole, looked_up)
    if operation.body is None:
        return
    for place, schema, required in _fields(operation.of, operation.body, whole.body):
        where = ".".join(map(str, place))
        if required:
            yield f"{where} missing", replace(whole, body=_with(whole.body, place, ...))
            yield f"{where} null", replace(whole, body=_with(whole.body, place, None))
        wrong = [value for value in _OTHER_TYPES if not operation.of.accepts(schema, value)]
        wrong += ["SOMETHING_ELSE"] if "enum" in schema else []
        for value in wrong:
            yield f"{where} {value!r}", replace(whole, body=_with(whole.body, place, value))
        if place[-1] in looked_up:
            yield f"{where} of nothing", replace(whole, body=_with(whole.body, place, _NOBODY))
    if operation.required:
        text = json.dumps(whole.body)
        for content in (b"", b"{", b"[]", b"7", b'"\xff"', b"\xff\xfe{}", text[:-1].encode(), b"[" * 5000):
            yield f"{content[:9]!r} for a body", replace(whole, body=content)
        for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
            yield f"sent as {media_type or 'nothing'}", replace(whole, media_type=media_type)


def _spoilt_parameter(
    operation: Operation, parameter: JsonObject, whole: Request, looked_up: Collection[str]
) -> Iterator[tuple[str, Request]]:
    name, schema = parameter["name"], operation.of.resolved(parameter["schema"])
    if parameter["in"] == "path":
        before, _, after = operation.path.partition(f"{{{name}}}")
        for text in (_NOBODY, "1", "%00", "%0D", "%F0%9F%92%A9", "..;", "x" * 2000):
            yield f"{name} {text[:40]}", replace(whole, path=before + text + after)
        return
    if parameter["in"] == "header":
        others = {key: text for key, text in whole.headers.items() if key != name}
        yield f"header {name} missing", replace(whole, headers=others)
        for text in ("", "x", "soon", "12", whole.headers[name].lower() + "x"):
            yield f"header {name} {text!r}", replace(whole, headers=others | {name: text})
        return
    if parameter.get("required"):
        yield f"{name} missing", replace(whole, query=_without(whole.query, name))
        yield f"{name} empty", replace(whole, query=whole.query | {name: ""})
    texts = ["SOMETHING_ELSE"] if "enum" in schema else []
    if schema.get("type") == "integer":
        texts += ["ten", "1.5", "1e3", "-1"]
        texts += [str(schema["maximum"] + 1)] if "maximum" in schema else []
    if schema.get("type") == "number":
        texts += ["ten", "nan", "1e999"]
    for text in texts:
        yield f"{name}={text}", replace(whole, query=whole.query | {name: text})
    if name in looked_up:
        yield f"{name} of nothing", replace(whole, query=whole.query | {name: _NOBODY})
    for inner in schema.get("properties", ()):
        yield f"{name}[{inner}]=soon", replace(whole, query=whole.query | {f"{name}[{inner}]": "soon"})


def _fields(
    of: Description, schema: JsonObject, value: Any, place: Place = ()
) -> Iterator[tuple[Place, JsonObject, bool]]:
    """Every field in `value` with its schema, and whether it must be there."""
    schema = of.resolved(schema)
    if "oneOf" in schema:
        schema = next(of.resolved(one) for one in schema["oneOf"] if of.accepts(one, value))
    if isinstance(value, dict):
        for name, described in schema.get("properties", {}).items():
            if name in value:
                yield (*place, name), of.resolved(described), name in schema.get("required", ())
                yield from _fields(of, described, value[name], (*place, name))
    if isinstance(value, list) and value and "items" in schema:
        yield from _fields(of, schema["items"], value[0], (*place, 0))


def _known(known: Known, operation_id: str, place: Place) -> Sequence[Any]:
    names = [part for part in place if isinstance(part, str)]
    ends = [".".join(names[start:]) for start in range(len(names))]
    for key in (*(f"{operation_id}:{end}" for end in ends), *ends):
        if key in known:
            return known[key]
    return ()


def _with(body: Any, place: Place, value: Any) -> Any:
    """A copy of `body` with `value` at `place`, or without it when `value` is Ellipsis."""
    result = copy.deepcopy(body)
    parent = result
    for part in place[:-1]:
        parent = parent[part]
    if value is ...:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return result


def _without(query: JsonObject, name: str) -> JsonObject:
    return {key: value for key, value in query.items() if re.sub(r"\[\w+\]$", "", key) != name}
