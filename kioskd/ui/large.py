"""Large text: any screen in one column, with every letter large enough for whoever sees little.

A capital H is at least 0.7 degrees of the visual field high (EN 301 549, 5.1.4): twice what the usual layouts
have room for. So they are not stretched. Each is composed on paper of a known size, read (`outline`), and
laid out anew: a head, a list that scrolls, what to touch next, and the bar. Nothing is cut off in any
language on any display, whatever the screen; what was only there to be looked at is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import radians, tan
from typing import ClassVar

from kioskd.ui.geometry import Rect
from kioskd.ui.large_blocks import Block, Blocks, said, short
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
_RANKS = {"title": 1.3, "heading": 1.15, "amount": 1.5, "hero": 1.8, "points": 2.0, "giant": 2.4, "key": 1.15}
_FOOT_UNITS = 32 + 24 + 150
"""The bar's edge and distance, and the highest foot, on the paper."""
_GRID_KEY = "key:"


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


@dataclass(frozen=True, slots=True)
class _Page:
    """What stays where it is, and what is left for the list."""

    widgets: tuple[Widget, ...]
    room: Rect


class Enlarger:
    """Enlarges scenes that were composed on PAPER, for one stage."""

    PAPER: ClassVar = Display(1080, 1920, 208, 370)

    def __init__(self, stage: Stage, measure: Measure) -> None:
        self._stage = stage
        self._measure = measure
        self._blocks = Blocks(stage, measure)
        self._foot_mm = self.PAPER.size_mm[1] - Stage(self.PAPER, stage.theme).u(_FOOT_UNITS) - 20.0
        compact = stage.compact
        self._margin = stage.u(24 if compact else 40)
        self._edge = stage.u(16 if compact else 32)

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
        blocks = list(self._items(read.items, room))
        high = sum(block.height for _, block in blocks) + sum(gap for gap, _ in blocks)
        regions: tuple[Region, ...] = ()
        region = None
        if high > room.h + 0.01:
            head, room = self._head(read, scene, top, scrolls=True)
            blocks = list(self._items(read.items, room))
            high = sum(block.height for _, block in blocks) + sum(gap for gap, _ in blocks)
            region = id
            regions = (self._region(id, reset, room, high, tr("Up"), tr("More")),)
        listed: list[Widget] = []
        y = room.y
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

    # --- the list --------------------------------------------------------------------------------------

    def _items(self, items: Sequence[Item], room: Rect) -> Iterator[tuple[float, Block]]:
        """Distance to what is above, and the block: cards in rows, short answers side by side."""
        first = True
        for group in _grouped(items):
            for block in self._group(group, room):
                close = block.height < 3 * self._blocks.em and group[0].plain_text
                gap = 0.0 if first else self._blocks.gap * (0.5 if close else 1.0)
                yield gap, block
                first = False

    def _group(self, group: Sequence[Item], room: Rect) -> Iterator[Block]:
        head = group[0]
        if _is_key(head):
            yield self._keys(group, room)
        elif _is_chip(head):
            yield from self._chips(group, room.w)
        elif len(group) == 2 and head.plain_text:
            one, other = sorted((item.owner for item in group), key=lambda w: w.rect.x)
            yield self._blocks.pair(one, other, room.w)
        elif head.plain_text:
            yield self._blocks.text(head.owner, room.w)
        elif not head.parts and head.owner.picture is not None and head.owner.action is None:
            photo = head.owner.picture.kind is PictureKind.PHOTO
            if photo and room.h < 14 * self._blocks.em:
                return  # only nice to look at, and there is no room for that
            side = max(room.h * (0.3 if photo else 0.5), 3 * self._blocks.em)
            yield self._blocks.figure(head.owner, room.w, side)
        else:
            yield from self._cards(group, room.w)

    def _cards(self, group: Sequence[Item], width: float) -> Iterator[Block]:
        columns = 2 if width > 34 * self._blocks.em and len(group) > 1 else 1
        gap = self._blocks.gap
        each = (width - gap * (columns - 1)) / columns
        for start in range(0, len(group), columns):
            row = [self._blocks.card(item, each) for item in group[start : start + columns]]
            yield _side_by_side(row, each + gap)

    def _chips(self, group: Sequence[Item], width: float) -> Iterator[Block]:
        row: list[tuple[Item, float]] = []
        gap = self._blocks.gap
        for item in group:
            wide = min(self._blocks.chip_width(short(item)), width)
            if row and sum(w for _, w in row) + gap * len(row) + wide > width:
                yield self._chip_row(row, width)
                row = []
            row.append((item, wide))
        yield self._chip_row(row, width)

    def _chip_row(self, row: Sequence[tuple[Item, float]], width: float) -> Block:
        """As wide as the page: what is left over is shared."""
        gap = self._blocks.gap
        spare = (width - sum(w for _, w in row) - gap * (len(row) - 1)) / len(row)
        spare = min(spare, 3 * self._blocks.em)
        made: list[Widget] = []
        x = height = 0.0
        blocks = [(self._blocks.chip(item, wide + spare), wide + spare) for item, wide in row]
        height = max(block.height for block, _ in blocks)
        for block, wide in blocks:
            made += block.stretched(height).at(x, 0.0, None)
            x += wide + gap
        return Block(tuple(made), height)

    def _keys(self, group: Sequence[Item], room: Rect) -> Block:
        """A keyboard keeps its rows; where height is dear they are twice as long."""
        target, gap = self._stage.target_mm, self._blocks.gap
        columns = len({round(item.owner.rect.x) for item in group})
        most = int((room.w + gap) / (target + gap))
        if not self._stage.portrait and columns * 2 <= most:
            columns *= 2
        columns = min(columns, most)
        wide = (room.w - gap * (columns - 1)) / columns
        rows = -(-len(group) // columns)  # each is a stop for the keys, which lead on into it
        high = max(target, min((room.h * 0.8 - gap * (rows - 1)) / rows, wide, self._stage.u(170)))
        made: list[Widget] = []
        for index, item in enumerate(group):
            row, column = divmod(index, columns)
            stop = f"keys:{row + 1}"
            if column == 0:
                keys = group[index : index + columns]
                names = ", ".join(each.owner.name for each in keys)
                at = Rect(0.0, row * (high + gap), room.w, high)
                made.append(Widget(stop, Role.GROUP, at, "plain", name=names, focus=0))
            item = replace(item, owner=replace(item.owner, row=stop))
            block = self._key(item, wide, high)
            high_one = block.stretched(high)
            made += high_one.at(column * (wide + gap), row * (high + gap), None)
        return Block(tuple(made), rows * high + gap * (rows - 1))

    def _key(self, item: Item, width: float, height: float) -> Block:
        owner = item.owner
        if owner.label is None and owner.picture is not None:
            return Block((self._blocks.sign(owner, width, height),), height)
        text = short(item)
        words = self._blocks.words(text, ("key", "body", "badge"), width - self._stage.u(12))
        label = Label(words.lines, words.type, Align.CENTRE)
        return Block((replace(owner, rect=Rect(0, 0, width, height), label=label),), height)


def _bare(widget: Widget) -> Widget:
    return replace(widget, lands=False)


def _side_by_side(row: Sequence[Block], step: float) -> Block:
    height = max(block.height for block in row)
    made: list[Widget] = []
    for index, block in enumerate(row):
        made += block.stretched(height).at(index * step, 0.0, None)
    return Block(tuple(made), height)


def _is_key(item: Item) -> bool:
    return item.owner.id.startswith(_GRID_KEY)


def _is_chip(item: Item) -> bool:
    owner = item.owner
    if owner.role is not Role.RADIO or item.controls or owner.action is None:
        return False
    return (owner.label is not None) != (len(item.labels) == 1) and not owner.value


def _grouped(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Neighbours that are laid out together: keys, short answers, cards; a name with its amount."""
    group: list[Item] = []
    for item in items:
        if group and _together(group, item):
            group.append(item)
            continue
        if group:
            yield group
        group = [item]
    if group:
        yield group


def _together(group: Sequence[Item], item: Item) -> bool:
    head = group[0]
    if head.plain_text or item.plain_text:
        one, other = head.owner.rect, item.owner.rect
        level = abs(one.centre[1] - other.centre[1]) < 0.5 * min(one.h, other.h)
        apart = one.right <= other.x + 1 or other.right <= one.x + 1
        return head.plain_text and item.plain_text and len(group) == 1 and level and apart
    for alike in (_is_key, _is_chip):
        if alike(head) or alike(item):
            return alike(head) and alike(item)
    pictures = any(each.owner.picture is not None and each.owner.action is None for each in (head, item))
    return not pictures and head.owner.style == item.owner.style and head.owner.role is item.owner.role


def _numbered(widgets: Sequence[Widget]) -> tuple[Widget, ...]:
    """The keys walk from the top to the end."""
    numbers = iter(range(1, len(widgets) + 1))
    return tuple(replace(w, focus=next(numbers)) if w.focus is not None else w for w in widgets)
