"""The mark around what the keys are at.

Not by colour alone: a band as dark as text between two as light as paper, around the outside of the widget.
Of the two one always stands out from what is behind, in every theme, for texts on cards must be readable.
"""

from __future__ import annotations

import pygame

from kioskd.ui.shapes import ring
from kioskd.ui.stage import Stage
from kioskd.ui.theme import Style

_OUTER, _BAND, _INNER = 2.0, 8.0, 3.0
"""Thickness of the light, the dark and the light band, from the outside, in design units."""


def ring_around(rect: pygame.Rect, stage: Stage) -> pygame.Rect:
    """All pixels that the mark around this rectangle touches."""
    thick = sum(_widths_px(stage))
    return rect.inflate(2 * thick, 2 * thick)


def paint_ring(canvas: pygame.Surface, rect: pygame.Rect, style: Style, stage: Stage) -> None:
    """Around a widget of this style that shows in `rect`, within the canvas' clip."""
    paper, band, _ = _widths_px(stage)
    whole, outer = sum(_widths_px(stage)), ring_around(rect, stage)
    unit_px, colours = stage.unit_mm * stage.display.px_per_mm, stage.theme.colours
    if style.radius is None:
        radius = max(outer.size)
    else:  # what has no surface of its own, such as a row of keys, is marked like a card
        units = stage.theme.spacing.radius if style.fill is None else style.radius
        radius = round(units * unit_px) + whole
    ring(canvas, outer, radius, whole, colours["card"])
    ring(canvas, outer.inflate(-2 * paper, -2 * paper), radius - paper, band, colours["ink"])


def ring_mm(stage: Stage) -> float:
    """How far the mark reaches beyond its widget."""
    return sum(_widths_px(stage)) / stage.display.px_per_mm


def _widths_px(stage: Stage) -> tuple[int, int, int]:
    unit_px = stage.unit_mm * stage.display.px_per_mm
    return max(1, round(_OUTER * unit_px)), max(3, round(_BAND * unit_px)), max(1, round(_INNER * unit_px))
