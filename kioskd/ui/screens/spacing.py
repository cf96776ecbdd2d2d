"""The distances that every screen keeps, and the one place that is the same on all of them."""

from __future__ import annotations

from kioskd.ui.geometry import Rect
from kioskd.ui.screens.sheet import Sheet


def margin(sheet: Sheet) -> float:
    """From the sides of the page to what stands on it."""
    return sheet.u(24 if sheet.stage.compact else 40)


def gap(sheet: Sheet) -> float:
    """Between one thing and the next: never so little that a finger meets two."""
    return max(sheet.u(16 if sheet.stage.compact else 24), 3.0)


def edge(sheet: Sheet) -> float:
    """From the page's upper and lower edge to what stands on it."""
    return sheet.u(16 if sheet.stage.compact else 32)


def access_place(sheet: Sheet) -> Rect:
    """The lower corner where a line begins: the sign for the aids stands there on every screen."""
    stage = sheet.stage
    target = stage.target_mm
    return Rect(margin(sheet), stage.area.h - edge(sheet) - target, target, target)
