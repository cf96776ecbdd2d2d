"""A promo code: type it, or hold it under the scanner. What it gives is on the order at once."""

from __future__ import annotations

from kioskd.core.phases import EnteringPromoCode
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.screens.code_entry import CodeEntry, code_entry
from kioskd.ui.screens.sheet import Sheet


def promo_code(sheet: Sheet, visit: Visit, shop: Shop, phase: EnteringPromoCode) -> str:
    tr = sheet.tr
    entry = CodeEntry(
        title=tr("Promo code"),
        code=phase.code,
        letters=phase.letters,
        before_camera=tr("Type it, or hold it in front of the camera"),
        below_scanner=tr("Type it, or hold it under the scanner below the screen"),
        where_it_stands=tr("A code works once"),
        submit=tr("Use this code"),
        type_first=tr("Type the code first"),
        busy=tr("Using your code"),
        busy_until_s=phase.due_s,
        stop=False,  # it is used up, whoever waits
    )
    return code_entry(sheet, visit, shop, entry, leave=None)
