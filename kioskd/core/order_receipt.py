"""What is printed for an order: a document in the guest's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kioskd.core.catalogue import Service
from kioskd.core.effects import PrintReceipt
from kioskd.core.order import Order, Tender
from kioskd.core.ports import Translator
from kioskd.core.receipt import Align, Columns, Element, Feed, Qr, Receipt, Rule, Text


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sells. `footer` is the merchant's own closing line, in place of ours."""

    name: str
    address: tuple[str, ...] = ()
    vat_number: str | None = None
    footer: str | None = None


def order_receipt(job: PrintReceipt, letterhead: Letterhead, tr: Translator) -> Receipt:
    """The paper a guest takes along. Holds no card number and no last name."""
    return Receipt(tuple(_elements(job, letterhead, tr)), tr.language)


def _elements(job: PrintReceipt, letterhead: Letterhead, tr: Translator) -> Iterator[Element]:
    order = job.order
    yield Text(letterhead.name, Align.CENTRE, bold=True, size=2)
    for line in letterhead.address:
        yield Text(line, Align.CENTRE)
    if letterhead.vat_number:
        yield Text(tr("VAT {number}", number=letterhead.vat_number), Align.CENTRE)
    yield Feed()
    yield Text(tr("Your order number"), Align.CENTRE)
    yield Text(order.number, Align.CENTRE, bold=True, size=4)
    yield Text(tr("Eat in") if order.service is Service.EAT_IN else tr("Take away"), Align.CENTRE, bold=True)
    yield Feed()
    yield Columns(tr.date(order.placed_at.date()), order.placed_at.strftime("%H:%M"))
    yield Rule()
    yield from _lines(order, tr)
    yield Rule()
    yield from _payment(job, tr)
    yield from _points(job, tr)
    if job.claim_link:
        yield Rule()
        yield Qr(job.claim_link, tr("Scan to collect your points"))
    yield Feed()
    yield Text(letterhead.footer or tr("Thank you and see you soon"), Align.CENTRE)


def _lines(order: Order, tr: Translator) -> Iterator[Element]:
    for line in order.lines:
        name = line.name.in_language(order.language)
        yield Columns(f"{line.quantity} × {name}", tr.money(line.total))
        for sub in line.subs:
            price = tr.money(sub.total) if sub.total else ""
            yield Columns(f"+ {sub.name.in_language(order.language)}", price, indent=4)


def _payment(job: PrintReceipt, tr: Translator) -> Iterator[Element]:
    order = job.order
    if order.tender is Tender.COUNTER:
        yield Columns(tr("To pay"), tr.money(order.total), bold=True, size=2)
        yield Text(tr("Please pay at the counter"), Align.CENTRE, bold=True)
        return
    yield Columns(tr("Total"), tr.money(order.total), bold=True, size=2)
    if order.total:
        yield Columns(tr("Paid by card"), tr.money(order.total))
    if job.evidence:
        yield Text(job.evidence)


def _points(job: PrintReceipt, tr: Translator) -> Iterator[Element]:
    if job.order.member_id is None and job.order.credential is None:
        return
    yield Rule()
    if job.member_name:
        yield Text(tr("Hi {name}", name=job.member_name), bold=True)
    if job.points is not None:
        yield Text(tr("You earned {points}", points=_amount(job, job.points, tr)), bold=True)
        if job.balance is not None:
            yield Text(tr("You have {points} now", points=_amount(job, job.balance, tr)))
    elif job.order.tender is Tender.COUNTER:
        yield Text(tr("Your points come with the payment"))
    elif job.points_later:
        yield Text(tr("Your points are on their way"), bold=True)


def _amount(job: PrintReceipt, points: int, tr: Translator) -> str:
    """In the programme's own name for points, where it has one."""
    if job.points_name:
        return f"{tr.number(points)} {job.points_name}"
    return tr.plural("{n} point", "{n} points", points)
