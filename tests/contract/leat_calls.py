"""The methods of the Leat client, and what they are called with."""

from __future__ import annotations

from typing import Any

from kioskd.core.catalogue import Service, Words
from kioskd.core.money import Money
from kioskd.core.order import ChargeKind, Order, OrderCharge, OrderLine, Tender
from kioskd.core.returning import piece, piece_document
from kioskd.loyalty.leat.catalogue import CategoryWrite, ProductWrite
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.order_parts import PartLink
from kioskd.loyalty.leat.orders import order_write
from kioskd.loyalty.leat.preview import order_simulate
from kioskd.loyalty.leat.returns import return_write
from tests.contract.client_calls import NOON, Calls

_UUID = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
_LINE = OrderLine("k-1-1", "cola-250", Words("Cola"), 2, Money(250, "EUR"))
_ORDER = Order(
    id="k-1",
    number="1",
    sequence=1,
    placed_at=NOON,
    service=Service.EAT_IN,
    language="en",
    currency="EUR",
    lines=(_LINE,),
    tender=Tender.CARD,
    member_id=_UUID,
    charges=(OrderCharge("k-1-c1", ChargeKind.PACKAGING, Words("Box"), Money(30, "EUR")),),
)
_SIMULATED = order_simulate((_LINE,), (), (), "EUR", "en", _UUID, _UUID)
_PRODUCT = ProductWrite(
    external_identifier="cola-250", name="Cola", categories=(PartLink(external_identifier="drinks"),)
)

_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "value": ("10024711", "a/b?c=d&e é\u202e", "0"),
    "identifier_value": ("10024711",),
    "code": ("COFFEE-7Q4M", "../../x"),
    "external_identifier": ("k-1",),
    "release_key": ("5cc7e94a-7aa2-4f4a-8a8c-c20ab3a086ce",),
    "kind": ("credit_receptions", "reward_receptions"),
    "since": (NOON,),
    "page": (1, 2),
    "newest_first": (True, False),
    "within_s": (None,),  # the timeout of the whole client
    "amount": (-1000,),
    "custom_attributes": ({}, {"kiosk_reference": "k-1"}),
    "order": (order_write(_ORDER, _UUID, _UUID, {}),),
    "simulate_order.order": (_SIMULATED,),
    "order_return": (return_write(piece_document(piece(_ORDER, "k-1-r1", {_LINE.id: 1}))),),
    "products": ((_PRODUCT,),),
    "categories": ((CategoryWrite(external_identifier="drinks", name="Drinks"),),),
}


LEAT_CALLS = Calls(LeatClient, _ARGUMENTS, _UUID)
methods = LEAT_CALLS.methods
calls = LEAT_CALLS.calls
