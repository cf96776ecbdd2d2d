"""What is printed for an order: a document in the guest's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kioskd.core.catalogue import Service
from kioskd.core.effects import PrintReceipt
from kioskd.core.large_print import in_large_print
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.core.order import Order, OrderDiscount, OrderLine, StoredValue, Tender
from kioskd.core.ports import Translator
from kioskd.core.receipt import Align, Columns, Element, Feed, Logo, Qr, Receipt, Rule, Text
from kioskd.core.slip import Slip
from kioskd.core.ticket import ticket_code


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sells. `footer` is the merchant's own closing line, in place of ours."""

    name: str
    address: tuple[str, ...] = ()
    vat_number: str | None = None
    footer: str | None = None
    logo: Logo | None = None


def order_receipt(job: PrintReceipt, letterhead: Letterhead, tr: Translator) -> Receipt:
    """The paper a guest takes along. Holds no card number and no last name."""
    ours = list(_elements(job, letterhead, tr))
    slip = [Feed(), *slip_elements(job.slip)] if job.slip else []
    return Receipt((*(in_large_print(ours) if job.large else ours), *slip), tr.language)


def _elements(job: PrintReceipt, letterhead: Letterhead, tr: Translator) -> Iterator[Element]:
    order = job.order
    if letterhead.logo:
        yield letterhead.logo
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
    if between := list(_between(order, tr)):
        yield from between
        yield Rule()
    yield from _payment(job, tr)
    yield from _points(job, tr)
    if job.claim_link:
        yield Rule()
        yield Qr(job.claim_link, tr("Scan to collect your points"))
    yield Feed()
    yield Text(letterhead.footer or tr("Thank you and see you soon"), Align.CENTRE)


def slip_receipt(slip: Slip, language: str) -> Receipt:
    """What a card terminal wants printed, alone on its paper."""
    return Receipt(tuple(slip_elements(slip)), language)


def slip_elements(slip: Slip) -> Iterator[Element]:
    """Line by line as the terminal says it: its receipts are approved by the bank as they are."""
    yield Rule()
    for line in slip.lines:
        yield Text(line.text, Align.CENTRE if line.centred else Align.START, size=2 if line.large else 1)
    yield Rule()


def _lines(order: Order, tr: Translator) -> Iterator[Element]:
    for line in order.lines:
        name = line.name.in_language(order.language)
        yield Columns(f"{line.quantity} × {name}", tr.money(line.total))
        for sub in line.subs:
            price = tr.money(sub.total) if sub.total else ""
            yield Columns(f"+ {sub.name.in_language(order.language)}", price, indent=4)
        for discount in order.discounts:
            if _line_of(discount, order) is line:
                yield Columns(discount.use.title, tr.money(-discount.amount), indent=4)


def _line_of(discount: OrderDiscount, order: Order) -> OrderLine | None:
    """The only line that it takes something off, sub lines included."""
    parts = {share.part_id for share in discount.shares}
    for line in order.lines:
        if parts and parts <= {line.id, *(sub.id for sub in line.subs)}:
            return line
    return None


def _between(order: Order, tr: Translator) -> Iterator[Element]:
    """What comes off and on top of all that was ordered."""
    off_several = [discount for discount in order.discounts if _line_of(discount, order) is None]
    if not off_several and not order.charges:
        return
    amount = order.total
    for charge in order.charges:
        amount = amount - charge.amount
    for discount in off_several:
        amount = amount + discount.amount
    yield Columns(tr("Subtotal"), tr.money(amount))
    for discount in off_several:
        yield Columns(discount.use.title, tr.money(-discount.amount))
    for charge in order.charges:
        yield Columns(charge.name.in_language(order.language), tr.money(charge.amount))


def _payment(job: PrintReceipt, tr: Translator) -> Iterator[Element]:
    order = job.order
    unpaid = order.tender is Tender.COUNTER
    if not unpaid:
        yield Columns(tr("Total"), tr.money(order.total), bold=True, size=2)
    elif order.payments or order.card_payments:
        yield Columns(tr("Total"), tr.money(order.total), bold=True)
    yield from _stored_value(order, tr)
    for payment in order.card_payments:
        yield Columns(tr("Paid by card"), tr.money(payment.amount))
        if payment.evidence:
            yield Text(payment.evidence)
    if unpaid:
        yield Columns(tr("To pay"), tr.money(order.due), bold=True, size=2)
        yield Text(tr("Please pay at the counter"), Align.CENTRE, bold=True)
        yield Qr(ticket_code(order), tr("For our team: scan to settle this order"))
        return
    if order.due:
        yield Columns(tr("Paid by card"), tr.money(order.due))
    if job.evidence and not job.slip:  # the terminal's own receipt has it, too
        yield Text(job.evidence)


def _stored_value(order: Order, tr: Translator) -> Iterator[Element]:
    for payment in order.payments:
        prepaid = payment.kind is StoredValue.PREPAID
        name = tr("Prepaid") if prepaid else tr("Gift card ending in {tail}", tail=payment.tail)
        yield Columns(name, tr.money(payment.amount))
        yield Columns(tr("{amount} stays on it", amount=tr.money(payment.left)), "", indent=4)


def _points(job: PrintReceipt, tr: Translator) -> Iterator[Element]:
    if job.order.member_id is None and job.order.credential is None and not job.texts:
        return
    yield Rule()
    if job.member_name:
        yield Text(tr("Hi {name}", name=job.member_name), bold=True)
    if job.texts:
        nobodys = job.order.member_id is None and job.order.credential is None
        yield from _finished(job.texts, tr, later=nobodys)
    elif job.points is not None:
        yield Text(tr("You earned {points}", points=_amount(job, job.points, tr)), bold=True)
        if job.balance is not None:
            yield Text(tr("You have {points} now", points=_amount(job, job.balance, tr)))
    elif job.order.tender is Tender.COUNTER:
        yield Text(tr("Your points come with the payment"))
    elif job.points_later:
        yield Text(tr("Your points are on their way"), bold=True)


def _finished(texts: LoyaltyTexts, tr: Translator, *, later: bool) -> Iterator[Element]:
    """`later`: the points are nobody's yet."""
    for line in texts.above:
        yield Text(line, Align.CENTRE)
    if texts.qr:
        yield Qr(texts.qr)
    for line in texts.below:
        yield Text(line, Align.CENTRE)
    if texts.receipt_code:
        yield Text(tr("Receipt code {code}", code=texts.receipt_code), Align.CENTRE, bold=later)
        if later:
            yield Text(tr("With this code you can ask for the points of this order later"), Align.CENTRE)


def _amount(job: PrintReceipt, points: int, tr: Translator) -> str:
    """In the programme's own name for points, where it has one."""
    if job.points_name:
        return f"{tr.number(points)} {job.points_name}"
    return tr.plural("{n} point", "{n} points", points)
