"""Before something is taken back: what that leads to, and why it is done."""

from __future__ import annotations

from kioskd.core.intents import GoBack
from kioskd.core.order import Tender
from kioskd.core.return_forecast import forecast
from kioskd.core.sale import SaleState
from kioskd.core.shop import Shop
from kioskd.core.staff import ViewingSale
from kioskd.core.staff_intents import ConfirmTakeBack
from kioskd.core.visit import Visit
from kioskd.ui.screens.choices import Choice, choices, choices_area
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import staff_frame
from kioskd.ui.screens.staff_told import told_block
from kioskd.ui.screens.staff_words import REASONS, Mark, Told, told


def staff_why(sheet: Sheet, visit: Visit, shop: Shop, phase: ViewingSale) -> str:
    stage = sheet.stage
    layout = staff_frame(sheet, visit, shop)
    title, note, lines = _consequences(sheet, visit, shop, phase)
    space = gap(sheet)
    if stage.portrait:
        body = head(sheet, layout.body, title, back=GoBack())
        columns = 2
        reasons, body = choices_area(sheet, body, len(REASONS), columns)
    else:
        reasons, left = layout.body.end(layout.body.w * 0.46, space * 1.5)
        body = head(sheet, left, title, back=GoBack())
        columns = 2 if stage.compact else 1
    block = told_block(sheet, "forecast", "", note, lines, body.w)
    stack(sheet, "forecast_list", body, [block], 0.0, reset="forecast")
    tr = sheet.tr
    answers: list[Choice] = [
        (f"why:{reason}", tr(words), ConfirmTakeBack(reason)) for reason, words in REASONS.items()
    ]
    choices(sheet, reasons, tr("Why?"), answers, columns)
    return title


def _consequences(sheet: Sheet, visit: Visit, shop: Shop, phase: ViewingSale) -> tuple[str, str, list[Told]]:
    tr, sale = sheet.tr, phase.sale
    if sale.state is SaleState.UNPAID:
        given_back = Told(
            tr("Offers, gift cards and prepaid money used for it are given back"), Mark.BY_ITSELF
        )
        note = tr("Nobody has paid it yet: there is no money to pay out.")
        return tr("Drop this order?"), note, [given_back] if sale.order.reserves else []
    today = sale.order.placed_at.date() == visit.now.date()
    cards = today and Tender.CARD in shop.tenders
    returned = forecast(sale, dict(phase.picked), loyalty=shop.loyalty, cards=cards)
    title = tr("Take back {amount}?", amount=tr.money(returned.refund))
    return title, "", [*told(returned, sale, tr, foretold=True)]
