"""How events reach the runtime from those made before it."""

from __future__ import annotations

from collections.abc import Callable

from kioskd.core.events import Event


class Post:
    """Where events go, once there is a runtime. Whoever posts was made before it and speaks after it."""

    def __init__(self) -> None:
        self.to: Callable[[Event], None] | None = None

    def __call__(self, event: Event) -> None:
        if self.to:
            self.to(event)
