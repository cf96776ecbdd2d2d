"""The description of Leat's API as a judge of requests and a source of answers."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

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
    parameters = {p["name"]: p for p in map(_resolved, operation.get("parameters", [])) if p["in"] == "query"}
    asked = {re.sub(r"\[\w+\]$", "", name) for name in exchange.query}
    found = [f"query {name} is not described" for name in asked - parameters.keys()]
    for name, parameter in parameters.items():
        if parameter.get("style") == "deepObject":  # created_at[gte]=...
            parts = {key[len(name) + 1 : -1]: text for key, text in exchange.query.items() if "[" in key}
            found += _violations(parameter["schema"], parts)
            found += undescribed(parameter["schema"], parts, name)
        elif name in exchange.query:
            text = exchange.query[name]
            whole = _resolved(parameter["schema"]).get("type") == "integer"
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


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = description()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def _violations(schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft202012Validator(schema | {"components": description()["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def undescribed(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    """Fields the description does not know. Where it lists no fields at all, any will do."""
    schema = _resolved(schema)
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
        return _resolved(content["examples"]["sample"])["value"]
    return {"data": None, "meta": []}
