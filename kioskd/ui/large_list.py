"""The list of an enlarged screen: cards below each other, short answers side by side, keys in rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kioskd.ui.geometry import Rect
from kioskd.ui.large_blocks import Block, short
from kioskd.ui.large_cards import Cards
from kioskd.ui.outline import Item
from kioskd.ui.scene import Align, Label, PictureKind, Role, Widget
from kioskd.ui.stage import Stage
from kioskd.ui.text import Measure

_GRID_KEY = "key:"


class List:
    """Lays out what scrolls."""

    def __init__(self, stage: Stage, measure: Measure) -> None:
        self._stage = stage
        self.cards = self._blocks = Cards(stage, measure)

    def blocks(self, items: Sequence[Item], room: Rect) -> Iterator[tuple[float, Block]]:
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
        printed = self._stage.theme.styles[group[0].owner.style].fill is None  # as on a bill
        columns = 2 if width > 34 * self._blocks.em and len(group) > 1 and not printed else 1
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
        stop = ""
        turned = (
            len(group) > 1 and group[1].owner.rect.x < group[0].owner.rect.x
        )  # to be mirrored with the page
        for index, item in enumerate(group):
            row, column = divmod(index, columns)
            if column == 0:
                stop = f"row:{item.owner.id}"
                keys = group[index : index + columns]
                names = ", ".join(each.owner.name for each in keys)
                at = Rect(0.0, row * (high + gap), room.w, high)
                made.append(Widget(stop, Role.GROUP, at, "plain", name=names, focus=0))
            item = replace(item, owner=replace(item.owner, row=stop))
            block = self._key(item, wide, high)
            high_one = block.stretched(high)
            x = (columns - 1 - column if turned else column) * (wide + gap)
            made += high_one.at(x, row * (high + gap), None)
        return Block(tuple(made), rows * high + gap * (rows - 1))

    def _key(self, item: Item, width: float, height: float) -> Block:
        owner = item.owner
        if owner.label is None and owner.picture is not None:
            return Block((self._blocks.sign(owner, width, height),), height)
        text = short(item)
        words = self._blocks.words(text, ("key", "body", "badge"), width - self._stage.u(12))
        label = Label(words.lines, words.type, Align.CENTRE)
        return Block((replace(owner, rect=Rect(0, 0, width, height), label=label),), height)


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
