"""From what pydantic found to what a technician can act on: file, line, key, what is wrong, what is right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.source import KeyPath, Source

MAX_SHOWN = 40
MAX_EXPLAINED = 200
"""A file with more problems than this is another file: explaining the rest would only take time."""

_SECRETS = {"token", "password", "secret", "api_key", "apikey", "key", "pin", "client_secret", "access_token"}
_TYPES = {
    "bool_type": "true or false, without quotes",
    "dict_type": "a section: a line with its name in [ ], its keys below",
    "float_type": "a number, without quotes",
    "int_type": "a whole number, without quotes",
    "list_type": "a list in [ ]",
    "model_attributes_type": "a section: a line with its name in [ ], its keys below",
    "model_type": "a section: a line with its name in [ ], its keys below",
    "path_type": "a path in quotes",
    "string_type": "text in quotes",
    "frozen_set_type": "a list in [ ]",
    "tuple_type": "a list: values in [ ], or sections with their name in [[ ]]",
}


class ConfigErrors(ConfigError):
    """Several problems of one file, found in one go. Its text has one line for each."""

    def __init__(self, file: Path, problems: Sequence[ConfigError]) -> None:
        super().__init__(f"{file}", f"{len(problems)} problems")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:MAX_SHOWN]]
        if len(self.problems) > MAX_SHOWN:
            shown.append(f"{self.where}: and {len(self.problems) - MAX_SHOWN} more")
        return "\n".join(shown)


def raise_problems(file: Path, problems: Sequence[ConfigError]) -> None:
    """Raise the one problem, or all of them as ConfigErrors; return when there is none."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ConfigErrors(file, problems)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """`did you mean "printer"?`, or `otherwise`, or the known words when none is close."""
    import difflib  # here, because only a wrong file pays for it

    word = word.lower()
    by_lower = {each.lower(): each for each in known}
    close = [each for each in by_lower if len(each) > 1 and word.startswith(each)]
    close = close or difflib.get_close_matches(word, by_lower, n=1)
    if close:
        return f'did you mean "{by_lower[close[0]]}"?'
    listed = ", ".join(sorted(by_lower.values())) or "none yet"
    return otherwise or f"known here: {listed}"


def problems_of(
    error: ValidationError, source: Source, model: type[BaseModel], at: KeyPath = ()
) -> Iterator[ConfigError]:
    """One ConfigError for each thing pydantic found wrong with the part of `source` at `at`.

    Values are quoted only where they cannot be a secret.
    """
    part: Any = source.data
    for step in at:
        part = part[step]
    found = error.errors(include_url=False)[:MAX_EXPLAINED]
    for details in found:
        loc = details["loc"]
        if details["type"] == "too_short" and any(o["loc"][: len(loc)] == loc != o["loc"] for o in found):
            continue  # entries that are wrong themselves were not counted
        path = _without_tags(loc, part)
        what, remedy = _explain(details, path, part, model)
        yield ConfigError(source.where((*at, *path)), what, remedy)


def _explain(details: ErrorDetails, path: KeyPath, part: Any, model: type[BaseModel]) -> tuple[str, str]:
    kind, context = details["type"], details.get("ctx", {})
    if "remedy" in context:
        return context["what"], context["remedy"]
    key = str(path[-1]) if path else ""
    match kind:
        case "missing":
            return "is missing", f"add {key} = {_example(_field(model, path, part))}"
        case "extra_forbidden":
            return _unknown_key(key, path, part, model)
        case "union_tag_not_found":
            tag = context["discriminator"].strip("'")
            tags = [json.dumps(_tag(other)) for other in _models_at(model, path, part, every_driver=True)]
            return f"has no {tag}", f"add {tag} = one of {', '.join(tags)}"
        case "union_tag_invalid":
            return _not_one_of(context["tag"], context["expected_tags"])
        case "literal_error" | "enum":
            return _not_one_of(details["input"], context["expected"])
        case "greater_than_equal":
            return f"is {details['input']}, which is too small", f"at least {context['ge']}"
        case "less_than_equal":
            return f"is {details['input']}, which is too large", f"at most {context['le']}"
        case "string_too_short":
            return "is empty", "write something or remove the line"
        case "string_too_long":
            return "is too long", f"at most {context['max_length']} characters"
        case "too_short":
            return "has too few entries", f"at least {context['min_length']}"
        case "too_long":
            return "has too many entries", f"at most {context['max_length']}"
    return f"must be {_TYPES.get(kind, details['msg'])}", ""


def _unknown_key(key: str, path: KeyPath, part: Any, model: type[BaseModel]) -> tuple[str, str]:
    if key.lower() in _SECRETS:
        return (
            "a secret does not belong in this file",
            f'keep it in a file of its own and write {key}_file = "/path/to/it", or hand it over as a '
            f'systemd credential and write {key}_credential = "its-name"',
        )
    holders = _models_at(model, path[:-1], part, every_driver=True)
    (holder,) = _models_at(model, path[:-1], part)[:1] or (model,)
    drivers = [_tag(other) for other in holders if other is not holder and key in _keys(other)]
    if drivers:
        return f"is no key of {_tag(holder)}, only of {', '.join(drivers)}", "remove it or put # before it"
    return "is not a key that kioskd knows", did_you_mean(key, _keys(holder))


def _not_one_of(value: object, expected: str) -> tuple[str, str]:
    shown = _expected(expected)
    if not isinstance(value, str):
        return f"must be one of {shown}", ""
    remedy = did_you_mean(value, [word.strip('"') for word in shown.split(", ")], f"one of {shown}")
    return f"is {json.dumps(value[:40], ensure_ascii=False)}, which is not known here", remedy


def _expected(listed: str) -> str:
    """pydantic's `'a', 'b' or 'c'` as `"a", "b", "c"`."""
    return listed.replace(" or ", ", ").replace("'", '"')


