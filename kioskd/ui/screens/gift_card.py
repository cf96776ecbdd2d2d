"""A gift card or a voucher without a card of the guest's: hold it under the scanner, or type its code."""

from __future__ import annotations

from kioskd.core.phases import AddingGiftCard
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.screens.code_entry import CodeEntry, code_entry
from kioskd.ui.screens.frame import cancel_order
from kioskd.ui.screens.sheet import Sheet


def gift_card(sheet: Sheet, visit: Visit, shop: Shop, phase: AddingGiftCard) -> str:
    tr = sheet.tr
    entry = CodeEntry(
        title=tr("Gift card or voucher"),
        code=phase.code,
        letters=phase.letters,
        before_camera=tr("Hold it in front of the camera, or type its code"),
        below_scanner=tr("Hold it under the scanner below the screen, or type its code"),
        where_it_stands=tr("The code on the card or voucher"),
        submit=tr("Check this code"),
        type_first=tr("Type the code first"),
        busy=tr("Looking up your code"),
        busy_until_s=visit.lookup.deadline_s if visit.lookup else None,
    )
    return code_entry(sheet, visit, shop, entry, cancel_order(sheet))
