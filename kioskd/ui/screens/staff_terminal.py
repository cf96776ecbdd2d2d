"""What the card terminal has taken since its last end of day, and closing its day."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kioskd.core.card_terminal import Totals
from kioskd.core.intents import GoBack
from kioskd.core.shop import Shop
from kioskd.core.staff import AtTerminal
from kioskd.core.staff_intents import CloseDay
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import Translator
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.choices import Choice, choices, choices_area
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import Block, stack
from kioskd.ui.screens.staff_page import staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.staff_told import told_block
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean, embedded


def staff_terminal(sheet: Sheet, visit: Visit, shop: Shop, phase: AtTerminal) -> str:
    tr, stage = sheet.tr, sheet.stage
    layout = staff_frame(sheet, visit, shop)
    title = tr("The day is closed") if phase.closed else tr("Card terminal")
    if phase.asking is not None:
        words = tr("The terminal settles with the bank") if phase.totals else tr("Asking the card terminal")
        waiting(sheet, layout.body, words, phase.due_s or 0.0)
        return title
    if phase.closing:
        title = tr("Close the terminal's day?")
    answers = _answers(phase, tr)
    body = layout.body
    if not answers:
        body = head(sheet, body, title, back=GoBack())
    elif stage.portrait:
        body = head(sheet, body, title, back=GoBack())
        keys, body = choices_area(sheet, body, len(answers), len(answers))
        choices(sheet, keys, _question(phase, tr), answers, len(answers))
    else:
        keys, left = body.end(body.w * 0.4, gap(sheet) * 1.5)
        body = head(sheet, left, title, back=GoBack())
        choices(sheet, keys, _question(phase, tr), answers, 1)
    blocks = list(_blocks(sheet, phase, body.w))
    stack(sheet, "terminal", body, blocks, gap(sheet) * 0.75, reset=f"{phase.closing}{phase.closed}")
    return title


def _answers(phase: AtTerminal, tr: Translator) -> list[Choice]:
    if phase.closed:
        return []
    if phase.closing:
        return [("close_yes", tr("Yes, close it"), CloseDay()), ("close_no", tr("Not now"), GoBack())]
    return [("close_day", tr("End of day"), CloseDay())]


def _question(phase: AtTerminal, tr: Translator) -> str:
    return tr("Are you sure?") if phase.closing else tr("Settle with the bank")


def _blocks(sheet: Sheet, phase: AtTerminal, width: float) -> Iterator[Block]:
    tr = sheet.tr
    if phase.refused:
        words = clean(phase.refused, 200)
        height = sheet.height(words, "small", width - 2 * sheet.u(32)) + sheet.u(40)
        yield Block(height, partial(_refused, sheet, words))
    if phase.closing:
        note = tr("Card payments before it cannot be taken back by the kiosk afterwards.")
        yield told_block(sheet, "closing", "", note, [], width)
    if phase.totals is not None:
        for row in _rows(phase.totals, tr):
            yield row_block(sheet, row, width)


def _rows(totals: Totals, tr: Translator) -> Iterator[Row]:
    total = tr.money(totals.total) if totals.total is not None else tr("It does not say")
    receipts = ""
    if totals.first_receipt is not None and totals.last_receipt is not None:
        receipts = tr("Receipts {first} to {last}", first=totals.first_receipt, last=totals.last_receipt)
    yield Row("total", tr("Taken in all"), receipts, end=total)
    for number, each in enumerate(totals.schemes):
        count = tr.plural("{n} payment", "{n} payments", each.count)
        name = embedded(clean(each.scheme, 40), tr.rtl)
        yield Row(f"scheme:{number}", name, count, end=tr.money(each.total))


def _refused(sheet: Sheet, words: str, rect: Rect, region: str | None) -> None:
    sheet.add(Widget("refused", Role.STATUS, rect, "notice", name=words, region=region))
    inner = rect.inset(sheet.u(32), sheet.u(8))
    sheet.line(inner, words, ("small", "tiny"), lines=6, part_of="refused", region=region)
