"""The same screens for different eyes and arms: one outfit for every combination of aids, made when needed.

What only some guests ask for is imported then: the first frame does not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kioskd.core.access import Access, Aid
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.geometry import Rect
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.reach import lowered, part_of_display, reach_area
from kioskd.ui.render import Renderer
from kioskd.ui.scene import Scene
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import Theme, contrast_theme

if TYPE_CHECKING:
    from kioskd.ui.large import Enlarger


@dataclass(frozen=True, slots=True)
class Look:
    """What of a guest's aids changes the picture."""

    large: bool = False
    contrast: bool = False
    lower: bool = False

    @classmethod
    def of(cls, access: Access) -> Look:
        return cls(Aid.LARGE_TEXT in access, Aid.CONTRAST in access, Aid.REACH in access)


AS_BUILT = Look()


class Outfit:
    """One look of one kiosk: composes scenes and paints them. `stage` is what is painted on."""

    def __init__(self, display: Display, theme: Theme, look: Look, pictures: Pictures, shop: Shop) -> None:
        if look.contrast:
            theme = replace(contrast_theme(), logo=theme.logo)
        if look.large:  # in words, which are large
            theme = replace(theme, logo=None)
        self._display = display
        self._shop = shop
        self._area = reach_area(display) if look.lower else None
        part = part_of_display(display, self._area) if self._area else display
        self.stage = Stage(part, theme, least_target_mm=Stage(display, theme).least_target_mm)
        self._enlarger: Enlarger | None = None
        if look.large:
            from kioskd.ui.large import Enlarger, large_types

            self.stage = replace(self.stage, theme=replace(theme, types=large_types(self.stage)))
        self.measure = fonts = Fonts(self.stage)
        self.renderer = Renderer(self.stage, fonts, pictures)
        if look.large:
            self._enlarger = Enlarger(self.stage, fonts)
            plain = Stage(Enlarger.PAPER, theme)
            self.composer = Composer(plain, Fonts(plain), shop)
        else:
            self.composer = Composer(self.stage, fonts, shop)

    def scene(self, visit: Visit) -> Scene:
        """What this visit looks like in this outfit."""
        scene = self.composer.scene(visit)
        if self._enlarger is not None:
            scene = self._enlarger.enlarged(scene)
        if self._area is not None:
            scene = lowered(scene, self._display, self._area, self._shop)
        if Aid.CURTAIN in visit.access:
            from kioskd.ui.veil import veiled

            scene = veiled(scene, self.stage, self.measure)
        return scene

    @property
    def area(self) -> Rect:
        """Where everything lies that can be touched, in millimetres of the whole picture."""
        return self._area or self.stage.area


class Wardrobe:
    """Outfits of one kiosk. The usual one is always at hand; of the others, the one that was worn last."""

    def __init__(self, display: Display, theme: Theme, pictures: Pictures, shop: Shop) -> None:
        self._display = display
        self._theme = theme
        self._pictures = pictures
        self._shop = shop
        self.usual = self._made(AS_BUILT)
        self._other: tuple[Look, Outfit] | None = None

    def outfit(self, access: Access) -> Outfit:
        look = Look.of(access)
        if look == AS_BUILT:
            return self.usual
        if self._other is None or self._other[0] != look:
            self._other = (look, self._made(look))
        return self._other[1]

    def forget(self) -> None:
        """A visit is over: drop what was drawn for it, and the outfit it was drawn in."""
        self._other = None
        self.usual.renderer.forget()

    def _made(self, look: Look) -> Outfit:
        return Outfit(self._display, self._theme, look, self._pictures, self._shop)
