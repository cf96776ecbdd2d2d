"""What the technician's guide asks for once the kiosk runs, step by step."""

from __future__ import annotations

import re

from tests.lab.first_boot.fresh import PATIENCE_S, Fresh
from tests.lab.first_boot.papers import PIN
from tests.lab.first_boot.story import Act
from tests.lab.keystrokes import typed
from tests.lab.lab import NotSo, until
from tests.lab.machine import SCANNER

_CODE = "LAB-TEST-4711"
_NUMBER = re.compile(r"\bA\d+\b")


async def ready_page(fresh: Fresh) -> str:
    """Receipt, scanner and corners are tried on the page that asks whether everything is ready."""
    await _print(fresh, "test:print")
    await fresh.until_screen("staff_ready")
    await fresh.tap("test:touch")
    await fresh.until_screen("staff_test_touch")
    for corner in ("top_left", "top_right", "bottom_left", "bottom_right"):
        await fresh.tap(f"corner:{corner}")
    await fresh.picture("corners")
    await fresh.tap("done")
    await fresh.until_screen("staff_ready")
    await fresh.tap("start")
    await fresh.until_screen("attract")
    await fresh.picture("sells")
    return "a receipt was printed, four corners answered"


async def staff_pages(fresh: Fresh) -> str:
    """Corner and PIN; devices, test receipt, test scan, settings, about."""
    await _open_staff(fresh)
    await fresh.picture("staff")
    await fresh.tap("go:devices")
    await fresh.until_screen("staff_devices")
    await fresh.picture("devices")
    await _print(fresh, "test:print")
    await fresh.until_screen("staff_devices")
    await fresh.tap("test:scan")
    await fresh.until_screen("staff_test_scan")
    await until(lambda: _scanned(fresh), bool, "trace of a code on the screen", PATIENCE_S)
    await fresh.picture("scanned")
    await fresh.tap("back", "back")
    for page in ("settings", "about"):
        await fresh.until_screen("staff_start")
        await fresh.tap(f"go:{page}")
        await fresh.until_screen(f"staff_{page}")
        await fresh.picture(page)
        await fresh.tap("back")
    await fresh.until_screen("staff_start")
    await fresh.tap("leave")
    await fresh.until_screen("attract")
    return f"{len(fresh.world.printer.papers)} receipts came out, a code was read"


async def first_order(fresh: Fresh) -> str:
    """One order, paid by card, with its receipt; and it is taken back."""
    await fresh.tap("take_away", "category:drinks", "add:MINT-TEA", "pay")
    before = len(fresh.world.printer.papers)
    await fresh.tap("pay:card")
    await fresh.until_screen("thanks")
    await fresh.picture("thanks")
    await _until_printed(fresh, before)
    number = _NUMBER.search(fresh.world.printer.papers[-1].text)
    if number is None:
        raise NotSo(f"no number on the receipt: {fresh.world.printer.papers[-1].text}")
    charged = fresh.world.terminal.state()["charged_minor"]
    await fresh.tap("done")
    await fresh.until_screen("attract")
    await _open_staff(fresh)
    await fresh.tap("go:orders")
    await fresh.until_screen("staff_orders")
    await fresh.tap(f"{number[0]},")
    await fresh.until_screen("staff_order")
    await fresh.tap("everything", "take_back", "why:changed_mind")

    async def on_card() -> object:
        return fresh.world.terminal.state()["charged_minor"]

    await until(on_card, lambda minor: minor == 0, "money back on the card", PATIENCE_S)
    await fresh.picture("taken-back")
    await fresh.tap("leave")
    await fresh.until_screen("attract")
    if not charged:
        raise NotSo("the card was not charged")
    return f"{number[0]}: {charged} cents on the card, a receipt, and taken back"


async def _open_staff(fresh: Fresh) -> None:
    await fresh.hold_corner()
    await fresh.until_screen("staff_pin")
    await fresh.picture("pin")
    await fresh.tap(*(f"key:{digit}" for digit in PIN), "submit")
    await fresh.until_screen("staff_start")


async def _until_printed(fresh: Fresh, before: int) -> None:
    async def printed() -> int:
        return len(fresh.world.printer.papers)

    await until(printed, lambda count: count > before, "paper", PATIENCE_S)


async def _print(fresh: Fresh, target: str) -> None:
    before = len(fresh.world.printer.papers)
    await fresh.tap(target)
    await fresh.until_screen("staff_test_print")
    await _until_printed(fresh, before)
    await fresh.picture("test-receipt")
    (fresh.world.pictures / "test-receipt-paper.png").write_bytes(fresh.world.printer.papers[-1].png)
    await fresh.tap("back")


async def _scanned(fresh: Fresh) -> bool:
    """On a busy host an emulated scanner sometimes stutters like a human: it is shown once more."""
    await fresh.machine.type(SCANNER, typed(_CODE))
    scene = await fresh.kiosk.scene()
    return any(_CODE[-4:] in str(widget) for widget in scene["widgets"])


TRIED = (
    Act("ready-page", "the page that asks whether everything is ready tries what can be tried", ready_page),
    Act("staff-pages", "what the guide asks for, page by page", staff_pages),
    Act("first-order", "an order, paid by card", first_order),
)
