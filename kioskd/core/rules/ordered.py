"""The basket as an order: what the guest saw at checkout, with ids."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.bill import Bill, bill_of, order_discounts, stored_payments
from kioskd.core.member import Voucher
from kioskd.core.order import Order, Tender, order_lines
from kioskd.core.rules.table import Context
from kioskd.core.visit import Visit

MAX_NUMBER = 999


def order_of(visit: Visit, tender: Tender, context: Context, order_id: str) -> Order:
    """It belongs to whoever has the card that could not be looked up."""
    assert visit.service is not None
    shop, offers = context.shop, visit.welcome_offers
    bill = bill_of(visit.basket, offers, shop.stacking, shop.charges, visit.service, order_id)
    member_id = None if visit.saved_card else _owner_id(visit, bill)
    payments = stored_payments(order_id, bill.total, visit.gift_cards, visit.prepaid_to_use)
    shown = (visit.next_number - 1) % MAX_NUMBER + 1
    order = Order(
        id=order_id,
        number=f"{shop.kiosk}{shown}",
        sequence=visit.next_number,
        placed_at=context.moment.wall,
        service=visit.service,
        language=visit.language,
        currency=visit.basket.currency,
        lines=order_lines(order_id, visit.basket),
        tender=tender,
        member_id=member_id,
        credential=visit.saved_card.value if visit.saved_card else None,
        session=visit.member.session if visit.member else None,
        discounts=order_discounts(order_id, bill, offers, member_id),
        charges=bill.charges,
        payments=payments,
    )
    return order if order.due else replace(order, tender=Tender.NONE)


def _owner_id(visit: Visit, bill: Bill) -> str | None:
    """The member, else whoever the first voucher that is used belongs to."""
    if visit.member:
        return visit.member.id
    for taken in visit.offers:
        right = taken.right
        if isinstance(right, Voucher) and right.member_id and bill.discount(taken.id):
            return right.member_id
    return None
