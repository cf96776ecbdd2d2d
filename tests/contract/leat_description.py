"""The description of Leat's API as a judge of requests and answers, and a source of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from kioskd.sim.recorder import Exchange

ROOT = "/api/v3/oauth/clients"


@cache
def description() -> dict[str, Any]:
    text = (Path(__file__).parent / "leat.openapi.yaml").read_text()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(text, loader)
    return document


def problems(exchange: Exchange) -> list[str]:
    """How a request departs from the API description: path, query and body, undocumented fields included."""
    operation = operation_of(exchange.method, exchange.path)
    if operation is None:
        return [f"{exchange.method} {exchange.path} is not described"]
    parameters = {p["name"]: p for p in map(resolved, operation.get("parameters", [])) if p["in"] == "query"}
    asked = {re.sub(r"\[\w+\]$", "", name) for name in exchange.query}
    found = [f"query {name} is not described" for name in asked - parameters.keys()]
    for name, parameter in parameters.items():
        if parameter.get("style") == "deepObject":  # created_at[gte]=...
            parts = {key[len(name) + 1 : -1]: text for key, text in exchange.query.items() if "[" in key}
            found += _violations(parameter["schema"], parts)
            found += undescribed(parameter["schema"], parts, name)
        elif name in exchange.query:
            text = exchange.query[name]
            whole = resolved(parameter["schema"]).get("type") == "integer"
            found += _violations(parameter["schema"], int(text) if whole else text)
        elif parameter.get("required"):
            found.append(f"query {name} is missing")
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        found += _violations(schema, exchange.body) + undescribed(schema, exchange.body, "body")
    elif exchange.body is not None:
        found.append("a body is not described")
    return found


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    paths = description()["paths"]
    for template in sorted(paths, key=lambda t: t.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in paths[template]:
            operation: dict[str, Any] = paths[template][method.lower()]
            return operation
    return None


def answer_problems(path: str, method: str, response: httpx.Response) -> Iterator[str]:
    """How `response` differs from what the description says about the operation; `path` with its braces."""
    documented = description()["paths"][path][method.lower()]["responses"]
    status = str(response.status_code)
    if status not in documented:
        yield f"status {status} is not described"
        return
    pointer = f"#/paths/{path.replace('/', '~1')}/{method.lower()}/responses/{status}"
    answer = documented[status]
    if "$ref" in answer:
        pointer = answer["$ref"]
        answer = resolved(answer)
    if "content" in answer:
        for error in _answer_validator(f"{pointer}/content/application~1json/schema").iter_errors(
            response.json()
        ):
            yield f"{error.json_path}: {error.message[:300]}"


formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def _answer_validator(pointer: str) -> Draft202012Validator:
    resource = Resource.from_contents(description(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:leat", resource)
    return Draft202012Validator({"$ref": f"urn:leat{pointer}"}, registry=registry, format_checker=formats)


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """Whether the description allows `value` where it says `schema`; times must be times."""
    return _validator(schema).is_valid(value)


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": description()["components"]}, format_checker=formats)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for; anything else as it is."""
    while "$ref" in schema:
        target: Any = description()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def _violations(schema: dict[str, Any], value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in _validator(schema).iter_errors(value)]


def undescribed(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    """Fields the description does not know. Where it lists no fields at all, any will do."""
    schema = resolved(schema)
    if isinstance(value, list):
        return [p for item in value for p in undescribed(schema["items"], item, f"{where}[]")]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    if not known:
        return []  # any fields, or a choice of shapes whose required fields were checked
    found = [f"{where}.{name} is not described" for name in value.keys() - known.keys()]
    for name in value.keys() & known.keys():
        found += undescribed(known[name], value[name], f"{where}.{name}")
    return found


def recorded_answer(method: str, path: str) -> Any:
    """The example the description gives for an answer, or one without content."""
    operation = operation_of(method, path)
    assert operation is not None, f"{method} {path} is not described"
    content = operation["responses"]["200"]["content"]["application/json"]
    if "example" in content:
        return content["example"]
    if "examples" in content:
        return resolved(content["examples"]["sample"])["value"]
    return {"data": None, "meta": []}
