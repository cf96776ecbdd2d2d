"""A scene as pixels. Paints any part of it at any time, always with the same result as painting all of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pygame

from kioskd.ui.focus import visible_part
from kioskd.ui.fonts import Fonts
from kioskd.ui.geometry import Rect
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.ring import paint_ring, ring_around
from kioskd.ui.scene import Align, Label, Picture, PictureKind, Region, Scene, Widget, seen
from kioskd.ui.shapes import fade, rounded, shadow
from kioskd.ui.stage import Stage
from kioskd.ui.theme import Colour, Style

_MAX_TEXT_BYTES = 2 * 1024 * 1024
_MERGE_SLACK = 1.25
NIGHT: Colour = (0, 0, 0)
"""What a veiled scene is painted on."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How motion shows a widget at this moment: moved down, turned (degrees), with another text."""

    dy_mm: float = 0.0
    angle: float = 0.0
    text: str | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """A line as it is drawn, and where below its top the eye sees its middle."""

    image: pygame.Surface
    middle_px: float


class Renderer:
    """Paints scenes of one stage. Holds caches, no canvas."""

    def __init__(self, stage: Stage, fonts: Fonts, pictures: Pictures) -> None:
        self._stage = stage
        self._fonts = fonts
        self._pictures = pictures
        self._texts: OrderedDict[tuple[str, str, Colour, bool, bool, bool], _Text] = OrderedDict()
        self._text_bytes = 0
        self._shift_px = (0, 0)

    def forget(self) -> None:
        """Drop every text that was drawn or measured, and every code."""
        self._texts.clear()
        self._text_bytes = 0
        self._fonts.forget()
        self._pictures.forget()

    def see(self, camera: pygame.Surface | None) -> None:
        """From now on this is what the camera sees."""
        self._pictures.camera = camera

    def shift(self, x_px: int, y_px: int) -> None:
        """From now on paint so much beside the true place: no edge stays where it was for years."""
        self._shift_px = (x_px, y_px)

    def px(self, rect: Rect) -> pygame.Rect:
        """Millimetres to pixels; edges are rounded, so neighbours stay neighbours."""
        scale = self._stage.display.px_per_mm
        left, top = round(rect.x * scale), round(rect.y * scale)
        at = pygame.Rect(left, top, round(rect.right * scale) - left, round(rect.bottom * scale) - top)
        return at.move(self._shift_px)

    def picture(self, picture: Picture, rect: pygame.Rect) -> pygame.Surface | None:
        """A picture as it is shown in a rectangle."""
        pad = 2 * round(picture.pad_mm * self._stage.display.px_per_mm)
        ink = self._stage.theme.colours["ink"]
        return self._pictures.fitted(picture, rect.w - pad, rect.h - pad, ink)

    def warm(self, widget: Widget) -> bool:
        """Load the widget's picture before it is shown; whether it had to be loaded."""
        if widget.picture is None:
            return False
        style = self._stage.theme.styles[widget.style]
        rect, pad = self.px(widget.rect), round(widget.picture.pad_mm * self._stage.display.px_per_mm)
        before = self._pictures.loads
        self._pictures.fitted(widget.picture, rect.w - 2 * pad, rect.h - 2 * pad, style.ink)
        return self._pictures.loads != before

    def reach(self, widget: Widget, pose: Pose | None = None) -> pygame.Rect:
        """All pixels the widget may touch, with its shadow and wherever motion has put it."""
        rect = self.px(widget.rect.moved(dy=pose.dy_mm) if pose else widget.rect)
        if self._stage.theme.styles[widget.style].shadow:
            blur, drop = self._shadow_px()
            rect = rect.inflate(2 * blur, 2 * blur)
            rect.h += drop
        return rect.inflate(4, 4)  # glyphs and smooth edges may overhang by a pixel

    def paint(
        self,
        canvas: pygame.Surface,
        scene: Scene,
        clip: pygame.Rect | None = None,
        *,
        pressed: str | None = None,
        poses: Mapping[str, Pose] | None = None,
    ) -> None:
        """Paint the scene, or the part of it inside `clip`."""
        poses = poses or {}
        area = clip.clip(canvas.get_rect()) if clip else canvas.get_rect()
        if not area.w or not area.h:
            return
        canvas.set_clip(area)
        canvas.fill(NIGHT if scene.veiled else self._stage.theme.colours["page"])
        viewports = {region.id: self._view(region) for region in scene.regions}
        behind = () if scene.veiled else scene.backdrop
        near = self._near(area)
        for layer, front in ((behind, False), (seen(scene), True)):
            for widget in layer:
                if not near.overlaps(widget.rect) and widget.id not in poses:
                    continue
                view = viewports.get(widget.region) if widget.region else None
                visible = area.clip(view) if view else area
                if visible.w and visible.h:
                    pose = poses.get(widget.id) if front else None
                    self._widget(canvas, scene, widget, visible, front and widget.id == pressed, pose)
        self._mark(canvas, scene, area)
        canvas.set_clip(None)

    def _near(self, area: pygame.Rect) -> Rect:
        """In millimetres, beyond which nothing that is at rest can touch these pixels, not with its shadow
        either. Most widgets are told off by it at a tenth of what `reach` costs."""
        scale = self._stage.display.px_per_mm
        blur, drop = self._shadow_px()
        return Rect(area.x / scale, area.y / scale, area.w / scale, area.h / scale).inset(
            -(blur + drop + 4) / scale
        )

    def _mark(self, canvas: pygame.Surface, scene: Scene, area: pygame.Rect) -> None:
        """What the keys are at."""
        shown = visible_part(scene, scene.focused)
        widget = scene.widget(scene.focused) if scene.focused is not None else None
        if shown is not None and widget is not None:
            canvas.set_clip(area)
            paint_ring(canvas, self.px(shown), self._stage.theme.styles[widget.style], self._stage)

    def _marked(self, scene: Scene) -> pygame.Rect | None:
        shown = visible_part(scene, scene.focused)
        return ring_around(self.px(shown), self._stage) if shown is not None else None

    def damage(
        self,
        old: Scene | None,
        new: Scene,
        old_poses: Mapping[str, Pose] | None = None,
        new_poses: Mapping[str, Pose] | None = None,
        pressed: tuple[str | None, str | None] = (None, None),
    ) -> list[pygame.Rect]:
        """What must be painted again when `new` takes the place of `old`: rectangles in pixels, merged."""
        x_px, y_px = self._shift_px
        whole = self.px(Rect(0.0, 0.0, new.width_mm, new.height_mm)).move(-x_px, -y_px)
        if (
            old is None
            or old.veiled != new.veiled
            or (old.backdrop is not new.backdrop and old.backdrop != new.backdrop)
        ):
            return [whole]
        old_poses, new_poses = old_poses or {}, new_poses or {}
        before = {widget.id: widget for widget in old.widgets}
        after = {widget.id: widget for widget in new.widgets}
        if [id for id in before if id in after] != [id for id in after if id in before]:
            return [whole]
        old_views = {r.id: r for r in old.regions}
        new_views = {r.id: r for r in new.regions}
        rects: list[pygame.Rect] = []
        for id in before.keys() | after.keys():
            was, now = before.get(id), after.get(id)
            moved = old_poses.get(id) != new_poses.get(id)
            touched = pressed[0] != pressed[1] and id in pressed
            if was is not None and now is not None and not moved and not touched and self._alike(was, now):
                same_view = now.region is None or self._same_view(
                    old_views.get(now.region), new_views.get(now.region)
                )
                if same_view:
                    continue
            for widget, poses, views in ((was, old_poses, old_views), (now, new_poses, new_views)):
                if widget is None:
                    continue
                rect = self.reach(widget, poses.get(id))
                if widget.region is not None and widget.region in views:
                    rect = rect.clip(self._view(views[widget.region]))
                rects.append(rect.clip(whole))
        marks = (self._marked(old), self._marked(new))
        if marks[0] != marks[1]:
            rects += [mark.clip(whole) for mark in marks if mark is not None]
        return merged(rects)

    @staticmethod
    def _alike(was: Widget, now: Widget) -> bool:
        """Whether two widgets look the same, whatever else they mean."""
        return was is now or (
            was.rect == now.rect
            and was.style == now.style
            and was.label == now.label
            and was.picture == now.picture
            and was.enabled == now.enabled
            and was.region == now.region
        )

    def _same_view(self, was: Region | None, now: Region | None) -> bool:
        return was is not None and now is not None and was.viewport == now.viewport

    def _view(self, region: Region) -> pygame.Rect:
        """Where a list may paint: its viewport, and at the sides the shadows of its cards."""
        return self.px(region.viewport).inflate(2 * self._shadow_px()[0], 0)

    # --- one widget ------------------------------------------------------------------------------------

    def _widget(
        self,
        canvas: pygame.Surface,
        scene: Scene,
        widget: Widget,
        visible: pygame.Rect,
        pressed: bool,
        pose: Pose | None,
    ) -> None:
        if not self.reach(widget, pose).colliderect(visible):
            return
        canvas.set_clip(visible)
        style = self._stage.theme.styles[widget.style]
        rect = self.px(widget.rect.moved(dy=pose.dy_mm) if pose else widget.rect)
        ink = style.ink if widget.enabled or style.off_ink is None else style.off_ink
        self._surface(canvas, rect, style, widget.enabled, pressed)
        if widget.picture is not None:
            pad = round(widget.picture.pad_mm * self._stage.display.px_per_mm)
            room = rect.inflate(-2 * pad, -2 * pad)
            turned = scene.rtl and widget.picture.directed
            image = self._pictures.fitted(widget.picture, room.w, room.h, ink, turned)
            if image is not None:
                if pose and pose.angle:
                    image = pygame.transform.rotozoom(image, -pose.angle, 1.0)
                blend = pygame.BLEND_PREMULTIPLIED if widget.picture.kind is PictureKind.LOGO else 0
                canvas.blit(image, image.get_rect(center=room.center), special_flags=blend)
        if widget.label is not None:
            self._label(canvas, rect, widget.label, ink, scene.rtl, pose.text if pose else None)

    def _surface(
        self, canvas: pygame.Surface, rect: pygame.Rect, style: Style, enabled: bool, pressed: bool
    ) -> None:
        fill = style.fill
        if not enabled and style.off_fill is not None:
            fill = style.off_fill
        elif pressed and style.pressed is not None:
            fill = style.pressed
        if fill is None:
            return
        if style.veil < 1:
            # In place, without a second surface: darken to what shows through, then add the veil's share.
            through = round(255 * (1 - style.veil))
            canvas.fill((through, through, through), rect, pygame.BLEND_RGB_MULT)
            canvas.fill([round(c * style.veil) for c in fill], rect, pygame.BLEND_RGB_ADD)
            return
        if style.fade:
            fade(canvas, rect, fill, down=style.fade == "down")
            return
        unit = self._stage.unit_mm * self._stage.display.px_per_mm
        radius = min(rect.w, rect.h) // 2 if style.radius is None else round(style.radius * unit)
        border_px = max(1, round(style.border_width * unit)) if style.border is not None else 0
        if _inside(canvas.get_clip(), rect, radius, border_px):
            canvas.fill(fill)
            return
        if style.shadow and enabled:
            blur, drop = self._shadow_px()
            look = self._stage.theme.shadow
            shadow(canvas, rect, radius, blur, drop, self._stage.theme.colours["shadow"], look.strength)
        rounded(canvas, rect, radius, fill, style.border, border_px)

    def _shadow_px(self) -> tuple[int, int]:
        unit = self._stage.unit_mm * self._stage.display.px_per_mm
        look = self._stage.theme.shadow
        return max(2, round(look.blur * unit)), round(look.drop * unit)

    def _label(
        self,
        canvas: pygame.Surface,
        rect: pygame.Rect,
        label: Label,
        ink: Colour,
        from_right: bool,
        text: str | None,
    ) -> None:
        lines = label.lines if text is None else (text,)
        step = self._fonts.line_px(label.type)
        # Lines are centred by the middle of their capitals, which is what the eye takes for the middle.
        middle = rect.y + rect.h / 2 - step * (len(lines) - 1) / 2
        for index, line in enumerate(lines):
            drawn = self._text(line, label.type, ink, label.rtl, label.tabular, label.struck)
            image, y = drawn.image, round(middle + index * step - drawn.middle_px)
            at_left = (label.align is Align.START) != from_right
            if label.align is Align.CENTRE:
                x = rect.x + (rect.w - image.get_width()) // 2
            else:
                x = rect.x if at_left else rect.right - image.get_width()
            canvas.blit(image, (x, y))

    def _text(self, text: str, type: str, ink: Colour, rtl: bool, tabular: bool, struck: bool) -> _Text:
        key = (text, type, ink, rtl, tabular, struck)
        known = self._texts.get(key)
        if known is not None:
            self._texts.move_to_end(key)
            return known
        image, middle_px = (
            self._fonts.render(text, type, ink, rtl, tabular),
            self._fonts.middle_px(text, type),
        )
        if struck:
            y = round(middle_px)
            pygame.draw.line(image, ink, (0, y), (image.get_width(), y), max(1, image.get_height() // 18))
        drawn = self._texts[key] = _Text(image, middle_px)
        self._text_bytes += _bytes(image)
        while self._text_bytes > _MAX_TEXT_BYTES and len(self._texts) > 1:
            _, oldest = self._texts.popitem(last=False)
            self._text_bytes -= _bytes(oldest.image)
        return drawn


def _inside(part: pygame.Rect, rect: pygame.Rect, radius: int, border_px: int) -> bool:
    """Whether of a rectangle with round corners this part has neither corner nor border nor shadow."""
    corner, edge = 2 * max(radius, border_px), 2 * border_px
    return rect.inflate(-corner, -edge).contains(part) or rect.inflate(-edge, -corner).contains(part)


def _bytes(surface: pygame.Surface) -> int:
    return surface.get_width() * surface.get_height() * surface.get_bytesize()


def merged(rects: Sequence[pygame.Rect]) -> list[pygame.Rect]:
    """Fewer rectangles that cover the same, joined where joining wastes little."""
    result: list[pygame.Rect] = []
    for rect in rects:
        if not rect.w or not rect.h:
            continue
        candidate = rect.copy()
        joined = True
        while joined:
            joined = False
            for other in result:
                union = candidate.union(other)
                if union.w * union.h <= _MERGE_SLACK * (candidate.w * candidate.h + other.w * other.h):
                    result.remove(other)
                    candidate = union
                    joined = True
                    break
        result.append(candidate)
    return result
