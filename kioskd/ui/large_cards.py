"""One card of an enlarged screen: a picture, words below each other, and what can be touched on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kioskd.ui.geometry import Rect
from kioskd.ui.large_blocks import Block, Blocks, larger_or_body, said, short
from kioskd.ui.outline import Item
from kioskd.ui.scene import Align, Label, PictureKind, Role, Widget
from kioskd.ui.text import reads_from_right
from kioskd.ui.theme import READABLE, contrast

_INK_ON = {
    "primary": "on_action",
    "round_primary": "on_action",
    "round_on": "on_action",
    "danger": "alert_text",
    "tile_on": "action_text",
    "pill_on": "on_action",
    "action_text": "action_text",
}
SEEN = 3.0
"""WCAG 1.4.11: the least contrast of a sign that says something."""
_PHOTOS = (PictureKind.PHOTO, PictureKind.ART)
_CODES = (PictureKind.CODE, PictureKind.CAMERA)


class Cards(Blocks):
    """Lays out cards, too."""

    def card(self, item: Item, width: float) -> Block:
        """A surface with a picture, words below each other, and what can be touched on it."""
        owner = item.owner
        if owner.label is not None and not item.parts:
            least = self.stage.target_mm if owner.action is not None else 0.0
            return self.button(owner, said(owner), width, least)
        if not item.parts and owner.picture is not None and owner.name:
            item = self._named(item)
        bare = self.stage.theme.styles[owner.style].fill is None
        pad = 0.0 if bare and owner.action is None else self.pad
        codes = [part for part in item.ornaments if _is(part, _CODES)]
        lead, trail = self._ornaments(item)
        aside = item.controls if _one_sign(item.controls) else []
        target = self.stage.target_mm
        room = width - 2 * pad
        lead_w = max((right.w for _, right in lead), default=0.0)
        trail_w = sum(right.w + self.pad for _, right in trail) + (target + self.pad if aside else 0.0)
        text_x = pad + (lead_w + self.pad if lead else 0.0)
        text_w = max(room - (text_x - pad) - trail_w, self.em * 3)
        made: list[Widget] = []
        y = pad
        for part in codes:
            block = self._inked(self.figure(part, room, max(part.rect.w, self.em * 4)), owner, SEEN)
            made += block.at(pad, y, None)
            y += block.height + self.gap
        top = y
        text_h = 0.0
        for block in self._rows(item, text_w):
            made += block.at(text_x, top + text_h, None)
            text_h += block.height
        side_h = max((rect.h for _, rect in (*lead, *trail)), default=0.0)
        side_h = max(side_h, target if aside else 0.0)
        body_h = max(text_h, side_h)
        least = target if owner.action is not None else 0.0
        body_h = max(body_h, least - 2 * pad)
        made = [
            replace(w, rect=w.rect.moved(dy=(body_h - text_h) / 2)) if w in made[len(codes) :] else w
            for w in made
        ]
        for group, size in lead:
            place = Rect(pad + (lead_w - size.w) / 2, top + (body_h - size.h) / 2, size.w, size.h)
            made += self._inked(Block(tuple(_placed(group, place)), 0.0), owner, SEEN).widgets
        x = width - pad
        for control in aside:
            x -= target
            sign = self.sign(control.owner, target, target)
            made.append(replace(sign, rect=sign.rect.moved(x, top + (body_h - target) / 2)))
            x -= self.pad
        for group, size in reversed(trail):
            x -= size.w
            place = Rect(x, top + (body_h - size.h) / 2, size.w, size.h)
            made += self._inked(Block(tuple(_placed(group, place)), 0.0), owner, SEEN).widgets
            x -= self.pad
        y = top + body_h
        if item.controls and not aside:
            block = self.controls(item.controls, room)
            y += self.gap if y > pad else 0.0
            made += block.at(pad, y, None)
            y += block.height
        height = y + pad
        card = replace(owner, rect=Rect(0.0, 0.0, width, height), label=None, lands=False)
        if owner.picture is not None:  # the sign moved to the beginning
            card = replace(card, picture=None, motion=None)
        return Block((card, *made), height)

    @staticmethod
    def _named(item: Item) -> Item:
        """A sign alone says its name, too: there is room for it here."""
        owner = item.owner
        label = Label((owner.name,), "button")
        part = Widget(
            f"{owner.id}/name",
            Role.TEXT,
            owner.rect,
            _ink(owner.style),
            owner.name,
            label=label,
            part_of=owner.id,
        )
        return Item(owner, [part], item.controls)

    def _rows(self, item: Item, width: float) -> Iterable[Block]:
        labels = sorted(item.labels, key=lambda w: (round(w.rect.centre[1] / 2), w.rect.x))
        while labels:
            first, *rest = labels
            if rest and _beside(first, rest[0]):
                yield self._inked(
                    self.pair(first, rest[0], width, to_end=item.owner.style == "chip"), item.owner
                )
                labels = rest[1:]
                continue
            yield self._inked(self._part(first, width, alone=len(item.parts) == 1), item.owner)
            labels = rest

    def _inked(self, block: Block, owner: Widget, least: float = READABLE) -> Block:
        """Words and signs whose field is gone get an ink that can be read here."""
        styles = self.stage.theme.styles
        own = styles[owner.style]
        below = own.fill or self.stage.theme.colours["page"]
        if not owner.enabled and own.off_fill is not None:
            below = own.off_fill
        made: list[Widget] = []
        for w in block.widgets:
            fills = [styles[each.style].fill for each in made if each.rect.contains(*w.rect.centre)]
            ground = next((fill for fill in reversed(fills) if fill is not None), below)
            if styles[w.style].fill is None and contrast(styles[w.style].ink, ground) < least:
                w = replace(w, style=_ink(owner.style))
            made.append(w)
        return Block(tuple(made), block.height)

    def _part(self, part: Widget, width: float, *, alone: bool) -> Block:
        assert part.label is not None
        room = width * 0.92 if part.label.tabular else width  # figures of equal width are wider
        words = self.words(said(part), larger_or_body(part.label.type), room)
        align = Align.CENTRE if alone and part.label.align is Align.CENTRE else Align.START
        label = self._label(words, part.label, align)
        return Block((replace(part, rect=Rect(0, 0, width, words.height), label=label),), words.height)

    def _ornaments(
        self, item: Item
    ) -> tuple[list[tuple[list[Widget], Rect]], list[tuple[list[Widget], Rect]]]:
        """Pictures and figures before and behind the words, each with the size it gets."""
        own = item.owner
        loose = [part for part in item.ornaments if not _is(part, _CODES)]
        if own.picture is not None:
            sign = replace(own, id=f"{own.id}/sign", role=Role.IMAGE, part_of=own.id, action=None, focus=None)
            air = own.picture.pad_mm
            bare = replace(sign, name="", value="", label=None, selected=None, style=_ink(own.style))
            loose.append(replace(bare, rect=own.rect.inset(air), picture=replace(own.picture, pad_mm=0.0)))
        middle = min((label.rect.x for label in item.labels), default=own.rect.right)
        lead: list[tuple[list[Widget], Rect]] = []
        trail: list[tuple[list[Widget], Rect]] = []
        for group in _clusters(loose):
            box = _bounds(group)
            if any(_is(part, _PHOTOS) for part in group):
                side = min(2.6 * self.em, box.h * 2)
                lead = [each for each in lead if not any(_is(p, _PHOTOS) for p in each[0])]
                lead.append((group, Rect(0, 0, side, side)))
                continue
            grow = min(max(1.0, self.em / self.stage.u(34)), 1.5 * self.em / max(box.h, 0.1))
            size = Rect(0.0, 0.0, box.w * grow, box.h * grow)
            (lead if box.centre[0] <= middle or not item.labels else trail).append((group, size))
        trail = [*trail, *lead[1:]]
        return lead[:1], sorted(trail, key=lambda each: _bounds(each[0]).x)

    def controls(self, items: Sequence[Item], width: float) -> Block:
        """What can be touched on a card, in a row or in as many as it needs."""
        target, made = self.stage.target_mm, list[Widget]()
        x = y = row_h = 0.0
        for item in sorted(_flat(items), key=lambda each: (each.owner.rect.x, each.owner.rect.w)):
            block = self._control(item, width, target)
            w = max(widget.rect.right for widget in block.widgets)
            if x and x + w > width + 0.01:
                x, y, row_h = 0.0, y + row_h + self.gap, 0.0
            made += block.at(x, y, None)
            x, row_h = x + w + self.gap, max(row_h, block.height)
        return Block(tuple(made), y + row_h)

    def _control(self, item: Item, width: float, target: float) -> Block:
        owner = item.owner
        if owner.style == "stepper":  # the number between less and more
            label = next(part.label for part in item.parts if part.label is not None)
            wide = max(self.measure.width_mm(label.lines[0], "heading") + self.pad, target)
            rect = Rect(0.0, 0.0, wide, target)
            group = replace(owner, rect=rect, style="plain", label=None)
            part = replace(
                item.labels[0], rect=rect, label=replace(label, type="heading", align=Align.CENTRE)
            )
            return Block((group, part), target)
        if owner.label is None and owner.picture is not None and not item.labels:
            return Block((self.sign(owner, target, target),), target)
        text = short(item)
        w = min(max(self.measure.width_mm(text, "pill") + 3 * self.pad, target), width)
        words = self.words(text, "pill", w - 2 * self.pad)
        height = max(target, words.height + self.pad)
        label = Label(words.lines, words.type, Align.CENTRE, reads_from_right(text, False))
        return Block((replace(owner, rect=Rect(0, 0, w, height), label=label, picture=None),), height)


def _flat(items: Iterable[Item]) -> Iterable[Item]:
    for item in items:
        yield item
        yield from _flat(item.controls)


def _one_sign(controls: Sequence[Item]) -> bool:
    return len(controls) == 1 and controls[0].owner.label is None and controls[0].owner.picture is not None


def _beside(first: Widget, second: Widget) -> bool:
    """Whether two texts stood on one line, the second at its end."""
    apart = second.rect.x >= first.rect.right - 1.0 or first.rect.x >= second.rect.right - 1.0
    level = abs(first.rect.centre[1] - second.rect.centre[1]) < 0.5 * min(first.rect.h, second.rect.h)
    return apart and level


def _is(widget: Widget, kinds: tuple[PictureKind, ...]) -> bool:
    return widget.picture is not None and widget.picture.kind in kinds


def _clusters(widgets: Iterable[Widget]) -> list[list[Widget]]:
    """Figures that lie on each other are one."""
    groups: list[list[Widget]] = []
    for widget in widgets:
        touching = [g for g in groups if any(widget.rect.overlaps(other.rect) for other in g)]
        joined = [each for group in touching for each in group] + [widget]
        groups = [group for group in groups if group not in touching] + [joined]
    return groups


def _bounds(group: Sequence[Widget]) -> Rect:
    x, y = min(w.rect.x for w in group), min(w.rect.y for w in group)
    return Rect(x, y, max(w.rect.right for w in group) - x, max(w.rect.bottom for w in group) - y)


def _placed(group: Sequence[Widget], place: Rect) -> list[Widget]:
    """A group of figures moved to a place and grown into it. A picture fits itself."""
    if len(group) == 1 and _is(group[0], _PHOTOS):
        picture = group[0].picture
        return [replace(group[0], rect=place, picture=replace(picture, pad_mm=0.0) if picture else None)]
    box = _bounds(group)
    grow = min(place.w / max(box.w, 0.1), place.h / max(box.h, 0.1))
    left, top = place.centre[0] - box.w * grow / 2, place.centre[1] - box.h * grow / 2
    return [
        replace(
            w,
            rect=Rect(
                left + (w.rect.x - box.x) * grow,
                top + (w.rect.y - box.y) * grow,
                w.rect.w * grow,
                w.rect.h * grow,
            ),
            picture=replace(w.picture, pad_mm=w.picture.pad_mm * grow) if w.picture else None,
        )
        for w in group
    ]


def _ink(style: str) -> str:
    """What is written on a surface of that style is written in."""
    return _INK_ON.get(style, "plain")
