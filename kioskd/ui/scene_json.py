"""A scene as JSON values, for the panel, the scripted visits and the tests: as `scene.schema.json` says."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Region, Role, Scene, Widget


def scene_json(scene: Scene) -> dict[str, Any]:
    """Everything a reader without eyes needs; lengths in millimetres, rounded to a hundredth."""
    return {
        "id": scene.id,
        "view": scene.view,
        "title": scene.title,
        "language": scene.language,
        "rtl": scene.rtl,
        "size_mm": [round(scene.width_mm, 2), round(scene.height_mm, 2)],
        "widgets": [_widget(widget) for widget in scene.widgets],
        "regions": [_region(region) for region in scene.regions],
        "panels": [panel.id for panel in scene.panels],
        "dialogue": bool(scene.backdrop),
        "keys": scene.keys,
        "focused": scene.focused,
    }


def _widget(widget: Widget) -> dict[str, Any]:
    result: dict[str, Any] = {
        "id": widget.id,
        "role": widget.role.value,
        "name": widget.name,
        "rect_mm": _rect(widget.rect),
        "enabled": widget.enabled,
    }
    if widget.value:
        result["value"] = widget.value
    if widget.label is not None:
        result["lines"] = list(widget.label.lines)
    if widget.picture is not None:
        result["picture"] = {"kind": widget.picture.kind.value, "source": widget.picture.source}
    if widget.role is Role.IMAGE and not widget.name:
        result["decorative"] = True
    if widget.selected is not None:
        result["selected"] = widget.selected
    if widget.busy:
        result["busy"] = True
    if widget.private:
        result["private"] = True
    if widget.part_of is not None:
        result["part_of"] = widget.part_of
    if widget.region is not None:
        result["region"] = widget.region
    if widget.focus is not None:
        result["focus"] = widget.focus
    if widget.row is not None:
        result["row"] = widget.row
    if widget.action is not None:
        result["action"] = _action(widget.action)
    return result


def _region(region: Region) -> dict[str, Any]:
    return {
        "id": region.id,
        "viewport_mm": _rect(region.viewport),
        "content_mm": round(region.content_h, 2),
        "scrolls": region.furthest > 0,
    }


def _rect(rect: Rect) -> list[float]:
    return [round(value, 2) for value in (rect.x, rect.y, rect.w, rect.h)]


def _action(action: Action) -> dict[str, Any]:
    values: dict[str, Any] = {"do": type(action).__name__}
    for field in fields(action):
        value = getattr(action, field.name)
        values[field.name] = value.value if isinstance(value, Enum) else value
    return values
