"""Large text: any screen in one column, with every letter large enough for whoever sees little.

A capital H is at least 0.7 degrees of the visual field high (EN 301 549, 5.1.4): twice what the usual layouts
have room for. So they are not stretched. Each is composed on paper of a known size, read (`outline`), and
laid out anew: a head, a list that scrolls, what to touch next, and the bar. Nothing is cut off in any
language on any display, whatever the screen; what was only there to be looked at is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import radians, tan
from typing import ClassVar

from kioskd.ui.geometry import Rect
from kioskd.ui.large_blocks import Block, said, short
from kioskd.ui.large_list import List
from kioskd.ui.locale.translator import translator
from kioskd.ui.outline import Item, Outline, outline
from kioskd.ui.scene import (
    Align,
    Label,
    Panel,
    Picture,
    PictureKind,
    Region,
    Role,
    Scene,
    Widget,
    mirrored,
)
from kioskd.ui.stage import Display, Stage
from kioskd.ui.text import Measure, reads_from_right
from kioskd.ui.theme import Type

CAPITAL_DEGREES = 0.7
_CAPITAL_EM = 0.727
"""How high Inter's capitals are."""
_LEAST_UNITS = 46.0
"""On a display so large that usual text fulfils the rule, large text is larger all the same."""
_RANKS = {"title": 1.3, "heading": 1.15, "amount": 1.5, "hero": 1.8, "points": 2.0, "giant": 3.2, "key": 1.15}
_ABOVE = 0.3
"""How much of what is left over stands above a screen that is not full."""
_FOOT_UNITS = 32 + 24 + 150
"""The bar's edge and distance, and the highest foot, on the paper."""


def capital_mm(distance_mm: float) -> float:
    """How high a capital H has to be, seen from there."""
    return 2 * distance_mm * tan(radians(CAPITAL_DEGREES / 2))


def large_types(stage: Stage) -> Mapping[str, Type]:
    """The types of the stage's theme, none of them too small. What stood out still does, by less."""
    pixel = 1 / stage.display.px_per_mm
    body = (capital_mm(stage.display.distance_mm) + pixel) / _CAPITAL_EM / stage.unit_mm
    body = max(body, _LEAST_UNITS)
    return {
        name: replace(kind, size=body * _RANKS.get(name, 1.0), leading=max(kind.leading, 1.2))
        for name, kind in stage.theme.types.items()
    }


