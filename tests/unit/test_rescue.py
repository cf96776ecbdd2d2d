"""The picture for when no kioskd runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pygame
import pytest

from kioskd.cli import main
from kioskd.daemon import exit_codes
from kioskd.daemon.cli.rescue import Framebuffer, framebuffer_bytes
from kioskd.ui.fonts import Fonts
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.screens.rescue import rescue
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop

HARBOUR = Path(__file__).parents[2] / "kioskd/sim/harbour/kiosk.toml"


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_to_do_and_which_kiosk_it_is_in_two_languages(display: str, language: str) -> None:
    stage = Stage(DISPLAYS[display], default_theme())
    scene = rescue(stage, Fonts(stage), replace(shop(), languages=(language, "en")))
    said = " ".join(widget.name for widget in scene.widgets)
    assert "K1" in said
    assert "Our team at the counter is happy to help you." in said
    assert sum(widget.id.startswith("why:") for widget in scene.widgets) == (1 if language == "en" else 2)
    for widget in scene.widgets:
        assert stage.area.holds(widget.rect, 0.1), widget.id


@pytest.mark.parametrize("bits", [16, 32])
def test_the_frame_buffer_holds_the_picture_in_its_middle(bits: int) -> None:
    picture = pygame.Surface((2, 1))
    picture.fill((255, 0, 0))
    red = b"\x00\xf8" if bits == 16 else b"\x00\x00\xff\x00"
    black, used = bytes(bits // 8), 4 * bits // 8
    screen = Framebuffer(4, 3, bits, used + 6)
    row = black + red + red + black + bytes(6)
    empty = bytes(used + 6)
    assert framebuffer_bytes(picture, screen) == empty + row + empty


def kiosk_file(tmp_path: Path, rotation: int) -> Path:
    file = tmp_path / "kiosk.toml"
    file.write_text(
        f"""
kiosk = "K7"
currency = "EUR"
languages = ["nl", "en"]
menu = "{HARBOUR.parent / "menu.toml"}"
state_dir = "state"

[site]
name = "Harbour Kitchen"

[display]
width_px = 480
height_px = 800
width_mm = 90
height_mm = 150
rotation = {rotation}

[counter]
enabled = true
"""
    )
    return file


@pytest.mark.parametrize(("rotation", "size"), [(0, (480, 800)), (90, (800, 480)), (180, (480, 800))])
def test_the_picture_is_turned_as_the_panel_is_mounted(
    tmp_path: Path, rotation: int, size: tuple[int, int]
) -> None:
    out = tmp_path / "rescue.png"
    assert main(["rescue-picture", "--config", str(kiosk_file(tmp_path, rotation)), "--out", str(out)]) == 0
    assert pygame.image.load(out).get_size() == size


def test_without_a_frame_buffer_there_is_no_picture_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = str(kiosk_file(tmp_path, 0)), tmp_path / "rescue.fb"
    command = [
        "rescue-picture",
        "--config",
        config,
        "--out",
        str(out),
        "--framebuffer",
        str(tmp_path / "fb0"),
    ]
    assert main(command) == exit_codes.CONFIG
    assert "no frame buffer" in capsys.readouterr().err
    assert not out.exists()
    folder = tmp_path / "fb0"
    folder.mkdir()
    (folder / "virtual_size").write_text("800,480\n")
    (folder / "bits_per_pixel").write_text("32\n")
    (folder / "stride").write_text("3200\n")
    assert main(command) == 0
    assert out.stat().st_size == 3200 * 480
