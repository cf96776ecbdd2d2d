"""The receipt, for those who cannot read it."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.core.order import Order, OrderLine, StoredValue, Tender
from kioskd.ui.locale.translator import Translator
from kioskd.ui.speech.reading import as_read
from kioskd.ui.text import clean


def receipt_said(order: Order, tr: Translator) -> tuple[str, ...]:
    """What was ordered, what it costs and how it is paid. Nothing of it is private."""
    return tuple(as_read(words, tr.language) for words in _sentences(order, tr))


def _sentences(order: Order, tr: Translator) -> Iterator[str]:
    yield tr("Your order")
    for line in order.lines:
        yield _line(line, tr)
    for discount in order.discounts:
        yield f"{clean(discount.use.title)}, {tr.money(-discount.amount)}"
    for charge in order.charges:
        yield f"{tr.words(charge.name)}, {tr.money(charge.amount)}"
    yield f"{tr('Total')}, {tr.money(order.total)}"
    for payment in order.payments:
        name = tr("Gift card") if payment.kind is StoredValue.GIFT_CARD else tr("Prepaid")
        yield f"{name}, {tr.money(-payment.amount)}"
    if order.tender is Tender.CARD and order.due:
        yield f"{tr('Card')}, {tr.money(order.due)}"


def _line(line: OrderLine, tr: Translator) -> str:
    """With what comes with it, and the price of both."""
    name = tr.words(line.name)
    parts = [f"{line.quantity} × {name}" if line.quantity > 1 else name]
    parts += [tr.words(sub.name) for sub in line.subs]
    price = line.total
    for sub in line.subs:
        price += sub.total
    return f"{', '.join(parts)}, {tr.money(price)}"
