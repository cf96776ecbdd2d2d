"""The letters receipts are drawn with where the printer has none of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pygame.font

from kioskd.devices.printer.lettering import Lettering
from kioskd.ui.fonts import FOLDER

_REGULAR = tuple(
    FOLDER / name for name in ("Inter-Medium.otf", "NotoSansArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf")
)
_BOLD = tuple(
    FOLDER / name for name in ("Inter-Bold.otf", "NotoSansArabic-Bold.ttf", "NotoSansHebrew-Bold.ttf")
)
_OPENING_S = 10.0


def receipt_lettering(screen: asyncio.AbstractEventLoop | None = None) -> Lettering:
    """`screen` is the loop in whose thread the screen is drawn, when receipts are drawn in another thread."""
    if screen is None:
        return Lettering(_REGULAR, _BOLD)
    return Lettering(_REGULAR, _BOLD, open_font=_opened_on(screen))


def _opened_on(screen: asyncio.AbstractEventLoop) -> Callable[[Path, int], pygame.font.Font]:
    """Opening is the one thing that SDL_ttf lets go of the interpreter for, and it has no lock of its own."""

    async def open_here(file: Path, em_dots: int) -> pygame.font.Font:
        return pygame.font.Font(file, em_dots)

    def open_font(file: Path, em_dots: int) -> pygame.font.Font:
        return asyncio.run_coroutine_threadsafe(open_here(file, em_dots), screen).result(_OPENING_S)

    return open_font
