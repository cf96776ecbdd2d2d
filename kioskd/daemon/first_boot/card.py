"""A kiosk.toml as a technician writes it: the kiosk's configuration, with [machine] and [secrets] besides."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.errors import ConfigErrors, problems_of, raise_problems
from kioskd.daemon.config.fields import Section
from kioskd.daemon.config.kiosk import Config, config_in
from kioskd.daemon.config.lines import key_offsets
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.config.source import KeyPath, Source, read_source
from kioskd.daemon.first_boot.machine import Kept, Machine, Secrets
from kioskd.daemon.first_boot.names import as_told, told_names
from kioskd.daemon.first_boot.places import FILE, FOLDER, beside, content_id

MAX_FILES = 1000
MAX_FILES_BYTES = 64 * 1024 * 1024

_OWN = ("machine", "secrets")
_WIFI_PASSWORD: KeyPath = ("machine", "wifi", "password")
_HEADER = re.compile(r"[ \t]*\[")
_OWN_HEADER = re.compile(rf"[ \t]*\[[ \t]*(?:{'|'.join(_OWN)})[ \t]*[.\]]")
_VALUE = re.compile(r"""([^=\n]*=[ \t]*)("(?:\\.|[^"\\\n])*"|'[^'\n]*')""")


@dataclass(frozen=True, slots=True)
class Card:
    """Checked as far as can be known before it is taken over.

    `scrubbed` is the file without anything secret, `installed` that without [machine] and [secrets], too;
    lines keep their numbers. `files` are those of the folder beside it, by their names from the card on.
    """

    source: Source = field(repr=False)
    config: Config
    machine: Machine
    secrets: Mapping[str, str | Kept] = field(repr=False)
    scrubbed: str
    installed: str
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def has_secrets(self) -> bool:
        return self.scrubbed != self.source.text

    @property
    def id(self) -> str:
        """The same as long as nothing in it changes but secrets."""
        return content_id(self.scrubbed, self.files)

    def where(self, *path: str) -> str:
        return self.source.where(path)


def read_card(folder: Path) -> Card | None:
    """None when there is no kiosk.toml. Raises ConfigError (ConfigErrors for several mistakes)."""
    file = folder / FILE
    if not file.exists():
        if (misnamed := folder / f"{FILE}.txt").exists():
            what, remedy = f"is not named {FILE}", "let the computer show whole names, and take .txt away"
            raise ConfigError(f"{misnamed}", what, remedy)
        return None
    return card_in(read_source(file))


def is_card(source: Source) -> bool:
    """Whether it has sections that only a card has."""
    return not source.data.keys().isdisjoint(_OWN)


def card_in(source: Source) -> Card:
    """Raises ConfigError (ConfigErrors for several mistakes)."""
    file, folder = source.file, source.file.parent
    own = {name: source.data.get(name, {}) for name in _OWN}
    theirs = {key: value for key, value in source.data.items() if key not in own}
    problems: list[ConfigError] = []
    machine = _section(source, own["machine"], "machine", Machine, problems)
    secrets = _section(source, own["secrets"], "secrets", Secrets, problems)
    config = None
    try:
        config = config_in(replace(source, data=theirs))
    except ConfigErrors as several:
        problems += several.problems
    except ConfigError as error:
        problems.append(error)
    raise_problems(file, problems)
    assert config is not None and machine is not None and secrets is not None
    raise_problems(file, [*_left_behind(source, config.model_dump(by_alias=True), folder.resolve())])
    if config.menu.is_relative_to(folder.resolve()):  # another one is the kiosk's own, and not known here
        load_menu(config.menu, config.currency)
    scrubbed = _scrubbed(source, secrets)
    installed = _without_own(replace(source, text=scrubbed), theirs)
    files = as_told(dict(_files_beside(folder)), told_names(config, folder.resolve()))
    return Card(source, config, machine, secrets.given(), scrubbed, installed, files)


_Model = TypeVar("_Model", bound=Section)


