"""The order so far, beside or below the menu, wherever the display has room for it."""

from __future__ import annotations

from kioskd.core.catalogue import Service
from kioskd.core.events import ShowBasket, ShowCheckout
from kioskd.core.visit import NoticeKind, Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.earning import SMALLEST, earning_words
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet, icon


def _summary(sheet: Sheet, visit: Visit) -> str:
    count = sheet.tr.plural("{n} item", "{n} items", visit.basket.count)
    return f"{count} · {sheet.tr.money(visit.basket.total)}"


def _second_line(sheet: Sheet, visit: Visit, width: float) -> str:
    if visit.notice is not None and visit.notice.kind is NoticeKind.ADDED:
        return sheet.tr("Added: {about}", about=visit.notice.about)
    if earning := earning_words(sheet, visit, width):
        return earning
    if visit.service is Service.TAKE_AWAY:
        return sheet.tr("To take away")
    return sheet.tr("To eat in")


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
                value="0",
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
    sheet.line(
        second,
        _second_line(sheet, visit, second.w),
        ("small", SMALLEST),
        style="action_text" if added else "quiet",
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
    amount = sheet.tr.money(visit.basket.total)
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
    sheet.add(Widget("basket", Role.STATUS, rect, "card", name=name, lands=True, value=str(basket.count)))
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
    row_h = sheet.u(78)
    fitting = max(1, int(area.h / row_h))
    shown = basket.lines if len(basket.lines) <= fitting else basket.lines[-(fitting - 1) :]
    hidden = len(basket.lines) - len(shown)
    rows = [Rect(area.x, area.y + i * row_h, area.w, row_h) for i in range(fitting)]
    if hidden:
        sheet.line(
            rows[0],
            tr.plural("and {n} more", "and {n} more", hidden),
            "small",
            style="quiet",
        )
        rows = rows[1:]
    for row, line in zip(rows, shown, strict=False):
        amount = tr.money(line.total)
        end, left = row.end(sheet.width(amount, "medium") + sheet.u(8), sheet.u(16))
        words, id = f"{line.quantity} × {tr.words(line.product.name)}", f"basket:{line.id}"
        sheet.add(Widget(id, Role.GROUP, row, "plain", name=f"{words}, {amount}"))
        fits = any(sheet.width(words, type) <= left.w for type in ("medium", "small"))
        sheet.line(left, words, ("medium", "small") if fits else "tiny", lines=1 if fits else 2, part_of=id)
        sheet.line(end, amount, "medium", align=Align.END, part_of=id, tabular=True)
    rule, total = total.top(sheet.u(3), sheet.u(20))
    sheet.surface(rule, "rule", id="basket/rule")
    first, second = total.top(sheet.measure.line_mm("small"))
    sheet.line(first, count, "small", style="quiet", part_of="basket", align=Align.START)
    sheet.line(second, tr.money(basket.total), ("amount", "title"), part_of="basket", id="basket/total")


def aside_buttons(sheet: Sheet, foot: Rect, visit: Visit) -> None:
    if not visit.basket.lines:
        return
    tr = sheet.tr
    at, rest = foot.end(min(foot.w * 0.55, sheet.u(460)), gap(sheet))
    sheet.button("pay", at, tr("Pay {amount}", amount=tr.money(visit.basket.total)), ShowCheckout())
    width = max(sheet.u(300), sheet.width(tr("View order"), "strong") + sheet.u(60))
    view, _ = rest.end(min(rest.w, width))
    sheet.button(
        "view_order", view, tr("View order"), ShowBasket(), style="secondary", types=("strong", "pill")
    )
