"""What is shown, before pixels: widgets with role, name, value, state and a rectangle in millimetres.

One scene has four readers: the renderer, the speech, the key navigation, and the tests (and the panel) as
JSON. So what is visible is speakable and testable by construction. Scenes are values: two that are equal
look equal, and the difference of two is what must be painted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kioskd.core.intents import Intent
from kioskd.ui.geometry import Rect


class Role(StrEnum):
    """What a widget is to somebody who cannot see it."""

    GROUP = "group"
    HEADING = "heading"
    TEXT = "text"
    IMAGE = "image"
    BUTTON = "button"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    STATUS = "status"
    """Text that is worth saying when it changes."""


class Align(StrEnum):
    """START is left in a left-to-right scene and right in a mirrored one."""

    START = "start"
    CENTRE = "centre"
    END = "end"


@dataclass(frozen=True, slots=True)
class Label:
    """Text as drawn: already wrapped, one string per line, in logical order. `type` names a size and weight.

    `rtl` is the paragraph's base direction. The block stands in the middle of its widget's height.
    """

    lines: tuple[str, ...]
    type: str
    align: Align = Align.START
    rtl: bool = False
    struck: bool = False
    tabular: bool = False
    """Figures of equal width, for prices that stand below each other."""


class PictureKind(StrEnum):
    PHOTO = "photo"
    """A file of the merchant's, relative to the menu."""
    ART = "art"
    """A picture of ours, by name."""
    LOGO = "logo"
    """The merchant's, a file by its whole path."""
    ICON = "icon"
    """A sign drawn in the widget's ink."""
    CODE = "code"
    """A QR code that says `source`, dark on white."""
    CAMERA = "camera"
    """What the camera sees just now, as in a mirror. While it sees nothing, the sign called `source`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Fitted into the middle of its widget's rectangle, less `pad_mm` on each side."""

    kind: PictureKind
    source: str
    faded: bool = False
    pad_mm: float = 0.0
    directed: bool = False
    """Points along the reading direction, so a mirrored scene turns it around."""


# --- motion: what may move, as data; the screen plays it and `reduced motion` switches it off ----------


@dataclass(frozen=True, slots=True)
class CountUp:
    """The label runs through `steps` once when the widget appears; the last one is the true text."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Breathe:
    """The widget moves down and back by `travel_mm` for `lasts_s` after it appeared, then rests."""

    travel_mm: float
    period_s: float = 1.6
    lasts_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Spin:
    """Work in progress: turns until `until_s` (monotonic) at the latest, because every wait has an end."""

    until_s: float


Motion = CountUp | Breathe | Spin


# --- what touching a widget does ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScrollBy:
    """Move the content of a region by `pages` viewports."""

    region: str
    pages: float


@dataclass(frozen=True, slots=True)
class OpenPanel:
    panel: str


@dataclass(frozen=True, slots=True)
class ClosePanel:
    pass


LocalAction = ScrollBy | OpenPanel | ClosePanel
"""Settled by the screen itself; the visit never hears of it."""

Action = Intent | LocalAction


@dataclass(frozen=True, slots=True)
class Widget:
    """One thing on the screen. `name` is its text, spoken and (with its parts) visible.

    `part_of` names the widget this one is a visible part of: a part is spoken through its owner.
    `region` names the scroll region it lives in. `focus` is its place in the key order, None for none.
    `lands` marks where a chosen product's picture flies to.
    """

    id: str
    role: Role
    rect: Rect
    style: str
    name: str = ""
    value: str = ""
    label: Label | None = None
    picture: Picture | None = None
    action: Action | None = None
    enabled: bool = True
    selected: bool | None = None
    busy: bool = False
    part_of: str | None = None
    region: str | None = None
    focus: int | None = None
    row: str | None = None
    """The row of a keypad it is a key of: the keys stop there first."""
    motion: Motion | None = None
    lands: bool = False
    launches: str | None = None
    """The picture widget that flies away when this one is touched."""
    private: bool = False
    """Nobody else's business: said only where the guest alone hears it."""
    aloud: str = ""
    """What is said elsewhere, in place of a private name and value."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the screen whose content is higher than what shows. `content_h` in millimetres.

    `controls` is where the up and down buttons stand; None when everything fits.
    """

    id: str
    viewport: Rect
    content_h: float
    controls: Rect | None = None
    up_name: str = ""
    down_name: str = ""
    fade: tuple[str, str] = ("fade_up", "fade_down")
    """The styles of the veils at the upper and lower edge while there is more beyond it."""
    fade_mm: float = 0.0
    focus: int | None = None
    """The place of the up and down buttons in the key order."""
    reset: str = ""
    """While this stays the same the guest's place in the list is kept over scenes."""

    @property
    def furthest(self) -> float:
        """How far the content can be moved up, in millimetres."""
        return max(0.0, self.content_h - self.viewport.h)


