"""Everything that is touched where somebody who sits can touch it: the lower part of a tall picture.

Between 380 and 1220 mm above the floor a seated guest reaches forward and sideways (EN 301 549, 8.3). What
is above shows something calm.
"""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.shop import Shop
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Label, Picture, PictureKind, Role, Scene, Widget
from kioskd.ui.stage import Display
from kioskd.ui.text import clean

LOWEST_MM, HIGHEST_MM = 380.0, 1220.0
_LEAST_PORTRAIT_MM, _LEAST_LANDSCAPE_MM = 260.0, 200.0
"""Less height than that holds no screen with targets of 20 mm."""
_SLIMMEST, _FLATTEST = 1.4, 1.9
"""How the sides of an upright screen and of one that lies are at least and at most."""
_LEAST_PICTURE_MM = 30.0


def reach_area(display: Display) -> Rect:
    """The part of the picture that is within reach, in millimetres from its upper left corner.

    Where that is too little for a screen it is the lowest part that holds one.
    """
    width, height = display.size_mm
    upright = height > width
    top = max(0.0, display.bottom_mm + height - HIGHEST_MM)
    bottom = height - max(0.0, LOWEST_MM - display.bottom_mm)
    least = min(height, _LEAST_PORTRAIT_MM if upright else _LEAST_LANDSCAPE_MM)
    if bottom - top < least:
        bottom = max(bottom, least)
        top = bottom - least
    tall = bottom - top
    wide = min(width, tall / _SLIMMEST) if upright else min(width, tall * _FLATTEST)
    return Rect((width - wide) / 2, top, wide, tall)


def out_of_reach(display: Display) -> str | None:
    """What about the display's height keeps a seated guest from reaching all of it, for whoever mounts it."""
    area = reach_area(display)
    _, height = display.size_mm
    highest = display.bottom_mm + height - area.y
    lowest = display.bottom_mm + height - area.bottom
    if highest > HIGHEST_MM + 0.5:
        return (
            f"in the lower layout the highest button is {highest:.0f} mm above the floor; a guest who sits "
            f"reaches {HIGHEST_MM:.0f} mm: mount the display {highest - HIGHEST_MM:.0f} mm lower"
        )
    if lowest < LOWEST_MM - 0.5:
        return (
            f"the lowest button is {lowest:.0f} mm above the floor; a guest who sits reaches down to "
            f"{LOWEST_MM:.0f} mm: mount the display {LOWEST_MM - lowest:.0f} mm higher"
        )
    return None


def part_of_display(display: Display, area: Rect) -> Display:
    """The area as a display of its own, with pixels of the same size."""
    scale = display.px_per_mm
    w_px, h_px = round(area.w * scale), round(area.h * scale)
    return replace(
        display,
        width_px=w_px,
        height_px=h_px,
        width_mm=w_px / scale,
        height_mm=h_px / scale,
        bottom_mm=display.bottom_mm + display.size_mm[1] - area.bottom,
    )


def lowered(scene: Scene, display: Display, area: Rect, shop: Shop) -> Scene:
    """A scene that was laid out for the area alone, in its place on the whole picture."""
    width, height = display.size_mm
    whole = Rect(0.0, 0.0, width, height)

    def move(widget: Widget) -> Widget:
        rect = whole if widget.id in ("page", "scrim") else widget.rect.moved(area.x, area.y)
        if widget.id == "field" and height > width:  # a coloured head goes from side to side
            rect = Rect(0.0, rect.y, width, rect.h)
        return replace(widget, rect=rect)

    def move_all(widgets: tuple[Widget, ...]) -> tuple[Widget, ...]:
        return tuple(map(move, widgets))

    above = _above(scene, whole, area, shop)
    widgets, backdrop = move_all(scene.widgets), move_all(scene.backdrop)
    if backdrop:
        backdrop = _behind(backdrop, above)
    else:
        widgets = _behind(widgets, above)
    return replace(
        scene,
        width_mm=width,
        height_mm=height,
        widgets=widgets,
        backdrop=backdrop,
        regions=tuple(
            replace(
                region,
                viewport=region.viewport.moved(area.x, area.y),
                controls=region.controls.moved(area.x, area.y) if region.controls else None,
            )
            for region in scene.regions
        ),
        panels=tuple(
            replace(
                panel,
                widgets=move_all(panel.widgets),
                regions=tuple(
                    replace(
                        region,
                        viewport=region.viewport.moved(area.x, area.y),
                        controls=region.controls.moved(area.x, area.y) if region.controls else None,
                    )
                    for region in panel.regions
                ),
            )
            for panel in scene.panels
        ),
    )


def _behind(widgets: tuple[Widget, ...], above: tuple[Widget, ...]) -> tuple[Widget, ...]:
    """Between the page and everything else."""
    first = 1 if widgets and widgets[0].id == "page" else 0
    return (*widgets[:first], *above, *widgets[first:])


def _above(scene: Scene, whole: Rect, area: Rect, shop: Shop) -> tuple[Widget, ...]:
    """The name of the restaurant and something good to eat: the product that is looked at, if one is."""
    if area.y < _LEAST_PICTURE_MM:
        return ()
    over = area.y * 0.25
    at_home = scene.widget("hero") is not None
    field = Rect(0.0, -over, whole.w, area.y + over - (0.0 if at_home else area.h * 0.015))
    shown = scene.widget("picture")
    dish = next((c.picture for c in shop.catalogue.categories if c.picture), None)
    picture = shown.picture if shown is not None else None
    if picture is None and dish is not None and not at_home:
        picture = Picture(PictureKind.PHOTO, dish)
    inner = Rect(0.0, 0.0, whole.w, field.bottom).inset(whole.w * 0.05, area.y * 0.08)
    result = [Widget("above", Role.GROUP, field, "joy")]
    if picture is not None:
        result.append(Widget("above/picture", Role.IMAGE, inner, "plain", picture=replace(picture, pad_mm=0)))
    elif not at_home:
        name = clean(shop.name, 30)
        label = Label((name,), "heading", Align.CENTRE)
        result.append(Widget("above/name", Role.TEXT, inner, "plain", name=name, label=label))
    return tuple(result)
