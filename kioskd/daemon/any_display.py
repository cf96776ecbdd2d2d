"""The display of a kiosk that nobody has told yet what display it has."""

from __future__ import annotations

from kioskd.daemon.config.kiosk import Display
from kioskd.ui.window import whole_display_px

ON_A_DESK = Display(width_px=1080, height_px=1920, width_mm=336, height_mm=598)
_PX_PER_MM = ON_A_DESK.width_px / ON_A_DESK.width_mm


def any_display() -> Display:
    """All of it, in its own pixels. Nobody knows how large they are: as on a large display, or finer."""
    size_px = whole_display_px()
    if size_px is None:
        return ON_A_DESK
    width_px, height_px = size_px
    px_per_mm = max(_PX_PER_MM, max(size_px) / ON_A_DESK.height_mm)
    return ON_A_DESK.model_copy(
        update={
            "width_px": width_px,
            "height_px": height_px,
            "width_mm": round(width_px / px_per_mm),
            "height_mm": round(height_px / px_per_mm),
        }
    )
