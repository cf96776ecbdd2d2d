"""How quickly the screen answers: touch to feedback, the next screen, a changed word, a moving list.

`./dev bench screen [--rounds N]`. The menu of the simulated shop at 1080x1920, drawn in memory: what a
display driver adds is not in it. CPU time is this process's own: what else the machine does counts less.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.table import table
from kioskd.core.basket import preset_choices
from kioskd.core.catalogue import Service
from kioskd.core.order import Tender
from kioskd.core.phases import Menu, Reviewing
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit, first_visit
from kioskd.daemon.config.menu import load_menu
from kioskd.ui.looks import Outfit, Wardrobe
from kioskd.ui.motion import FRAME_S
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.scene import Scene, Widget
from kioskd.ui.screen import Screen
from kioskd.ui.stage import Display
from kioskd.ui.theme import default_theme
from kioskd.ui.warmup import warm_up
from kioskd.ui.window import Driver, Window

DISPLAY = Display(1080, 1920, 208, 370)
_MENU = Path(__file__).parents[1] / "kioskd/sim/harbour"
_NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
_SCROLL_S = 10.0
"""Of the guest's time, one picture every FRAME_S."""


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds by the clock and of this process's CPU."""

    wall_ms: float
    cpu_ms: float


def timed(what: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), time.process_time()
    what()
    return Took((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


class Bench:
    """One screen with a guest's menu, basket and two members to tell apart."""

    def __init__(self) -> None:
        self.shop = Shop(
            "Harbour Kitchen", "K1", load_menu(_MENU / "menu.toml", "EUR"), ("en", "nl"), (Tender.CARD,)
        )
        self.window = Window(DISPLAY.width_px, DISPLAY.height_px, driver=Driver.OFFSCREEN)
        wardrobe = Wardrobe(DISPLAY, default_theme(), Pictures(_MENU), self.shop)
        self.outfit: Outfit = wardrobe.usual
        self.screen = Screen(self.window, self.outfit.stage, self.outfit.renderer)
        start = first_visit(self.shop, _NOON)
        some = [product for product in self.shop.catalogue.products.values() if not product.groups][:4]
        basket = start.basket
        for product in some:
            basket = basket.add(product, preset_choices(product))
        self.menu: Visit = replace(
            start, phase=Menu(), service=Service.EAT_IN, category="burgers", basket=basket
        )
        self.longest = max(
            (category.id for category in self.shop.catalogue.categories),
            key=lambda id: len(list(self.shop.catalogue.in_category(id))),
        )
        self.now_s = 100.0

    def scene(self, visit: Visit) -> Scene:
        return self.outfit.scene(visit)

    def rest(self) -> None:
        """Let everything that moves come to rest."""
        for _ in range(600):
            due = self.screen.animate(self.now_s)
            self.screen.repaint()
            if due is None:
                return
            self.now_s = due

    def show(self, visit: Visit) -> None:
        self.screen.show(self.scene(visit))
        self.rest()

    # --- what is measured ----------------------------------------------------------------------------------

    def touches(self, rounds: int) -> Iterator[Took]:
        """A finger comes down on a card: until its pressed look is there."""
        self.show(self.menu)
        scene = self.screen.scene
        assert scene is not None
        cards = [w for w in scene.widgets if w.id.startswith("product:") and w.action and self._whole(w)]
        for turn in range(rounds):
            x, y = self._px(cards[turn % len(cards)])
            yield timed(partial(self._touch, x, y))
            self.screen.touch_move(x, y, self.now_s)
            self.screen.touch_up(0, 0, self.now_s)
            self.rest()

    def _touch(self, x: int, y: int) -> None:
        self.screen.touch_down(x, y, self.now_s)
        self.screen.animate(self.now_s)
        self.screen.repaint()

    def changes(self, rounds: int) -> Iterator[Took]:
        """From the menu to the basket and back: until the first picture of the way there."""
        visits = (self.menu, replace(self.menu, phase=Reviewing()))
        self.show(visits[1])
        for turn in range(rounds):
            yield timed(partial(self._change, visits[turn % 2]))
            self.rest()

    def _change(self, visit: Visit) -> None:
        self.screen.show(self.scene(visit))
        self.screen.animate(self.now_s)
        self.screen.repaint()

    def whole_pictures(self, rounds: int) -> Iterator[Took]:
        """All of the menu painted anew."""
        scene = self.scene(self.menu)
        for _ in range(rounds):
            yield timed(partial(self._paint, scene))

    def _paint(self, scene: Scene) -> None:
        self.outfit.renderer.paint(self.window.canvas, scene)
        self.window.present([self.window.canvas.get_rect()])

    def words(self, rounds: int) -> Iterator[Took]:
        """One more of a product in the basket: its words and the sum change, nothing else."""
        line = self.menu.basket.lines[0]
        self.show(self.menu)
        for turn in range(rounds):
            basket = self.menu.basket.with_quantity(line.id, 1 + turn % 9)
            scene = self.scene(replace(self.menu, basket=basket))
            self.screen.show(scene)
            yield timed(self.screen.repaint)
            self.rest()

    def scrolling(self) -> list[Took]:
        """The longest list up and down under a finger, picture by picture."""
        self.show(replace(self.menu, category=self.longest))
        scene = self.screen.scene
        assert scene is not None
        region = max(scene.regions, key=lambda region: region.furthest)
        assert region.furthest > 0, "nothing to scroll"
        scale = DISPLAY.px_per_mm
        x = round(region.viewport.centre[0] * scale)
        top, bottom = region.viewport.y * scale + 20, region.viewport.bottom * scale - 20
        steps: list[Took] = []
        y, by = bottom, -24.0  # 700 px/s at 30 pictures a second: a guest who looks for something
        self.screen.touch_down(x, round(y), self.now_s)
        for _ in range(round(_SCROLL_S / FRAME_S)):
            self.now_s += FRAME_S
            y += by
            if not top < y < bottom:
                by, y = -by, y - by
            steps.append(timed(partial(self._drag, x, round(y))))
        self.screen.touch_up(x, round(y), self.now_s)
        self.rest()
        return steps

    def _drag(self, x: int, y: int) -> None:
        self.screen.touch_move(x, y, self.now_s)
        self.screen.animate(self.now_s)
        self.screen.repaint()

    def _whole(self, widget: Widget) -> bool:
        region = self.scene(self.menu).region(widget.region) if widget.region else None
        return region is None or region.viewport.holds(widget.rect)

    def _px(self, widget: Widget) -> tuple[int, int]:
        x, y = widget.rect.centre
        return round(x * DISPLAY.px_per_mm), round(y * DISPLAY.px_per_mm)


def _row(name: str, took: Sequence[Took], budget: str) -> list[str]:
    wall, cpu = [each.wall_ms for each in took], [each.cpu_ms for each in took]
    return [
        name,
        f"{statistics.median(wall):.2f}",
        f"{p95(wall):.2f}",
        f"{statistics.median(cpu):.2f}",
        f"{p95(cpu):.2f}",
        budget,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench screen")
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    bench = Bench()
    for _ in warm_up(bench.outfit.composer, bench.outfit.renderer, bench.menu):
        pass
    touches = list(bench.touches(rounds))
    changes = list(bench.changes(rounds))
    whole = list(bench.whole_pictures(rounds))
    words = list(bench.words(rounds))
    scrolling = bench.scrolling()
    rows = [
        _row("touch to feedback", touches, "p95 50"),
        _row("screen change, first picture", changes, "p95 100"),
        _row("whole picture", whole, "-"),
        _row("a word changes", words, "1/10 of the whole"),
        _row("scrolling, one picture", scrolling, "8.3 (25 % of a core)"),
    ]
    print(table(rows, ["milliseconds", "p50", "p95", "CPU p50", "CPU p95", "budget"]))
    ratio = statistics.median(t.cpu_ms for t in whole) / statistics.median(t.cpu_ms for t in words)
    share = sum(t.cpu_ms for t in scrolling) / (len(scrolling) * FRAME_S * 1000)
    longest = max(t.cpu_ms for t in (*touches, *words, *scrolling))
    print(f"\na changed word costs 1/{ratio:.0f} of the whole picture")
    print(f"scrolling at 30 pictures a second takes {share:.0%} of a core")
    print(
        f"longest step: {longest:.1f} ms of CPU; of a screen change {max(t.cpu_ms for t in changes):.1f} ms"
    )


if __name__ == "__main__":
    main()
