"""The methods of the RBI client, and what they are called with."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from kioskd.loyalty.rbi.amounts import Unit
from kioskd.loyalty.rbi.bodies import (
    AppliedDiscount,
    Line,
    LineType,
    Payment,
    PosVendor,
    TransactionBody,
    TransactionStatus,
)
from kioskd.loyalty.rbi.client import RbiClient
from kioskd.sim.rbi import POS_TYPE, STORE_ID
from tests.contract.client_calls import Calls
from tests.euros import eur

UUID = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
AT = datetime(2026, 7, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
VENDOR = PosVendor(POS_TYPE, STORE_ID, "3", "300", "000000000257")


def line(
    line_id: str,
    product_id: str,
    price: int,
    type: LineType = LineType.ITEM,
    *,
    parent_id: str | None = None,
    incentive_id: str | None = None,
) -> Line:
    return Line(
        line_id,
        type,
        product_id,
        product_id.title(),
        eur(price),
        eur(0),
        parent_id=parent_id,
        incentive_id=incentive_id,
    )


COMBO = (
    line("1", "COMBO-CLASSIC", 1250, LineType.COMBO),
    line("2", "FRIES", 0, parent_id="1"),
    line("3", "LEMONADE", 100, parent_id="1"),
)
INCENTIVES = (
    line("4", "COOKIE", 0, LineType.REWARD, incentive_id="reward-cookie"),
    line("5", "SUNDAE", 520, LineType.OFFER, incentive_id="offer-sundae"),
)
DISCOUNT = AppliedDiscount(
    "offer",
    "engine-offer-twenty-off",
    "offer-twenty-off",
    "TWENTY-OFF",
    "20 percent off",
    "PERCENTAGE_DISCOUNT",
    Decimal(20),
)


def body(
    status: TransactionStatus = TransactionStatus.CLAIMED,
    lines: tuple[Line, ...] = COMBO,
    *,
    paid: int | None = None,
    discounts: tuple[AppliedDiscount, ...] = (),
    loyalty_id: str | None = None,
    transaction_id: str | None = None,
    order_number: str = VENDOR.order_number,
    unit: Unit = Unit.MAJOR,
) -> bytes:
    """`paid` None: what the lines cost."""
    due = sum(line.price.minor * line.quantity for line in lines) if paid is None else paid
    vendor = PosVendor(POS_TYPE, STORE_ID, "3", "300", order_number)
    return TransactionBody(
        status=status,
        created=AT,
        service_mode="Eatin",
        currency="EUR",
        vendor=vendor,
        lines=lines,
        payments=(Payment("CARD", eur(due)),) if due else (),
        discounts=discounts,
        loyalty_id=loyalty_id,
        transaction_id=transaction_id,
    ).to_json(unit)


FULL = body(lines=COMBO + INCENTIVES, discounts=(DISCOUNT,), loyalty_id=UUID, transaction_id=UUID)
PENDING = body(TransactionStatus.PENDING, COMBO + INCENTIVES, paid=0, loyalty_id=UUID, transaction_id=UUID)
NOTHING = body(lines=())

RBI_CALLS = Calls(
    RbiClient,
    {
        "identifier": ("471101", UUID, "10024711", "a/b?c=d&e é\u202e"),
        "vendor": (VENDOR, PosVendor(POS_TYPE, STORE_ID, "3", "300", "1", supporting_pos="ExampleTill")),
        "transaction_id": (UUID,),
        "body": (FULL, PENDING, NOTHING),
        "create_unclaimed.body": (body(),),
        "at": (AT,),
        "within_s": (None,),  # the timeout of the whole client
        "promo_code": ("CHICKEN", "é/../"),
        "loyalty_id": (UUID,),
    },
    UUID,
)
methods = RBI_CALLS.methods
calls = RBI_CALLS.calls
