"""The display as the layout sees it: its size in millimetres, the design unit, and the least target.

Sizes in the theme are design units. On the reference display (1080 x 1920 portrait) a unit is a pixel; on
any other it is 1/1080 of the short side, but never so small that text could not be read from where guests
stand: the capitals of the body text keep at least 0.43 degrees of the visual field. Displays too small for
both give way halfway, at 1/720 of the short side.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kioskd.ui.geometry import Rect
from kioskd.ui.theme import Theme

_UNITS_SHORT_SIDE = 1080
_UNITS_SHORT_SIDE_SMALLEST = 720
_UNIT_PER_DISTANCE = 0.115 / 400
_SMALL_DISPLAY_MM = 150.0
"""Below this short side (10 inches and less) guests stand close, and 15 mm is accepted for a target."""
TARGET_MM = 20.0
SMALL_TARGET_MM = 15.0


@dataclass(frozen=True, slots=True)
class Display:
    """What hangs on the wall, as the guest sees it (after rotation). `distance_mm` is the guest's eye,
    `bottom_mm` how high the picture's lower edge is above the floor."""

    width_px: int
    height_px: int
    width_mm: float
    height_mm: float
    distance_mm: float = 600.0
    bottom_mm: float = 900.0

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the whole picture in millimetres, measured in pixels of one size: it can be a
        little less than the glass."""
        return self.width_px / self.px_per_mm, self.height_px / self.px_per_mm

    @property
    def px_per_mm(self) -> float:
        """The finer of both directions: where pixels are not square, nothing gets smaller than promised."""
        return max(self.width_px / self.width_mm, self.height_px / self.height_mm)


@dataclass(frozen=True, slots=True)
class Stage:
    """A display with a theme. `unit_mm` is the length of one design unit.

    `least_target_mm` is what no touch target may be smaller than, in either direction: the display's own,
    unless this is only a part of one.
    """

    display: Display
    theme: Theme
    least_target_mm: float = 0.0
    unit_mm: float = field(init=False)
    target_mm: float = field(init=False)

    def __post_init__(self) -> None:
        short = self.short_mm
        readable = min(self.display.distance_mm * _UNIT_PER_DISTANCE, short / _UNITS_SHORT_SIDE_SMALLEST)
        unit = max(short / _UNITS_SHORT_SIDE, readable)
        least = self.least_target_mm or (SMALL_TARGET_MM if short < _SMALL_DISPLAY_MM else TARGET_MM)
        if least < TARGET_MM:
            target = least
        else:
            target = max(TARGET_MM, self.theme.spacing.min_target * unit)
        object.__setattr__(self, "least_target_mm", least)
        object.__setattr__(self, "unit_mm", unit)
        object.__setattr__(self, "target_mm", target)

    @property
    def area(self) -> Rect:
        """The whole picture."""
        return Rect(0.0, 0.0, *self.display.size_mm)

    @property
    def short_mm(self) -> float:
        return min(self.area.w, self.area.h)

    @property
    def portrait(self) -> bool:
        return self.display.height_px > self.display.width_px

    @property
    def compact(self) -> bool:
        """Little height: everything that can stand beside something else does."""
        return self.short_mm < 800 * self.unit_mm

    def u(self, units: float) -> float:
        """Design units in millimetres."""
        return units * self.unit_mm
