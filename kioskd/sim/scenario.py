"""The format of scripted visits, and reading it.

A scenario is a TOML file: a `title`, perhaps `[options]`, and `[[step]]` tables: see step.py for these.

    [options]     size = "540x960"      the display in pixels
                  card = "at_once"      somebody presents a card as soon as asked; "by_hand": the steps do
                  counter = true        paying at the counter is offered
                  scanners = ["hidpos"] scanners besides the serial one and the one that types: hidpos, uart
                  kiosk = { ... }       more of its kiosk.toml, laid over what the simulated kiosk has
                  leat = { ... }        switches of the loyalty server: see sim/leat/switches.py
                  backend = "rbi"       the kiosk lives in the other loyalty world
                  rbi = { ... }         switches of that one: see sim/rbi/switches.py
                  set_up = false        the kiosk has no configuration yet
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
)

from kioskd.sim.more_scanners import MoreScanner
from kioskd.sim.options import Backend
from kioskd.sim.step import Step, Table

FOLDER = Path(__file__).parent / "scenarios"


class ScenarioError(Exception):
    """A scenario that cannot be played: the text says which file, step and key, and what is wrong."""


def _size(text: object) -> object:
    if not isinstance(text, str):
        return text
    width, x, height = text.partition("x")
    if not (x and width.isdecimal() and height.isdecimal()):
        raise ValueError('is no size in pixels, as in "540x960"')
    return int(width), int(height)


class Settings(Table):
    """The world in which the scenario is played."""

    size: Annotated[tuple[int, int], BeforeValidator(_size)] = (1080, 1920)
    card: Literal["at_once", "by_hand"] = "at_once"
    counter: StrictBool = True
    scanners: tuple[MoreScanner, ...] = ()
    kiosk: Mapping[str, Any] = Field(default_factory=dict)
    leat: Mapping[str, StrictBool | StrictInt | float | str] = Field(default_factory=dict)
    backend: Backend = "leat"
    rbi: Mapping[str, Any] = Field(default_factory=dict)
    set_up: StrictBool = True


class _File(Table):
    title: str
    options: Settings = Settings()
    step: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that can be played, as far as that can be known beforehand."""

    name: str
    title: str
    settings: Settings
    steps: tuple[Step, ...]
    folder: Path

    def on_display(self, size: tuple[int, int]) -> Scenario:
        """The same visit on a display of so many pixels."""
        return replace(self, settings=self.settings.model_copy(update={"size": size}))


def available() -> dict[str, Path]:
    """The scenarios that come with kioskd, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def load(name_or_path: str) -> Scenario:
    """A scenario by its name, or from a file. Raises ScenarioError."""
    path = available().get(name_or_path) or Path(name_or_path)
    if not path.is_file():
        raise ScenarioError(f"there is no scenario {name_or_path!r}; there is {', '.join(available())}")
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    file = _checked(_File, document, str(path))
    steps = tuple(
        _checked(Step, {**table, "order": tuple(table)}, f"{path}: step {number}")
        for number, table in enumerate(file.step, start=1)
    )
    for number, step in enumerate(steps, start=1):
        if step.show_picture is not None and not (path.parent / step.show_picture).is_file():
            raise ScenarioError(
                f"{path}: step {number}: show_picture: no file {step.show_picture!r} beside it"
            )
    return Scenario(path.stem, file.title, file.options, steps, path.parent)


_Model = TypeVar("_Model", bound=BaseModel)


def _checked(model: type[_Model], values: dict[str, Any], place: str) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ScenarioError("\n".join(f"{place}: {line}" for line in _problems(error, model))) from None


def _problems(error: ValidationError, model: type[BaseModel]) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False):
        key = ".".join(map(str, problem["loc"]))
        if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
            known = ", ".join(name for name in model.model_fields if name != "order")
            lines.append(f"{key}: unknown; known are {known}")
        else:
            lines.append(f"{key or 'here'}: {problem['msg'].removeprefix('Value error, ')}")
    return lines
