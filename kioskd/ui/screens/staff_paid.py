"""Before an order counts as paid: how much, and whether the guest really has."""

from __future__ import annotations

from kioskd.core.intents import GoBack
from kioskd.core.shop import Shop
from kioskd.core.staff import ViewingSale
from kioskd.core.staff_intents import MarkPaid
from kioskd.core.visit import Visit
from kioskd.ui.screens.choices import Choice, choices, choices_area
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import staff_frame
from kioskd.ui.screens.staff_told import told_block
from kioskd.ui.text import clean


def staff_paid(sheet: Sheet, visit: Visit, shop: Shop, phase: ViewingSale) -> str:
    tr, order = sheet.tr, phase.sale.order
    layout = staff_frame(sheet, visit, shop)
    title = tr("Has the guest paid {amount}?", amount=tr.money(order.due))
    answers: list[Choice] = [
        ("paid_yes", tr("Yes, it is paid"), MarkPaid()),
        ("paid_no", tr("Not yet"), GoBack()),
    ]
    if sheet.stage.portrait:
        body = head(sheet, layout.body, title, back=GoBack())
        keys, body = choices_area(sheet, body, len(answers), 2)
        columns = 2
    else:
        keys, left = layout.body.end(layout.body.w * 0.42, gap(sheet) * 1.5)
        body = head(sheet, left, title, back=GoBack())
        columns = 1
    number = tr("Order {number}", number=clean(order.number, 12))
    note = tr("The order counts as paid, and everything that belongs to it is done.")
    block = told_block(sheet, "settling", number, note, [], body.w)
    stack(sheet, "settling_list", body, [block], 0.0, reset="settling")
    choices(sheet, keys, tr("Is it paid?"), answers, columns)
    return title
