"""The merchant's logo on the screen: sharp, whole, seen on every theme, heard as the restaurant's name."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.access import AS_EVERYBODY, Access, Aid
from kioskd.core.errors import ConfigError
from kioskd.ui.geometry import Rect
from kioskd.ui.logo import MAX_BYTES, MAX_SIDE_PX, VISIBLE, Logo, read_logo
from kioskd.ui.looks import AS_BUILT, Look, Outfit
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.scene import PictureKind, Role, Scene, Widget
from kioskd.ui.screens.logo import fitted_logo
from kioskd.ui.speech.narration import narrator
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import Colour, Theme, contrast, contrast_theme, default_theme, load_theme
from tests.screens.lints import faults
from tests.screens.looks import look
from tests.screens.states import State
from tests.ui_visits import DISPLAYS, MENU_FOLDER, shop, visits

SHOP = shop()
VISITS = visits(SHOP)
FILE = MENU_FOLDER / "logo-screen.png"
HARBOUR = read_logo(FILE)
INK, WHITE, YELLOW = (11, 59, 46), (255, 255, 255), (244, 183, 64)


def png(folder: Path, paint: Callable[[pygame.Surface], object], size: tuple[int, int] = (120, 60)) -> Path:
    picture = pygame.Surface(size, pygame.SRCALPHA)
    paint(picture)
    file = folder / "logo.png"
    with io.BytesIO() as stream:
        pygame.image.save(picture, stream, "logo.png")
        file.write_bytes(stream.getvalue())
    return file


def word(ink: Colour) -> Callable[[pygame.Surface], object]:
    """One colour on nothing."""
    return lambda picture: picture.fill(ink, (20, 10, 60, 30))


@cache
def outfit(size: str, logo: Logo | None, look: Look = AS_BUILT) -> Outfit:
    return Outfit(DISPLAYS[size], replace(default_theme(), logo=logo), look, Pictures(MENU_FOLDER), SHOP)


def scene(name: str, size: str = "portrait", language: str = "en", logo: Logo | None = HARBOUR) -> Scene:
    return outfit(size, logo).scene(replace(VISITS[name], language=language))


def wrong_with(worn: Outfit, name: str) -> list[tuple[str, str]]:
    usual = look(State(VISITS[name], SHOP), "portrait")
    return list(faults(replace(usual, scene=worn.scene(VISITS[name]), outfit=worn)))


def logo_of(shown: Scene) -> Widget | None:
    return next((w for w in shown.widgets if w.picture and w.picture.kind is PictureKind.LOGO), None)


# --- where it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", DISPLAYS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_greets_in_place_of_the_name_and_is_heard_as_the_name(size: str, language: str) -> None:
    greeting = scene("attract", size, language)
    found = logo_of(greeting)
    assert found is not None
    assert (found.role, found.name) == (Role.IMAGE, "Harbour Kitchen")
    assert not [w for w in greeting.widgets if w.label and "Harbour Kitchen" in w.label.lines]
    assert "Harbour Kitchen" in narrator(language, alone=False).everything(greeting)
    title = greeting.widget("title")
    assert title is not None
    at_start = found.rect.x - title.rect.x if language == "en" else title.rect.right - found.rect.right
    assert at_start == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("size", DISPLAYS)
@pytest.mark.parametrize("name", ["attract", "menu", "thanks"])
def test_it_is_never_distorted_nor_enlarged(size: str, name: str) -> None:
    found, stage = logo_of(scene(name, size)), outfit(size, HARBOUR).stage
    if found is not None:
        assert found.rect.w / found.rect.h == pytest.approx(696 / 240)
        assert found.rect.h * stage.display.px_per_mm <= 240.01


def test_it_is_on_the_menu_where_there_is_room() -> None:
    assert logo_of(scene("menu", "portrait")) and logo_of(scene("menu", "landscape"))
    assert logo_of(scene("menu", "small")) is None
    assert logo_of(scene("menu", "portrait", logo=None)) is None


def test_staff_do_without_it() -> None:
    assert logo_of(scene("staff-start")) is None


def test_a_small_picture_stays_small_and_sharp(tmp_path: Path) -> None:
    logo = read_logo(png(tmp_path, word(INK), (60, 30)))
    stage = outfit("portrait", logo).stage
    fitted = fitted_logo(stage, 200.0, 100.0, on="page")
    assert fitted is not None
    assert fitted.h * stage.display.px_per_mm == pytest.approx(30)


@pytest.mark.parametrize("size", [(1600, 40), (40, 1600)])
@pytest.mark.parametrize("display", DISPLAYS)
def test_long_and_high_pictures_leave_room_for_everything_else(
    tmp_path: Path, size: tuple[int, int], display: str
) -> None:
    worn = outfit(display, read_logo(png(tmp_path, lambda picture: picture.fill(INK), size)))
    for name in ("attract", "attract-member", "menu", "checkout"):
        assert not wrong_with(worn, name), name


@pytest.mark.parametrize("display", DISPLAYS)
def test_without_a_logo_the_name_is_written(display: str) -> None:
    worn = outfit(display, None)
    for name in ("attract", "attract-member", "attract-notice", "attract-offline"):
        shown = worn.scene(VISITS[name])
        assert [w for w in shown.widgets if w.label and "Harbour Kitchen" in w.label.lines]
        assert not wrong_with(worn, name), name


def test_large_text_has_the_name_in_letters() -> None:
    access = Access(aids=frozenset({Aid.LARGE_TEXT}))
    worn = outfit("portrait", HARBOUR, Look.of(access))
    shown = worn.scene(replace(VISITS["attract"], access=access))
    assert logo_of(shown) is None
    assert [w for w in shown.widgets if w.label and "Harbour Kitchen" in w.label.lines]


def test_whoever_sees_little_sees_it_on_a_plate() -> None:
    access = replace(AS_EVERYBODY, aids=frozenset({Aid.CONTRAST}))
    worn = outfit("portrait", HARBOUR, Look.of(access))
    found = logo_of(worn.scene(replace(VISITS["attract"], access=access)))
    assert found is not None and found.style == "plate_light"


# --- what it lies on ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ink", "theme", "plate"),
    [
        (INK, default_theme(), None),
        (WHITE, default_theme(), "plate_dark"),
        (YELLOW, default_theme(), "plate_dark"),
        (INK, load_theme(dark=True), "plate_light"),
        (WHITE, load_theme(dark=True), None),
        (INK, contrast_theme(), "plate_light"),
        (WHITE, contrast_theme(), None),
    ],
)
def test_what_cannot_be_seen_gets_a_plate(
    tmp_path: Path, ink: Colour, theme: Theme, plate: str | None
) -> None:
    assert read_logo(png(tmp_path, word(ink))).plate(theme.colours["joy"], theme) == plate


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_one_colour_is_always_seen_at_last(ink: Colour, ground: Colour) -> None:
    """On any ground a merchant may choose."""
    theme = default_theme()
    plain = Logo(FILE, 100, 50, Logo.tones_of([ink]))
    plate = plain.plate(ground, theme)
    below = theme.styles[plate].fill if plate else ground
    assert below is not None
    assert contrast(ink, below) >= VISIBLE - 0.01


def test_a_badge_with_white_letters_needs_no_plate(tmp_path: Path) -> None:
    def badge(picture: pygame.Surface) -> None:
        picture.fill(INK, (10, 5, 100, 50))
        picture.fill(WHITE, (40, 20, 30, 15))

    logo = read_logo(png(tmp_path, badge))
    assert logo.plate(default_theme().colours["joy"], default_theme()) is None


def test_a_picture_with_a_ground_of_its_own_is_left_alone(tmp_path: Path) -> None:
    def card(picture: pygame.Surface) -> None:
        picture.fill(WHITE)
        picture.fill(INK, (40, 20, 30, 15))

    logo = read_logo(png(tmp_path, card))
    assert logo.plate(default_theme().colours["joy"], default_theme()) is None
    assert not logo.lost_in_itself
    assert read_logo(png(tmp_path, lambda picture: picture.fill(YELLOW))).lost_in_itself


# --- what is painted ---------------------------------------------------------------------------------------


def painted(worn: Outfit, shown: Scene) -> pygame.Surface:
    canvas = pygame.Surface((worn.stage.display.width_px, worn.stage.display.height_px))
    worn.renderer.paint(canvas, shown)
    return canvas


def test_it_is_not_turned_around_for_who_reads_from_the_right() -> None:
    worn, seen = outfit("small", HARBOUR), []
    for language in ("en", "he"):
        shown = worn.scene(replace(VISITS["attract"], language=language))
        found = logo_of(shown)
        assert found is not None
        # As large, at a place of whole pixels: only what is in the picture can make a difference.
        at = replace(found, rect=Rect(10.0, 10.0, found.rect.w, found.rect.h))
        canvas = painted(worn, replace(shown, widgets=(at,)))
        seen.append(pygame.image.tobytes(canvas, "RGB"))
    assert seen[0] == seen[1]


def test_what_is_invisible_does_not_shine_through(tmp_path: Path) -> None:
    """Transparent pixels have a colour, too: that of this one's is a glaring one."""

    def ring(picture: pygame.Surface) -> None:
        picture.fill((255, 0, 255, 0))
        pygame.draw.circle(picture, (*INK, 255), (300, 200), 180)

    worn = outfit("portrait", read_logo(png(tmp_path, ring, (600, 400))))
    shown = worn.scene(VISITS["attract"])
    found = logo_of(shown)
    assert found is not None
    area = worn.renderer.px(found.rect)
    part = painted(worn, shown).subsurface(area)
    joy = worn.stage.theme.colours["joy"]
    for x in range(area.w):
        red, green, blue, _ = part.get_at((x, area.h // 2))
        for value, one, other in zip((red, green, blue), joy, INK, strict=True):
            assert min(one, other) - 2 <= value <= max(one, other) + 2, x


# --- files that cannot be shown ----------------------------------------------------------------------------


def of_size(width: int, height: int) -> bytes:
    """The head of a PNG, and nothing else: nobody gets as far as unpacking it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize(
    ("content", "what", "remedy"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no PNG", "transparent background"),
        (b"\xff\xd8\xff\xe0 a photograph", "is no PNG", "save it as a PNG"),
        (b"", "is no PNG", "save it as a PNG"),
        (of_size(100, 50), "damaged", "save it as a PNG"),
        (of_size(30_000, 30_000), "30000 x 30000 pixels", f"to {MAX_SIDE_PX} pixels"),
        (of_size(8, 8), "8 x 8 pixels", "from 16"),
        (b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES), "larger than 1 MiB", "at most"),
        (None, "does not exist", "name a picture"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused(
    tmp_path: Path, content: bytes | None, what: str, remedy: str
) -> None:
    file = tmp_path / "logo.png"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        read_logo(file)
    assert refused.value.where == str(file)
    assert what in str(refused.value) and remedy in str(refused.value)


def test_a_picture_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="transparent all over"):
        read_logo(png(tmp_path, lambda picture: None))


def test_a_stage_alone_has_no_logo() -> None:
    assert fitted_logo(Stage(Display(1080, 1920, 208, 370), default_theme()), 100.0, 50.0, on="joy") is None
