"""A scene as somebody reads it who goes from the top to the end: what belongs together, and in which order.

A screen is laid out in blocks that are finished one after the other, so the order of its widgets is the order
of reading. What stays in place (the bar, the head, what to touch next) is told from what is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kioskd.core.intents import CancelOrder, Finish
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import ACCESS, PictureKind, Role, Scene, Widget

_BESIDE_THE_REST = ("page", "scrim", "dialog", "field")
_CODES = (PictureKind.CODE, PictureKind.CAMERA)


@dataclass(slots=True)
class Item:
    """A widget with its visible parts, and with what can be touched on it."""

    owner: Widget
    parts: list[Widget] = field(default_factory=list)
    controls: list[Item] = field(default_factory=list)

    @property
    def labels(self) -> list[Widget]:
        return [part for part in self.parts if part.label is not None]

    @property
    def ornaments(self) -> list[Widget]:
        return [part for part in self.parts if part.label is None]

    @property
    def plain_text(self) -> bool:
        """Words on the page, nothing else."""
        return self.owner.label is not None and self.owner.action is None and not self.parts


@dataclass(slots=True)
class Outline:
    title: Widget | None = None
    back: Widget | None = None
    items: list[Item] = field(default_factory=list)
    foot: list[Item] = field(default_factory=list)
    leave: Widget | None = None
    language: Item | None = None
    help: Widget | None = None
    access: Widget | None = None


def outline(scene: Scene, foot_mm: float) -> Outline:
    """Of a scene that reads from the left. What stands below `foot_mm` is what to touch next."""
    found = Outline()
    tail: list[Item] = []
    parts = _parts(scene)
    for widget in scene.widgets:
        if widget.part_of is not None or _decoration(widget, parts):
            continue
        item = Item(widget, parts.get(widget.id, []))
        touched = widget.action is not None or widget.role is Role.BUTTON
        if _in_bar(found, item):
            continue
        fixed = scene.backdrop or (widget.region is None and widget.rect.y >= foot_mm)
        next_to_touch = touched and fixed and _has_words(item)
        if not next_to_touch and (holder := _holder(found.items + tail, item)):
            holder.controls.append(item)
        elif widget.id == "back":
            found.back = widget
        elif widget.id == "title" and widget.label is not None:
            found.title = widget
        elif next_to_touch:
            found.foot.append(item)
        elif fixed and (touched or not scene.backdrop):
            tail.append(item)
        else:
            _insert(found.items, item, scene)
    if found.leave is not None and not isinstance(found.leave.action, CancelOrder | Finish):
        tail.append(Item(found.leave, parts.get(found.leave.id, [])))
        found.leave = None
    found.foot, late = _most_important(found.foot, asks=bool(scene.backdrop) or found.access is None)
    found.items += [*tail, *late]
    if found.title is None:
        heading = next((item for item in found.items if item.plain_text and _is_heading(item)), None)
        if heading is not None:
            found.title = heading.owner
            found.items.remove(heading)
    return found


def _is_heading(item: Item) -> bool:
    return item.owner.role is Role.HEADING


def _insert(items: list[Item], item: Item, scene: Scene) -> None:
    """Before the first that it stands above; else at the end, as it was laid out."""
    here = _shown(item.owner, scene)
    for index, other in enumerate(items):
        there = _shown(other.owner, scene)
        shared = min(here.right, there.right) - max(here.x, there.x)
        if here.bottom <= there.y + 0.5 and shared > 0.5 * min(here.w, there.w):
            items.insert(index, item)
            return
    items.append(item)


def _shown(widget: Widget, scene: Scene) -> Rect:
    """Where it is seen: what is further down in a list counts as its end."""
    region = scene.region(widget.region) if widget.region else None
    if region is None:
        return widget.rect
    view, rect = region.viewport, widget.rect
    top, bottom = min(rect.y, view.bottom), min(rect.bottom, view.bottom)
    return Rect(rect.x, top, rect.w, bottom - top)


def _parts(scene: Scene) -> dict[str, list[Widget]]:
    """What is part of each widget that is part of none; parts of parts too."""
    above = {widget.id: widget.part_of for widget in scene.widgets}
    found: dict[str, list[Widget]] = {}
    for widget in scene.widgets:
        owner = widget.part_of
        if owner is None:
            continue
        while (further := above.get(owner)) is not None:
            owner = further
        found.setdefault(owner, []).append(widget)
    return found


def _decoration(widget: Widget, parts: dict[str, list[Widget]]) -> bool:
    """What is only there to be looked at: surfaces, rules, pictures without a meaning."""
    if widget.action is not None or widget.id in parts or widget.label is not None:
        return widget.id in _BESIDE_THE_REST
    if widget.picture is not None and widget.role is Role.IMAGE:
        kind = widget.picture.kind
        return not (kind in _CODES or kind is PictureKind.PHOTO or widget.motion is not None)
    return not (widget.name and widget.picture is not None) and widget.role is not Role.STATUS


def _in_bar(found: Outline, item: Item) -> bool:
    widget = item.owner
    match widget.id:
        case "leave":
            found.leave = widget
        case "language":
            found.language = item
        case "help":
            found.help = widget
        case _ if widget.id == ACCESS:
            found.access = widget
        case _:
            return False
    return True


def _holder(items: list[Item], item: Item) -> Item | None:
    """The card that this can be touched on."""
    widget = item.owner
    if widget.action is None and widget.style != "stepper":
        return None
    for holder in items:
        card = holder.owner
        if card.name and card.style not in ("plain", "stepper") and card.region == widget.region:
            larger = card.rect.w * card.rect.h > 1.5 * widget.rect.w * widget.rect.h
            if larger and card.label is None and card.rect.holds(widget.rect, 0.1):
                return holder
    for holder in items:
        if holder.owner.style == "stepper" and holder.owner.rect.holds(widget.rect, 0.1):
            return holder
    return None


def _has_words(item: Item) -> bool:
    return item.owner.label is not None or bool(item.labels)


def _most_important(foot: list[Item], *, asks: bool) -> tuple[list[Item], list[Item]]:
    """At most two that stay in place, in the order they stand in, and the others.

    Without the one that matters most they are answers among others, unless the screen `asks` for one.
    """
    if not asks and not any(item.owner.style == "primary" for item in foot):
        return [], foot
    if len(foot) <= 2:
        return sorted(foot, key=lambda item: (item.owner.rect.y, item.owner.rect.x)), []
    kept = sorted(foot, key=lambda item: item.owner.style != "primary")[:2]
    rest = [item for item in foot if item not in kept]
    return sorted(kept, key=lambda item: (item.owner.rect.y, item.owner.rect.x)), rest
