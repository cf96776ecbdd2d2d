"""The ways to what the guest does and does not eat; they tell how much of it is kept in mind."""

from __future__ import annotations

from kioskd.core.intents import ShowWishes
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet, icon


def wishes_button(sheet: Sheet, rect: Rect, *, kept: int = 0) -> None:
    tr = sheet.tr
    name = tr("Diet and allergies")
    words = kept_words(sheet, kept) if kept else ""
    sheet.button(
        "wishes",
        rect,
        f"{name}, {words}" if kept else name,
        ShowWishes(),
        style="pill_on" if kept else "chip",
        words=words,
        types=("pill", "badge", "tiny"),
        picture=None if kept else icon("sliders", rect.h * 0.28),
        pad=sheet.u(6),
    )


def wishes_strip(sheet: Sheet, area: Rect, visit: Visit) -> Rect:
    """How many wishes are kept, for as long as any are; returns the area below."""
    tr = sheet.tr
    at, rest = area.top(max(sheet.stage.least_target_mm, sheet.u(88)), gap(sheet))
    words = tr("{filters}: touch to change", filters=kept_words(sheet, visit.wishes.count))
    types = ("strong", "pill", "badge")
    sheet.button("wishes", at, words, ShowWishes(), style="pill_on", types=types, picture=icon("sliders"))
    return rest


def kept_words(sheet: Sheet, kept: int) -> str:
    return sheet.tr.plural("{n} filter", "{n} filters", kept)
