"""What files on a card are called: FAT takes LOGO.PNG for logo.png, the kiosk's own disk does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.kiosk import Config
from kioskd.daemon.config.source import read_source


def as_told(files: Mapping[str, bytes], told: Iterable[str]) -> dict[str, bytes]:
    """With the names by which they are asked for, where those differ in nothing but capitals."""
    names = {name.casefold(): name for name in told}
    return {names.get(name.casefold(), name): content for name, content in files.items()}


def told_names(config: Config, folder: Path) -> Iterator[str]:
    """The files below `folder` that the configuration and its menu name, from there on."""
    for file in _paths(config.model_dump()):
        if file.is_relative_to(folder):
            yield file.relative_to(folder).as_posix()
    if config.menu.is_relative_to(folder):
        beside = PurePosixPath(config.menu.relative_to(folder).as_posix()).parent
        for picture in _pictures(_read(config.menu)):
            yield f"{beside / picture}"


def _read(menu: Path) -> Any:
    try:
        return read_source(menu).data
    except ConfigError:  # said by whoever checks it
        return {}


def _paths(part: Any) -> Iterator[Path]:
    if isinstance(part, dict):
        for inner in part.values():
            yield from _paths(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _paths(inner)
    elif isinstance(part, Path):
        yield part


def _pictures(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(picture := part.get("picture"), str):
            yield picture
        for inner in part.values():
            yield from _pictures(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _pictures(inner)
