"""One order, for staff: what was sold, what came of returns, and what to take back now."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kioskd.core.intents import GoBack
from kioskd.core.order import OrderLine, Tender
from kioskd.core.returning import piece
from kioskd.core.sale import SaleState
from kioskd.core.shop import Shop
from kioskd.core.staff import ViewingSale
from kioskd.core.staff_intents import MarkPaid, PickAllUnits, PickUnits, TakeBack
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import Block, stack
from kioskd.ui.screens.staff_page import list_head, staff_frame
from kioskd.ui.screens.staff_paid import staff_paid
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.staff_told import told_block
from kioskd.ui.screens.staff_why import staff_why
from kioskd.ui.screens.staff_words import STATES, paid_with, payment_words, tender_words, told, when
from kioskd.ui.screens.stepper import stepper
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean


def staff_order(sheet: Sheet, visit: Visit, shop: Shop, phase: ViewingSale) -> str:
    tr = sheet.tr
    sale = phase.sale
    title = tr("Order {number}", number=clean(sale.order.number, 12))
    if phase.confirming:
        return staff_why(sheet, visit, shop, phase)
    if phase.paying:
        return staff_paid(sheet, visit, shop, phase)
    can_take_back = sale.state is not SaleState.DROPPED and any(sale.left.values())
    busy = phase.asking is not None
    layout = staff_frame(sheet, visit, shop, foot=can_take_back and not busy)
    if busy:
        words = tr("Writing it down") if sale.state is SaleState.UNPAID else tr("Taking it back")
        waiting(sheet, layout.body, words, phase.due_s or 0.0)
        return title
    body, controls = list_head(sheet, layout.body, title, GoBack())
    if can_take_back:
        _foot(sheet, layout.foot, phase)
    blocks = list(_blocks(sheet, visit, phase, body.w))
    reset = f"{sale.order.id}/{len(sale.returns)}"
    stack(sheet, "order", body, blocks, gap(sheet) * 0.75 + 0.75, reset=reset, controls=controls)
    return title


def _foot(sheet: Sheet, foot: Rect, phase: ViewingSale) -> None:
    tr, sale = sheet.tr, phase.sale
    left, right = foot.columns(2, gap(sheet))
    types = ("button", "strong", "pill", "badge")
    sheet.button(
        "everything",
        left,
        tr("Everything"),
        PickAllUnits(),
        style="tile_on" if phase.picks_all else "secondary",
        selected=phase.picks_all,
        types=types,
    )
    if not phase.picked:
        words = tr("Choose what comes back")
        sheet.add(Widget("take_back", Role.BUTTON, right, "primary", name=words, enabled=False))
        sheet.line(
            right.inset(sheet.u(20), 0),
            words,
            ("strong", "pill", "badge"),
            style="quiet",
            align=Align.CENTRE,
            part_of="take_back",
            lines=2,
        )
    elif sale.state is SaleState.UNPAID:
        sheet.button("take_back", right, tr("Drop this order"), TakeBack(), types=types)
    else:
        returned = [each.quantities for each in sale.returns]
        refund = piece(sale.order, "forecast", dict(phase.picked), returned).refund
        words = tr("Take back {amount}", amount=tr.money(refund))
        sheet.button("take_back", right, words, TakeBack(), types=types)


# --- what is told of it ----------------------------------------------------------------------------------


def _blocks(sheet: Sheet, visit: Visit, phase: ViewingSale, width: float) -> Iterator[Block]:
    tr, sale = sheet.tr, phase.sale
    if phase.refused:
        words = clean(phase.refused)
        words = words[:1].upper() + words[1:]
        height = sheet.height(words, "small", width - 2 * sheet.u(32)) + sheet.u(40)
        yield Block(height, partial(_refused, sheet, words))
    if sale.state is SaleState.UNPAID:
        note = tr("Touch it when the guest has paid {amount}", amount=tr.money(sale.order.due))
        yield row_block(sheet, Row("paid", tr("Was paid at the counter"), note, action=MarkPaid()), width)
    for number, returned in reversed(list(enumerate(sale.returns, start=1))):
        heading = tr(
            "Taken back {time}: {amount}",
            time=when(returned.at, visit.now, tr),
            amount=tr.money(returned.refund),
        )
        lines = [*told(returned, sale, tr)]
        yield told_block(sheet, f"return:{number}", heading, clean(returned.reason, 60), lines, width)
    facts = (tr(STATES[sale.state]), when(sale.order.placed_at, visit.now, tr), paid_with(sale, tr))
    yield Block(
        sheet.measure.line_mm("small"), partial(_facts, sheet, ", ".join(part for part in facts if part))
    )
    for line in sale.order.lines:
        yield Block(_line_height(sheet), partial(_line, sheet, phase, line))
    yield from _sums(sheet, phase)


def _refused(sheet: Sheet, words: str, rect: Rect, region: str | None) -> None:
    sheet.add(Widget("refused", Role.STATUS, rect, "notice", name=words, region=region))
    inner = rect.inset(sheet.u(32), sheet.u(8))
    sheet.line(inner, words, ("small", "tiny"), lines=6, part_of="refused", region=region)


def _facts(sheet: Sheet, words: str, rect: Rect, region: str | None) -> None:
    sheet.line(rect, words, ("small", "tiny"), style="quiet", region=region, id="facts")


def _line_height(sheet: Sheet) -> float:
    return max(sheet.stage.target_mm, sheet.stage.least_target_mm) + sheet.u(24)


def _line(sheet: Sheet, phase: ViewingSale, line: OrderLine, rect: Rect, region: str | None) -> None:
    tr, sale, id = sheet.tr, phase.sale, f"unit:{line.id}"
    left = sale.left[line.id]
    name = f"{line.quantity} × {tr.words(line.name)}"
    gone = line.quantity - left
    more = [tr.plural("{n} is back already", "{n} are back already", gone)] if gone else []
    more += [tr.words(sub.name) for sub in line.subs]
    price = tr.money(sum((sub.total for sub in line.subs), line.total))
    spoken = ", ".join([name, *more, price])
    sheet.add(Widget(id, Role.GROUP, rect, "card", name=spoken, region=region))
    inner = rect.inset(sheet.u(28 if not sheet.stage.compact else 16), sheet.u(12))
    if left and sale.state is not SaleState.UNPAID and sale.state is not SaleState.DROPPED:
        side = inner.h
        steps, inner = inner.end(2 * side + sheet.u(80), sheet.u(20))
        picked = phase.units(line.id)
        stepper(
            sheet,
            f"{id}:picked",
            steps,
            picked,
            PickUnits(line.id, -1),
            PickUnits(line.id, 1),
            less=picked > 0,
            more=picked < left,
            about=tr.words(line.name),
            region=region,
        )
    at, inner = inner.end(sheet.width(price, "price") + sheet.u(6), sheet.u(16))
    sheet.line(at, price, "price", align=Align.END, part_of=id, region=region, id=f"{id}/price")
    if not more:
        sheet.line(inner, name, ("strong", "pill", "badge"), lines=2, part_of=id, region=region)
        return
    first, second = inner.around(inner.w, min(inner.h, sheet.u(96))).rows(2)
    sheet.line(first, name, ("strong", "pill", "badge"), part_of=id, region=region, id=f"{id}/name")
    sheet.line(
        second, ", ".join(more), ("small", "tiny"), style="quiet", part_of=id, region=region, id=f"{id}/more"
    )


def _sums(sheet: Sheet, phase: ViewingSale) -> Iterator[Block]:
    """What came off and on top, the total, and what it was paid with."""
    tr, order = sheet.tr, phase.sale.order
    rows = [(clean(each.use.title, 60), tr.money(-each.amount)) for each in order.discounts]
    rows += [(tr.words(charge.name), tr.money(charge.amount)) for charge in order.charges]
    rows.append((tr("Total"), tr.money(order.total)))
    rows += [(payment_words(payment, tr), tr.money(payment.amount)) for payment in order.payments]
    rows += [(tender_words(Tender.CARD, tr), tr.money(payment.amount)) for payment in order.card_payments]
    if order.due and (tender := tender_words(order.tender, tr)):
        rows.append((tender, tr.money(order.due)))
    for number, (words, amount) in enumerate(rows):
        strong = words == tr("Total")
        yield Block(sheet.measure.line_mm("medium"), partial(_sum, sheet, number, words, amount, strong))


def _sum(
    sheet: Sheet, number: int, words: str, amount: str, strong: bool, rect: Rect, region: str | None
) -> None:
    id = f"sum:{number}"
    type = "strong" if strong else "medium"
    sheet.add(Widget(id, Role.GROUP, rect, "plain", name=f"{words}, {amount}", region=region))
    inner = rect.inset(sheet.u(16), 0)
    at, inner = inner.end(sheet.width(amount, type, tabular=True) + sheet.u(6), sheet.u(20))
    sheet.line(at, amount, type, align=Align.END, part_of=id, region=region, tabular=True)
    sheet.line(inner, words, (type, "small", "tiny"), part_of=id, region=region)
