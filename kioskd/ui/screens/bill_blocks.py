"""The bill's parts as they are printed on a till roll: lines, discounts, charges, what was paid already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kioskd.core.basket import Line, option_price
from kioskd.core.intents import RemoveGiftCard
from kioskd.core.order import StoredPayment, StoredValue
from kioskd.core.shop import Shop
from kioskd.core.stored_value import GiftCard
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.offer_words import idle_words, objection_words, offer_title
from kioskd.ui.screens.sheet import Sheet, icon


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed line: an item, or (`indented`) something that belongs to the one above."""

    words: str
    amount: str
    types: tuple[str, ...] = ("medium", "small")
    style: str = "plain"
    indented: bool = False
    height: float = 0.0
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are heard as one. `remove` takes it off the bill again.

    With `aloud` it is private, and that is what others hear.
    """

    id: str
    rows: tuple[_Row, ...]
    height: float
    remove: RemoveGiftCard | None = None
    ruled: bool = False
    aloud: str = ""


def bill_blocks(sheet: Sheet, visit: Visit, shop: Shop, width: float) -> list[Block]:
    """Everything between the top of the bill and what is to be paid. `width` is what a row may use."""
    return [_measured(sheet, raw, width) for raw in _blocks(sheet, visit, shop)]


def _blocks(sheet: Sheet, visit: Visit, shop: Shop) -> Iterator[Block]:
    tr, bill = sheet.tr, visit.bill
    for line in visit.basket.lines:
        yield Block(f"bill:{line.id}", _line_rows(sheet, line), 0.0)
    for discount in bill.applied.discounts:
        offer, objection = discount.offer, visit.judging.of(discount.offer.id)
        row = _Row(offer_title(offer.title), tr.money(-discount.amount), style="action_text")
        refused = (_why(objection_words(objection, tr)),) if objection else ()
        yield Block(f"bill:offer:{offer.id}", (row, *refused), 0.0)
    applied = {discount.offer.id for discount in bill.applied.discounts}
    for taken in visit.offers:
        if taken.id not in applied and (why := idle_words(visit, taken, shop, tr)):
            rows = (_Row(offer_title(taken.right.title), "", style="quiet"), _why(why))
            yield Block(f"bill:offer:{taken.id}", rows, 0.0)
    for charge in bill.charges:
        row = _Row(tr.words(charge.name), tr.money(charge.amount))
        yield Block(f"bill:{charge.id}", (row,), 0.0)
    if not visit.gift_cards and not bill.payments:
        return
    total = _Row(tr("Total"), tr.money(bill.total), ("strong", "pill"))
    yield Block("bill:total", (total,), 0.0, ruled=True)
    paid = {(payment.kind, payment.account_id): payment for payment in bill.payments}
    for card in visit.gift_cards:
        yield _gift_card(sheet, card, paid.get((StoredValue.GIFT_CARD, card.id)))
    for payment in bill.payments:
        if payment.kind is StoredValue.PREPAID:
            rows = (_Row(tr("Prepaid"), tr.money(-payment.amount)), _stays(sheet, payment))
            yield Block("bill:prepaid", rows, 0.0, aloud=tr("Prepaid"))


def _why(words: str) -> _Row:
    return _Row(words, "", ("small", "tiny"), "quiet")


def _line_rows(sheet: Sheet, line: Line) -> tuple[_Row, ...]:
    tr = sheet.tr
    alone = line.product.price * line.quantity
    rows = [_Row(f"{line.quantity} × {tr.words(line.product.name)}", tr.money(alone))]
    for choice in line.choices:
        group = line.product.group(choice.group)
        option = group.option(choice.sku) if group else None
        if option is not None:
            price = option_price(line.product, choice) * line.quantity
            amount = tr.money(price) if price else ""
            rows.append(_Row(f"+ {tr.words(option.name)}", amount, ("small", "badge"), "quiet", True))
    return tuple(rows)


def _gift_card(sheet: Sheet, card: GiftCard, payment: StoredPayment | None) -> Block:
    tr = sheet.tr
    name = tr("Gift card ending in {tail}", tail=card.code_tail)
    if payment is not None:
        rows = (_Row(name, tr.money(-payment.amount)), _stays(sheet, payment))
    else:
        unused = tr("Not needed: {amount} stays on it", amount=tr.money(card.balance))
        rows = (_Row(name, ""), _why(unused))
    return Block(f"bill:gift:{card.id}", rows, 0.0, RemoveGiftCard(card.id), aloud=tr("Gift card"))


def _stays(sheet: Sheet, payment: StoredPayment) -> _Row:
    return _why(sheet.tr("{amount} stays on it", amount=sheet.tr.money(payment.left)))


# --- measuring and drawing -----------------------------------------------------------------------------


def _indent(sheet: Sheet) -> float:
    return sheet.u(44)


def _remove_w(sheet: Sheet) -> float:
    return sheet.stage.least_target_mm + sheet.u(20)


def _words_w(sheet: Sheet, row: _Row, width: float) -> float:
    if row.amount:
        width -= sheet.width(row.amount, row.types[0], tabular=True) + sheet.u(34)
    return width - (_indent(sheet) if row.indented else 0.0)


def _measured(sheet: Sheet, raw: Block, width: float) -> Block:
    if raw.remove is not None:
        width -= _remove_w(sheet)
    rows = []
    for row in raw.rows:
        room = _words_w(sheet, row, width)
        fits = any(sheet.width(row.words, type) <= room for type in row.types)
        smallest = row.types[-1]
        lines = (
            1
            if fits or row.indented
            else min(3, round(sheet.height(row.words, smallest, room) / sheet.measure.line_mm(smallest)))
        )
        height = max(sheet.measure.line_mm(row.types[0]), lines * sheet.measure.line_mm(smallest))
        rows.append(replace(row, height=height, lines=lines))
    height = sum(row.height for row in rows)
    if raw.remove is not None:
        height = max(
            height, sheet.stage.least_target_mm + max(sheet.u(6), 3.0 if not sheet.stage.compact else 1.2)
        )
    if raw.ruled:
        height += sheet.u(24)
    return replace(raw, rows=tuple(rows), height=height)


def block(sheet: Sheet, rect: Rect, each: Block, region: str | None) -> None:
    spoken = ", ".join(part for row in each.rows for part in (row.words, row.amount) if part)
    sheet.add(Widget(each.id, Role.GROUP, rect, "plain", name=spoken, region=region))
    if each.aloud:
        sheet.keep_private(each.id, each.aloud)
    if each.ruled:
        rule, rect = rect.top(sheet.u(3), sheet.u(21))
        sheet.surface(rule, "rule", id=f"{each.id}/rule", region=region)
    if each.remove is not None:
        target = sheet.stage.least_target_mm
        at, rect = rect.end(target, sheet.u(20))
        sheet.button(
            f"{each.id}:remove",
            at.around(target, target),
            sheet.tr("Remove {name}", name=each.rows[0].words),
            each.remove,
            style="pill",
            words="",
            picture=icon("trash", target * 0.3),
            region=region,
        )
        if each.aloud:
            sheet.keep_private(f"{each.id}:remove", sheet.tr("Remove {name}", name=each.aloud))
    rest = rect.around(rect.w, sum(row.height for row in each.rows))
    for row in each.rows:
        at, rest = rest.top(row.height)
        _draw(sheet, at, row, each.id, region)


def _draw(sheet: Sheet, rect: Rect, row: _Row, id: str, region: str | None) -> None:
    words = rect
    if row.amount:
        amount, words = rect.end(
            sheet.width(row.amount, row.types[0], tabular=True) + sheet.u(14), sheet.u(20)
        )
        sheet.line(
            amount,
            row.amount,
            row.types[0],
            style=row.style,
            align=Align.END,
            tabular=True,
            region=region,
            part_of=id,
        )
    if row.indented:
        _, words = words.start(_indent(sheet))
    sheet.line(words, row.words, row.types, style=row.style, lines=row.lines, region=region, part_of=id)
