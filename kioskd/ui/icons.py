"""Signs drawn from strokes on a grid of 24, in any size and colour, without files."""

from __future__ import annotations

from itertools import pairwise

import pygame
import pygame.draw
import pygame.transform

from kioskd.ui.food_icons import FOOD_ICONS
from kioskd.ui.strokes import Arc, Block, Dot, Line, Point, Ring, Stroke
from kioskd.ui.theme import Colour

_GRID = 24.0
_FINER = 4

ICONS: dict[str, tuple[Stroke, ...]] = {
    "check": (Line(((5, 12.5), (10, 17.5), (19, 7))),),
    "plus": (Line(((12, 5), (12, 19))), Line(((5, 12), (19, 12)))),
    "minus": (Line(((5, 12), (19, 12))),),
    "cross": (Line(((6, 6), (18, 18))), Line(((18, 6), (6, 18)))),
    "chevron_up": (Line(((5, 15.5), (12, 8.5), (19, 15.5))),),
    "chevron_down": (Line(((5, 8.5), (12, 15.5), (19, 8.5))),),
    "chevron_forward": (Line(((9, 5), (16, 12), (9, 19))),),
    "back": (Line(((20, 12), (4.5, 12))), Line(((11, 5.5), (4.5, 12), (11, 18.5)))),
    "arrow_down": (Line(((12, 2), (12, 21.5))), Line(((5.5, 15), (12, 21.5), (18.5, 15)))),
    "scan": (
        Line(((2.5, 7), (2.5, 2.5), (7, 2.5))),
        Line(((17, 2.5), (21.5, 2.5), (21.5, 7))),
        Line(((21.5, 17), (21.5, 21.5), (17, 21.5))),
        Line(((7, 21.5), (2.5, 21.5), (2.5, 17))),
        Block(7, 7, 4.2, 4.2),
        Block(12.8, 7, 4.2, 4.2),
        Block(7, 12.8, 4.2, 4.2),
        Block(12.8, 12.8, 2, 2),
        Block(15, 15, 2, 2),
    ),
    "keypad": tuple(Dot((x, y), 1.9) for y in (5.0, 12.0, 19.0) for x in (5.0, 12.0, 19.0)),
    "trash": (
        Line(((4, 6.5), (20, 6.5))),
        Line(((9, 6.5), (9, 3.5), (15, 3.5), (15, 6.5))),
        Line(((6, 6.5), (7, 20.5), (17, 20.5), (18, 6.5))),
        Line(((10, 11), (10, 16.5))),
        Line(((14, 11), (14, 16.5))),
    ),
    "undo": (
        Line(((9, 4), (4, 9), (9, 14))),
        Line(((4, 9), (14, 9))),
        Arc((14, 14), 5, -90, 90),
        Line(((14, 19), (9, 19))),
    ),
    "backspace": (
        Line(((8, 5), (21, 5), (21, 19), (8, 19), (2.5, 12)), closed=True),
        Line(((11, 9.5), (16, 14.5))),
        Line(((16, 9.5), (11, 14.5))),
    ),
    "info": (Ring((12, 12), 9.5), Line(((12, 11), (12, 17))), Dot((12, 7.3), 1.4)),
    "clock": (Ring((12, 12), 9.5), Line(((12, 6.5), (12, 12), (16, 14.5)))),
    "globe": (
        Ring((12, 12), 9.5),
        Line(((2.5, 12), (21.5, 12))),
        Arc((5.2, 12), 11.7, -54, 54),
        Arc((18.8, 12), 11.7, 126, 234),
    ),
    "receipt": (
        Line(((5, 21.5), (5, 2.5), (19, 2.5), (19, 21.5))),
        Line(((19, 21.5), (16.7, 19.5), (14.3, 21.5), (12, 19.5), (9.7, 21.5), (7.3, 19.5), (5, 21.5))),
        Line(((9, 8), (15, 8))),
        Line(((9, 13), (15, 13))),
    ),
    "pencil": (Line(((4, 20), (5, 15), (16, 4), (20, 8), (9, 19)), closed=True), Line(((13, 7), (17, 11)))),
    "basket": (
        Line(((3, 9), (21, 9), (18.8, 20), (5.2, 20)), closed=True),
        Line(((8, 9), (11, 3.5))),
        Line(((16, 9), (13, 3.5))),
    ),
    "access": (
        Dot((12, 3.6), 2.3),
        Line(((3.4, 8.6), (20.6, 8.6))),
        Line(((12, 8.6), (12, 13.4))),
        Line(((7, 21.8), (12, 13.4), (17, 21.8))),
    ),
    "question": (Arc((12, 8), 4.6, -190, 60), Line(((14.3, 12), (12, 14), (12, 16))), Dot((12, 20.6), 1.5)),
    "speaker": (
        Line(((3, 9.2), (6.6, 9.2), (11.4, 5), (11.4, 19), (6.6, 14.8), (3, 14.8)), closed=True),
        Arc((12.5, 12), 4, -45, 45),
        Arc((12.5, 12), 8.4, -48, 48),
    ),
    "letters": (
        Line(((1.8, 19), (7.8, 4), (13.8, 19))),
        Line(((3.8, 14), (11.8, 14))),
        Line(((15.6, 19), (19, 10.5), (22.4, 19))),
        Line(((16.8, 16), (21.2, 16))),
    ),
    "contrast": (
        Ring((12, 12), 9.5),
        *(Line(((x, 12 - h), (x, 12 + h))) for x, h in ((13, 8.5), (15, 8.2), (17, 7), (19, 4.8), (20.2, 3))),
    ),
    "lower": (
        Line(((12, 2.5), (12, 15.5))),
        Line(((6.5, 10), (12, 15.5), (17.5, 10))),
        Line(((3.5, 21), (20.5, 21))),
    ),
    "curtain": (
        Arc((12, 20), 12.8, 218, 322),
        Arc((12, 4), 12.8, 38, 142),
        Dot((12, 12), 3),
        Line(((3.5, 21.5), (20.5, 2.5))),
    ),
    "search": (Ring((10.3, 10.3), 7.3), Line(((15.8, 15.8), (21.5, 21.5)))),
    "sliders": (
        Line(((2.5, 7), (21.5, 7))),
        Line(((2.5, 17), (21.5, 17))),
        Dot((8, 7), 3.4),
        Dot((16, 17), 3.4),
    ),
    "again": (Arc((12, 12.5), 8.5, -40, 230), Line(((20.5, 1.5), (19.5, 7.5), (13.5, 6.5)))),
    "spinner": (Arc((12, 12), 9, -90, 180),),
    "none": (),
    "plate": (Ring((12, 12), 9.5), Ring((12, 12), 5.5)),
    **FOOD_ICONS,
}  # fmt: skip


