"""What kind of world it is to be."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kioskd.sim.more_scanners import MoreScanner

Backend = Literal["leat", "rbi"]
"""Which loyalty world the kiosk lives in. Both are simulated; only this one is asked."""


@dataclass(frozen=True, slots=True)
class Options:
    """`terminal_auto_s`: so long after the prompt a card is presented; None waits for `tap_card` and others.

    `restart_after_s`: so long after it ended the kiosk is started again, as systemd would; None: not at all.
    `driver` is the display's: "auto" opens a window where there is a desktop. `python` runs the kiosk.
    """

    size_px: tuple[int, int] = (1080, 1920)
    driver: str = "offscreen"
    counter: bool = True
    terminal_auto_s: float | None = None
    restart_after_s: float | None = 1.0
    python: str = sys.executable
    backend: Backend = "leat"
    scanners: tuple[MoreScanner, ...] = ()
    """Besides the serial one and the one that types."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Laid over the kiosk's configuration."""
    switches: Mapping[str, Any] = field(default_factory=dict)
    """Of the loyalty server."""
    set_up: bool = True
    """Else the kiosk has no configuration yet: the technician has it."""


ORDINARY = Options()
