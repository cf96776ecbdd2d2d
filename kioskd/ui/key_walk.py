"""The keys' way through a visit: where they stand, and where they come back to."""

from __future__ import annotations

from kioskd.ui.focus import entered, first, kept, moved
from kioskd.ui.scene import Scene, focus_order

_Place = tuple[str, str, str | None]


class KeyWalk:
    """`at` is the widget the keys are at; None while nobody uses them, or before anything is chosen.

    Whoever comes back to a screen comes back to where they left it.
    """

    def __init__(self) -> None:
        self.at: str | None = None
        self._scene: Scene | None = None
        self._trail: list[tuple[_Place, str | None]] = []

    def follow(self, scene: Scene) -> bool:
        """This is shown now, with its panel if one is open. Returns whether the keys stand elsewhere."""
        before, self._scene = self._scene, scene
        at = self.at
        if not scene.keys:
            self.at = None
        elif before is None or not before.keys:
            self.at = first(scene)
        elif _place(before) == _place(scene):
            self.at = kept(before, scene, at)
        else:
            self.at = self._arrived(before, scene)
        return self.at != at

    def _arrived(self, before: Scene, scene: Scene) -> str | None:
        """Only a view of the same screen keeps what has stayed; another screen begins at its beginning."""
        there = {widget.id for widget in focus_order(scene)}
        place = _place(scene)
        for index, (left, at) in enumerate(self._trail):
            if left == place:
                del self._trail[index:]
                return at if at in there else first(scene)
        if (before.id, before.panel) == (scene.id, scene.panel):
            return self.at if self.at in there else first(scene)
        self._trail.append((_place(before), self.at))
        return first(scene)

    def step(self, scene: Scene, steps: int) -> None:
        self.at = moved(scene, self.at, steps)

    def into_row(self, scene: Scene) -> bool:
        """From a row of keys to its first key, if that is where the keys are."""
        key = entered(scene, self.at) if self.at is not None else None
        self.at = key or self.at
        return key is not None

    def out_of_row(self, scene: Scene) -> bool:
        """From a key back to its row."""
        widget = scene.widget(self.at) if self.at is not None else None
        if widget is None or widget.row is None:
            return False
        self.at = widget.row
        return True

    def forget(self) -> None:
        """A visit is over."""
        self._trail.clear()


def _place(scene: Scene) -> _Place:
    return scene.id, scene.view, scene.panel
