"""A receipt document in a JSON file, for tests of printers: a language and a list of elements.

{"language": "de", "elements": [{"kind": "text", "text": "Hafen", "align": "centre", "size": 2},
 {"kind": "columns", "left": "1 × Tee", "right": "2,80 €"}, {"kind": "rule"}, {"kind": "feed", "lines": 1},
 {"kind": "qr", "data": "https://...", "caption": "..."}, {"kind": "logo", "file": "logo.png"}]}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kioskd.core.errors import ConfigError
from kioskd.core.receipt import Align, Columns, Element, Feed, Qr, Receipt, Rule, Text
from kioskd.daemon.config.logo_file import read_logo

MAX_BYTES = 4 * 1024 * 1024


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Size = Annotated[int, Field(ge=1, le=4)]


class _Text(_Part):
    kind: Literal["text"]
    text: str
    align: Align = Align.START
    bold: bool = False
    size: _Size = 1


class _Columns(_Part):
    kind: Literal["columns"]
    left: str
    right: str
    bold: bool = False
    size: _Size = 1
    indent: Annotated[int, Field(ge=0, le=40)] = 0


class _Rule(_Part):
    kind: Literal["rule"]


class _Feed(_Part):
    kind: Literal["feed"]
    lines: Annotated[int, Field(ge=0, le=20)] = 1


class _Qr(_Part):
    kind: Literal["qr"]
    data: str
    caption: str = ""


class _Logo(_Part):
    """`file` is a picture beside the document."""

    kind: Literal["logo"]
    file: str


_AnyPart = _Text | _Columns | _Rule | _Feed | _Qr | _Logo


class _Document(_Part):
    language: str = "en"
    elements: tuple[Annotated[_AnyPart, Field(discriminator="kind")], ...]


def read_receipt(file: Path) -> Receipt:
    """Raises ConfigError with the file, the place in it and what is wrong there."""
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise ConfigError(str(file), wrong.strerror or "cannot be read") from wrong
    if len(text) > MAX_BYTES:
        raise ConfigError(str(file), f"is larger than {MAX_BYTES} bytes")
    try:
        document = _Document.model_validate_json(text)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{file}: {place or 'document'}", first["msg"]) from wrong
    return Receipt(tuple(_element(part, file.parent) for part in document.elements), document.language)


def _element(part: _AnyPart, folder: Path) -> Element:
    match part:
        case _Text():
            return Text(part.text, part.align, part.bold, part.size)
        case _Columns():
            return Columns(part.left, part.right, part.bold, part.size, part.indent)
        case _Rule():
            return Rule()
        case _Feed():
            return Feed(part.lines)
        case _Qr():
            return Qr(part.data, part.caption)
        case _Logo():
            return read_logo(folder / part.file)
