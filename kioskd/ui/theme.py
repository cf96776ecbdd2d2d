"""Colours, type, spacing and surfaces, read from one file. Lengths are design units."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kioskd.core.errors import ConfigError

if TYPE_CHECKING:
    from kioskd.ui.logo import Logo

Colour = tuple[int, int, int]

DEFAULT_FILE = Path(__file__).with_name("theme.toml")
CONTRAST_FILE = Path(__file__).with_name("theme-contrast.toml")
DARK_FILE = Path(__file__).with_name("theme-dark.toml")
BRANDS = Path(__file__).with_name("brands")
READABLE = 4.5
"""WCAG 1.4.3: the least contrast between a text and what it stands on."""
_GROUNDS = {
    "ink": ("page", "card", "soft", "joy"),
    "quiet": ("page", "card", "soft"),
    "action": ("page", "card", "action_soft"),
    "alert": ("page", "card", "alert_soft"),
    "on_action": ("action", "action_deep"),
    "on_action_quiet": ("action",),
}
"""On what each colour is written with."""
PLAIN_TO_SEE = 7.0
"""WCAG 1.4.6: what high contrast has at least."""


@dataclass(frozen=True, slots=True)
class Type:
    """`leading` is the distance of two lines as a multiple of `size`."""

    size: float
    weight: str
    leading: float


@dataclass(frozen=True, slots=True)
class Style:
    """A surface and its ink. `fill` None paints nothing; `radius` None is fully round.

    `veil` below 1 lets what is behind shine through; only for a whole-screen scrim. `fade` ("up" or "down")
    lets the fill grow from nothing to full in that direction.
    """

    ink: Colour
    fill: Colour | None = None
    radius: float | None = 0.0
    border: Colour | None = None
    border_width: float = 0.0
    shadow: bool = False
    pressed: Colour | None = None
    off_fill: Colour | None = None
    off_ink: Colour | None = None
    veil: float = 1.0
    fade: str = ""


@dataclass(frozen=True, slots=True)
class Spacing:
    gap: float
    tight: float
    margin: float
    radius: float
    border: float
    min_target: float


@dataclass(frozen=True, slots=True)
class Shadow:
    """`strength` is the opacity at its darkest, `drop` how far it falls below its card."""

    blur: float
    drop: float
    strength: float


@dataclass(frozen=True, slots=True)
class Theme:
    colours: Mapping[str, Colour]
    types: Mapping[str, Type]
    styles: Mapping[str, Style]
    fonts: Mapping[str, Mapping[str, str]]
    """Font file by script and weight."""
    spacing: Spacing
    shadow: Shadow
    logo: Logo | None = None
    """The merchant's; without one the restaurant's name is written."""


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG defines it, 0 to 1."""

    def linear(channel: int) -> float:
        c = channel / 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    r, g, b = colour
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def load_theme(file: Path = DEFAULT_FILE, brand: Path | None = None, *, dark: bool = False) -> Theme:
    """Read and check a theme, with the colours of `brand` in place of its own: its [dark] for the dark one.

    Raises ConfigError naming file and key: for a colour that nothing uses, too, and for text nobody can read.
    """
    raw = _toml(file)
    if dark:
        raw = _over(raw, _toml(DARK_FILE))
    if brand is None:
        return _Reader(file).theme(raw)
    table = "dark" if dark else "colours"
    colours = _toml(brand).get(table)
    known = raw.get("colours")
    if not isinstance(colours, dict) or not isinstance(known, dict):
        raise ConfigError(
            str(brand), f"has no [{table}]", 'a line is a name and a colour, as in action = "#0E6B4A"'
        )
    if unknown := sorted(colours.keys() - known.keys()):
        raise ConfigError(
            f"{brand}: {table}.{unknown[0]}", "nothing has this colour", f"one of {', '.join(known)}"
        )
    return _Reader(brand).theme({**raw, "colours": {**known, **colours}})


