"""Where every key of a TOML or JSON file stands.

Only asked for when something is wrong, and only of text that has parsed: so it may be simple and lenient.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache

from kioskd.daemon.config.source import KeyPath

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"""+|\'\'\'.*?\'\'\'+|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.S)
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}\n#]*")


@lru_cache(maxsize=1)  # every problem of a file asks anew
def key_offsets(text: str, is_json: bool) -> dict[KeyPath, int]:
    """The position of every key and list element in `text`."""
    return dict(_Walk(text).json() if is_json else _Walk(text).toml())


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        return str(json.loads(key, strict=False))
    except ValueError:  # TOML has single quotes and longer escapes
        return next(iter(tomllib.loads(f"{key} = 0")))


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def json(self) -> Iterator[tuple[KeyPath, int]]:
        self._skip()
        yield from self._value(())

    def toml(self) -> Iterator[tuple[KeyPath, int]]:
        table: KeyPath = ()
        counts: dict[KeyPath, int] = {}  # arrays of tables, and how many elements each has so far
        self._skip()
        while self.at < len(self.text):
            start = self.at
            if self.text[start] == "[":
                brackets = 2 if self.text.startswith("[[", start) else 1
                self.at += brackets
                *parents, last = self._keys()
                self.at = self.text.index("]", self.at) + brackets
                table = ()
                for name in parents:
                    table = (*table, name)
                    if table in counts:
                        table = (*table, counts[table] - 1)
                table = (*table, last)
                if brackets == 2:
                    if table not in counts:
                        yield table, start
                    counts[table] = counts.get(table, 0) + 1
                    table = (*table, counts[table] - 1)
                yield table, start
            else:
                yield from self._pair(table)
            self._skip()

    def _pair(self, table: KeyPath) -> Iterator[tuple[KeyPath, int]]:
        start = self.at
        for name in self._keys():
            table = (*table, name)
            yield table, start
        self._skip()
        self.at += 1  # the = or the :
        self._skip()
        yield from self._value(table)

    def _value(self, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
        opening = self.text[self.at : self.at + 1]
        if opening not in ("[", "{"):
            match = _STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at)
            self.at = match.end() if match else len(self.text)
            return
        self.at += 1
        index = 0
        while self.at < len(self.text):
            self._skip()
            if self.text[self.at] in "]}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
            elif opening == "{":
                yield from self._pair(path)
            else:
                yield (*path, index), self.at
                yield from self._value((*path, index))
                index += 1

    def _keys(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip()
            match = _STRING.match(self.text, self.at) or _BARE_KEY.match(self.text, self.at)
            if match is None:
                return names
            self.at = match.end()
            names.append(_unquoted(match[0]))
            self._skip()
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _skip(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
