"""The newest orders, for staff: which one is it?"""

from __future__ import annotations

from functools import partial

from kioskd.core.intents import GoBack
from kioskd.core.sale import Sale
from kioskd.core.shop import Shop
from kioskd.core.staff import BrowsingSales
from kioskd.core.staff_intents import ShowSale
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import Block, stack
from kioskd.ui.screens.staff_page import calm, list_head, staff_frame
from kioskd.ui.screens.staff_words import STATES, paid_with, when
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean


def staff_orders(sheet: Sheet, visit: Visit, shop: Shop, phase: BrowsingSales) -> str:
    tr, stage = sheet.tr, sheet.stage
    title = tr("Orders")
    layout = staff_frame(sheet, visit, shop)
    body, controls = list_head(sheet, layout.body, title, GoBack())
    if phase.asking is not None:
        waiting(sheet, body, tr("Looking up the orders"), phase.due_s or 0.0)
    elif phase.failed:
        calm(sheet, body, "warning", tr("The orders could not be looked up. Go back and try again."))
    elif not phase.sales:
        words = tr("This kiosk does not know that order.") if phase.wanted else tr("No orders yet.")
        calm(sheet, body, "receipt", words)
    else:
        height = max(stage.target_mm, sheet.u(128 if not stage.compact else 96))
        blocks = [Block(height, partial(_row, sheet, visit, sale)) for sale in phase.sales]
        stack(sheet, "sales", body, blocks, gap(sheet) * 0.75 + 0.75, reset="sales", controls=controls)
    return title


def _row(sheet: Sheet, visit: Visit, sale: Sale, rect: Rect, region: str | None) -> None:
    tr, order = sheet.tr, sale.order
    id = f"sale:{order.id}"
    number, total = clean(order.number, 12), tr.money(order.total)
    state = tr(STATES[sale.state])
    facts = ", ".join(part for part in (when(order.placed_at, visit.now, tr), paid_with(sale, tr)) if part)
    sheet.add(
        Widget(
            id,
            Role.BUTTON,
            rect,
            "card",
            name=", ".join((number, state, facts, total)),
            action=ShowSale(order.id),
            region=region,
            focus=sheet.focus(),
        )
    )
    inner = rect.inset(sheet.u(32 if not sheet.stage.compact else 20), sheet.u(8))
    at, inner = inner.start(max(sheet.width(number, "heading"), sheet.u(120)), sheet.u(32))
    sheet.line(at, number, ("heading", "strong", "pill"), part_of=id, region=region, id=f"{id}/number")
    at, inner = inner.end(sheet.width(total, "price") + sheet.u(8), sheet.u(24))
    sheet.line(at, total, "price", align=Align.END, part_of=id, region=region, id=f"{id}/total")
    first, second = inner.around(inner.w, min(inner.h, sheet.u(100))).rows(2)
    sheet.line(first, state, ("strong", "pill", "badge"), part_of=id, region=region, id=f"{id}/state")
    sheet.line(second, facts, ("small", "tiny"), style="quiet", part_of=id, region=region, id=f"{id}/facts")