def _over(raw: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """One table laid over another; what it does not name stays."""
    return {
        **raw,
        **{
            key: _over(raw[key], value) if isinstance(value, dict) and key in raw else value
            for key, value in above.items()
        },
    }


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(str(file), f"cannot be read: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(str(file), f"is no TOML: {exc}") from exc


def brand_file(name: str) -> Path:
    """The colours of one of the brands that come along."""
    return BRANDS / f"{name}.toml"


@cache
def default_theme() -> Theme:
    return load_theme()


@cache
def contrast_theme() -> Theme:
    """For whoever sees little: the same for every merchant."""
    return _Reader(CONTRAST_FILE, PLAIN_TO_SEE).theme(_over(_toml(DEFAULT_FILE), _toml(CONTRAST_FILE)))


class _Reader:
    def __init__(self, file: Path, least: float = READABLE) -> None:
        self._file = file
        self._least = least

    def theme(self, raw: Mapping[str, Any]) -> Theme:
        colours = {name: self._hex(f"colours.{name}", v) for name, v in self._table(raw, "colours").items()}
        spacing = self._table(raw, "spacing")
        shadow = self._table(raw, "shadow")
        fonts = self._table(raw, "fonts")
        try:
            types = {
                name: Type(float(v["size"]), v["weight"], float(v["leading"]))
                for name, v in self._table(raw, "type").items()
            }
            theme = Theme(
                colours=colours,
                types=types,
                styles={
                    name: self._style(f"style.{name}", values, colours, float(spacing["border"]))
                    for name, values in self._table(raw, "style").items()
                },
                fonts=fonts,
                spacing=Spacing(**{name: float(value) for name, value in spacing.items()}),
                shadow=Shadow(**{name: float(value) for name, value in shadow.items()}),
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise ConfigError(str(self._file), f"is incomplete or has an unknown key: {exc}") from exc
        self._inks_on_grounds(theme)
        for name, kind in types.items():
            if any(kind.weight not in family for family in fonts.values()):
                raise ConfigError(str(self._file), f"type.{name}: no font has the weight {kind.weight!r}")
        return theme

    def _inks_on_grounds(self, theme: Theme) -> None:
        """What is written without a surface of its own can be read on what it is written on."""
        for ink, grounds in _GROUNDS.items():
            for ground in grounds:
                found = contrast(theme.colours[ink], theme.colours[ground])
                if found < self._least:
                    raise ConfigError(
                        f"{self._file}: colours.{ink}",
                        f"its contrast on {ground} is {found:.1f}",
                        f"at least {self._least} can be read by everybody",
                    )

    def _table(self, raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = raw.get(name)
        if not isinstance(table, dict):
            raise ConfigError(str(self._file), f"[{name}] is missing")
        return table

    def _hex(self, key: str, value: object) -> Colour:
        if not isinstance(value, str) or len(value) != 7 or not value.startswith("#"):
            raise ConfigError(f"{self._file}: {key}", f"{value!r} is no colour", 'write it as "#0E6B4A"')
        try:
            return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
        except ValueError as exc:
            raise ConfigError(
                f"{self._file}: {key}", f"{value!r} is no colour", 'write it as "#0E6B4A"'
            ) from exc

    def _style(
        self, key: str, raw: Mapping[str, Any], colours: Mapping[str, Colour], border_width: float
    ) -> Style:
        def colour(name: str) -> Colour | None:
            if name not in raw:
                return None
            if raw[name] not in colours:
                raise ConfigError(f"{self._file}: {key}.{name}", f"there is no colour {raw[name]!r}")
            return colours[raw[name]]

        ink, fill, off_fill, off_ink = colour("ink"), colour("fill"), colour("off_fill"), colour("off_ink")
        if ink is None:
            raise ConfigError(f"{self._file}: {key}", "has no ink")
        for below, above in ((fill, ink), (off_fill, off_ink), (colour("pressed"), ink)):
            if below and above and "veil" not in raw and contrast(below, above) < self._least:
                raise ConfigError(
                    f"{self._file}: {key}",
                    f"contrast of text is {contrast(below, above):.1f}",
                    f"at least {self._least} can be read by everybody",
                )
        radius = raw.get("radius", 0)
        border = colour("border")
        return Style(
            ink=ink,
            fill=fill,
            radius=None if radius == "round" else float(radius),
            border=border,
            border_width=float(raw.get("border_width", border_width)) if border else 0.0,
            shadow=bool(raw.get("shadow", False)),
            pressed=colour("pressed"),
            off_fill=off_fill,
            off_ink=off_ink,
            veil=float(raw.get("veil", 1.0)),
            fade=str(raw.get("fade", "")),
        )