@dataclass(frozen=True, slots=True)
class Panel:
    """A small dialogue the screen opens over the scene by itself, such as the choice of language."""

    id: str
    title: str
    widgets: tuple[Widget, ...]
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole screen. `id` is the place of the visit, `view` the part of it looked at, such as a category.

    A transition is shown when either changes. `backdrop` is only painted, never read: the screen a dialogue
    stands in front of. `reveal` names a widget that must be scrolled into view. A finger that is held in the
    upper left corner, where nothing shows it to a guest, gets the `corner`; one that touches nothing else
    does what `anywhere` says. A `calm` scene is shown without any motion. Of a `veiled` one nothing is seen
    or touched but the sign for the aids.
    """

    id: str
    title: str
    language: str
    width_mm: float
    height_mm: float
    widgets: tuple[Widget, ...]
    regions: tuple[Region, ...] = ()
    panels: tuple[Panel, ...] = ()
    backdrop: tuple[Widget, ...] = ()
    rtl: bool = False
    reveal: str | None = None
    view: str = ""
    corner: Intent | None = None
    anywhere: Intent | None = None
    calm: bool = False
    veiled: bool = False
    keys: bool = False
    """The guest uses the keys: what they are at is marked."""
    focused: str | None = None
    """What the keys are at, while the guest uses them."""
    panel: str | None = None
    """The panel that is open in front of it."""

    def widget(self, id: str) -> Widget | None:
        return next((widget for widget in self.widgets if widget.id == id), None)

    def region(self, id: str) -> Region | None:
        return next((region for region in self.regions if region.id == id), None)


ACCESS, VEIL = "access", "veil"
"""The sign for the aids, and the words on a dark picture: there for whoever sees it."""


def seen(scene: Scene) -> tuple[Widget, ...]:
    """What is painted, and what a finger meets."""
    if not scene.veiled:
        return scene.widgets
    return tuple(widget for widget in scene.widgets if widget.id in (ACCESS, VEIL))


def focus_order(scene: Scene) -> tuple[Widget, ...]:
    """The widgets the keys walk over, in order."""
    reachable = [widget for widget in scene.widgets if widget.focus is not None]
    return tuple(sorted(reachable, key=lambda widget: widget.focus or 0))


def mirrored(scene: Scene) -> Scene:
    """The same scene for a language that is read from right to left: everything changes sides."""
    width = scene.width_mm

    def turn(widget: Widget) -> Widget:
        return replace(widget, rect=widget.rect.mirrored(width))

    def turn_region(region: Region) -> Region:
        return replace(
            region,
            viewport=region.viewport.mirrored(width),
            controls=region.controls.mirrored(width) if region.controls else None,
        )

    return replace(
        scene,
        rtl=True,
        widgets=tuple(map(turn, scene.widgets)),
        backdrop=tuple(map(turn, scene.backdrop)),
        panels=tuple(
            replace(p, widgets=tuple(map(turn, p.widgets)), regions=tuple(map(turn_region, p.regions)))
            for p in scene.panels
        ),
        regions=tuple(map(turn_region, scene.regions)),
    )


def scrolled(scene: Scene, offsets: Mapping[str, float]) -> Scene:
    """The scene as it shows when each region is moved by its offset, with the up and down buttons.

    What is scrolled out of its viewport altogether stays in the widget list, for speech and keys reach it
    too; its rectangle says where it is.
    """
    if not scene.regions:
        return scene
    shift = {
        region.id: min(max(offsets.get(region.id, 0.0), 0.0), region.furthest) for region in scene.regions
    }

    def move(widget: Widget) -> Widget:
        dy = shift[widget.region] if widget.region is not None else 0.0
        return replace(widget, rect=widget.rect.moved(dy=-dy)) if dy else widget

    controls = tuple(
        control
        for region in scene.regions
        for control in _controls(region, shift[region.id], walked=_hides_from_keys(scene, region))
    )
    behind = tuple(map(move, scene.backdrop))
    front = tuple(map(move, scene.widgets))
    if scene.backdrop:  # the lists belong to the screen behind the dialogue
        return replace(scene, backdrop=(*behind, *controls), widgets=front)
    return replace(scene, widgets=(*front, *controls))


def _hides_from_keys(scene: Scene, region: Region) -> bool:
    """Whether some of the list never shows while keys walk over what can be touched in it."""
    top, bottom = region.viewport.y, region.viewport.y + region.content_h
    edge = top
    for stop in sorted(
        (widget.rect for widget in focus_order(scene) if widget.region == region.id), key=lambda rect: rect.y
    ):
        if stop.bottom - edge > region.viewport.h:
            return True
        edge = stop.y
    return bottom - edge > region.viewport.h


_SEEN_AGAIN_MM = 20.0
"""Of a list, from one page to the next: as high as a target."""


def _controls(region: Region, offset: float, *, walked: bool) -> tuple[Widget, ...]:
    if region.controls is None or not region.furthest:
        return ()
    slack = 0.5  # mm: a hair's breadth left is no reason to offer more
    beyond = (offset > slack, offset < region.furthest - slack)
    gap = 3.0  # mm: two targets are never nearer
    wide = region.controls.w > region.controls.h
    up, down = region.controls.columns(2, gap) if wide else region.controls.rows(2, gap)
    # So much is seen before and after that what was cut off at the edge is whole then.
    page = min(max(1 - _SEEN_AGAIN_MM / region.viewport.h, 0.5), 0.8)
    ends = (
        (up, "up", region.up_name, -page, beyond[0]),
        (down, "down", region.down_name, page, beyond[1]),
    )
    edges = (region.viewport.top(region.fade_mm)[0], region.viewport.foot(region.fade_mm)[0])
    veils = tuple(
        Widget(id=f"{region.id}:{style}", role=Role.IMAGE, rect=edge, style=style)
        for edge, style, more in zip(edges, region.fade, beyond, strict=True)
        if more and region.fade_mm
    )
    return veils + tuple(
        Widget(
            id=f"{region.id}:{word}",
            role=Role.BUTTON,
            rect=rect,
            style="pager",
            name=name,
            picture=Picture(PictureKind.ICON, f"chevron_{word}", pad_mm=min(rect.w, rect.h) * 0.3),
            action=ScrollBy(region.id, pages),
            enabled=enabled,
            focus=region.focus if walked and enabled else None,
        )
        for rect, word, name, pages, enabled in ends
    )


def with_panel(scene: Scene, panel_id: str | None, offsets: Mapping[str, float] | None = None) -> Scene:
    """The scene with one of its panels open: what was there becomes the backdrop, if it may be seen.

    The panel's own lists are moved by `offsets`, as `scrolled` does with those of the scene.
    """
    panel = next((panel for panel in scene.panels if panel.id == panel_id), None)
    if panel is None:
        return scene
    alone = replace(scene, widgets=panel.widgets, regions=panel.regions, backdrop=())
    return replace(
        scene,
        title=panel.title,
        panel=panel.id,
        backdrop=() if scene.veiled else (*scene.backdrop, *scene.widgets),
        widgets=scrolled(alone, offsets or {}).widgets,
        regions=(*scene.regions, *panel.regions),
        veiled=False,
    )
