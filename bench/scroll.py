"""What it costs to scroll the menu at 30 frames a second: `python -m bench.scroll`.

At 1080 x 1920 a finger drags the longest list of the harbour's menu up and down, a step each frame. Counted
is the processor time of all that a frame takes: the touch, the scene, the painting and the presenting, on a
canvas in memory. Frames in which nothing moved, at the ends of the list, do not count. The budget is a
quarter of a core.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.table import table
from kioskd.core.catalogue import Service
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.order import Tender
from kioskd.core.visit import Menu, Shop, Visit, first_visit
from kioskd.daemon.menu import load_menu
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.motion import FRAME_S
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.render import Renderer
from kioskd.ui.screen import Screen
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import default_theme
from kioskd.ui.window import Driver, Window

BUDGET_OF_CORE = 0.25
DISPLAY = Display(1080, 1920, 208, 370)
_MENU = Path(__file__).parent.parent / "kioskd" / "sim" / "harbour"
_NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
_STEP_PX = 24


def shown(category: str) -> tuple[Shop, Visit]:
    """A guest who looks at a category."""
    shop = Shop(
        name="Harbour Kitchen",
        kiosk="K1",
        catalogue=load_menu(_MENU / "menu.toml", "EUR"),
        languages=LANGUAGES,
        tenders=(Tender.CARD,),
    )
    terminal = DeviceHealth("card", DeviceKind.TERMINAL, DeviceState.OK)
    start = replace(first_visit(shop, _NOON), devices={"card": terminal})
    return shop, replace(start, phase=Menu(), service=Service.EAT_IN, category=category)


def frames_s(screen: Screen, count: int) -> Iterator[float]:
    """Processor seconds of each frame while a finger drags back and forth."""
    x, y, now_s, direction = 640, 1200, 10.0, -1
    screen.touch_down(x, y, now_s)
    for _ in range(count):
        now_s += FRAME_S
        if not 500 < y + direction * _STEP_PX < 1250:
            direction = -direction
        y += direction * _STEP_PX
        before = time.process_time()
        screen.touch_move(x, y, now_s)
        screen.animate(now_s)
        moved = screen.repaint()
        if moved:
            yield time.process_time() - before
    screen.touch_up(x, y, now_s)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--json", type=Path, help="write the figures there")
    asked = parser.parse_args()
    shop, visit = shown("drinks")
    stage = Stage(DISPLAY, default_theme())
    fonts = Fonts(stage)
    window = Window(DISPLAY.width_px, DISPLAY.height_px, driver=Driver.OFFSCREEN)
    screen = Screen(window, stage, Renderer(stage, fonts, Pictures(_MENU)))
    screen.show(Composer(stage, fonts, shop).scene(visit))
    screen.repaint()
    list(frames_s(screen, 60))  # pictures and letters are drawn once
    taken = sorted(frames_s(screen, asked.frames))
    share = statistics.fmean(taken) / FRAME_S
    figures = {
        "frame_ms_median": statistics.median(taken) * 1000,
        "frame_ms_p95": taken[int(0.95 * len(taken))] * 1000,
        "core_at_30_fps": share,
    }
    rows = [[f"{figures['frame_ms_median']:.1f}", f"{figures['frame_ms_p95']:.1f}", f"{share:.0%}"]]
    print(table(rows, ["frame, median ms", "p95 ms", "of a core at 30 frames/s (budget 25 %)"]))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if share <= BUDGET_OF_CORE else 1


if __name__ == "__main__":
    sys.exit(main())
