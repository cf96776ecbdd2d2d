"""How the display hangs, for the layout and for whoever mounts it."""

from __future__ import annotations

from kioskd.daemon.config import kiosk as settings
from kioskd.ui import reach
from kioskd.ui.stage import Display


def surface(config: settings.Display) -> Display:
    """The display as the layout sees it."""
    return Display(
        config.width_px,
        config.height_px,
        config.width_mm,
        config.height_mm,
        config.viewing_distance_mm,
        config.bottom_height_mm,
    )


def out_of_reach(config: settings.Display) -> str | None:
    """What about this display keeps a guest who sits from touching all of the lower layout, in words."""
    return reach.out_of_reach(surface(config))
