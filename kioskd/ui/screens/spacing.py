"""The two distances that every screen keeps."""

from __future__ import annotations

from kioskd.ui.screens.sheet import Sheet


def margin(sheet: Sheet) -> float:
    """From the sides of the page to what stands on it."""
    return sheet.u(24 if sheet.stage.compact else 40)


def gap(sheet: Sheet) -> float:
    """Between one thing and the next: never so little that a finger meets two."""
    return max(sheet.u(16 if sheet.stage.compact else 24), 3.0)
