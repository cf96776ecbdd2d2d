"""Smooth rounded rectangles and soft shadows, put together from small cached corners.

A corner is drawn once at four times its size and scaled down; straight parts are plain fills. So a card
costs a few fills, and the caches hold corners, never cards.
"""

from __future__ import annotations

from functools import lru_cache

import pygame
import pygame.transform

from kioskd.ui.theme import Colour

_FINER = 4


def rounded(
    target: pygame.Surface,
    rect: pygame.Rect,
    radius_px: int,
    fill: Colour,
    border: Colour | None = None,
    border_px: int = 0,
) -> None:
    """A filled rectangle with smooth corners, its border inside. `radius_px` is kept to half the height."""
    radius = max(0, min(radius_px, rect.w // 2, rect.h // 2))
    edge = border if border is not None and border_px > 0 else fill
    width = border_px if edge is not fill else 0
    if radius == 0:
        target.fill(edge, rect)
        target.fill(fill, rect.inflate(-2 * width, -2 * width))
        return
    disc = _disc(radius, fill, edge, width)
    x, y, w, h = rect
    target.blit(disc, (x, y), (0, 0, radius, radius))
    target.blit(disc, (x + w - radius, y), (radius, 0, radius, radius))
    target.blit(disc, (x, y + h - radius), (0, radius, radius, radius))
    target.blit(disc, (x + w - radius, y + h - radius), (radius, radius, radius, radius))
    if w > 2 * radius:
        target.fill(edge, (x + radius, y, w - 2 * radius, radius))
        target.fill(edge, (x + radius, y + h - radius, w - 2 * radius, radius))
        if width:
            target.fill(fill, (x + radius, y + width, w - 2 * radius, radius - width))
            target.fill(fill, (x + radius, y + h - radius, w - 2 * radius, radius - width))
    if h > 2 * radius:
        target.fill(edge, (x, y + radius, w, h - 2 * radius))
        if width:
            target.fill(fill, (x + width, y + radius, w - 2 * width, h - 2 * radius))


@lru_cache(maxsize=96)
def _disc(radius: int, fill: Colour, edge: Colour, width: int) -> pygame.Surface:
    size = 2 * radius * _FINER
    # The transparent rest has the edge's colour, or scaling down would darken the rim.
    fine = pygame.Surface((size, size), pygame.SRCALPHA)
    fine.fill((*edge, 0))
    centre = (size / 2, size / 2)
    pygame.draw.circle(fine, (*edge, 255), centre, radius * _FINER)
    if width:
        pygame.draw.circle(fine, (*fill, 255), centre, (radius - width) * _FINER)
    return pygame.transform.smoothscale(fine, (2 * radius, 2 * radius))


def ring(target: pygame.Surface, rect: pygame.Rect, radius_px: int, width_px: int, colour: Colour) -> None:
    """The rim of a rectangle with smooth corners, `width_px` thick, all of it inside `rect`."""
    radius = max(width_px, min(radius_px, rect.w // 2, rect.h // 2))
    hoop = _hoop(radius, width_px, colour)
    x, y, w, h = rect
    for at, part in (
        ((x, y), (0, 0)),
        ((x + w - radius, y), (radius, 0)),
        ((x, y + h - radius), (0, radius)),
        ((x + w - radius, y + h - radius), (radius, radius)),
    ):
        target.blit(hoop, at, (*part, radius, radius))
    for side in (
        (x + radius, y, w - 2 * radius, width_px),
        (x + radius, y + h - width_px, w - 2 * radius, width_px),
        (x, y + radius, width_px, h - 2 * radius),
        (x + w - width_px, y + radius, width_px, h - 2 * radius),
    ):
        if side[2] > 0 and side[3] > 0:
            target.fill(colour, side)


@lru_cache(maxsize=16)
def _hoop(radius: int, width: int, colour: Colour) -> pygame.Surface:
    size = 2 * radius * _FINER
    fine = pygame.Surface((size, size), pygame.SRCALPHA)
    fine.fill((*colour, 0))
    centre = (size / 2, size / 2)
    pygame.draw.circle(fine, (*colour, 255), centre, radius * _FINER)
    pygame.draw.circle(fine, (*colour, 0), centre, (radius - width) * _FINER)
    return pygame.transform.smoothscale(fine, (2 * radius, 2 * radius))


def fade(target: pygame.Surface, rect: pygame.Rect, colour: Colour, *, down: bool) -> None:
    """A veil of one colour over `rect`, from nothing to full."""
    strip = _fade_strip(rect.h, colour, down)
    target.blit(pygame.transform.scale(strip, rect.size), rect)


@lru_cache(maxsize=12)
def _fade_strip(height: int, colour: Colour, down: bool) -> pygame.Surface:
    strip = pygame.Surface((1, height), pygame.SRCALPHA)
    for y in range(height):
        share = (y + 1) / height
        strip.set_at((0, y if down else height - 1 - y), (*colour, round(255 * share * share)))
    return strip


def shadow(
    target: pygame.Surface,
    rect: pygame.Rect,
    radius_px: int,
    blur_px: int,
    drop_px: int,
    colour: Colour,
    strength: float,
) -> None:
    """A soft shadow of a rounded rectangle, fallen by `drop_px`, reaching `blur_px` beyond it."""
    radius = max(1, min(radius_px, rect.w // 2, rect.h // 2))
    tile = _shadow_tile(radius, blur_px, colour, round(255 * strength))
    reach = radius + 2 * blur_px  # how much of each side is not straight
    outer = rect.inflate(2 * blur_px, 2 * blur_px).move(0, drop_px)
    across, down = min(reach, outer.w // 2), min(reach, outer.h // 2)
    last = tile.get_width()
    for left in (True, False):
        for top in (True, False):
            at = (outer.x if left else outer.right - across, outer.y if top else outer.bottom - down)
            part = (0 if left else last - across, 0 if top else last - down, across, down)
            target.blit(tile, at, part)
    wide, high = outer.w - 2 * across, outer.h - 2 * down
    middle = last // 2
    clip = target.get_clip()
    for x, y, w, h, part in (
        (outer.x + across, outer.y, wide, down, (middle, 0, 1, down)),
        (outer.x + across, outer.bottom - down, wide, down, (middle, last - down, 1, down)),
        (outer.x, outer.y + down, across, high, (0, middle, across, 1)),
        (outer.right - across, outer.y + down, across, high, (last - across, middle, across, 1)),
    ):
        if w > 0 and h > 0 and clip.colliderect(x, y, w, h):  # stretching costs more than all the rest
            target.blit(pygame.transform.scale(tile.subsurface(part), (w, h)), (x, y))


@lru_cache(maxsize=24)
def _shadow_tile(radius: int, blur: int, colour: Colour, alpha: int) -> pygame.Surface:
    size = 2 * (radius + 2 * blur) + 1
    hard = pygame.Surface((size, size), pygame.SRCALPHA)
    hard.fill((*colour, 0))
    body = pygame.Rect(blur, blur, size - 2 * blur, size - 2 * blur)
    pygame.draw.rect(hard, (*colour, alpha), body, border_radius=radius)
    soft: pygame.Surface = hard
    for _ in range(2):  # two box blurs come close enough to a Gaussian
        soft = pygame.transform.box_blur(soft, max(1, blur // 2))
    return soft
