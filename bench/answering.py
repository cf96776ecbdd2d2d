"""How soon a running kiosk answers a scan and a touch with a changed picture, at 1080 x 1920.

Measured from outside: from the scanner's last byte, or the finger's event on the local socket, until the
socket says that another picture is on the display; so the way there and back is in the figures.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.table import table
from kioskd.sim.finger import find
from kioskd.sim.options import Options
from kioskd.sim.world import World

SCANS = 40
TOUCHES = 60
BUDGET_MS = 50.0
CARD = "10024711"


def answering() -> dict[str, float]:
    scans_ms, members_ms, touches_ms = asyncio.run(_measure())
    rows: list[list[str]] = []
    figures: dict[str, float] = {}
    for name, label, values in (
        ("scan_to_frame", "scan to changed frame", scans_ms),
        ("scan_to_member", "scan to the member's name (loopback server)", members_ms),
        ("touch_to_frame", "touch to changed frame", touches_ms),
    ):
        p50, p95 = statistics.median(values), sorted(values)[int(len(values) * 0.95)]
        budget = f"{BUDGET_MS:g}" if name != "scan_to_member" else ""
        rows.append([label, f"{p50:.1f}", f"{p95:.1f}", budget, "OVER" if budget and p95 > BUDGET_MS else ""])
        figures |= {f"{name}_p50_ms": p50, f"{name}_p95_ms": p95}
    print(table(rows, ["running kiosk, ms", "p50", "p95", "p95 budget", ""]))
    return figures


async def _measure() -> tuple[list[float], list[float], list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), Options(size_px=(1080, 1920))) as world:
            await world.ready()
            scans_ms, members_ms = [], []
            for _ in range(SCANS):
                first_ms, member_ms = await _scan(world)
                scans_ms.append(first_ms)
                members_ms.append(member_ms)
            return scans_ms, members_ms, await _touches(world)


async def _scan(world: World) -> tuple[float, float]:
    """One guest: recognised, then gone again."""
    seq = await _at_rest(world)
    changed = asyncio.create_task(world.kiosk.wait(seq, 5.0))
    await asyncio.sleep(0.01)  # the question is on its way before the card is
    started_s = time.perf_counter()
    await world.scan(CARD)
    await changed
    first_s = time.perf_counter() - started_s
    await _at(world, "overview")
    member_s = time.perf_counter() - started_s
    await world.tap("leave")
    await _at(world, "attract")
    await asyncio.sleep(0.5)  # the first screen has begun to move
    await world.skip(12.0)  # and ends; nor is the same code "read twice" any more
    return first_s * 1000, member_s * 1000


async def _at(world: World, place: str) -> None:
    while (await world.kiosk.status())["place"] != place:  # noqa: ASYNC110 - another process is watched
        await asyncio.sleep(0.001)


async def _touches(world: World) -> list[float]:
    """From one category of the menu to another and back: most of the screen changes."""
    await world.tap("eat_in")
    times_ms = []
    for number in range(TOUCHES):
        target = "category:sides" if number % 2 == 0 else "category:burgers"
        x_px, y_px = await _centre_px(world, target)
        await world.kiosk.touch(x_px, y_px, "down")
        seq = await _at_rest(world)
        started_s = time.perf_counter()
        await world.kiosk.touch(x_px, y_px, "up")
        await world.kiosk.wait(seq, 5.0)
        times_ms.append((time.perf_counter() - started_s) * 1000)
    return times_ms


async def _centre_px(world: World, target: str) -> tuple[int, int]:
    scene = await world.kiosk.scene()
    x, y, w, h = find(scene, target)["rect_mm"]
    px_per_mm = world.kiosk.width_px / scene["size_mm"][0]
    return round((x + w / 2) * px_per_mm), round((y + h / 2) * px_per_mm)


async def _at_rest(world: World) -> int:
    """The number of the picture when nothing has moved for a fifth of a second."""
    seq = -1
    while (now := int((await world.kiosk.status())["screen"])) != seq:
        seq = now
        await asyncio.sleep(0.2)
    return seq
