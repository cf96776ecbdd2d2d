"""Calm motion: how a widget is posed at a moment, and whether it still moves. At rest nothing is due."""

from __future__ import annotations

import math

from kioskd.ui.render import Pose
from kioskd.ui.scene import Breathe, CountUp, Motion, Scene, Spin

FRAME_S = 1 / 30
TRANSITION_S = 0.2
SCROLL_S = 0.22
FLIGHT_S = 0.25
_COUNT_UP_S = 0.7
MOST_TURNS_PER_S = 0.9


def eased(progress: float) -> float:
    """Ease-out: quick at first, then settling. 0 and 1 stay what they are."""
    p = min(max(progress, 0.0), 1.0)
    return 1 - (1 - p) ** 3


class Motions:
    """The motions of the scene that is shown. A motion starts at the first `pose` after it appeared."""

    def __init__(self, *, reduced: bool) -> None:
        self._reduced = self._calm = reduced
        self._running: dict[str, tuple[Motion, float | None]] = {}
        self._scene = ""

    def enter(self, scene: Scene) -> None:
        """Motions that were there already go on; the others of the last scene end."""
        self._calm = self._reduced or scene.calm
        same = scene.id == self._scene
        running = self._running if same else {}
        self._scene = scene.id
        self._running = {}
        for widget in scene.widgets:
            if widget.motion is None:
                continue
            before = running.get(widget.id)
            started = before[1] if before and before[0] == widget.motion else None
            self._running[widget.id] = (widget.motion, started)

    def poses(self, now_s: float) -> tuple[dict[str, Pose], bool]:
        """Every widget that is not simply as its scene says, and whether anything still moves."""
        poses: dict[str, Pose] = {}
        moving = False
        if self._calm:
            return poses, moving
        for id, (motion, started) in self._running.items():
            if started is None:
                started = now_s
                self._running[id] = (motion, started)
            pose = _pose(motion, now_s - started, now_s)
            if pose is not None:
                poses[id] = pose
                moving = True
        return poses, moving


def _pose(motion: Motion, age_s: float, now_s: float) -> Pose | None:
    """None when the motion has come to rest."""
    match motion:
        case CountUp(steps):
            if age_s >= _COUNT_UP_S or not steps:
                return None
            index = int(eased(age_s / _COUNT_UP_S) * (len(steps) - 1))
            return Pose(text=steps[index])
        case Breathe(travel_mm, period_s, lasts_s):
            if age_s >= lasts_s:
                return None
            return Pose(dy_mm=travel_mm * 0.5 * (1 - math.cos(2 * math.pi * age_s / period_s)))
        case Spin(until_s):
            if now_s >= until_s:
                return None
            return Pose(angle=(age_s * MOST_TURNS_PER_S * 360) % 360)
