"""The screen as the daemon uses it: show a scene, feed touches, let time pass, repaint what changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pygame

from kioskd.core.events import Stirred
from kioskd.core.intents import AskHelp, ChangeVolume, HearAll, Intent, SetAid, UseKeys
from kioskd.core.keypad import Key
from kioskd.ui.focus import way_back
from kioskd.ui.geometry import Rect
from kioskd.ui.key_walk import KeyWalk
from kioskd.ui.motion import FLIGHT_S, FRAME_S, TRANSITION_S, Motions, eased
from kioskd.ui.render import Pose, Renderer, merged
from kioskd.ui.ring import ring_mm
from kioskd.ui.scene import (
    ClosePanel,
    OpenPanel,
    Picture,
    PictureKind,
    Region,
    Scene,
    ScrollBy,
    Widget,
    scrolled,
    seen,
    with_panel,
)
from kioskd.ui.scrolling import Scrolling
from kioskd.ui.stage import Stage
from kioskd.ui.window import Window

_SLOP_MM = 5.0
"""A finger that moves less than this is still touching, not dragging."""
CORNER_MM = 20.0
"""How far the corner reaches from the upper left end of the picture, in every language."""
CORNER_HOLD_S = 3.0
_SPEED_WINDOW_S = 0.1
_FIRST_STEP = 0.4
"""A transition starts this far in, so that the first picture after a touch already answers it."""


@dataclass(slots=True)
class _Finger:
    down: tuple[float, float]
    down_s: float
    widget: str | None
    region: str | None
    start_offset: float = 0.0
    dragging: bool = False
    trail: list[tuple[float, float]] = field(default_factory=list)
    """Times and heights of late, for the speed at the end."""


@dataclass(slots=True)
class _Transition:
    area: pygame.Rect
    old: pygame.Surface
    new: pygame.Surface
    started_s: float | None = None


@dataclass(slots=True)
class _Flight:
    """A picture on its way into the basket."""

    image: pygame.Surface
    start: pygame.Rect
    end: pygame.Rect
    started_s: float | None = None
    at: pygame.Rect | None = None


class Screen:
    """All touches and times are the caller's: nothing here reads a clock or waits."""

    def __init__(
        self,
        window: Window,
        stage: Stage,
        renderer: Renderer,
        *,
        reduced_motion: bool = False,
        lockout_s: float = 0.0,
    ) -> None:
        """For `lockout_s` after a finger left a widget it cannot touch the same one again."""
        self._window = window
        self._stage = stage
        self._renderer = renderer
        self._reduced = reduced_motion
        self._lockout_s = lockout_s
        self._motions = Motions(reduced=reduced_motion)
        self._scrolling = Scrolling(reduced=reduced_motion)
        self._scene: Scene | None = None
        self._panel: str | None = None
        self._walk = KeyWalk()
        self._touched: tuple[str, float] | None = None
        self._poses: dict[str, Pose] = {}
        self._finger: _Finger | None = None
        self._launch: tuple[Picture, Rect] | None = None
        self._transition: _Transition | None = None
        self._flight: _Flight | None = None
        self._camera_moved = False
        self._now_s = 0.0
        # What is on the canvas now:
        self._painted: Scene | None = None
        self._painted_poses: dict[str, Pose] = {}
        self._painted_pressed: str | None = None

    @property
    def scene(self) -> Scene | None:
        """What the guest sees: lists where they were scrolled to, the open panel in front."""
        if self._scene is None:
            return None
        offsets = self._scrolling.offsets
        shown = with_panel(scrolled(self._scene, offsets), self._panel, offsets)
        return replace(shown, focused=self._walk.at) if self._walk.at is not None else shown

    @property
    def _lists(self) -> tuple[Region, ...]:
        """What a finger can move: the open panel's lists, or the scene's unless a dialogue covers them."""
        if self._scene is None:
            return ()
        panel = next((panel for panel in self._scene.panels if panel.id == self._panel), None)
        if panel is not None:
            return panel.regions
        return () if self._scene.backdrop or self._scene.veiled else self._scene.regions

    def dress(self, renderer: Renderer, stage: Stage) -> None:
        """From now on paint with another one. All of the picture is painted at the next `repaint`."""
        if renderer is self._renderer:
            return
        self._finish_transition()
        self._launch = self._flight = None
        self._renderer, self._stage = renderer, stage
        self._painted = None

    def shift(self, x_px: int, y_px: int) -> None:
        """Show everything so much beside its place, from the next `repaint` on."""
        self._renderer.shift(x_px, y_px)
        self._painted = None

    @property
    def focused(self) -> str | None:
        """The widget the keys are at; None while the guest does not use them, or before the first stop."""
        return self._walk.at

    def show(self, scene: Scene) -> None:
        """From now on show this scene. Nothing is painted before `repaint`."""
        if scene == self._scene:
            return
        before = self._scene
        elsewhere = before is None or (before.id, before.view) != (scene.id, scene.view)
        if elsewhere or (before is not None and before.language != scene.language):
            self._panel = None
        if before is None or before.id != scene.id:
            self._finger = None
        self._scene = scene
        self._scrolling.enter(scene)
        self._motions.enter(scene)
        self._start_flight(before, scene)
        self._follow_keys()
        if elsewhere and before is not None:
            self._start_transition()

    @property
    def shows_camera(self) -> bool:
        """Whether the guest sees what the camera sees."""
        return self._scene is not None and any(map(_of_camera, self._scene.widgets))

    def see(self, camera: pygame.Surface | None) -> None:
        """The camera sees something else. Nothing is painted before `repaint`."""
        self._renderer.see(camera)
        self._camera_moved = True

    def forget(self) -> None:
        """A visit is over: keep nothing that could name the guest, beyond what the shown scene says."""
        self._launch = self._flight = None
        self._walk.forget()
        self._renderer.forget()

    # --- touch -----------------------------------------------------------------------------------------

    def touch_down(self, x_px: int, y_px: int, now_s: float) -> None:
        x, y = self._mm(x_px, y_px)
        scene = self.scene
        if scene is None:
            return
        hit = _hit(scene, x, y)
        if hit is not None and self._touched is not None:
            id, left_s = self._touched
            if hit.id == id and 0 <= now_s - left_s < self._lockout_s:
                return  # the same touch once more, of a hand that trembles
        region = self._scrolling.region_at(x, y, self._lists)
        offset = self._scrolling.offsets.get(region, 0.0) if region else 0.0
        if region:
            self._scrolling.drag_to(region, offset)  # a finger stops what glides
        self._finger = _Finger((x, y), now_s, hit.id if hit else None, region, offset, trail=[(now_s, y)])

    def touch_move(self, x_px: int, y_px: int, now_s: float) -> None:
        finger = self._finger
        if finger is None:
            return
        _, y = self._mm(x_px, y_px)
        finger.trail = [(t, at) for t, at in finger.trail if t >= now_s - _SPEED_WINDOW_S] + [(now_s, y)]
        if finger.region and not finger.dragging and abs(y - finger.down[1]) > _SLOP_MM:
            finger.dragging = True
            finger.widget = None
        if finger.dragging and finger.region:
            self._scrolling.drag_to(finger.region, finger.start_offset + finger.down[1] - y)

    def touch_up(self, x_px: int, y_px: int, now_s: float) -> Intent | None:
        """The intent of the widget under the finger, if the finger came down on the same one.

        Of a finger that was held in the corner it is the corner's, whatever lies there.
        """
        finger, self._finger = self._finger, None
        scene = self.scene
        if finger is None or scene is None:
            return None
        x, y = self._mm(x_px, y_px)
        held = now_s - finger.down_s >= CORNER_HOLD_S
        if held and scene.corner is not None and _in_corner(*finger.down) and _in_corner(x, y):
            return scene.corner
        if finger.dragging and finger.region:
            first_s, first_y = finger.trail[0]
            elapsed_s = now_s - first_s
            if 0 < elapsed_s <= 2 * _SPEED_WINDOW_S:
                self._scrolling.release(finger.region, (first_y - y) / elapsed_s, now_s)
            return None
        hit = _hit(scene, x, y)
        if hit is None and finger.widget is None:
            return scene.anywhere
        if hit is None or hit.id != finger.widget:
            return None
        self._touched = (hit.id, now_s)
        return self._act(scene, hit, now_s)

    # --- keys ------------------------------------------------------------------------------------------

    def press(self, key: Key, now_s: float) -> Intent | Stirred | None:
        """What a key does here. The first one only says that the guest uses them."""
        scene = self.scene
        if scene is None:
            return None
        if not scene.keys:
            return UseKeys()
        match key:
            case Key.HELP:
                return AskHelp()
            case Key.LOUDER:
                return ChangeVolume(1)
            case Key.SOFTER:
                return ChangeVolume(-1)
            case Key.REPEAT:
                return HearAll()
            case _ if scene.anywhere is not None:
                return scene.anywhere
            case Key.SELECT:
                return self._select(scene, now_s) or Stirred()
            case Key.BACK:
                return self._back(scene, now_s) or Stirred()
            case Key.NEXT | Key.PREVIOUS | Key.LEFT | Key.RIGHT:
                onward = key is Key.NEXT or key is (Key.LEFT if scene.rtl else Key.RIGHT)
                self._walk.step(scene, 1 if onward else -1)
                self._show_focused(now_s)
                return Stirred()

    def _select(self, scene: Scene, now_s: float) -> Intent | None:
        if self._walk.into_row(scene):
            return None
        intent = self.activate(self._walk.at, now_s) if self._walk.at is not None else None
        self._walk.out_of_row(scene)
        return intent

    def _back(self, scene: Scene, now_s: float) -> Intent | None:
        if self._walk.out_of_row(scene):
            return None
        widget = way_back(scene)
        return self._act(scene, widget, now_s) if widget is not None else None

    def _follow_keys(self) -> None:
        """What is shown has changed: the keys go where they belong now."""
        scene = self.scene
        if scene is not None and self._walk.follow(scene):
            self._show_focused(self._now_s)

    def _show_focused(self, now_s: float) -> None:
        if self._scene is not None and self._walk.at is not None:
            unmoved = with_panel(self._scene, self._panel)
            self._scrolling.bring(unmoved, self._walk.at, now_s, air_mm=2 * ring_mm(self._stage))

    def activate(self, widget_id: str, now_s: float) -> Intent | None:
        """As if the widget were touched: for keys and for the panel. None when it cannot be."""
        scene = self.scene
        widget = scene.widget(widget_id) if scene else None
        if scene is None or widget is None or widget.action is None or not widget.enabled:
            return None
        return self._act(scene, widget, now_s)

    def _act(self, scene: Scene, widget: Widget, now_s: float) -> Intent | None:
        match widget.action:
            case ScrollBy(region, pages):
                self._scrolling.page(region, pages, now_s)
                return None
            case OpenPanel(panel):
                self._panel = panel
                self._follow_keys()
                return None
            case ClosePanel():
                self._panel = None
                self._follow_keys()
                return None
        self._launch = None
        if widget.launches is not None and not (self._reduced or scene.calm):
            source = scene.widget(widget.launches)
            if source is not None and source.picture is not None:
                self._launch = (source.picture, source.rect)
        if not isinstance(
            widget.action, SetAid | ChangeVolume
        ):  # one aid, or one step louder, may not be enough
            self._panel = None
        self._follow_keys()
        return widget.action

    def _mm(self, x_px: int, y_px: int) -> tuple[float, float]:
        scale = self._stage.display.px_per_mm
        return x_px / scale, y_px / scale

    # --- time ------------------------------------------------------------------------------------------

    def animate(self, now_s: float) -> float | None:
        """Let time pass. Returns when (monotonic seconds) to call again and repaint; None at rest."""
        moving = self._scrolling.advance(now_s)
        if self._transition is not None:
            if self._transition.started_s is None:
                self._transition.started_s = now_s
            moving = True
        else:
            self._poses, posing = self._motions.poses(now_s)
            moving = moving or posing
        if self._flight is not None:
            if self._flight.started_s is None:
                self._flight.started_s = now_s
            moving = True
        self._now_s = now_s
        return now_s + FRAME_S if moving else None

    def repaint(self) -> bool:
        """Paint and present what differs from the canvas; whether anything did."""
        scene = self.scene
        if scene is None:
            return False
        if self._transition is not None:
            return self._step_transition(self._transition)
        return self._paint_changes(scene)

    def _paint_changes(self, scene: Scene) -> bool:
        pressed = self._finger.widget if self._finger else None
        rects = self._renderer.damage(
            self._painted,
            scene,
            self._painted_poses,
            self._poses,
            (self._painted_pressed, pressed),
        )
        if self._camera_moved:
            self._camera_moved = False
            seen = [self._renderer.px(widget.rect) for widget in scene.widgets if _of_camera(widget)]
            rects = merged([*rects, *seen])
        flight, sprite = self._flight, None
        if flight is not None:
            rects = merged([*rects, *([flight.at] if flight.at else [])])
            sprite = self._flown(flight)
        for rect in rects:
            self._renderer.paint(self._window.canvas, scene, rect, pressed=pressed, poses=self._poses)
        if sprite is not None and flight is not None:
            flight.at = self._window.canvas.blit(sprite, flight.at.topleft if flight.at else (0, 0))
            rects = [*rects, flight.at]
        self._painted, self._painted_poses, self._painted_pressed = scene, dict(self._poses), pressed
        self._window.present(rects)
        return bool(rects)

    # --- from one screen to the next -----------------------------------------------------------------

    def _start_transition(self) -> None:
        scene = self.scene
        assert scene is not None
        if self._reduced or scene.calm or self._painted is None:
            return
        # One that is broken off has left its half-way picture on the display: this one goes over it as well.
        unfinished = [self._transition.area] if self._transition is not None else []
        self._finish_transition()
        canvas = self._window.canvas
        rects = [*unfinished, *self._renderer.damage(self._painted, scene, self._painted_poses, {})]
        if not rects:
            return
        area = rects[0].unionall(rects[1:]).clip(canvas.get_rect())
        old = canvas.subsurface(area).copy()
        self._poses = {}
        self._renderer.paint(canvas, scene, area)
        new = canvas.subsurface(area).copy()
        canvas.blit(old, area.topleft)
        self._painted, self._painted_poses, self._painted_pressed = scene, {}, None
        self._transition = _Transition(area, old, new)

    def _finish_transition(self) -> None:
        if self._transition is not None:
            self._window.canvas.blit(self._transition.new, self._transition.area.topleft)
            self._transition = None

    def _step_transition(self, transition: _Transition) -> bool:
        started_s = transition.started_s if transition.started_s is not None else self._now_s
        progress = _FIRST_STEP + (1 - _FIRST_STEP) * (self._now_s - started_s) / TRANSITION_S
        canvas, area = self._window.canvas, transition.area
        if progress >= 1:
            self._finish_transition()
            scene = self.scene
            self._window.present([area])
            if scene is not None:
                self._paint_changes(scene)
            return True
        share = eased(progress)
        canvas.set_clip(area)
        canvas.blit(transition.new, (area.x, area.y))
        transition.old.set_alpha(round(255 * (1 - share)))
        canvas.blit(transition.old, area.topleft)
        canvas.set_clip(None)
        self._window.present([area])
        return True

    # --- into the basket -----------------------------------------------------------------------------

    def _start_flight(self, before: Scene | None, scene: Scene) -> None:
        """A product was added: its picture flies to the widget that takes it."""
        launch, self._launch = self._launch, None
        if launch is None or before is None or before.id != scene.id:
            return
        landing = next((w for w in scene.widgets if w.lands), None)
        was = before.widget(landing.id) if landing else None
        if landing is None or (was is not None and was.value == landing.value):
            return
        picture, rect = launch
        start = self._renderer.px(rect)
        image = self._renderer.picture(picture, start)
        side = max(24, start.h // 4)
        end = pygame.Rect(0, 0, side, side)
        end.center = self._renderer.px(landing.rect).center
        self._flight = _Flight(image, image.get_rect(center=start.center), end) if image else None

    def _flown(self, flight: _Flight) -> pygame.Surface | None:
        """The picture where it is now; None when it has landed."""
        started_s = flight.started_s if flight.started_s is not None else self._now_s
        progress = (self._now_s - started_s) / FLIGHT_S
        if progress >= 1:
            self._flight = None
            return None
        share = eased(progress)
        start, end = flight.start, flight.end
        w = round(start.w + (end.w - start.w) * share)
        h = round(start.h + (end.h * start.h / max(1, start.w) - start.h) * share)
        centre = (
            round(start.centerx + (end.centerx - start.centerx) * share),
            round(start.centery + (end.centery - start.centery) * progress),
        )
        sprite = pygame.transform.smoothscale(flight.image, (max(1, w), max(1, h)))
        flight.at = sprite.get_rect(center=centre)
        return sprite


def _of_camera(widget: Widget) -> bool:
    return widget.picture is not None and widget.picture.kind is PictureKind.CAMERA


def _in_corner(x: float, y: float) -> bool:
    return max(x, y) <= CORNER_MM


def _hit(scene: Scene, x: float, y: float) -> Widget | None:
    """The topmost widget there that can be touched."""
    for widget in reversed(seen(scene)):
        if widget.action is None or not widget.enabled or not widget.rect.contains(x, y):
            continue
        region = scene.region(widget.region) if widget.region else None
        if region is None or region.viewport.contains(x, y):
            return widget
    return None
