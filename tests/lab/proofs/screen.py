"""What the display shows, and the finger on it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PIL import Image, ImageChops

from kioskd.sim.finger import find
from tests.lab.lab import Lab, NotSo, until
from tests.lab.machine import SCREEN_PX
from tests.lab.proofs.proof import Proof

LEAST_COLOURS = 100
"""Letters with smooth edges alone have as many."""


async def first_screen(lab: Lab) -> str:
    """The display's controller shows, pixel by pixel, what the kiosk has painted."""
    await lab.until_screen("attract")
    await _same_picture(lab, "attract.png")
    with Image.open(lab.pictures / "attract.png") as picture:
        colours = len(picture.convert("RGB").getcolors(maxcolors=SCREEN_PX[0] * SCREEN_PX[1]) or ())
    if colours < LEAST_COLOURS:
        raise NotSo(f"the display shows {colours} colours")
    ready_us = await lab.door.run("systemctl show kioskd --property=ActiveEnterTimestampMonotonic --value")
    return (
        f"pixel by pixel what the kiosk painted, in {colours} colours;"
        f" the kiosk was ready {int(ready_us) / 1e6:.1f} s after the kernel began"
    )


async def finger(lab: Lab) -> str:
    """Touches of the touch screen arrive where they were made, on buttons in all corners."""
    await lab.tap("language:nl")
    await until(lambda: _eat_in(lab), lambda name: name != "Eat in", "Dutch")
    await lab.tap("language:en")
    await until(lambda: _eat_in(lab), lambda name: name == "Eat in", "English")
    await lab.tap("take_away")
    await lab.until_screen("menu")
    await _same_picture(lab, "menu.png")
    await lab.leave()
    return "four buttons, each by one touch"


async def _eat_in(lab: Lab) -> str:
    return str(find(await lab.kiosk.scene(), "eat_in")["name"])


async def _same_picture(lab: Lab, name: str) -> None:
    file = lab.pictures / name

    async def difference() -> str:
        await lab.machine.picture(file)
        frame = await lab.kiosk.frame()
        painted = Image.frombytes("RGB", (frame.width_px, frame.height_px), frame.rgb)
        return await asyncio.to_thread(_difference, file, painted)

    await until(difference, lambda found: not found, f"display that shows what was painted ({name})")


def _difference(shown_file: Path, painted: Image.Image) -> str:
    with Image.open(shown_file) as file:
        shown = file.convert("RGB")
    if shown.size != painted.size:
        return f"the display has {shown.size} px, the picture {painted.size}"
    box = ImageChops.difference(shown, painted).getbbox()
    return f"pixels differ within {box}" if box else ""


PROOFS = (
    Proof("first-screen", "the first screen is on the display", first_screen),
    Proof("touch", "the touch screen touches", finger),
)
