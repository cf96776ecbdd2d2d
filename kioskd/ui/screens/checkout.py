"""What is to be paid, line by line, and how. The amount is the largest thing on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.basket import Line, option_price
from kioskd.core.events import GoBack, PayWith, ShowIdentify
from kioskd.core.order import Tender
from kioskd.core.visit import Shop, Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.earning import earning_line, earning_points
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room
from kioskd.ui.screens.lists import pager_w, scroll_area
from kioskd.ui.screens.pair import MEDIUM, pair
from kioskd.ui.screens.sheet import Sheet, art, icon


def checkout(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    tr, stage = sheet.tr, sheet.stage
    title = tr("Your order")
    if stage.portrait:
        layout = frame(sheet, visit, shop, leave=cancel_order(sheet), foot=False)
        body = head(sheet, layout.body, title, back=GoBack(), visit=visit, shop=shop)
        pay_h = _pay_height(sheet, visit, shop)
        pay, body = body.foot(pay_h, sheet.u(48))
        _bill(sheet, body, visit, shop, None)
        _tenders(sheet, pay, visit, shop)
    else:
        layout = frame(sheet, visit, shop, leave=cancel_order(sheet), foot=False)
        left, right = layout.body.start(layout.body.w * 0.56, gap(sheet) * 1.5)
        left = head(sheet, left, title, back=GoBack(), room=pager_w(sheet))
        controls = head_room(sheet, pager_w(sheet))
        right = head(sheet, right, "", visit=visit, shop=shop) if not stage.compact else right
        _bill(sheet, left, visit, shop, controls)
        _tenders(sheet, right, visit, shop)
    return title


# --- the bill -------------------------------------------------------------------------------------------


def _bill(sheet: Sheet, area: Rect, visit: Visit, shop: Shop, controls: Rect | None) -> None:
    """A card as high as its lines need, the lines scrolling when they are many."""
    compact = sheet.stage.compact
    pad = sheet.u(48 if not compact else 24)
    step = sheet.u(14 if not compact else 4)
    blocks = [_rows(sheet, line) for line in visit.basket.lines]
    lines_h = sum(row.height for rows in blocks for row in rows) + step * len(blocks)
    total_h = sheet.u(170 if not compact else 108)
    note_h = sheet.measure.line_mm("small") if shop.preview and not _may_scan(visit, shop) else 0.0
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
    for line, rows in zip(visit.basket.lines, blocks, strict=True):
        block = Rect(lines.x, y, lines.w, sum(row.height for row in rows))
        _block(sheet, block, f"bill:{line.id}", rows, region)
        y = block.bottom + step
    _total(sheet, total, visit)
    if note_h:
        earning_line(sheet, note, visit)


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed line: the product itself, or a choice below it."""

    words: str
    amount: str
    product: bool
    height: float


def _rows(sheet: Sheet, line: Line) -> list[_Row]:
    tr, line_mm = sheet.tr, sheet.measure.line_mm
    alone = line.product.price * line.quantity
    name = f"{line.quantity} × {tr.words(line.product.name)}"
    rows = [_Row(name, tr.money(alone), True, line_mm("medium"))]
    for choice in line.choices:
        group = line.product.group(choice.group)
        option = group.option(choice.sku) if group else None
        if option is not None:
            price = option_price(line.product, choice) * line.quantity
            amount = tr.money(price) if price else ""
            rows.append(_Row(f"+ {tr.words(option.name)}", amount, False, line_mm("small")))
    return rows


def _block(sheet: Sheet, rect: Rect, id: str, rows: list[_Row], region: str | None) -> None:
    """A product with its choices, heard as one."""
    spoken = ", ".join(part for row in rows for part in (row.words, row.amount) if part)
    sheet.add(Widget(id, Role.GROUP, rect, "plain", name=spoken, region=region))
    rest = rect
    for row in rows:
        at, rest = rest.top(row.height)
        type, smaller, style = ("medium", "small", "plain") if row.product else ("small", "badge", "quiet")
        words = at
        if row.amount:
            amount, words = at.end(sheet.width(row.amount, type) + sheet.u(14), sheet.u(20))
            sheet.line(
                amount,
                row.amount,
                type,
                style=style,
                align=Align.END,
                tabular=True,
                region=region,
                part_of=id,
            )
        if not row.product:
            _, words = words.start(sheet.u(44))
        sheet.line(words, row.words, (type, smaller), style=style, region=region, part_of=id)


