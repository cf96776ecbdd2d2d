"""What is known of models of devices: a TOML file each in `hardware/scanners`, `printers` and `keypads`.

A shop's own, or corrected ones, are files of the same form in /etc/kioskd/scanners and so on: they come
first.
"""

from __future__ import annotations

import codecs
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, TypeAdapter, ValidationError

from kioskd.core.errors import ConfigError

SHOP = Path("/etc/kioskd")
_PACKAGE = Path(__file__).parents[1]
HARDWARE = next(
    folder
    for folder in (_PACKAGE / "hardware", _PACKAGE.parent / "hardware")
    if (folder / "scanners").is_dir()
)
"""What comes with kioskd: in the wheel, or at the top of a checkout."""

_File = TypeVar("_File")


class Kind(StrEnum):
    SCANNER = "scanner"
    PRINTER = "printer"
    KEYPAD = "keypad"


class Evidence(StrEnum):
    """What a profile was ever tried on."""

    REAL = "real"
    """The device itself."""
    VIRTUAL = "virtual"
    """A simulator that speaks the same protocol."""
    DOCUMENTATION = "documentation"
    """Written from manuals and public drivers only."""


def _codec(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"unknown encoding {name!r}; use a name Python knows, such as cp858") from None
    return name


Codec = Annotated[str, AfterValidator(_codec)]


def known(kind: Kind, directory: Path | None = None) -> dict[str, Path]:
    """Files by profile id, sorted: those in `directory` only, or else the shipped ones and the shop's."""
    folders = (directory,) if directory else (HARDWARE / f"{kind}s", SHOP / f"{kind}s")
    files = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    return dict(sorted(files.items()))


def read(kind: Kind, name: str, form: TypeAdapter[_File], directory: Path | None = None) -> _File:
    """What that profile says. Raises ConfigError with the file, the key and the profiles there are."""
    files = known(kind, directory)
    path = files.get(name)
    if path is None:
        folder = directory or HARDWARE / f"{kind}s"
        raise ConfigError(str(folder), f"no {kind} profile {name!r}", f"one of: {', '.join(files)}")
    try:
        return form.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ConfigError(str(path), f"is not TOML: {wrong}") from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ": ".join([str(path), *([".".join(map(str, first["loc"]))] if first["loc"] else [])])
        raise ConfigError(place, first["msg"].removeprefix("Value error, ")) from wrong
