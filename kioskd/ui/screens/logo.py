"""The merchant's logo where a screen has room for it; who hears the screen hears the restaurant's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kioskd.core.shop import Shop
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Picture, PictureKind, Role, Widget
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.stage import Stage
from kioskd.ui.text import clean

_GREETING: Final = 150
_GREETING_SMALL: Final = 92
"""How high it greets guests, in units; on a small panel."""
_WIDEST: Final = 0.7
"""Of the room it greets in: a picture that is much wider than high stays lower instead."""
_AIR: Final = 0.16
"""Around it on a plate, as a share of its height."""
_LEAST: Final = 40
"""In units: where it would be lower, it is left out."""


@dataclass(frozen=True, slots=True)
class FittedLogo:
    """The place it takes, in millimetres, with the plate of this style if it needs one."""

    w: float
    h: float
    picture: Picture
    style: str


def fitted_logo(stage: Stage, room_w: float, room_h: float, *, on: str) -> FittedLogo | None:
    """As large as the room allows, and never with more pixels than it has. None without a logo.

    `on` is the colour of what it lies on.
    """
    logo = stage.theme.logo
    if logo is None:
        return None
    plate = logo.plate(stage.theme.colours[on], stage.theme)
    air = _AIR if plate else 0.0
    aspect = logo.width_px / logo.height_px
    h = min(room_h / (1 + 2 * air), room_w / (aspect + 2 * air), logo.height_px / stage.display.px_per_mm)
    picture = Picture(PictureKind.LOGO, str(logo.file), pad_mm=h * air)
    return FittedLogo(h * (aspect + 2 * air), h * (1 + 2 * air), picture, plate or "plain")


def place_logo(sheet: Sheet, rect: Rect, fitted: FittedLogo, shop: Shop) -> None:
    sheet.add(
        Widget("logo", Role.IMAGE, rect, fitted.style, name=clean(shop.name, 60), picture=fitted.picture)
    )


def greeting_room(stage: Stage, width: float) -> tuple[float, float]:
    """Width and height of the room in which it greets guests, where there is so much width."""
    return width * _WIDEST, stage.u(_GREETING if not stage.compact else _GREETING_SMALL)


def logo_between(sheet: Sheet, room: Rect, shop: Shop, *, axis: float | None = None) -> bool:
    """In a place on the page that is left over: around `axis` if it can be, else in the middle.

    Returns whether it is worth showing there.
    """
    inner = room.inset(sheet.u(16), sheet.u(12))
    fitted = fitted_logo(sheet.stage, inner.w, inner.h, on="page")
    if fitted is None or fitted.h < sheet.u(_LEAST):
        return False
    rect = room.around(fitted.w, fitted.h)
    if axis is not None and inner.holds(centred := rect.moved(axis - rect.centre[0])):
        rect = centred
    place_logo(sheet, rect, fitted, shop)
    return True
