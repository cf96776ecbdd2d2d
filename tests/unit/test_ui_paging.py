"""One finger that only taps: the buttons beside a list lead past every word of it, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kioskd.ui.fonts import Fonts
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Scene, ScrollBy, scrolled
from tests.screens.lints import ink_box
from tests.screens.looks import MODES, SIZES, look
from tests.screens.states import State
from tests.ui_visits import shop, visits

SHOP = shop()
VISITS = visits(SHOP)
LONG = ("menu", "basket-many", "checkout-many-offers", "member-taken", "product-combo", "staff-orders")
MOST_TAPS = 60


def tapped(scene: Scene, region: str, way: str, offset: float) -> float | None:
    """Where the list is after one tap; None where there is nothing to tap."""
    button = scrolled(scene, {region: offset}).widget(f"{region}:{way}")
    if button is None or not button.enabled:
        return None
    assert isinstance(button.action, ScrollBy)
    found = next(each for each in scene.regions if each.id == region)
    return min(max(offset + button.action.pages * found.viewport.h, 0.0), found.furthest)


def passed(scene: Scene, region: str, way: str, offset: float) -> Iterator[float]:
    """Every place the list comes to, by tapping one button until it has nothing more."""
    for _ in range(MOST_TAPS):
        yield offset
        after = tapped(scene, region, way, offset)
        if after is None:
            return
        offset = after
    raise AssertionError(f"{region} has no end")


def letters(scene: Scene, region: str, fonts: Fonts, offset: float = 0.0) -> dict[str, Rect]:
    """Where the words of the list are."""
    moved = scrolled(scene, {region: offset})
    texts = (w for w in moved.widgets if w.region == region and w.label is not None)
    return {w.id: ink_box(w, fonts, scene.rtl) for w in texts}


@pytest.mark.parametrize("mode", ["plain", "large"])
@pytest.mark.parametrize("size", SIZES)
def test_by_taps_alone_every_text_of_a_list_is_seen_whole(size: str, mode: str) -> None:
    lists = 0
    for name in LONG:
        visit = VISITS[name]
        worn = replace(visit.access, aids=visit.access.aids | MODES[mode])
        outfit = look(State(visit, SHOP), size, mode=mode).outfit
        scene, fonts = outfit.scene(replace(visit, access=worn)), outfit.measure
        for region in scene.regions:
            if not region.furthest:
                continue
            lists += 1
            there = list(passed(scene, region.id, "down", 0.0))
            seen = {
                id
                for offset in there
                for id, box in letters(scene, region.id, fonts, offset).items()
                if region.viewport.holds(box, slack=0.5)
            }
            texts = letters(scene, region.id, fonts)
            unseen = {id for id, box in texts.items() if box.h <= region.viewport.h} - seen
            assert not unseen, f"{name}: {sorted(unseen)}"
            assert list(passed(scene, region.id, "up", there[-1]))[-1] == 0, "and back to the beginning"
    assert lists
