"""What may leave the shop: only words that kioskd would say by itself, and short numbers.

Names, codes, card numbers and secrets should be in no log. Here they are taken out even if they are: nobody
can list what they look like, so what is *known* stays and everything else goes.
"""

from __future__ import annotations

import ast
import builtins
import errno
import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kioskd

GONE = "[…]"

_PACKAGE = Path(kioskd.__file__).parent
_SPEAKING = ("core", "daemon", "devices", "loyalty", "outbox")
"""Not the screens, which greet guests, and not the simulated world, which is full of people."""
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_SPACED = re.compile(r"(\s+)")
_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d|Z)?"
_KEPT_WHOLE = re.compile(rf"(?<![\w-])(?:(?P<uuid>{_UUID})|{_MOMENT})(?![\w-])")
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){8,}")
_MAIL = re.compile(r"\S+@\S+\.\S+")
_TOKEN = re.compile(r"[A-Za-z0-9_=+-]{40,}|[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}[A-Za-z0-9_.-]*")
_MOST_DIGITS, _MOST_BESIDE_A_LETTER = 5, 4


class Plain:
    """`more` are texts whose words are known to be harmless, too: those of the configuration that stay."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._known = set(_own_words())
        for text in more:
            self._known.update(_LETTERS.findall(text))

    def text(self, text: str) -> str:
        """Each line by itself; ids are shortened, moments stay."""
        return "\n".join(self._line(line) for line in text.splitlines())

    def value(self, value: Any) -> Any:
        """A JSON value, every text in it made plain. Keys are ours and stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.value(part) for part in value]
        return value

    def _line(self, line: str) -> str:
        return _around_what_stays(line, self._words)

    def _words(self, text: str) -> str:
        text = _LONG_NUMBER.sub(GONE, text)
        return "".join(
            part if part.isspace() or self._is_known(part) else GONE if part else ""
            for part in _SPACED.split(text)
        )

    def _is_known(self, word: str) -> bool:
        runs = _LETTERS.findall(word)
        digits = [len(run) for run in _DIGITS.findall(word)]
        lone = [run for run in runs if len(run) == 1]
        if any(run not in self._known for run in runs if len(run) > 1):
            return False
        if lone and digits:  # A47 is the number of an order, A1B2C3 may be somebody's code
            return len(lone) == 1 and sum(digits) <= _MOST_BESIDE_A_LETTER
        return all(count <= _MOST_DIGITS for count in digits)


def without_numbers(text: str) -> str:
    """For what was said by somebody who knows no guest: kernel, systemd, makers of devices."""

    def scrubbed(part: str) -> str:
        return _LONG_NUMBER.sub(GONE, _MAIL.sub(GONE, _TOKEN.sub(GONE, part)))

    return _around_what_stays(text, scrubbed)


def _around_what_stays(text: str, change: Callable[[str], str]) -> str:
    """Ids, shortened, and moments stay; what is between them is changed."""
    parts, at = [], 0
    for found in _KEPT_WHOLE.finditer(text):
        parts += [change(text[at : found.start()]), f"{found['uuid'][:8]}…" if found["uuid"] else found[0]]
        at = found.end()
    return "".join([*parts, change(text[at:])])


@cache
def _own_words() -> frozenset[str]:
    """All that can come out of kioskd or, as the reason of a fault, out of the system."""
    words = {"Errno"}
    for text in (*_own_texts(), *(os.strerror(number) for number in errno.errorcode)):
        words.update(_LETTERS.findall(text))
    raised = (name for name, each in vars(builtins).items() if isinstance(each, type))
    for name in (*errno.errorcode.values(), *(each.name for each in signal.Signals), *raised):
        words.update(_LETTERS.findall(name))
    return frozenset(words)


def _own_texts() -> Iterator[str]:
    for folder in _SPEAKING:
        for file in sorted((_PACKAGE / folder).rglob("*.py")):
            yield from file.relative_to(_PACKAGE).with_suffix("").parts  # loggers are named after modules
            tree = ast.parse(file.read_bytes())
            explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and id(node) not in explained
                ):
                    yield node.value
                elif isinstance(node, ast.ClassDef):
                    yield node.name  # as errors are called
