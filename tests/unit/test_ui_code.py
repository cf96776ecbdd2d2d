"""A phone can read the code on the screen, and nothing of it is kept."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest
import zxingcpp
from PIL import Image

from kioskd.core.print_verdict import PrintVerdict
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.qr import QUIET_ZONE, modules_across
from kioskd.ui.qr_picture import draw_code
from kioskd.ui.render import Renderer
from kioskd.ui.scene import Picture, PictureKind
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import CLAIM_LINK, DISPLAYS, shop, visits

SHOP = shop()
VISITS = visits(SHOP)
NO_PAPER = VISITS["thanks-claim-no-paper"]


def seen(surface: pygame.Surface) -> list[str]:
    picture = Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("display", DISPLAYS)
def test_without_paper_a_phone_reads_the_link_off_the_screen(display: str, language: str) -> None:
    stage = Stage(DISPLAYS[display], default_theme())
    fonts = Fonts(stage)
    scene = Composer(stage, fonts, SHOP).scene(replace(NO_PAPER, language=language))
    canvas = pygame.Surface((stage.display.width_px, stage.display.height_px))
    Renderer(stage, fonts, Pictures(None)).paint(canvas, scene)
    assert seen(canvas) == [CLAIM_LINK]


@pytest.mark.parametrize("display", DISPLAYS)
def test_the_code_is_four_centimetres_wide_and_keeps_its_margin(display: str) -> None:
    stage = Stage(DISPLAYS[display], default_theme())
    widget = Composer(stage, Fonts(stage), SHOP).scene(NO_PAPER).widget("claim/code")
    assert widget is not None
    side_px = int(widget.rect.w * stage.display.px_per_mm)
    drawn = draw_code(CLAIM_LINK, side_px)
    square_px = drawn.get_width() / modules_across(CLAIM_LINK)
    assert square_px.is_integer()
    assert (drawn.get_width() - 2 * QUIET_ZONE * square_px) / stage.display.px_per_mm >= 40
    margin = round(QUIET_ZONE * square_px)
    for edge in (
        (0, 0, drawn.get_width(), margin),
        (0, 0, margin, drawn.get_height()),
        (0, drawn.get_height() - margin, drawn.get_width(), margin),
        (drawn.get_width() - margin, 0, margin, drawn.get_height()),
    ):
        assert pygame.transform.average_color(drawn, edge)[:3] == (255, 255, 255)


def test_who_cannot_see_it_hears_what_the_code_is_for() -> None:
    stage = Stage(DISPLAYS["portrait"], default_theme())
    card = Composer(stage, Fonts(stage), SHOP).scene(NO_PAPER).widget("claim")
    assert card is not None
    assert "Scan this code with your phone to collect your points." in card.name


@pytest.mark.parametrize("verdict", [None, PrintVerdict.PRINTED, PrintVerdict.UNVERIFIED])
def test_with_paper_there_is_no_code_on_the_screen(verdict: PrintVerdict | None) -> None:
    stage = Stage(DISPLAYS["portrait"], default_theme())
    phase = replace(VISITS["thanks-claim"].phase, receipt=verdict)  # type: ignore[call-arg]
    scene = Composer(stage, Fonts(stage), SHOP).scene(replace(VISITS["thanks-claim"], phase=phase))
    assert scene.widget("claim/code") is None
    assert scene.widget("points") is not None


def test_a_code_is_dropped_with_the_visit() -> None:
    pictures = Pictures(None)
    code = Picture(PictureKind.CODE, CLAIM_LINK)
    pictures.fitted(code, 300, 300, (0, 0, 0))
    pictures.fitted(code, 300, 300, (0, 0, 0))
    assert pictures.loads == 1
    pictures.forget()
    pictures.fitted(code, 300, 300, (0, 0, 0))
    assert pictures.loads == 2
