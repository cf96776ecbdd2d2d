"""The theme can be read by everybody, and a broken one says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.ui.theme import (
    BRANDS,
    DEFAULT_FILE,
    brand_file,
    contrast,
    contrast_theme,
    default_theme,
    load_theme,
)

READ, PLAIN_TO_SEE = 4.5, 7.0
"""WCAG 1.4.3 and 1.4.6, written down here once more."""


def test_contrast_is_what_wcag_says() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (14, 107, 74)) == pytest.approx(6.5, abs=0.1)
    assert contrast((110, 103, 91), (110, 103, 91)) == 1


def test_ink_can_be_read_on_every_surface_in_every_state() -> None:
    for name, style in default_theme().styles.items():
        for fill, ink in (
            (style.fill, style.ink),
            (style.off_fill, style.off_ink),
            (style.pressed, style.ink),
        ):
            if fill and ink:
                assert contrast(fill, ink) >= READ, name


def test_no_text_is_smaller_than_26_units() -> None:
    assert min(type.size for type in default_theme().types.values()) >= 26


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('page = "#FBF7F0"', 'page = "beige"', "colours.page"),
        ('ink = "#1E1B16"', 'ink = "#FFFFFF"', "contrast"),
        ('fill = "joy"', 'fill = "sunshine"', "style."),
        ('weight = "bold", leading = 1.1', 'weight = "heavy", leading = 1.1', "type.key"),
        ("[spacing]", "[spaces]", "spacing"),
        ("[colours]", "[colours", "no TOML"),
    ],
)
def test_a_broken_theme_names_the_place(tmp_path: Path, old: str, new: str, where: str) -> None:
    text = DEFAULT_FILE.read_text("utf-8")
    assert old in text
    broken = tmp_path / "theme.toml"
    broken.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError, match=where):
        load_theme(broken)


def test_a_missing_theme_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_theme(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("brand", ["ember", "orchard", "lagoon"])
def test_every_brand_can_be_read_and_looks_like_itself(brand: str) -> None:
    theme = load_theme(brand=brand_file(brand))
    assert theme.colours["action"] != default_theme().colours["action"]
    assert theme.types == default_theme().types


def test_all_brands_that_come_along_are_tried() -> None:
    assert sorted(file.stem for file in BRANDS.glob("*.toml")) == ["ember", "lagoon", "orchard"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[colours]\naction = "#FFE08A"\n', "contrast"),
        ('[colours]\nactoin = "#0E6B4A"\n', "colours.actoin"),
        ('[colour]\naction = "#0E6B4A"\n', "no .colours."),
        ('[colours]\naction = "green"\n', "colours.action"),
        ('[colours]\naction = "#F9C74F"\non_action = "#1E1B16"\naction_deep = "#F2B632"\n', "contrast"),
        ('[colours]\nquiet = "#8A8272"\n', "contrast"),
    ],
)
def test_a_merchants_colours_that_cannot_be_used_say_why(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=where):
        load_theme(brand=file)


def test_high_contrast_has_seven_to_one_on_every_surface() -> None:
    theme = contrast_theme()
    for name, style in theme.styles.items():
        for fill, ink in (
            (style.fill, style.ink),
            (style.off_fill, style.off_ink),
            (style.pressed, style.ink),
        ):
            if fill and ink:
                assert contrast(fill, ink) >= PLAIN_TO_SEE, name
    for name in ("ink", "quiet", "action", "alert"):
        assert contrast(theme.colours[name], theme.colours["page"]) >= PLAIN_TO_SEE, name
    assert set(theme.colours) == set(default_theme().colours)


@pytest.mark.parametrize("brand", [None, "ember", "orchard", "lagoon"])
def test_the_dark_theme_can_be_read_in_every_brand(brand: str | None) -> None:
    theme = load_theme(brand=brand_file(brand) if brand else None, dark=True)
    assert contrast(theme.colours["page"], (0, 0, 0)) < 1.5
    for name in ("ink", "quiet", "action", "alert"):
        for below in ("page", "card"):
            assert contrast(theme.colours[name], theme.colours[below]) >= READ, f"{name} on {below}"


def test_a_merchants_colours_without_dark_ones_say_so(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('[colours]\naction = "#0E6B4A"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"no \[dark\]"):
        load_theme(brand=file, dark=True)
