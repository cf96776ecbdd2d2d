"""The description of an API as a judge of requests and answers, and a source of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from kioskd.sim.recorder import Exchange

_OPERATIONS = ("get", "post", "put", "delete")

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


class Description:
    """An OpenAPI document beside this file, read when it is first needed."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self._validators: dict[str, Draft202012Validator] = {}

    @cached_property
    def document(self) -> dict[str, Any]:
        text = (Path(__file__).parent / self._file_name).read_text()
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        document: dict[str, Any] = yaml.load(text, loader)
        return document

    def problems(self, exchange: Exchange) -> list[str]:
        """How a request departs from the description: path, query and body, undocumented fields included."""
        operation = self.operation_of(exchange.method, exchange.path)
        if operation is None:
            return [f"{exchange.method} {exchange.path} is not described"]
        resolved = map(self.resolved, operation.get("parameters", []))
        parameters = {p["name"]: p for p in resolved if p["in"] == "query"}
        asked = {re.sub(r"\[\w+\]$", "", name) for name in exchange.query}
        found = [f"query {name} is not described" for name in asked - parameters.keys()]
        for name, parameter in parameters.items():
            if parameter.get("style") == "deepObject":  # created_at[gte]=...
                parts = {key[len(name) + 1 : -1]: text for key, text in exchange.query.items() if "[" in key}
                found += self._violations(parameter["schema"], parts)
                found += self.undescribed(parameter["schema"], parts, name)
            elif name in exchange.query:
                text = exchange.query[name]
                whole = self.resolved(parameter["schema"]).get("type") == "integer"
                found += self._violations(parameter["schema"], int(text) if whole else text)
            elif parameter.get("required"):
                found.append(f"query {name} is missing")
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            found += self._violations(schema, exchange.body)
            found += self.undescribed(schema, exchange.body, "body")
        elif exchange.body is not None:
            found.append("a body is not described")
        return found

    def header_problems(self, path: str, headers: httpx.Headers) -> list[str]:
        """How the headers depart from those the description wants for every operation of `path`."""
        found = []
        for parameter in map(self.resolved, self.document["paths"][path].get("parameters", ())):
            if parameter["in"] == "header" and parameter.get("required"):
                text = headers.get(parameter["name"])
                found += self._violations(parameter["schema"], text)
        return found

    def operation_of(self, method: str, path: str) -> dict[str, Any] | None:
        template = self.template_of(method, path)
        return None if template is None else self.document["paths"][template][method.lower()]

    def template_of(self, method: str, path: str) -> str | None:
        """The path as it is described, with its braces."""
        paths = self.document["paths"]
        for template in sorted(paths, key=lambda t: t.count("{")):
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in paths[template]:
                return str(template)
        return None

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Path, method and what is described, parameters of the path among it."""
        for path, item in self.document["paths"].items():
            for method in (name for name in _OPERATIONS if name in item):
                parameters = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                yield path, method.upper(), item[method] | {"parameters": parameters}

    def answer_problems(self, path: str, method: str, response: httpx.Response) -> Iterator[str]:
        """How `response` differs from what is described for the operation; `path` with its braces."""
        documented = self.document["paths"][path][method.lower()]["responses"]
        number = str(response.status_code)
        status = number if number in documented else f"{number[0]}XX"
        if status not in documented:
            yield f"status {number} is not described"
            return
        pointer = f"#/paths/{path.replace('/', '~1')}/{method.lower()}/responses/{status}"
        answer = documented[status]
        if "$ref" in answer:
            pointer = answer["$ref"]
            answer = self.resolved(answer)
        if "content" in answer:
            validator = self._answer_validator(f"{pointer}/content/application~1json/schema")
            for error in validator.iter_errors(response.json()):
                yield f"{error.json_path}: {error.message[:300]}"

    def accepts(self, schema: dict[str, Any], value: Any) -> bool:
        """Whether the description allows `value` where it says `schema`; times must be times."""
        return self._validator(schema).is_valid(value)

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a reference stands for; anything else as it is."""
        while "$ref" in schema:
            target: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = target
        return schema

    def undescribed(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        """Fields the description does not know. Where it lists no fields at all, any will do."""
        schema = self.resolved(schema)
        if isinstance(value, list):
            return [p for item in value for p in self.undescribed(schema["items"], item, f"{where}[]")]
        if not isinstance(value, dict):
            return []
        known = schema.get("properties", {})
        if not known:
            return []  # any fields, or a choice of shapes whose required fields were checked
        found = [f"{where}.{name} is not described" for name in value.keys() - known.keys()]
        for name in value.keys() & known.keys():
            found += self.undescribed(known[name], value[name], f"{where}.{name}")
        return found

    def recorded_answer(self, method: str, path: str) -> Any:
        """The example the description gives for an answer, or one without content."""
        operation = self.operation_of(method, path)
        assert operation is not None, f"{method} {path} is not described"
        content = operation["responses"]["200"]["content"]["application/json"]
        if "example" in content:
            return content["example"]
        if "examples" in content:
            return self.resolved(next(iter(content["examples"].values())))["value"]
        return {"data": None, "meta": []}

    def _answer_validator(self, pointer: str) -> Draft202012Validator:
        if pointer not in self._validators:
            resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
            registry: Registry[Any] = Registry().with_resource("urn:described", resource)
            self._validators[pointer] = Draft202012Validator(
                {"$ref": f"urn:described{pointer}"}, registry=registry, format_checker=formats
            )
        return self._validators[pointer]

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        whole = schema | {"components": self.document["components"]}
        return Draft202012Validator(whole, format_checker=formats)

    def _violations(self, schema: dict[str, Any], value: Any) -> list[str]:
        return [f"{error.json_path}: {error.message}" for error in self._validator(schema).iter_errors(value)]
