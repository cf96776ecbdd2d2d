"""The theme can be read by everybody, and a broken one says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.ui.theme import DEFAULT_FILE, READABLE, contrast, default_theme, load_theme


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
                assert contrast(fill, ink) >= READABLE, name


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
