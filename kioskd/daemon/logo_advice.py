"""What a merchant should know of the logo before guests do: how it is shown, and what would do it good."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.display import theme_of
from kioskd.daemon.mounting import surface
from kioskd.ui.screens.attract import hero_width
from kioskd.ui.screens.logo import fitted_logo, greeting_room
from kioskd.ui.stage import Stage

_PLACES = {"joy": "where guests are greeted", "page": "on the menu"}
"""What it lies on, by the name of the colour."""
_PLATES = {"plate_light": "a light plate", "plate_dark": "a dark plate"}
_SHORT = 0.95
"""With fewer of the pixels that fit it is smaller than it could be."""


def about_the_logo(config: settings.Display) -> Iterator[str]:
    """Sentences for check-config; none without a logo. Raises ConfigError for it or for colours."""
    theme = theme_of(config)
    logo = theme.logo
    if logo is None:
        return
    yield f"{logo.width_px} x {logo.height_px} pixels for the screen"
    for ground, place in _PLACES.items():
        plate = logo.plate(theme.colours[ground], theme)
        if plate is not None:
            seen = logo.seen_on(theme.colours[ground])
            yield f"lies on {_PLATES[plate]} {place}: only {seen:.0%} of it has 3:1 on colours.{ground}"
    if logo.lost_in_itself:
        yield "can hardly be seen on the ground it brings along; save it with a transparent one"
    stage = Stage(surface(config), theme)
    room_w, room_h = greeting_room(stage, hero_width(stage))
    fitted = fitted_logo(stage, room_w, room_h, on="joy")
    if fitted is not None and fitted.h < _SHORT * room_h and fitted.w < _SHORT * room_w:
        grown = min(room_h / fitted.h, room_w / fitted.w)
        w, h = ceil(logo.width_px * grown), ceil(logo.height_px * grown)
        yield f"is smaller on this display than it could be; with {w} x {h} pixels it would fill its place"
