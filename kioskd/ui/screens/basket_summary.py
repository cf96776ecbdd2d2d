"""The order so far, beside or below the menu, wherever the display has room for it."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.catalogue import Service
from kioskd.core.intents import ShowBasket, ShowCheckout
from kioskd.core.notice import NoticeKind
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.earning import SMALLEST, earning_words
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.offer_words import offer_title
from kioskd.ui.screens.sheet import Sheet, icon


def _summary(sheet: Sheet, visit: Visit) -> str:
    count = sheet.tr.plural("{n} item", "{n} items", visit.basket.count)
    return f"{count} · {sheet.tr.money(visit.bill.total)}"


def _second_line(sheet: Sheet, visit: Visit, width: float) -> str:
    if visit.notice is not None and visit.notice.kind is NoticeKind.ADDED:
        return sheet.tr("Added: {about}", about=visit.notice.about)
    if earning := earning_words(sheet, visit, width):
        return earning
    if visit.service is Service.TAKE_AWAY:
        return sheet.tr("To take away")
    return sheet.tr("To eat in")


def _saved(sheet: Sheet, visit: Visit, width: float) -> str:
    """What offers take off, unless there is news."""
    saved = visit.bill.gross - visit.bill.applied.total
    if not saved or (visit.notice is not None and visit.notice.kind is NoticeKind.ADDED):
        return ""
    amount = sheet.tr.money(-saved)
    words = sheet.tr("{amount} with your offers", amount=amount)
    return words if sheet.width(words, SMALLEST) <= width else amount


def basket_bar(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    """Portrait: a card over the bottom bar."""
    wide = Rect(rect.x - sheet.u(16), rect.y, rect.w + sheet.u(32), rect.h)
    tr, lines = sheet.tr, visit.basket.lines
    if not lines:
        sheet.add(
            Widget(
                "basket",
                Role.STATUS,
                wide,
                "card",
                name=tr("Touch + to add what you like"),
                lands=True,
            )
        )
        inner = wide.inset(sheet.u(44), sheet.u(16))
        sheet.line(
            inner,
            tr("Touch + to add what you like"),
            ("medium", "small"),
            style="quiet",
            part_of="basket",
            align=Align.CENTRE,
        )
        return
    summary = _summary(sheet, visit)
    sheet.add(
        Widget("basket", Role.STATUS, wide, "card", name=summary, lands=True, value=str(visit.basket.count))
    )
    inner = wide.inset(sheet.u(20), sheet.u(18))
    pay, rest = inner.end(sheet.u(264), sheet.u(20))
    view, rest = rest.end(
        max(sheet.u(250), min(sheet.width(tr("View order"), "strong") + sheet.u(60), sheet.u(310))),
        sheet.u(20),
    )
    sheet.button(
        "view_order", view, tr("View order"), ShowBasket(), style="secondary", types=("strong", "pill")
    )
    sheet.button("pay", pay, tr("Pay"), ShowCheckout(), types=("button", "strong", "pill"))
    text = Rect(rest.x + sheet.u(24), rest.y, rest.w - sheet.u(24), rest.h)
    first, second = text.rows(2)
    sheet.line(first, summary, ("price", "strong", "pill"), part_of="basket", id="basket/total")
    added = visit.notice is not None and visit.notice.kind is NoticeKind.ADDED
    saved = _saved(sheet, visit, second.w)
    sheet.line(
        second,
        saved or _second_line(sheet, visit, second.w),
        ("small", SMALLEST),
        style="action_text" if added or saved else "quiet",
        role=Role.STATUS,
        id="basket/note",
    )


def basket_strip(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    """Small landscape: the middle of the bottom bar."""
    tr = sheet.tr
    if not visit.basket.lines:
        sheet.line(
            rect,
            tr("Touch + to add what you like"),
            ("medium", "small"),
            style="quiet",
            align=Align.CENTRE,
            id="basket",
            lines=2,
        )
        return
    pay, rest = rect.end(rect.w * 0.56, gap(sheet))
    amount = sheet.tr.money(visit.bill.total)
    sheet.button("pay", pay, tr("Pay {amount}", amount=amount), ShowCheckout(), types=("strong", "pill"))
    count = sheet.tr.plural("{n} item", "{n} items", visit.basket.count)
    sheet.button(
        "view_order",
        rest,
        f"{tr('View order')}, {count}",
        ShowBasket(),
        style="secondary",
        words=count,
        types=("strong", "pill"),
    )
    sheet.add(
        Widget(
            "basket",
            Role.STATUS,
            rest,
            "plain",
            name=_summary(sheet, visit),
            lands=True,
            value=str(visit.basket.count),
            part_of="view_order",
        )
    )


def basket_aside(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    """Wide landscape: the order so far stands beside the menu."""
    tr, basket = sheet.tr, visit.basket
    count = tr.plural("{n} item", "{n} items", basket.count)
    name = _summary(sheet, visit) if basket.lines else tr("Touch + to add what you like")
    value = str(basket.count) if basket.lines else ""
    sheet.add(Widget("basket", Role.STATUS, rect, "card", name=name, lands=True, value=value))
    area = rect.inset(sheet.u(36), sheet.u(32))
    area = sheet.text(area, tr("Your order"), ("heading", "strong"), lines=1, role=Role.HEADING)
    area = sheet.text(
        area,
        _second_line(sheet, visit, area.w),
        ("small", SMALLEST),
        style="quiet",
        lines=1,
        gap=sheet.u(20),
        id="basket/note",
    )
    if not basket.lines:
        side = min(area.w * 0.5, area.h * 0.4)
        block = area.around(area.w, side + sheet.u(30) + 2 * sheet.measure.line_mm("medium"))
        top, below = block.top(side, sheet.u(30))
        sheet.picture(top.around(side, side), icon("basket", side * 0.18), style="quiet", part_of="basket")
        sheet.text(
            below,
            tr("Touch + to add what you like"),
            "medium",
            style="quiet",
            align=Align.CENTRE,
            lines=2,
        )
        return
    total, area = area.foot(sheet.u(150), sheet.u(16))
    _aside_rows(sheet, area, visit)
    rule, total = total.top(sheet.u(3), sheet.u(20))
    sheet.surface(rule, "rule", id="basket/rule")
    first, second = total.top(sheet.measure.line_mm("small"))
    sheet.line(first, count, "small", style="quiet", part_of="basket", align=Align.START)
    sheet.line(second, tr.money(visit.bill.total), ("amount", "title"), part_of="basket", id="basket/total")


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    words: str
    amount: str
    style: str = "plain"


def _aside_rows(sheet: Sheet, area: Rect, visit: Visit) -> None:
    """The lines, then what offers take off and charges add. Where room is short the newest lines stay."""
    tr, bill = sheet.tr, visit.bill
    below = [
        _Row(
            f"basket:offer:{discount.offer.id}",
            offer_title(discount.offer.title),
            tr.money(-discount.amount),
            "action_text",
        )
        for discount in bill.applied.discounts
    ] + [_Row(f"basket:{c.id}", tr.words(c.name), tr.money(c.amount), "quiet") for c in bill.charges]
    row_h = sheet.u(78)
    fitting = max(1, int(area.h / row_h))
    if len(below) > fitting // 2:  # a sum says the same in one row
        saved = bill.gross - bill.applied.total
        below = [_Row("basket:offers", tr("Your offers"), tr.money(-saved), "action_text")] if saved else []
    lines = visit.basket.lines
    room = max(1, fitting - len(below))
    shown = lines if len(lines) <= room else lines[-(room - 1) :] if room > 1 else ()
    rows = [Rect(area.x, area.y + i * row_h, area.w, row_h) for i in range(fitting)]
    if hidden := len(lines) - len(shown):
        sheet.line(rows[0], tr.plural("and {n} more", "and {n} more", hidden), "small", style="quiet")
        rows = rows[1:]
    above = [
        _Row(f"basket:{line.id}", f"{line.quantity} × {tr.words(line.product.name)}", tr.money(line.total))
        for line in shown
    ]
    for at, row in zip(rows, above + below, strict=False):
        _aside_row(sheet, at, row)


def _aside_row(sheet: Sheet, rect: Rect, row: _Row) -> None:
    end, left = rect.end(sheet.width(row.amount, "medium", tabular=True) + sheet.u(8), sheet.u(16))
    sheet.add(Widget(row.id, Role.GROUP, rect, "plain", name=f"{row.words}, {row.amount}"))
    fits = any(sheet.width(row.words, type) <= left.w for type in ("medium", "small"))
    types = ("medium", "small") if fits else ("tiny",)
    lines = 1 if fits else 2
    sheet.line(left, row.words, types, style=row.style, lines=lines, part_of=row.id)
    sheet.line(end, row.amount, "medium", style=row.style, align=Align.END, part_of=row.id, tabular=True)


def aside_buttons(sheet: Sheet, foot: Rect, visit: Visit) -> None:
    if not visit.basket.lines:
        return
    tr = sheet.tr
    at, rest = foot.end(min(foot.w * 0.55, sheet.u(460)), gap(sheet))
    sheet.button("pay", at, tr("Pay {amount}", amount=tr.money(visit.bill.total)), ShowCheckout())
    width = max(sheet.u(300), sheet.width(tr("View order"), "strong") + sheet.u(60))
    view, _ = rest.end(min(rest.w, width))
    sheet.button(
        "view_order", view, tr("View order"), ShowBasket(), style="secondary", types=("strong", "pill")
    )
