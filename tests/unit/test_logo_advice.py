"""check-config says how the logo will be shown; a wrong one is told on the screen when the kiosk starts."""

from __future__ import annotations

from pathlib import Path

import pygame
import pytest

from kioskd.cli import main
from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes, setup_problem
from kioskd.daemon.config.kiosk import Display, load_config
from kioskd.daemon.display import theme_of
from kioskd.daemon.logo_advice import about_the_logo
from kioskd.daemon.main import _read_by
from kioskd.sim.setting import HARBOUR

DISPLAY = Display(width_px=480, height_px=800, width_mm=108, height_mm=180, driver="offscreen")


def with_logo(
    folder: Path, size: tuple[int, int], ink: tuple[int, int, int], theme: str = "light"
) -> Display:
    picture = pygame.Surface(size, pygame.SRCALPHA)
    picture.fill(ink, picture.get_rect().inflate(-size[0] // 4, -size[1] // 4))
    file = folder / "logo.png"
    pygame.image.save(picture, file)
    return DISPLAY.model_copy(update={"logo": file, "theme": theme})


def test_a_logo_that_is_fine_is_only_counted(tmp_path: Path) -> None:
    assert list(about_the_logo(with_logo(tmp_path, (900, 300), (0, 60, 40)))) == [
        "900 x 300 pixels for the screen"
    ]
    assert list(about_the_logo(DISPLAY)) == []


def test_where_it_needs_a_plate_and_why(tmp_path: Path) -> None:
    _, greeting, menu = about_the_logo(with_logo(tmp_path, (900, 300), (255, 255, 255)))
    assert greeting == "lies on a dark plate where guests are greeted: only 0% of it has 3:1 on colours.joy"
    assert menu == "lies on a dark plate on the menu: only 0% of it has 3:1 on colours.page"
    _, greeting, _ = about_the_logo(with_logo(tmp_path, (900, 300), (0, 60, 40), "dark"))
    assert greeting.startswith("lies on a light plate")


def test_how_many_pixels_would_fill_its_place(tmp_path: Path) -> None:
    *_, advice = about_the_logo(with_logo(tmp_path, (60, 20), (0, 60, 40)))
    words = advice.split()
    width, height = int(words[words.index("x") - 1]), int(words[words.index("x") + 1])
    assert width / height == pytest.approx(3, rel=0.05)
    assert len(list(about_the_logo(with_logo(tmp_path, (width, height), (0, 60, 40))))) == 1


def test_check_config_says_it_and_refuses_what_is_no_logo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-config", str(HARBOUR / "kiosk.toml")]) == exit_codes.OK
    assert "display.logo: 696 x 240 pixels for the screen\n" in capsys.readouterr().out
    text = (HARBOUR / "kiosk.toml").read_text("utf-8")
    for own in ("menu.toml", "logo.png"):
        text = text.replace(f'"{own}"', f'"{HARBOUR / own}"')
    (tmp_path / "kiosk.toml").write_text(text, "utf-8")
    (tmp_path / "logo-screen.png").write_text("<svg/>")
    assert main(["check-config", str(tmp_path / "kiosk.toml")]) == exit_codes.CONFIG
    said = capsys.readouterr().err
    assert f"{tmp_path / 'logo-screen.png'}: is no PNG" in said
    assert "save it as a PNG" in said


def test_a_mended_logo_starts_the_kiosk_again() -> None:
    assert HARBOUR / "logo-screen.png" in _read_by(load_config(HARBOUR / "kiosk.toml"))


def test_what_is_wrong_with_the_look_is_told_without_it(tmp_path: Path) -> None:
    wrong = DISPLAY.model_copy(update={"colours": tmp_path / "none.toml", "logo": tmp_path / "none.png"})
    with pytest.raises(ConfigError) as refused:
        theme_of(wrong)
    setup_problem._show(refused.value, wrong)()
