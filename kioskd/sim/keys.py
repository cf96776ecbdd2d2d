"""The hand of a guest on the keypad: walks with the keys to what it is told to, and selects it.

It knows nothing of the screen's layout: it asks after every key where the keys are, as somebody listens, and
gives up after a whole round. So a visit by keys also proves that everything in it can be reached by them.
"""

from __future__ import annotations

import asyncio

from kioskd.sim.finger import FIND_S, NothingToTouch, Scene, Widget, find
from kioskd.sim.keypad import KeypadSimulator
from kioskd.sim.kiosk import Kiosk

_LOOK_AGAIN_S = 0.03
_TAKES_S = 3.0


async def press(kiosk: Kiosk, keypad: KeypadSimulator, *keys: str) -> Scene:
    """Press these, and return what is shown when the kiosk has heard them."""
    for key in keys:
        await keypad.press(key)
        await kiosk.skip(0.0)
    return await kiosk.scene()


async def select(kiosk: Kiosk, keypad: KeypadSimulator, target: str) -> None:
    """Walk to the enabled widget meant by `target`, as `finger.find` finds it, and select it.

    Waits for it to appear. Raises NothingToTouch when it does not, or when the keys never come to it.
    """
    widget = await _awaited(kiosk, target)
    scene = await _by_keys(kiosk, keypad)
    row = widget.get("row")
    await _walk(kiosk, keypad, scene, row or widget["id"])
    if row:
        await _walk(kiosk, keypad, await press(kiosk, keypad, "select"), widget["id"])
    await press(kiosk, keypad, "select")


async def _awaited(kiosk: Kiosk, target: str) -> Widget:
    missing = NothingToTouch(f"the screen stayed empty, nothing is called {target!r}")
    try:
        async with asyncio.timeout(FIND_S):
            while True:
                try:
                    return find(await kiosk.scene(), target)
                except NothingToTouch as nothing:
                    missing = nothing
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        raise missing from None


async def _by_keys(kiosk: Kiosk, keypad: KeypadSimulator) -> Scene:
    """The first key only says that there is somebody who uses them."""
    scene = await kiosk.scene()
    if scene["keys"]:
        return scene
    await keypad.press("next")
    try:
        async with asyncio.timeout(_TAKES_S):
            while not scene["keys"]:
                await asyncio.sleep(_LOOK_AGAIN_S)
                scene = await kiosk.scene()
    except TimeoutError:
        raise NothingToTouch("the kiosk does not answer to its keys") from None
    return scene


async def _walk(kiosk: Kiosk, keypad: KeypadSimulator, scene: Scene, id: str) -> None:
    seen: list[str | None] = []
    while (at := scene["focused"]) != id:
        if at is not None and at in seen:
            raise NothingToTouch(f"the keys never come to {id}: only to {', '.join(map(str, seen))}")
        seen.append(at)
        scene = await press(kiosk, keypad, "next")
