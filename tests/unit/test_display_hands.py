"""What a finger or a key does at once: it silences the voice, and a hand that trembles counts once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kioskd.core.intents import UseKeys
from kioskd.core.keypad import Key
from kioskd.core.shop import Shop
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.keypad import EvdevKeypad
from kioskd.daemon.display import make_display
from kioskd.ui.window import Driver, Window
from tests.ui_visits import shop, visits

SIZE_PX = (540, 960)
HARBOUR: Shop = shop()
NO_LOCKOUT_WOULD_BE_FELT_S = 0.05


class Hands:
    """A display with the settings nobody has changed, and what came of what was done to it."""

    def __init__(self, window: Window, **changed: object) -> None:
        width, height = SIZE_PX
        config = settings.Display.model_validate(
            {
                "driver": "offscreen",
                "width_px": width,
                "height_px": height,
                "width_mm": 208,
                "height_mm": 370,
                **changed,
            }
        )
        self.now_s = 10.0
        self.done: list[object] = []
        self.display = make_display(config, HARBOUR, None, lambda: self.now_s, window)
        self.display.show(visits(HARBOUR)["menu"])
        self.display.on_touch = lambda: self.done.append("silence")
        self.display.on_intent = self.done.append

    def touch(self, id: str) -> None:
        scene, _ = self.display.looked_at()
        widget = scene.widget(id) if scene else None
        assert scene is not None and widget is not None
        x, y = widget.rect.centre
        for phase in ("down", "up"):
            self.display.touch(phase, *(round(side * SIZE_PX[0] / scene.width_mm) for side in (x, y)))


@pytest.fixture
def window() -> Iterator[Window]:
    opened = Window(*SIZE_PX, driver=Driver.OFFSCREEN)
    yield opened
    opened.close()


def test_a_finger_silences_before_anything_comes_of_it(window: Window) -> None:
    hands = Hands(window)
    hands.touch("add:CLASSIC")
    assert hands.done[0] == "silence" and len(hands.done) == 2


@pytest.mark.parametrize("key", [Key.NEXT, Key.SELECT, Key.REPEAT])
def test_a_key_silences_before_anything_comes_of_it(window: Window, key: Key) -> None:
    hands = Hands(window)
    hands.display.press(key)
    assert hands.done == ["silence", UseKeys()]


def test_who_has_set_nothing_is_served_with_a_hand_that_trembles(window: Window) -> None:
    hands = Hands(window)
    hands.touch("add:CLASSIC")
    hands.now_s += NO_LOCKOUT_WOULD_BE_FELT_S
    hands.touch("add:CLASSIC")
    assert len([done for done in hands.done if done != "silence"]) == 1
    hands.now_s += 1
    hands.touch("add:CLASSIC")
    assert len([done for done in hands.done if done != "silence"]) == 2


@pytest.mark.parametrize("lockout_s", [0.0, 0.5])
def test_the_lock_out_is_what_was_set(window: Window, lockout_s: float) -> None:
    hands = Hands(window, lockout_s=lockout_s)
    hands.touch("add:CLASSIC")
    hands.now_s += 0.4
    hands.touch("add:CLASSIC")
    assert len([done for done in hands.done if done != "silence"]) == (1 if lockout_s else 2)


def test_a_keypad_locks_out_unless_told_otherwise() -> None:
    assert 0.2 <= EvdevKeypad.model_fields["lockout_s"].default <= 0.5
