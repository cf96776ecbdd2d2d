"""The arrows of the architecture point one way."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "kioskd"

# Which of our packages each of our packages may import.
ALLOWED = {
    "core": {"core"},
    "durable.py": set(),  # the files that outlive a power cut are written in one way, whoever keeps them
    "devices": {"core", "devices", "durable"},
    "loyalty": {"core", "loyalty"},
    "outbox": {"core", "outbox", "durable"},
    "ui": {"core", "ui"},
    "daemon": {"core", "devices", "loyalty", "outbox", "ui", "daemon", "durable"},
    "sim": {"sim"},
}


# What every package may read: the version.
COMMON = {"__version__"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            if node.module == "kioskd":
                yield from (f"kioskd.{alias.name}" for alias in node.names)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_package_imports_only_what_it_may_know(path: Path) -> None:
    package = path.relative_to(PACKAGE).parts[0]
    if package not in ALLOWED:  # cli.py and __main__.py know everything
        return
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "kioskd" and len(parts) > 1:
            assert parts[1] in ALLOWED[package] | COMMON, f"{path.name} imports {name}"


def test_core_needs_the_standard_library_only() -> None:
    for path in (PACKAGE / "core").rglob("*.py"):
        for name in imported(path):
            top = name.partition(".")[0]
            assert top == "kioskd" or top in sys.stdlib_module_names, f"{path.name} imports {name}"


@pytest.mark.parametrize(
    "banned", ["asyncio", "time", "random", "uuid", "os", "pathlib", "socket", "threading"]
)
def test_core_asks_no_clock_and_touches_no_world(banned: str) -> None:
    for path in (PACKAGE / "core").rglob("*.py"):
        assert banned not in {name.partition(".")[0] for name in imported(path)}, path.name


def test_core_and_screens_have_no_word_of_a_backend() -> None:
    """Their translations neither, which is why some Dutch sentences are as they are."""
    for folder in ("core", "ui"):
        for path in sorted((PACKAGE / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                for number, line in enumerate(path.read_bytes().splitlines(), start=1):
                    assert not re.search(b"leat|rbi", line, re.IGNORECASE), f"{path}:{number}"