def _section(
    source: Source, part: Any, name: str, model: type[_Model], problems: list[ConfigError]
) -> _Model | None:
    if not isinstance(part, dict):
        what = f"must be a section: a line [{name}], its keys below"
        problems.append(ConfigError(source.where((name,)), what))
        return None
    try:
        return model.model_validate(part)
    except ValidationError as error:
        problems += problems_of(error, source, model, at=(name,))
        return None


def _scrubbed(source: Source, secrets: Secrets) -> str:
    """`true` in the place of everything secret. Raises ConfigError where that cannot be done line by line."""
    paths: list[KeyPath] = [("secrets", name) for name, value in secrets.given().items() if value is not True]
    if isinstance(_at(source.data, _WIFI_PASSWORD), str):
        paths.append(_WIFI_PASSWORD)
    if not paths:
        return source.text
    offsets, text = key_offsets(source.text, is_json=False), source.text
    for path in sorted(paths, key=lambda path: offsets.get(path, 0), reverse=True):
        found = _VALUE.match(text, offsets.get(path, 0))
        if found is not None:
            text = text[: found.start(2)] + "true" + text[found.end(2) :]
    left = _parsed(text)
    for path in paths:
        if _at(left, path) is not True:
            raise ConfigError(
                source.where(path), "cannot be taken off the card", 'write it as one line: name = "..."'
            )
        secret = str(_at(source.data, path))
        if secret in text:
            line = text.count("\n", 0, text.index(secret)) + 1
            raise ConfigError(f"{source.file}:{line}", "a secret stands here a second time", "remove it here")
    return text


def _without_own(source: Source, theirs: Mapping[str, Any]) -> str:
    """Without the lines of [machine] and [secrets], which are left empty. Raises ConfigError."""
    lines, skipping = [], False
    for line in source.text.split("\n"):
        if _HEADER.match(line):
            skipping = _OWN_HEADER.match(line) is not None
        lines.append("" if skipping else line)
    text = "\n".join(lines)
    if _parsed(text) != {key: value for key, value in _parsed(source.text).items() if key in theirs}:
        left = _parsed(text).keys()
        name = next((name for name in _OWN if name in left), _OWN[0])
        remedy = f"begin it with a line [{name}], and write values of several lines as one"
        raise ConfigError(source.where((name,)), "is not written as a section of its own", remedy)
    return text


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _at(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _left_behind(source: Source, part: Any, folder: Path, path: KeyPath = ()) -> Iterator[ConfigError]:
    """Files that the configuration looks for beside itself, and that would not come along."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _left_behind(source, value, folder, (*path, key))
    elif isinstance(part, list | tuple):
        for place, value in enumerate(part):
            yield from _left_behind(source, value, folder, (*path, place))
    elif isinstance(part, Path) and part.is_relative_to(folder):
        name, key = part.relative_to(folder), str(path[-1])
        if key.endswith("_file"):  # those that are no secrets are not called so
            remedy = f"write {key.removesuffix('_file')}_credential, and the secret itself under [secrets]"
            yield ConfigError(source.where(path), "a file with a secret would stay on the card", remedy)
            return
        if name.parts[:1] != (FOLDER,):
            remedy = f'put it there and write "{FOLDER}/{name}", or write a whole path'
            yield ConfigError(source.where(path), f'"{name}" is not in the folder {FOLDER}', remedy)
        elif not part.exists():
            yield ConfigError(source.where(path), f"{part} does not exist", "check the path and the spelling")


def _files_beside(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Raises ConfigError for more than a kiosk needs, or what cannot be read."""
    most = f"at most {MAX_FILES} files of {MAX_FILES_BYTES // 1024 // 1024} MiB together"
    total = 0
    files = beside(folder)
    if len(files) > MAX_FILES:
        raise ConfigError(f"{folder / FOLDER}", f"has {len(files)} files", most)
    for name, file in files.items():
        try:
            total += file.stat().st_size
            if total > MAX_FILES_BYTES:
                raise ConfigError(f"{folder / FOLDER}", "is too large", most)
            yield name, file.read_bytes()
        except OSError as error:
            raise ConfigError(f"{file}", f"cannot be read: {error.strerror}", "copy it anew") from None
