"""The bill follows the basket, the offers, the service and the stored value, whoever changed them."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.bill import bill_of, stored_payments
from kioskd.core.rules.table import Context, Step
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit


def with_bill(before: Visit, done: Step, context: Context) -> Step:
    """`done` with a bill that is true, made anew only when something it follows from has changed."""
    visit = done.visit
    if _basis(visit) == _basis(before):
        return done
    return Step(billed(visit, context.shop), done.effects)


def billed(visit: Visit, shop: Shop) -> Visit:
    bill = bill_of(visit.basket, visit.welcome_offers, shop.stacking, shop.charges, visit.service)
    payments = stored_payments("", bill.total, visit.gift_cards, visit.prepaid_to_use)
    return replace(visit, bill=replace(bill, payments=payments))


def _basis(visit: Visit) -> tuple[object, ...]:
    return (
        visit.basket.content,
        visit.welcome_offers,
        visit.service,
        visit.gift_cards,
        visit.prepaid_to_use,
    )
