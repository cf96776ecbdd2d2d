"""What is to be paid, line by line, and how. The amount is the largest thing on the screen."""

from __future__ import annotations

from kioskd.core.intents import GoBack
from kioskd.core.removal import RemovedGiftCard, RemovedPrepaid
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.bill_blocks import Block, bill_blocks, block
from kioskd.ui.screens.earning import earning_line
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room
from kioskd.ui.screens.lists import pager_w, scroll_area
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.suggestion import suggestion_strip
from kioskd.ui.screens.tenders import may_scan, pay_heights, tenders
from kioskd.ui.screens.undo_bar import undo_bar

_REMOVED_HERE = (RemovedGiftCard, RemovedPrepaid)


def checkout(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    tr, stage = sheet.tr, sheet.stage
    title = tr("Your order")
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet), foot=False)
    if stage.portrait:
        body = head(sheet, layout.body, title, back=GoBack(), visit=visit, shop=shop)
        body = undo_bar(sheet, body, visit, *_REMOVED_HERE)
        wished, least = pay_heights(sheet, visit, shop)
        space, bill_h = sheet.u(48), _least_bill(sheet, visit, shop, body.w)
        pay, body = body.foot(min(wished, max(least, body.h - space - bill_h)), space)
        body = suggestion_strip(sheet, visit, shop, body, least=bill_h)
        _bill(sheet, body, visit, shop, None)
        tenders(sheet, pay, visit, shop)
    else:
        left, right = layout.body.start(layout.body.w * 0.56, gap(sheet) * 1.5)
        left = head(sheet, left, title, back=GoBack(), room=pager_w(sheet))
        controls = head_room(sheet, pager_w(sheet))
        if stage.compact and visit.notice is None:  # there is no room for both, and news are soon over
            right = undo_bar(sheet, right, visit, *_REMOVED_HERE)
        if not stage.compact:
            left = undo_bar(sheet, left, visit, *_REMOVED_HERE)
            left = suggestion_strip(sheet, visit, shop, left)
            right = head(sheet, right, "", visit=visit, shop=shop)
        _bill(sheet, left, visit, shop, controls)
        tenders(sheet, right, visit, shop)
    return title


def _bill(sheet: Sheet, area: Rect, visit: Visit, shop: Shop, controls: Rect | None) -> None:
    """A card as high as its lines need, the lines scrolling when they are many."""
    pad, total_h, note_h = _fixed(sheet, visit, shop)
    width = area.w - 2 * pad
    room = area.h - 2 * pad - total_h - note_h
    blocks = bill_blocks(sheet, visit, shop, width)
    if _height(blocks, sheet) > room + 0.01 and controls is None:  # up and down stand beside the lines
        blocks = bill_blocks(sheet, visit, shop, width - sheet.stage.target_mm - sheet.u(16))
    lines_h = _height(blocks, sheet)
    card = area.top(min(area.h, 2 * pad + lines_h + total_h + note_h))[0]
    sheet.surface(card, "card", id="bill")
    note, rest = card.inset(pad, pad).foot(note_h)
    total, lines = rest.foot(total_h)
    region = None
    if lines_h > lines.h + 0.01:
        lines, found = scroll_area(
            sheet, "bill_lines", lines, lines_h, reset="", aside=True, controls=controls, on="card"
        )
        region = found.id
    y = lines.y
    for each in blocks:
        at = Rect(lines.x, y, lines.w, each.height)
        block(sheet, at, each, region)
        y = at.bottom + _step(sheet)
    _total(sheet, total, visit)
    if note_h:
        earning_line(sheet, note, visit)


def _fixed(sheet: Sheet, visit: Visit, shop: Shop) -> tuple[float, float, float]:
    """The air around the card's contents, and the heights of its total and of the note below that."""
    compact = sheet.stage.compact
    total_h = sheet.u(170 if sheet.stage.portrait else 136 if not compact else 108)
    note_h = sheet.measure.line_mm("small") if shop.preview and not may_scan(visit, shop) else 0.0
    return sheet.u(48 if not compact else 24), total_h, note_h


def _least_bill(sheet: Sheet, visit: Visit, shop: Shop, width: float) -> float:
    """With all of its lines, or so many as stand beside up and down."""
    pad, total_h, note_h = _fixed(sheet, visit, shop)
    lines_h = _height(bill_blocks(sheet, visit, shop, width - 2 * pad), sheet)
    return 2 * pad + total_h + note_h + min(lines_h, 2 * sheet.stage.target_mm + 4.0)


def _step(sheet: Sheet) -> float:
    return sheet.u(14 if not sheet.stage.compact else 4)


def _height(blocks: list[Block], sheet: Sheet) -> float:
    return sum(each.height + _step(sheet) for each in blocks)


def _total(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    tr = sheet.tr
    amount = tr.money(visit.bill.due)
    rule, rest = rect.top(sheet.u(3), sheet.u(16))
    sheet.surface(rule, "rule", id="bill/rule")
    compact = sheet.stage.compact
    size = next(
        (s for s in ("amount", "title", "heading") if sheet.width(amount, s) <= rest.w * 0.62), "heading"
    )
    at, words = rest.end(sheet.width(amount, size) + sheet.u(10), sheet.u(20))
    line_h = sheet.measure.line_mm(size)
    sheet.add(Widget("total", Role.STATUS, rest.foot(line_h)[0], "plain", name=tr("To pay"), value=amount))
    sheet.line(at.foot(line_h)[0], amount, size, align=Align.END, part_of="total", id="total/value")
    left = words.foot(line_h)[0]
    sheet.line(
        left,
        tr("To pay"),
        ("heading", "strong", "pill") if not compact else ("strong", "pill"),
        part_of="total",
        id="total/name",
    )
