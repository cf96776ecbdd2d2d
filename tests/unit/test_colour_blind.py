"""Whole pictures as guests see them who see fewer colours, or none: what is written stays readable, and
what is chosen looks chosen.

How they see: Machado, Oliveira and Fernandes 2009, the strongest form of each, in linear light.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pygame
import pytest
from PIL import Image

from kioskd.core.access import Access, Aid
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Scene, Widget, seen
from kioskd.ui.theme import Colour, contrast
from tests.screens.looks import SIZES, Look, look
from tests.screens.states import State
from tests.ui_visits import shop, visits

_Matrix = tuple[tuple[float, float, float], ...]
SIGHTS: Mapping[str, _Matrix] = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}
READ, SEEN = 4.5, 3.0
SIZE = "portrait"
_EDGE_PX = 2
_MOST_COLOURS = 1 << 15
_INKS = 8
"""The most frequent colours of a line: the rest are the soft edges of letters, not their strokes."""
READING = (
    "attract",
    "menu-offers",
    "member-offers",
    "basket-offers",
    "checkout-declined",
    "thanks",
    "staff-devices",
)
CHOOSING = ("menu", "product-chosen", "product-combo", "wishes", "checkout-prepaid", "staff-question")
PANELS = (("menu", "languages"), ("menu", "aids"))
MODES = pytest.mark.parametrize("mode", ["plain", "contrast"])
VISITS = visits(SHOP := shop())


def shown(name: str, mode: str, panel: str | None = None) -> Look:
    visit = VISITS[name]
    if panel == "aids":  # with one of them switched on
        visit = replace(visit, access=Access(frozenset({Aid.MORE_TIME})))
    return look(State(visit, SHOP, panel), SIZE, mode=mode)


@cache
def seen_as(colour: Colour, sight: str) -> Colour:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    r, g, b = (
        min(max(sum(share * part for share, part in zip(row, linear, strict=True)), 0.0), 1.0)
        for row in SIGHTS[sight]
    )
    return _coded(r), _coded(g), _coded(b)


def _coded(light: float) -> int:
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))


def painted(at: Look) -> Image.Image:
    display = SIZES[SIZE]
    canvas = pygame.Surface((display.width_px, display.height_px), depth=32)
    at.outfit.renderer.paint(canvas, at.scene)
    return Image.frombytes("RGB", canvas.get_size(), pygame.image.tobytes(canvas, "RGB"))


def colours(picture: Image.Image, box: tuple[int, int, int, int]) -> Counter[Colour]:
    found = picture.crop(box).getcolors(_MOST_COLOURS)
    assert found is not None
    return Counter({colour: count for count, colour in found})


def box(at: Look, rect: Rect) -> tuple[int, int, int, int]:
    px = at.outfit.renderer.px(rect)
    return px.left, px.top, px.right, px.bottom


def lines(at: Look) -> Iterator[Widget]:
    """Widgets whose words are seen as they are, not half scrolled away or faded on purpose."""
    for widget in seen(at.scene):
        region = at.scene.region(widget.region) if widget.region else None
        inside = region is None or widget.rect.within(region.viewport) == widget.rect
        if widget.label is not None and any(widget.label.lines) and widget.enabled and inside:
            yield widget


def unread(at: Look) -> Iterator[str]:
    picture = painted(at)
    for widget in lines(at):
        found = colours(picture, box(at, widget.rect))
        behind = found.most_common(1)[0][0]
        ink = max((colour for colour, _ in found.most_common(_INKS)), key=lambda c: contrast(c, behind))
        for sight in SIGHTS:
            if (clear := contrast(seen_as(ink, sight), seen_as(behind, sight))) < READ:
                yield f"{widget.id} has {clear:.1f} for {sight}"


def alike(at: Look) -> Iterator[str]:
    picture, scene = painted(at), at.scene
    choices = [widget for widget in seen(scene) if widget.selected is not None]
    for chosen in choices:
        others = [widget for widget in choices if not widget.selected and widget.role is chosen.role]
        if not chosen.selected or not others or _ticked(scene, chosen):
            continue
        for sight in SIGHTS:
            apart = max(_apart(at, picture, chosen, other, sight) for other in others)
            if apart < SEEN:
                yield f"{chosen.id} is {apart:.1f} from the others for {sight}"


def _ticked(scene: Scene, chosen: Widget) -> bool:
    pictures = [w.picture for w in scene.widgets if chosen.id in (w.id, w.part_of) and w.picture]
    return any(picture.source == "check" for picture in pictures)


def _apart(at: Look, picture: Image.Image, one: Widget, other: Widget, sight: str) -> float:
    """How much brighter the surface or the edge of one is."""
    pairs = zip(_surface(at, picture, one), _surface(at, picture, other), strict=True)
    return max(contrast(seen_as(a, sight), seen_as(b, sight)) for a, b in pairs)


def _surface(at: Look, picture: Image.Image, widget: Widget) -> tuple[Colour, Colour]:
    """The colours of the surface and of its edge, taken at the middle of the upper one."""
    left, top, right, bottom = box(at, widget.rect)
    middle = (left + right) // 2
    edge = colours(picture, (middle - 20, top, middle + 20, top + 2 * _EDGE_PX))
    return colours(picture, (left, top, right, bottom)).most_common(1)[0][0], edge.most_common(1)[0][0]


@MODES
@pytest.mark.parametrize("name", READING)
def test_whoever_sees_fewer_colours_reads_every_word(name: str, mode: str) -> None:
    faults = list(unread(shown(name, mode)))
    assert not faults, "\n".join(faults)


@MODES
@pytest.mark.parametrize(("name", "panel"), [*((name, None) for name in CHOOSING), *PANELS])
def test_whoever_sees_fewer_colours_sees_what_is_chosen(name: str, panel: str | None, mode: str) -> None:
    picture = shown(name, mode, panel)
    assert any(widget.selected for widget in picture.scene.widgets)
    faults = list(alike(picture))
    assert not faults, "\n".join(faults)