def _example(field: FieldInfo | None) -> str:
    example = (field.examples or ["..."])[0] if field else "..."
    return example if example == "..." else json.dumps(example, ensure_ascii=False)


# --- finding the way through the models --------------------------------------------------------------------


def _without_tags(loc: tuple[int | str, ...], part: Any) -> KeyPath:
    """The path in the file: pydantic puts the driver's name between a section and its keys."""
    path: list[int | str] = []
    for position, step in enumerate(loc):
        is_last = position == len(loc) - 1
        if isinstance(part, dict) and step not in part and not is_last:
            continue
        path.append(step)
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            part = None
    return tuple(path)


def _models_at(
    model: type[BaseModel], path: KeyPath, part: Any, every_driver: bool = False
) -> list[type[BaseModel]]:
    """The models that describe the table at `path`: the one its driver asks for, or every one."""
    models = [model]
    for step in path:
        part = part[step]
        if isinstance(step, int):
            continue
        fields = [field for model in models if (field := _fields(model).get(step))]
        models = [found for field in fields for found in _models_in(field.annotation)]
    if every_driver or len(models) < 2 or not isinstance(part, dict):
        return models
    tags = {value for value in part.values() if isinstance(value, str)}
    return [model for model in models if _tag(model) in tags]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _field(model: type[BaseModel], path: KeyPath, part: Any) -> FieldInfo | None:
    for holder in _models_at(model, path[:-1], part):
        if field := _fields(holder).get(str(path[-1])):
            return field
    return None


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _keys(model: type[BaseModel]) -> set[str]:
    return set(_fields(model))


def _tag(model: type[BaseModel]) -> str:
    """`tcp` for the model whose `driver` is that word; empty for a model that is not one of several."""
    for name in ("driver", "backend"):
        if field := model.model_fields.get(name):
            return str((get_args(field.annotation) or ("",))[0])
    return ""
