"""The card terminal's end of day on paper, for the merchant's books."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kioskd import __version__
from kioskd.core.card_terminal import Totals
from kioskd.core.order_receipt import slip_elements
from kioskd.core.ports import Translator
from kioskd.core.receipt import Align, Columns, Element, Feed, Receipt, Rule, Text


def day_receipt(totals: Totals, shop: str, kiosk: str, at: datetime, tr: Translator) -> Receipt:
    """What the terminal says in figures, and below it its own receipt, if it has one."""
    return Receipt(tuple(_elements(totals, shop, kiosk, at, tr)), tr.language)


def _elements(totals: Totals, shop: str, kiosk: str, at: datetime, tr: Translator) -> Iterator[Element]:
    yield Text(shop, Align.CENTRE, bold=True, size=2)
    yield Text(f"{tr('Card terminal')}: {tr('End of day')}", Align.CENTRE, bold=True)
    yield Feed()
    yield Columns(tr.date(at.date()), at.strftime("%H:%M"))
    yield Columns(kiosk, f"kioskd {__version__}")
    yield Rule()
    if totals.first_receipt is not None and totals.last_receipt is not None:
        yield Text(tr("Receipts {first} to {last}", first=totals.first_receipt, last=totals.last_receipt))
    for each in totals.schemes:
        count = tr.plural("{n} payment", "{n} payments", each.count)
        yield Columns(f"{each.scheme}: {count}", tr.money(each.total))
    total = tr("It does not say") if totals.total is None else tr.money(totals.total)
    yield Columns(tr("Taken in all"), total, bold=True)
    if totals.slip:
        yield Feed()
        yield from slip_elements(totals.slip)