def _total(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    tr = sheet.tr
    amount = tr.money(visit.basket.total)
    rule, rest = rect.top(sheet.u(3), sheet.u(16))
    sheet.surface(rule, "rule", id="bill/rule")
    compact = sheet.stage.compact
    size = next(
        (s for s in ("amount", "title", "heading") if sheet.width(amount, s) <= rest.w * 0.62), "heading"
    )
    at, words = rest.end(sheet.width(amount, size) + sheet.u(10), sheet.u(20))
    line_h = sheet.measure.line_mm(size)
    sheet.line(at.foot(line_h)[0], amount, size, align=Align.END, id="total", role=Role.STATUS)
    left = words.foot(line_h)[0]
    sheet.line(
        left,
        tr("To pay"),
        ("heading", "strong", "pill") if not compact else ("strong", "pill"),
        id="total/name",
    )


# --- how to pay -----------------------------------------------------------------------------------------


def _pay_height(sheet: Sheet, visit: Visit, shop: Shop) -> float:
    card = visit.can_pay_with(Tender.CARD, shop)
    counter = visit.can_pay_with(Tender.COUNTER, shop)
    height = sheet.measure.line_mm("heading") + sheet.u(24)
    height += sheet.u(220) if card else sheet.u(150)
    if counter and card:
        height += gap(sheet) + sheet.u(150)
    elif counter:
        height += gap(sheet) + sheet.u(190)
    if _may_scan(visit, shop):
        height += gap(sheet) + sheet.u(126)
    return height


def _may_scan(visit: Visit, shop: Shop) -> bool:
    """Points can still be earned: nobody was recognised yet."""
    return shop.loyalty and visit.member is None and visit.saved_card is None and visit.lookup is None


def _tenders(sheet: Sheet, area: Rect, visit: Visit, shop: Shop) -> None:
    tr, stage, space = sheet.tr, sheet.stage, gap(sheet)
    if _may_scan(visit, shop):
        at, area = area.top(max(sheet.u(126), stage.target_mm), space)
        _scan_row(sheet, at, visit)
    area = sheet.text(
        area,
        tr("How would you like to pay?"),
        ("heading", "strong", "pill"),
        role=Role.HEADING,
        lines=1,
        id="how",
        gap=sheet.u(20 if not stage.compact else 8),
    )
    card = visit.can_pay_with(Tender.CARD, shop)
    counter = visit.can_pay_with(Tender.COUNTER, shop)
    if card:
        room = area.h - (stage.target_mm + space if counter else 0.0)
        at, area = area.top(min(sheet.u(220), room), space)
        sheet.button("pay:card", at, tr("Card or phone"), PayWith(Tender.CARD), picture=art("credit-card"))
        if counter:
            at = area.top(max(min(area.h, sheet.u(150)), stage.target_mm))[0]
            _counter(sheet, at, "secondary")
        return
    if Tender.CARD in shop.tenders:
        at, area = area.top(min(area.h * 0.6, sheet.u(200 if not stage.portrait else 150)), space)
        _no_card(sheet, at, counter=counter)
    if counter:
        at = area.top(min(area.h, sheet.u(190)))[0]
        _counter(sheet, at, "primary")


def _counter(sheet: Sheet, rect: Rect, style: str) -> None:
    tr = sheet.tr
    sheet.button(
        "pay:counter",
        rect,
        tr("At the counter"),
        PayWith(Tender.COUNTER),
        style=style,
        picture=art("counter"),
        types=("button", "strong", "pill"),
    )


def _no_card(sheet: Sheet, rect: Rect, *, counter: bool) -> None:
    """The reason stands where the button was."""
    tr = sheet.tr
    words = tr("Cards cannot be read right now")
    more = tr("Your order is kept; please pay at the counter.") if counter else tr("Please ask our team.")
    sheet.add(Widget("no_card", Role.STATUS, rect, "soft", name=f"{words}. {more}"))
    inner = rect.inset(sheet.u(32), sheet.u(12))
    side = min(inner.h, sheet.u(84))
    at, inner = inner.start(side, sheet.u(28))
    sheet.picture(at.around(side, side), art("credit-card"), part_of="no_card")
    pair(sheet, inner, words, more, "no_card", sizes=MEDIUM)


def _scan_row(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    inner = rect.inset(sheet.u(32 if not sheet.stage.compact else 20), sheet.u(10))
    side, mark = min(inner.h, sheet.u(72)), sheet.u(40)
    words = _scan_words(sheet, visit, inner.w - side - sheet.u(24) - mark - sheet.u(12))
    sheet.add(
        Widget("earn", Role.BUTTON, rect, "card", name=words, action=ShowIdentify(), focus=sheet.focus())
    )
    at, inner = inner.start(side, sheet.u(24))
    sheet.picture(at.around(side, side), art("star"), part_of="earn")
    end, inner = inner.end(mark, sheet.u(12))
    sheet.picture(
        end.around(mark, mark),
        icon("chevron_forward", directed=True),
        style="quiet",
        part_of="earn",
    )
    sheet.line(inner, words, ("strong", "pill", "badge"), part_of="earn", lines=2)


def _scan_words(sheet: Sheet, visit: Visit, width: float) -> str:
    """With the number when it is known and two lines hold it."""
    points = earning_points(sheet, visit)
    words = sheet.tr("Scan your card now and earn {points}", points=points)
    fits = sheet.height(words, "badge", width) <= 2.01 * sheet.measure.line_mm("badge")
    return words if points and fits else sheet.tr("Scan your card now and earn points")
