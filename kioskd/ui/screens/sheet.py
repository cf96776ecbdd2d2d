"""A sheet of paper to lay a scene out on: fits text, numbers the focus, and hands over the finished scene."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import Translator
from kioskd.ui.scene import (
    Action,
    Align,
    Label,
    Motion,
    Panel,
    Picture,
    PictureKind,
    Region,
    Role,
    Scene,
    Widget,
    mirrored,
)
from kioskd.ui.stage import Stage
from kioskd.ui.text import Measure, reads_from_right, unbroken, wrap

_BUTTON_TYPES = ("button", "strong", "pill", "badge")
_MAX_PANELS = 32
# The ink for a part that lies on a surface of that style: everything else is written in plain ink.
_INK_ON = {
    "primary": "on_action",
    "round_primary": "on_action",
    "action_tile": "on_action",
    "action_field": "on_action",
    "tile_on": "action_text",
    "tag_good": "action_text",
    "step": "action_text",
    "danger": "alert_text",
    "tag_alert": "alert_text",
    "pill_on": "on_action",
}


class Sheet:
    """Everything is placed from left to right, in millimetres; `scene` mirrors it for Arabic and its like.

    Text that does not fit is set in the next smaller type offered, then wrapped, and shortened as the last
    resort: it never leaves its rectangle.
    """

    def __init__(
        self,
        stage: Stage,
        measure: Measure,
        tr: Translator,
        panels: dict[Hashable, Panel] | None = None,
    ) -> None:
        """`panels` are those of the sheets before."""
        self.stage = stage
        self.measure = measure
        self.tr = tr
        self._known_panels = {} if panels is None else panels
        self._widgets: list[Widget] = []
        self._regions: list[Region] = []
        self._panels: list[Panel] = []
        self._reveal: str | None = None
        self._counts: dict[str, int] = {}
        self._focus = 0
        self._walked_last: list[Rect] = []

    def u(self, units: float) -> float:
        return self.stage.u(units)

    # --- text ------------------------------------------------------------------------------------------

    def height(self, words: str, type: str, width: float, lines: int | None = None) -> float:
        """What `text` would use of an area that wide."""
        wrapped = wrap(words, type, width, self.measure, lines)
        return len(wrapped) * self.measure.line_mm(type)

    def width(self, words: str, type: str, *, tabular: bool = False) -> float:
        return self.measure.width_mm(words, type, tabular=tabular)

    def text(
        self,
        area: Rect,
        words: str,
        type: str | Sequence[str],
        *,
        style: str = "plain",
        align: Align = Align.START,
        lines: int | None = None,
        role: Role = Role.TEXT,
        part_of: str | None = None,
        region: str | None = None,
        id: str | None = None,
        gap: float = 0.0,
        motion: Motion | None = None,
    ) -> Rect:
        """Write at the top of `area`; returns what remains below, less `gap`."""
        if not words or not area.h:
            return area
        chosen, wrapped = self._fit(words, type, area, lines)
        used, rest = area.top(len(wrapped) * self.measure.line_mm(chosen), gap)
        self._put_text(used, words, wrapped, chosen, style, align, role, part_of, region, id, motion=motion)
        return rest

    def line(
        self,
        rect: Rect,
        words: str,
        type: str | Sequence[str],
        *,
        style: str = "plain",
        align: Align = Align.START,
        lines: int = 1,
        role: Role = Role.TEXT,
        part_of: str | None = None,
        region: str | None = None,
        id: str | None = None,
        tabular: bool = False,
        struck: bool = False,
        motion: Motion | None = None,
    ) -> None:
        """Write into the middle of `rect`'s height."""
        if not words:
            return
        chosen, wrapped = self._fit(words, type, rect, lines)
        self._put_text(
            rect,
            words,
            wrapped,
            chosen,
            style,
            align,
            role,
            part_of,
            region,
            id,
            tabular=tabular,
            struck=struck,
            motion=motion,
        )

    def _put_text(
        self,
        rect: Rect,
        words: str,
        lines: tuple[str, ...],
        type: str,
        style: str,
        align: Align,
        role: Role,
        part_of: str | None,
        region: str | None,
        id: str | None,
        *,
        tabular: bool = False,
        struck: bool = False,
        motion: Motion | None = None,
    ) -> None:
        rtl = reads_from_right(words, self.tr.rtl)
        label = Label(lines, type, align, rtl, struck=struck, tabular=tabular)
        self.add(
            Widget(
                id or self._named(part_of or "text"),
                role,
                rect,
                style,
                name=words,
                label=label,
                part_of=part_of,
                region=region,
                motion=motion,
            )
        )

    def _fit(
        self, words: str, types: str | Sequence[str], area: Rect, lines: int | None
    ) -> tuple[str, tuple[str, ...]]:
        """The first type in which the words fit, else the last, shortened."""
        candidates = (types,) if isinstance(types, str) else types
        for type in candidates:
            room = max(1, int(area.h / self.measure.line_mm(type) + 0.25))
            allowed = min(lines, room) if lines is not None else room
            wrapped = wrap(words, type, area.w, self.measure)
            broken = any(self.measure.width_mm(word, type) > area.w for word in unbroken(words))
            if len(wrapped) <= allowed and not broken:
                return type, wrapped
        return type, wrap(words, type, area.w, self.measure, allowed)

    def _named(self, owner: str) -> str:
        self._counts[owner] = self._counts.get(owner, 0) + 1
        return f"{owner}/{self._counts[owner]}"

    # --- widgets ---------------------------------------------------------------------------------------

    def add(self, widget: Widget) -> Widget:
        self._widgets.append(widget)
        return widget

    def find(self, id: str) -> Widget:
        """A widget laid out before. Raises KeyError."""
        for widget in self._widgets:
            if widget.id == id:
                return widget
        raise KeyError(id)

    def keep_private(self, id: str, aloud: str = "") -> None:
        """Marks a widget laid out before: others do not hear it, but `aloud` if there is such a thing."""
        self._widgets = [
            replace(widget, private=True, aloud=aloud) if widget.id == id else widget
            for widget in self._widgets
        ]

    def focus(self) -> int:
        """The next place in the key order."""
        self._focus += 1
        return self._focus

    def walk_last(self, rect: Rect) -> None:
        """The keys come to what is laid out in here last, and after what was named before."""
        self._walked_last.append(rect)

    def _walked(self) -> tuple[Widget, ...]:
        """The widgets with their final places in the key order."""

        def band(widget: Widget) -> int:
            x, y = widget.rect.centre
            return next((n for n, rect in enumerate(self._walked_last, 1) if rect.contains(x, y)), 0)

        return tuple(
            replace(widget, focus=widget.focus + band(widget) * (self._focus + 1))
            if widget.focus is not None and widget.region is None
            else widget
            for widget in self._widgets
        )

    def take(self, id: str) -> Widget:
        """A widget laid out before, taken out again. Raises KeyError."""
        widget = self.find(id)
        self._widgets.remove(widget)
        return widget

    def surface(
        self, rect: Rect, style: str, *, id: str | None = None, region: str | None = None, name: str = ""
    ) -> str:
        """A card to put things on; returns its id."""
        widget_id = id or self._named("surface")
        self.add(Widget(widget_id, Role.GROUP, rect, style, name=name, region=region))
        return widget_id

    def picture(
        self,
        rect: Rect,
        picture: Picture,
        *,
        style: str = "plain",
        name: str = "",
        part_of: str | None = None,
        region: str | None = None,
        id: str | None = None,
        motion: Motion | None = None,
    ) -> str:
        """A picture; without a name it is decoration. Returns its id."""
        widget_id = id or self._named(f"{part_of}/picture" if part_of else "picture")
        self.add(
            Widget(
                widget_id,
                Role.IMAGE,
                rect,
                style,
                name=name,
                picture=picture,
                part_of=part_of,
                region=region,
                motion=motion,
            )
        )
        return widget_id

    def button(
        self,
        id: str,
        rect: Rect,
        name: str,
        action: Action,
        *,
        style: str = "primary",
        types: Sequence[str] = _BUTTON_TYPES,
        words: str | None = None,
        picture: Picture | None = None,
        enabled: bool = True,
        selected: bool | None = None,
        role: Role = Role.BUTTON,
        region: str | None = None,
        row: str | None = None,
        lines: int = 2,
        pad: float | None = None,
    ) -> None:
        """A button with its words in the middle, a picture before them if there is one.

        `words` is what is written when that is less than the spoken `name`; empty for a picture alone.
        """
        written = name if words is None else words
        focus = self.focus() if enabled else None
        pad = self.u(20) if pad is None else pad
        inner = rect.inset(pad, self.u(8))
        if picture is None or not written:
            label = None
            if written:
                chosen, wrapped = self._fit(written, types, inner, lines)
                label = Label(wrapped, chosen, Align.CENTRE, reads_from_right(written, self.tr.rtl))
            self.add(
                Widget(
                    id,
                    role,
                    rect,
                    style,
                    name=name,
                    label=label,
                    picture=picture,
                    action=action,
                    enabled=enabled,
                    selected=selected,
                    region=region,
                    focus=focus,
                    row=row,
                )
            )
            return
        self.add(
            Widget(
                id,
                role,
                rect,
                style,
                name=name,
                action=action,
                enabled=enabled,
                selected=selected,
                region=region,
                focus=focus,
                row=row,
            )
        )
        ink = _INK_ON.get(style, "plain") if enabled else "quiet"
        share = 0.72 if picture.kind is not PictureKind.ICON else 0.42
        side = min(inner.h, rect.h * share)
        gap = self.u(16)
        room = Rect(inner.x, inner.y, inner.w - side - gap, inner.h)
        chosen, wrapped = self._fit(written, types, room, lines)
        text_w = max(self.measure.width_mm(line, chosen) for line in wrapped)
        group = inner.around(min(inner.w, side + gap + text_w + self.u(2)), inner.h)
        at, rest = group.start(side, gap)
        self.picture(at.around(side, side), picture, style=ink, part_of=id, region=region)
        self._put_text(rest, written, wrapped, chosen, ink, Align.START, Role.TEXT, id, region, None)

    def region(self, region: Region) -> None:
        self._regions.append(replace(region, focus=self.focus()))

    def resize_region(self, id: str, content_h: float) -> None:
        """The content's height turned out different once the region's width was known."""
        self._regions = [replace(r, content_h=content_h) if r.id == id else r for r in self._regions]

    def panel(self, key: Hashable, draw: Callable[[Sheet], Panel]) -> None:
        """A panel over this page. It is drawn on a sheet of its own, and only once: `key` names everything
        that it depends on besides the stage and the shop."""
        panel = self._known_panels.get(key)
        if panel is None:
            if len(self._known_panels) >= _MAX_PANELS:
                self._known_panels.clear()
            panel = self._known_panels[key] = draw(Sheet(self.stage, self.measure, self.tr))
        self._panels.append(panel)

    def reveal(self, id: str) -> None:
        self._reveal = id

    def finished_panel(self, id: str, title: str) -> Panel:
        return Panel(id, title, tuple(self._widgets))

    def scene(self, id: str, title: str, *, view: str = "", backdrop: Scene | None = None) -> Scene:
        """The finished scene. A backdrop is the scene behind a dialogue, as it was composed."""
        scene = Scene(
            id=id,
            title=title,
            language=self.tr.language,
            width_mm=self.stage.area.w,
            height_mm=self.stage.area.h,
            widgets=self._walked(),
            regions=tuple(self._regions),
            panels=tuple(self._panels),
            reveal=self._reveal,
            view=view,
        )
        if self.tr.rtl:
            scene = mirrored(scene)
        if backdrop is not None:
            scene = replace(scene, backdrop=backdrop.widgets, regions=backdrop.regions)
        return scene


def icon(name: str, pad: float = 0.0, *, directed: bool = False) -> Picture:
    return Picture(PictureKind.ICON, name, pad_mm=pad, directed=directed)


def art(name: str, pad: float = 0.0, *, faded: bool = False) -> Picture:
    return Picture(PictureKind.ART, name, faded=faded, pad_mm=pad)


def seen_by_camera(instead: Picture, pad: float = 0.0) -> Picture:
    """What the camera sees, or the icon `instead` while it shows nothing."""
    return Picture(PictureKind.CAMERA, instead.source, pad_mm=pad)


def code(text: str) -> Picture:
    return Picture(PictureKind.CODE, text)


def photo(source: str | None, pad: float = 0.0, *, faded: bool = False) -> Picture:
    """A picture of the merchant's; a plate where there is none."""
    if source is None:
        return Picture(PictureKind.ICON, "plate", pad_mm=pad)
    return Picture(PictureKind.PHOTO, source, faded=faded, pad_mm=pad)
