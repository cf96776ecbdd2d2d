"""The effective configuration as TOML, for people and for `load_config`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kioskd.daemon.config.kiosk import Config


def dump_config(config: Config, *, only_changes: bool = False) -> str:
    """`config` as a file that loads to the same again, but for the staff's PIN; paths are absolute.

    `only_changes` leaves out what is as it would be by itself. Nothing in it is secret: a hash of few digits
    would be, for they can all be tried.
    """
    data = config.model_dump(
        by_alias=True,
        exclude_none=True,
        exclude_defaults=only_changes,
        exclude={"staff": {"pin_hash"}},
    )
    return "\n".join(_document(data)) + "\n"


def _document(data: dict[str, Any], prefix: str = "") -> Iterator[str]:
    tables: list[tuple[str, str, dict[str, Any]]] = []
    for key, value in data.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            tables.append((f"[{path}]", path, value))
        elif value and isinstance(value, (list, tuple)) and isinstance(value[0], dict):
            tables.extend((f"[[{path}]]", path, entry) for entry in value)
        else:
            yield f"{key} = {_value(value)}"
    for header, path, table in tables:
        yield ""
        yield header
        yield from _document(table, f"{path}.")


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    if isinstance(value, Path):
        value = str(value)
    # JSON writes text, numbers, true and false as TOML does, but leaves DEL as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
