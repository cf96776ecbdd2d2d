"""One thing of an enlarged screen, as wide as it may be and as high as its words need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kioskd.ui.geometry import Rect
from kioskd.ui.outline import Item
from kioskd.ui.scene import Align, Label, Role, Widget
from kioskd.ui.stage import Stage
from kioskd.ui.text import Measure, reads_from_right, unbroken, wrap

_ON_THE_PAGE = {"on_action": "plain", "on_action_quiet": "quiet", "joy_text": "plain"}
"""Words whose coloured field is gone."""


@dataclass(frozen=True, slots=True)
class Block:
    """Widgets in an area that begins at 0, 0."""

    widgets: tuple[Widget, ...]
    height: float

    def at(self, x: float, y: float, region: str | None) -> tuple[Widget, ...]:
        return tuple(replace(w, rect=w.rect.moved(x, y), region=region) for w in self.widgets)

    def stretched(self, height: float) -> Block:
        """As high as its neighbours: the card grows, what is on it stays in the middle."""
        more = height - self.height
        if more <= 0:
            return self
        first, *rest = self.widgets
        card = replace(first, rect=Rect(first.rect.x, first.rect.y, first.rect.w, first.rect.h + more))
        return Block((card, *(replace(w, rect=w.rect.moved(dy=more / 2)) for w in rest)), height)


@dataclass(frozen=True, slots=True)
class Words:
    """A text, broken into lines."""

    lines: tuple[str, ...]
    type: str
    width: float
    height: float


class Blocks:
    """Lays things out for one stage whose types are all large."""

    def __init__(self, stage: Stage, measure: Measure) -> None:
        self.stage = stage
        self.measure = measure
        self.gap = max(stage.u(24), 3.0)
        self.pad = stage.u(24)
        self.em = stage.u(stage.theme.types["body"].size)

    # --- words -----------------------------------------------------------------------------------------

    def words(self, text: str, types: str | Sequence[str], width: float) -> Words:
        """In the first type that breaks no word, else in the last."""
        types = (types,) if isinstance(types, str) else types
        for type in types:
            lines = wrap(text, type, width, self.measure)
            if all(self.measure.width_mm(word, type) <= width for word in unbroken(text)):
                break
        wide = max((self.measure.width_mm(line, type) for line in lines), default=0.0)
        return Words(lines, type, wide, len(lines) * self.measure.line_mm(type))

    def _label(self, words: Words, like: Label, align: Align) -> Label:
        return replace(like, lines=words.lines, type=words.type, align=align)

    def text(self, widget: Widget, width: float) -> Block:
        """Words on the page."""
        assert widget.label is not None
        words = self.words(said(widget), larger_or_body(widget.label.type), width)
        style = _ON_THE_PAGE.get(widget.style, widget.style)
        label = self._label(words, widget.label, Align.START)
        rect = Rect(0.0, 0.0, width, words.height)
        return Block((replace(widget, rect=rect, style=style, label=label),), words.height)

    def pair(self, first: Widget, second: Widget, width: float, *, to_end: bool = False) -> Block:
        """A name and its amount: on one line if there is room, else below each other.

        What did not stand at the end of its line follows the first at once, unless it is to go there.
        """
        one, other = self.text(first, width), self.text(second, width)
        label, end = one.widgets[0].label, other.widgets[0].label
        assert label is not None and end is not None
        widths = [
            max(self.measure.width_mm(line, each.type, tabular=each.tabular) for line in each.lines)
            for each in (label, end)
        ]
        if len(label.lines) > 1 or len(end.lines) > 1 or sum(widths) + self.gap > width:
            below = tuple(replace(w, rect=w.rect.moved(dy=one.height)) for w in other.widgets)
            return Block((*one.widgets, *below), one.height + other.height)
        height = max(one.height, other.height)
        at_end = to_end or (second.label is not None and second.label.align is Align.END)
        x = width - widths[1] - 0.2 if at_end else widths[0] + self.gap
        left = replace(one.widgets[0], rect=Rect(0.0, 0.0, x - self.gap / 2, height))
        right = replace(
            other.widgets[0],
            rect=Rect(x, 0.0, widths[1] + 0.2, height),
            label=replace(end, align=Align.END if at_end else Align.START),
        )
        return Block((left, right), height)

    # --- things to touch -------------------------------------------------------------------------------

    def button(
        self, widget: Widget, text: str, width: float, least_h: float, style: str | None = None
    ) -> Block:
        """Nothing but its words, in the middle."""
        words = self.words(text, ("button", "body"), width - 2 * self.pad)
        height = max(least_h, words.height + self.pad)
        rtl = reads_from_right(text, widget.label.rtl if widget.label else False)
        label = Label(words.lines, words.type, Align.CENTRE, rtl)
        made = replace(
            widget,
            rect=Rect(0.0, 0.0, width, height),
            label=label,
            picture=None,
            style=style or widget.style,
        )
        return Block((made,), height)

    def chip_width(self, text: str) -> float:
        return max(self.measure.width_mm(text, "pill") + 3 * self.pad, self.stage.target_mm)

    def chip(self, item: Item, width: float) -> Block:
        """One of several short answers that stand side by side."""
        widget = replace(item.owner, lands=False)
        if widget.selected is not None:
            widget = replace(widget, style="pill_on" if widget.selected else "pill")
        words = self.words(short(item), ("pill",), width - 2 * self.pad)
        height = max(self.stage.target_mm, words.height + self.pad)
        rtl = reads_from_right(short(item), False)
        label = Label(words.lines, words.type, Align.CENTRE, rtl)
        return Block((replace(widget, rect=Rect(0, 0, width, height), label=label, picture=None),), height)

    def sign(self, widget: Widget, width: float, height: float) -> Widget:
        """A picture alone, in the middle of its target."""
        assert widget.picture is not None
        pad = min(width, height) * 0.3
        picture = replace(widget.picture, pad_mm=pad)
        return replace(widget, rect=Rect(0.0, 0.0, width, height), picture=picture, label=None)

    def figure(self, widget: Widget, width: float, side: float) -> Block:
        """A picture that says something by itself: a code, the camera, a dish."""
        side = min(side, width)
        rect = Rect((width - side) / 2, 0.0, side, side)
        style = _ON_THE_PAGE.get(widget.style, widget.style)
        return Block((replace(widget, rect=rect, style=style),), side)


def said(widget: Widget) -> str:
    """All of what a label says, though it may have been shortened where it stood."""
    assert widget.label is not None
    drawn = " ".join(widget.label.lines)
    if drawn in widget.name or not widget.name:
        return drawn
    if widget.role is Role.TEXT or widget.part_of is not None or drawn.endswith("…"):
        return widget.name.replace("\n", " ")
    squeezed = drawn.replace(" ", "")
    return widget.name if squeezed == widget.name.replace(" ", "") else drawn


def short(item: Item) -> str:
    """What a button says."""
    if item.owner.label is not None:
        return said(item.owner)
    return " ".join(said(part) for part in item.labels) or item.owner.name


def larger_or_body(type: str) -> tuple[str, ...]:
    """What may be used where a word is too long."""
    if type in ("giant", "points", "hero", "amount"):
        return (type, "amount", "title", "heading", "body")
    return (type, "body")
