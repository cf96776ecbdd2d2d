"""Reading a TOML or JSON file that a person wrote, and finding the line of any key in it."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Never

from kioskd.core.errors import ConfigError

MAX_BYTES = 1024 * 1024

KeyPath = tuple[str | int, ...]
"""Where a value stands: keys of tables and places in lists, from the top."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read and parsed. Numbers with a point are Decimals: exactly what was written."""

    file: Path
    text: str
    data: dict[str, Any]

    def line_of(self, path: KeyPath) -> int | None:
        """The line of `path`, or of the nearest thing around it that stands in the file."""
        from kioskd.daemon.config.lines import key_offsets  # only a wrong file pays for this

        offsets = key_offsets(self.text, is_json=_is_json(self.file))
        while path:
            if path in offsets:
                return self.text.count("\n", 0, offsets[path]) + 1
            path = path[:-1]
        return None

    def where(self, path: KeyPath = ()) -> str:
        """`kiosk.toml:12: printer.baud`; places in lists count from one: `scanner#2.path`."""
        line = self.line_of(path)
        place = f"{self.file}:{line}" if line else f"{self.file}"
        return f"{place}: {show_path(path)}" if path else place


def show_path(path: KeyPath) -> str:
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"#{part + 1}"
        else:
            shown += ("." if shown else "") + (
                part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(part[:40])
            )
    return shown


def read_source(file: Path) -> Source:
    """Read a `.json` file as JSON and anything else as TOML.

    Raises ConfigError for a file that cannot be read, is larger than MAX_BYTES, is not UTF-8 or breaks
    the grammar. A byte order mark and Windows line ends are accepted.
    """
    text = _decode(file, _read(file))
    try:
        return Source(file, text, _parse_json(text) if _is_json(file) else _parse_toml(text))
    except _Syntax as error:
        place = f"{file}:{error.line}" if error.line else f"{file}"
        raise ConfigError(place, error.what, error.remedy) from None
    except RecursionError:
        raise ConfigError(f"{file}", "is nested too deeply", "a few levels are enough") from None


def _is_json(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _read(file: Path) -> bytes:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            what = "is a directory" if file.is_dir() else "is not an ordinary file"
            raise ConfigError(f"{file}", what, "name the file itself")
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{file}", "does not exist", "check the path and the spelling") from None
    except OSError as error:
        raise ConfigError(f"{file}", f"cannot be read: {error.strerror}", "check its permissions") from error
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{file}", "is larger than 1 MiB", "this is probably another file")
    return raw


def _decode(file: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{file}:{line}", "is not UTF-8 text", 'save it as "UTF-8" in the editor') from None


class _Syntax(Exception):
    def __init__(self, what: str, line: int | None = None, remedy: str = "") -> None:
        self.what, self.line, self.remedy = what, line, remedy
        super().__init__(what)


_TOML_REMEDIES = {
    "Invalid value": 'text stands in double quotes, as in name = "Harbour"; numbers, true and false without',
    "Cannot overwrite a value": "the same key stands here twice: keep one",
    "Expected '=' after a key": "a line reads key = value, a section starts with its name in [ ]",
}


def _parse_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.S)
        what, line, column = match.groups() if match else (str(error), None, None)
        remedy = next((text for start, text in _TOML_REMEDIES.items() if what.startswith(start)), "")
        what = f"is not TOML: {what[:1].lower()}{what[1:]}"
        if line is None:
            raise _Syntax(f"{what} at the end of the file", text.count("\n") + 1, remedy) from None
        raise _Syntax(f"{what} at column {column}", int(line), remedy) from None
    except (ValueError, ArithmeticError):  # a number beyond what Python reads, which tomllib passes on
        raise _Syntax("holds a number that is far too long") from None


def _parse_json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unique_keys
        )
    except json.JSONDecodeError as error:
        raise _Syntax(f"is not JSON: {error.msg.lower()} at column {error.colno}", error.lineno) from None
    except (ValueError, ArithmeticError):
        raise _Syntax("holds a number that is far too long") from None
    if not isinstance(data, dict):
        raise _Syntax("is not a JSON object", 1, "it starts with { and ends with }")
    return data


def _no_constant(name: str) -> Never:
    raise _Syntax(f"is not JSON: {name} is no number")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Syntax(f"has the key {json.dumps(twice[:40])} twice in one object")
    return table
