"""Lines drawn with real fonts: right order, joined letters, room for everything."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pygame.font
import pytest
from PIL import Image, ImageChops

import kioskd
from kioskd.daemon.receipt_letters import receipt_lettering
from kioskd.devices.printer.lettering import Lettering, Run, visual_runs
from kioskd.devices.printer.typefaces import InstalledFonts

FONTS = Path(kioskd.__file__).parent / "fonts"


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return Lettering(
        (FONTS / "Inter-Medium.otf", FONTS / "NotoSansArabic-Regular.ttf"),
        (FONTS / "Inter-Bold.otf", FONTS / "NotoSansArabic-Bold.ttf"),
        InstalledFonts(folders=()),
    )


def test_a_price_in_an_arabic_line_keeps_its_digits_in_order() -> None:
    left, price, right = visual_runs("السعر 12.50 درهم", right_to_left=True)
    assert price == Run("12.50", right_to_left=False)
    assert left.text.strip() == "درهم"
    assert right.text.strip() == "السعر"


def test_an_arabic_name_in_an_english_line_stays_in_its_place() -> None:
    runs = visual_runs("Thanks, سارة علي! See you", right_to_left=False)
    assert [run.text.strip() for run in runs] == ["Thanks,", "سارة علي", "! See you"]
    assert [run.right_to_left for run in runs] == [False, True, False]


def test_arabic_letters_join(lettering: Lettering) -> None:
    alone = sum(lettering.draw(letter, 1, False, True).ink.width for letter in "بطل")
    assert lettering.draw("بطل", 1, False, True).ink.width < 0.85 * alone


def test_the_first_letter_of_an_arabic_line_is_at_the_right(lettering: Lettering) -> None:
    word, line = lettering.draw("دجاج", 2, False, True), lettering.draw("دجاج 47", 2, False, True)
    right_end = line.ink.crop((line.ink.width - word.ink.width, 0, line.ink.width, line.ink.height))
    assert same(right_end, word.ink)


def test_measured_and_drawn_widths_agree(lettering: Lettering) -> None:
    for text in ("Żurek śląski", "برجر 12.50 €", "x", ""):
        assert lettering.draw(text, 1, True, False).ink.width == max(1, lettering.width(text, 1, True))


def test_sizes_and_weights_differ(lettering: Lettering) -> None:
    plain, bold, large = (
        lettering.draw("حساب", size, bold, True).ink for size, bold in ((1, False), (1, True), (2, False))
    )
    assert ink_dots(bold) > 1.2 * ink_dots(plain)
    assert large.height == 2 * plain.height


def test_a_missing_letter_is_logged_once_and_leaves_a_box(
    lettering: Lettering, caplog: pytest.LogCaptureFixture
) -> None:
    assert ink_dots(lettering.draw("寿司寿", 1, False, False).ink) > 0
    (message,) = caplog.messages
    assert "no font for U+5BFF (script Hani)" in message
    assert "fonts-noto-cjk" in message


def test_a_script_of_its_own_is_drawn_with_what_the_machine_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "NotoSansHebrew-Regular.ttf").write_bytes(b"not a font")
    (tmp_path / "deep" / "NotoSans-Regular.ttf").symlink_to(FONTS / "NotoSansArabic-Regular.ttf")
    lettering = Lettering((FONTS / "Inter-Medium.otf",), (), InstalledFonts((tmp_path,)))
    joined, alone = lettering.width("بطل", 1, False), sum(lettering.width(one, 1, False) for one in "بطل")
    assert joined < 0.85 * alone
    assert caplog.messages == []
    lettering.width("שלום", 1, False)
    assert "cannot be used" in caplog.messages[0]
    assert "no font for U+05E9 (script Hebr)" in caplog.messages[1]


def test_a_mark_stays_with_its_letter(lettering: Lettering) -> None:
    assert lettering.width("ب\u064e", 1, False) == pytest.approx(lettering.width("ب", 1, False), abs=2)


def test_fonts_are_opened_where_the_screen_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    opened_in = set()
    real = pygame.font.Font

    def opened(file: Path, em_dots: int) -> pygame.font.Font:
        opened_in.add(threading.get_ident())
        return real(file, em_dots)

    async def play() -> int:
        monkeypatch.setattr(pygame.font, "Font", opened)
        lettering = receipt_lettering(asyncio.get_running_loop())
        return await asyncio.to_thread(lettering.width, "Żurek برجر", 1, True)

    assert asyncio.run(play()) == receipt_lettering().width("Żurek برجر", 1, True)
    assert opened_in == {threading.get_ident()}


def ink_dots(ink: Image.Image) -> int:
    return sum(ink.convert("L").histogram()[128:])


def same(one: Image.Image, other: Image.Image) -> bool:
    return (
        one.size == other.size
        and ImageChops.difference(one.convert("L"), other.convert("L")).getbbox() is None
    )


def test_a_minus_stays_before_its_number_as_on_the_screen() -> None:
    """The screen writes prices with marks around the minus; they leave no ink and no room."""
    price = "\u200f\u200e-10.00 \u200fד"
    assert visual_runs(price, right_to_left=True) == [Run(" ד", True), Run("-10.00", False)]
    assert visual_runs("-10.00 \u200fד", right_to_left=True) != visual_runs(price, right_to_left=True)
    assert visual_runs("\u200e12", right_to_left=False) == [Run("12", False)]
