"""Every method of the Leat client, called with every one of its optional arguments and without it.

The list is read off the client: a method that is added is called too, or fails for want of an argument here.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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

_UUID = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
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


@dataclass(frozen=True)
class ClientCall:
    method: str
    arguments: dict[str, Any]

    def __call__(self, client: LeatClient) -> Awaitable[object]:
        made: Awaitable[object] = getattr(client, self.method)(**self.arguments)
        return made


def methods() -> dict[str, Callable[..., Awaitable[object]]]:
    return {
        name: member
        for name, member in vars(LeatClient).items()
        if inspect.iscoroutinefunction(member) and not name.startswith("_") and name != "close"
    }


def calls(method: str) -> Iterator[ClientCall]:
    """The plainest first. Raises KeyError for an argument nobody has thought of here."""
    parameters = list(inspect.signature(methods()[method]).parameters.values())[1:]
    choices = [_values(method, parameter) for parameter in parameters]
    for values in itertools.product(*choices):
        yield ClientCall(method, {p.name: value for p, value in zip(parameters, values, strict=True)})


def _values(method: str, parameter: inspect.Parameter) -> tuple[Any, ...]:
    name = parameter.name
    if name == "uuid" or name.endswith("_uuid"):
        values: tuple[Any, ...] = (_UUID,)
    else:
        values = _ARGUMENTS.get(f"{method}.{name}") or _ARGUMENTS[name]
    optional = "None" in str(parameter.annotation) and None not in values
    return (*values, None) if optional else values
