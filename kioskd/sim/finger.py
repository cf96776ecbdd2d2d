"""The finger of a guest or of staff: finds what it is told to touch, scrolls there, and touches it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from kioskd.sim.kiosk import Kiosk

FIND_S = 10.0
_LOOK_AGAIN_S = 0.03
_REST_S = 0.12
"""A finger that rests so long before it leaves a list does not fling it."""
LIFTED_S = 0.15
"""Between two touches of the same thing: whoever is quicker trembles, and the kiosk counts one touch."""
_NEAR_EDGE_MM = 2.0
_MOST_DRAGS = 40
_CORNER_MM = 8.0
_CORNER_HOLD_S = 3.1

Widget = dict[str, Any]
Scene = dict[str, Any]


class NothingToTouch(Exception):
    """No such widget came up in time, it is disabled, or several are meant. The text says what is there."""


async def tap(kiosk: Kiosk, target: str, timeout_s: float = FIND_S) -> None:
    """Touch the enabled widget meant by `target`: its id, its whole text, or the beginning of it.

    Waits for it to appear. Raises NothingToTouch after `timeout_s`.
    """
    missing = NothingToTouch(f"the screen stayed empty, nothing is called {target!r}")
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                scene = await kiosk.scene()
                try:
                    widget = find(scene, target)
                    break
                except NothingToTouch as nothing:
                    missing = nothing
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        raise missing from None
    for _ in range(_MOST_DRAGS):
        away_mm = _out_of_view_mm(scene, widget)
        if not away_mm:
            break
        await _drag(kiosk, scene, widget, away_mm)
        scene = await kiosk.scene()
        widget = find(scene, target)
    else:
        raise NothingToTouch(f"{target!r} cannot be scrolled into view")
    x_px, y_px = _centre_px(kiosk, scene, widget["rect_mm"])
    await kiosk.touch(x_px, y_px, "down")
    await kiosk.touch(x_px, y_px, "up")


async def hold_corner(kiosk: Kiosk) -> None:
    """Hold a finger in the upper left corner for as long as the staff screen wants it."""
    scene = await kiosk.scene()
    at_px = round(_CORNER_MM * _px_per_mm(kiosk, scene)) if scene else 0
    await kiosk.touch(at_px, at_px, "down")
    await kiosk.skip(_CORNER_HOLD_S)
    await kiosk.touch(at_px, at_px, "up")


def find(scene: Scene, target: str) -> Widget:
    """The widget meant by `target`. Raises NothingToTouch."""
    touchable: list[Widget] = [widget for widget in scene.get("widgets", ()) if "action" in widget]
    for matches in (_by_id, _by_text, _by_beginning):
        found = [widget for widget in touchable if matches(widget, target)]
        enabled = [widget for widget in found if widget["enabled"]]
        if len(enabled) == 1:
            return enabled[0]
        if enabled:
            raise NothingToTouch(f"{target!r} may mean {_listed(enabled)}")
        if found:
            raise NothingToTouch(f"{target!r} is disabled on {scene['id']}")
    here = scene.get("id", "an empty screen")
    raise NothingToTouch(f"nothing to touch is called {target!r} on {here}; there is {_listed(touchable)}")


def texts(widget: Widget) -> Iterable[str]:
    """What a widget says: its name, its value, and its text as drawn."""
    yield widget["name"]
    if "value" in widget:
        yield widget["value"]
    if "lines" in widget:
        yield " ".join(widget["lines"])


def _by_id(widget: Widget, target: str) -> bool:
    return bool(widget["id"] == target)


def _by_text(widget: Widget, target: str) -> bool:
    return target in texts(widget)


def _by_beginning(widget: Widget, target: str) -> bool:
    return any(text.startswith(target) for text in texts(widget))


def _listed(widgets: list[Widget]) -> str:
    return ", ".join(f"{widget['id']} ({widget['name']})" for widget in widgets) or "nothing"


def _out_of_view_mm(scene: Scene, widget: Widget) -> float:
    """How far the list must move up for the middle of the widget to stand in the middle; 0 when it shows."""
    region = _region(scene, widget)
    if region is None:
        return 0.0
    _, top, _, height = region["viewport_mm"]
    _, y, _, h = widget["rect_mm"]
    middle = y + h / 2
    if top + _NEAR_EDGE_MM <= middle <= top + height - _NEAR_EDGE_MM:
        return 0.0
    return float(middle - (top + height / 2))


async def _drag(kiosk: Kiosk, scene: Scene, widget: Widget, up_mm: float) -> None:
    """Move the list under the finger by at most most of its height."""
    region = _region(scene, widget)
    assert region is not None
    x, top, width, height = region["viewport_mm"]
    reach_mm = 0.8 * height
    way_mm = max(-reach_mm, min(reach_mm, up_mm))
    start_mm = top + height / 2 + way_mm / 2
    scale = _px_per_mm(kiosk, scene)
    at_x = round((x + width / 2) * scale)
    await kiosk.touch(at_x, round(start_mm * scale), "down")
    end_y = round((start_mm - way_mm) * scale)
    await kiosk.touch(at_x, end_y, "move")
    await asyncio.sleep(_REST_S)
    await kiosk.touch(at_x, end_y, "move")
    await kiosk.touch(at_x, end_y, "up")


def _region(scene: Scene, widget: Widget) -> dict[str, Any] | None:
    name = widget.get("region")
    regions: list[dict[str, Any]] = scene["regions"]
    return next((region for region in regions if region["id"] == name), None)


def _centre_px(kiosk: Kiosk, scene: Scene, rect_mm: list[float]) -> tuple[int, int]:
    x, y, w, h = rect_mm
    scale = _px_per_mm(kiosk, scene)
    return round((x + w / 2) * scale), round((y + h / 2) * scale)


def _px_per_mm(kiosk: Kiosk, scene: Scene) -> float:
    return float(kiosk.width_px / scene["size_mm"][0])