def draw_icon(name: str, size_px: int, ink: Colour, stroke: float = 2.4) -> pygame.Surface:
    """The icon on a transparent square. Raises KeyError for a name that does not exist."""
    scale = size_px * _FINER / _GRID
    side = size_px * _FINER
    fine = pygame.Surface((side, side), pygame.SRCALPHA)
    fine.fill((*ink, 0))
    colour = (*ink, 255)
    for part in ICONS[name]:
        match part:
            case Line(points, closed):
                _polyline(fine, colour, [(x * scale, y * scale) for x, y in points], closed, stroke * scale)
            case Ring((x, y), radius):
                outer = (radius + stroke / 2) * scale
                pygame.draw.circle(fine, colour, (x * scale, y * scale), outer, round(stroke * scale))
            case Arc((x, y), radius, start, end):
                steps = max(8, int(abs(end - start) / 6))
                arm = pygame.Vector2(radius, 0)
                points = tuple(
                    (x + turned.x, y + turned.y)
                    for turned in (arm.rotate(start + (end - start) * i / steps) for i in range(steps + 1))
                )
                _polyline(
                    fine, colour, [(px * scale, py * scale) for px, py in points], False, stroke * scale
                )
            case Dot((x, y), radius):
                pygame.draw.circle(fine, colour, (x * scale, y * scale), radius * scale)
            case Block(x, y, w, h):
                box = pygame.Rect(round(x * scale), round(y * scale), round(w * scale), round(h * scale))
                pygame.draw.rect(fine, colour, box, border_radius=round(0.7 * scale))
    return pygame.transform.smoothscale(fine, (size_px, size_px))


def _polyline(
    surface: pygame.Surface,
    colour: tuple[int, int, int, int],
    points: list[Point],
    closed: bool,
    width: float,
) -> None:
    """Thick lines with round ends and joints, which pygame's own do not have."""
    half = width / 2
    ends = [*points, points[0]] if closed else points
    for (ax, ay), (bx, by) in pairwise(ends):
        along = pygame.Vector2(bx - ax, by - ay)
        if along.length() == 0:
            continue
        side = along.normalize().rotate(90) * half
        dx, dy = side
        corners = [(ax + dx, ay + dy), (bx + dx, by + dy), (bx - dx, by - dy), (ax - dx, ay - dy)]
        pygame.draw.polygon(surface, colour, corners)
    for point in ends:
        pygame.draw.circle(surface, colour, point, half)