class Enlarger:
    """Enlarges scenes that were composed on PAPER, for one stage."""

    PAPER: ClassVar = Display(1080, 1920, 208, 370)

    def __init__(self, stage: Stage, measure: Measure) -> None:
        self._stage = stage
        self._measure = measure
        self._list = List(stage, measure)
        self._blocks = self._list.cards
        self._foot_mm = self.PAPER.size_mm[1] - Stage(self.PAPER, stage.theme).u(_FOOT_UNITS) - 20.0
        compact = stage.compact
        self._margin = stage.u(24 if compact else 40)
        self._edge = stage.u(16 if compact else 32)
        self._panels: dict[str, tuple[str, Panel, Panel]] = {}

    def enlarged(self, scene: Scene) -> Scene:
        """The same scene, large. Its backdrop is gone: a question has the page for itself."""
        reset = f"{scene.id}:{scene.view}"
        widgets, regions = self._page(scene, "large", reset)
        panels = tuple(self._panel(scene, panel) for panel in scene.panels)
        large = replace(
            scene,
            width_mm=self._stage.area.w,
            height_mm=self._stage.area.h,
            widgets=widgets,
            regions=regions,
            panels=panels,
            backdrop=(),
            rtl=False,
            reveal=scene.reveal if any(w.id == scene.reveal for w in widgets) else None,
        )
        return mirrored(large) if scene.rtl else large

    def _panel(self, scene: Scene, panel: Panel) -> Panel:
        before = self._panels.get(panel.id)
        if before is None or before[:2] != (scene.language, panel):
            before = self._panels[panel.id] = scene.language, panel, self._enlarged_panel(scene, panel)
        return before[2]

    def _enlarged_panel(self, scene: Scene, panel: Panel) -> Panel:
        alone = replace(scene, widgets=panel.widgets, regions=panel.regions, title=panel.title, backdrop=())
        widgets, regions = self._page(alone, f"large-{panel.id}", panel.id)
        return replace(panel, widgets=widgets, regions=regions)

    def _page(self, scene: Scene, id: str, reset: str) -> tuple[tuple[Widget, ...], tuple[Region, ...]]:
        tr = translator(scene.language)
        straight = mirrored(scene) if scene.rtl else scene
        read = outline(straight, self._foot_mm)
        bar = tuple(self._bar(read, tr("Help")))
        top = min((w.rect.y for w in bar), default=self._stage.area.h - self._edge)
        foot, top = self._foot(read, bar, top)  # what finds no room there goes to the end of the list
        head, room = self._head(read, scene, top, scrolls=False)
        blocks = list(self._list.blocks(read.items, room))
        high = sum(block.height for _, block in blocks) + sum(gap for gap, _ in blocks)
        regions: tuple[Region, ...] = ()
        region = None
        if high > room.h + 0.01:
            head, room = self._head(read, scene, top, scrolls=True)
            blocks = list(self._list.blocks(read.items, room))
            high = sum(block.height for _, block in blocks) + sum(gap for gap, _ in blocks)
            region = id
            regions = (self._region(id, reset, room, high, tr("Up"), tr("More")),)
        listed: list[Widget] = []
        y = room.y
        if read.back is None:  # a question, or a few words: they stand where they are looked for
            lower = max(0.0, room.h - high) * _ABOVE
            head, y = tuple(replace(w, rect=w.rect.moved(dy=lower)) for w in head), y + lower
        for gap, block in blocks:
            y += gap
            listed += block.at(room.x, y, region)
            y += block.height
        page = Widget("page", Role.GROUP, self._stage.area, "page")
        access = tuple(w for w in bar if w.id == "access")
        others = tuple(w for w in bar if w.id != "access")
        return _numbered((page, *head, *listed, *foot, *others, *access)), regions

    def _region(self, id: str, reset: str, room: Rect, high: float, up: str, down: str) -> Region:
        target = self._stage.target_mm
        width = 2 * target + 4.0
        right = self._stage.area.w - self._margin
        controls = Rect(right - width, self._edge, width, target)
        fade = min(self._stage.u(40), room.h * 0.1)
        return Region(id, room, high, controls, up, down, fade_mm=fade, reset=reset)

    # --- what stays where it is ------------------------------------------------------------------------

    def _head(
        self, read: Outline, scene: Scene, bottom: float, *, scrolls: bool
    ) -> tuple[tuple[Widget, ...], Rect]:
        """The way back, the title, room for the list's buttons; and what is left above the foot."""
        target, gap = self._stage.target_mm, self._blocks.gap
        area = self._stage.area.inset(self._margin, 0)
        x, width = area.x, area.w
        made: list[Widget] = []
        if read.back is not None:
            sign = self._blocks.sign(read.back, target, target)
            made.append(replace(sign, rect=sign.rect.moved(x, self._edge)))
            x, width = x + target + gap, width - target - gap
        if scrolls:
            width -= 2 * target + 4.0 + gap
        title, height = read.title, target if made or scrolls else 0.0
        if title is not None and title.label is not None:
            words = self._blocks.words(said(title), ("title", "heading", "body"), width)
            if len(words.lines) > 1:
                words = self._blocks.words(said(title), ("heading", "body"), width)
            if len(words.lines) > 2:
                words = self._blocks.words(said(title), "body", width)
            height = max(height, words.height)
            label = replace(title.label, lines=words.lines, type=words.type, align=Align.START)
            style = "plain" if title.style.startswith("on_") else title.style
            rect = Rect(x, self._edge, width, height)
            made.append(replace(title, rect=rect, label=label, style=style, region=None))
        top = self._edge + height + (gap if height else 0.0)
        return tuple(made), Rect(area.x, top, area.w, max(0.0, bottom - gap - top))

    def _foot(self, read: Outline, bar: Sequence[Widget], top: float) -> tuple[tuple[Widget, ...], float]:
        """What to touch next: above the bar, or in the middle of it where height is dear. And its top."""
        if not read.foot:
            return (), top
        area, gap = self._stage.area.inset(self._margin, 0), self._blocks.gap
        beside = [w for w in bar if w.id in ("access", "leave")]
        behind = [w for w in bar if w.id in ("language", "help")]
        wide = not self._stage.portrait and bool(bar)
        if wide:
            left = max((w.rect.right + gap for w in beside), default=area.x)
            right = min((w.rect.x - gap for w in behind), default=area.right)
            bottom = self._stage.area.h - self._edge
        else:
            left, right, bottom = area.x, area.right, top - (gap if bar else 0.0)
        least = self._stage.target_mm if wide else max(self._stage.target_mm, self._stage.u(132))
        placed = self._in_row(read.foot, right - left, least)
        lines = [w.label.lines for row in placed for block in row for w in block.widgets if w.label]
        if wide and len(read.foot) > 1 and (len(placed) > 1 or any(len(each) > 1 for each in lines)):
            kept = next((item for item in read.foot if item.owner.style == "primary"), read.foot[0])
            read.items += [item for item in read.foot if item is not kept]
            read.foot = [kept]
            placed = self._in_row(read.foot, right - left, least)
        height = max(block.height for row in placed for block in row)
        made: list[Widget] = []
        y = bottom - len(placed) * height - (len(placed) - 1) * gap
        first = y
        for row in placed:
            x = left
            for block in row:
                made += block.stretched(height).at(x, y, None)
                x += (right - left + gap) / len(row)
            y += height + gap
        return tuple(made), min(first, top)

    def _in_row(self, items: Sequence[Item], width: float, least: float) -> list[list[Block]]:
        """Side by side where the words allow it, else below each other."""

        def made(item: Item, wide: float) -> Block:
            return self._blocks.button(_bare(item.owner), short(item), wide, least)

        half = (width - self._blocks.gap * (len(items) - 1)) / len(items)
        room = half - 2 * self._blocks.pad
        texts = [short(item) for item in items]
        fits = all(self._measure.width_mm(word, "body") <= room for text in texts for word in text.split())
        if fits and all(len(self._blocks.words(text, "body", room).lines) <= 2 for text in texts):
            return [[made(item, half) for item in items]]
        return [[made(item, width)] for item in items]

    def _bar(self, read: Outline, help: str) -> Iterator[Widget]:
        """The row at the bottom: the sign for the aids, the way out, the language, help."""
        if read.access is None:
            return
        target, gap, blocks = self._stage.target_mm, self._blocks.gap, self._blocks
        area = self._stage.area.inset(self._margin, 0)
        bottom = area.h - self._edge
        top = bottom - target
        language = short(read.language) if read.language is not None else ""
        access = replace(read.access.picture, pad_mm=target * 0.2) if read.access.picture else None
        yield replace(read.access, rect=Rect(area.x, top, target, target), picture=access)
        x, right = area.x + target + gap, area.right
        if read.leave is not None:
            cross = replace(read.leave, picture=Picture(PictureKind.ICON, "cross"))
            yield replace(blocks.sign(cross, target, target), rect=Rect(x, top, target, target))
            x += target + gap
        if read.help is not None and read.help.label is not None:
            text = said(read.help)
            natural = blocks.chip_width(text)
            code = blocks.chip_width(language) if language else 0.0
            room = right - x - (code + gap if code else 0.0)
            if not self._stage.portrait:
                room = min(room, area.w * 0.24 if area.w > 30 * blocks.em else target)
            if natural > room and (not self._stage.portrait and text == help):
                question = replace(read.help, picture=Picture(PictureKind.ICON, "question"))
                sign = blocks.sign(question, target, target)
                yield replace(sign, rect=Rect(right - target, top, target, target))
                right -= target + gap
            else:
                wide = min(natural, room) if self._stage.portrait else min(natural, area.w * 0.3)
                block = blocks.chip(Item(read.help), wide)
                yield replace(
                    block.widgets[0], rect=Rect(right - wide, bottom - block.height, wide, block.height)
                )
                right -= wide + gap
        if read.language is not None:
            wide = blocks.chip_width(language)
            words = Label((language,), "pill", Align.CENTRE, reads_from_right(language, False))
            yield replace(
                read.language.owner,
                rect=Rect(right - wide, top, wide, target),
                label=words,
                picture=None,
                style="pill",
            )


def _bare(widget: Widget) -> Widget:
    return replace(widget, lands=False)


def _numbered(widgets: Sequence[Widget]) -> tuple[Widget, ...]:
    """The keys walk from the top to the end."""
    numbers = iter(range(1, len(widgets) + 1))
    return tuple(replace(w, focus=next(numbers)) if w.focus is not None else w for w in widgets)
