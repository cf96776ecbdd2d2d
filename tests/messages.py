"""Finds every sentence the screens can show and the receipts can print, by reading their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "kioskd"
SPEAKING = (PACKAGE / "ui", PACKAGE / "core")

Message = tuple[str, str | None]
"""The sentence, and its plural if it has one."""


def messages(folders: tuple[Path, ...] = SPEAKING) -> set[Message]:
    """What `tr(...)`, `tr.plural(...)` and `later(...)` are called with in all modules below `folders`."""
    found: set[Message] = set()
    for file in (file for folder in folders for file in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found.update(_of_call(node))
    return found


def _of_call(call: ast.Call) -> Iterator[Message]:
    match call.func:
        case ast.Name("tr" | "later") | ast.Attribute(attr="tr"):
            for text in _strings(call.args[:1]):
                yield text, None
        case ast.Attribute(value=ast.Name("tr") | ast.Attribute(attr="tr"), attr="plural"):
            texts = list(_strings(call.args[:2]))
            if len(texts) == 2:
                yield texts[0], texts[1]


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
