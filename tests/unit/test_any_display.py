"""What is drawn on while nobody has said what display there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.daemon import any_display as module
from kioskd.daemon.any_display import ON_A_DESK, any_display
from kioskd.ui import window
from kioskd.ui.window import Driver, driver_here, whole_display_px


@pytest.fixture
def without_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(window, "_CARDS", tmp_path)


@pytest.mark.usefixtures("without_desktop")
def test_without_a_desktop_a_kiosk_draws_on_the_whole_display() -> None:
    assert driver_here(Driver.AUTO) is Driver.KMSDRM
    assert driver_here(Driver.OFFSCREEN) is Driver.OFFSCREEN


@pytest.mark.usefixtures("without_desktop")
@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"])
def test_on_a_desktop_it_is_a_window(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "dummy")
    assert driver_here(Driver.AUTO) is Driver.AUTO
    assert whole_display_px() is None
    assert any_display() == ON_A_DESK


@pytest.mark.usefixtures("without_desktop")
def test_without_any_graphics_card_sdl_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "_CARDS", Path("/nowhere"))
    assert driver_here(Driver.AUTO) is Driver.AUTO


@pytest.mark.parametrize(
    ("size_px", "size_mm"),
    [((800, 480), (249, 149)), ((1080, 1920), (336, 597)), ((3840, 2160), (598, 336))],
    ids=["small", "usual", "fine"],
)
def test_it_is_all_of_the_display_with_letters_that_can_be_read(
    size_px: tuple[int, int], size_mm: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "whole_display_px", lambda: size_px)
    display = any_display()
    assert (display.width_px, display.height_px) == size_px
    assert (display.width_mm, display.height_mm) == size_mm
