"""Stored orders and their returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.order_form import OrderForm


@dataclass(slots=True)
class Order:
    """`document` is the order as the API prints it, `form` what was sent."""

    uuid: str
    external_identifier: str
    contact_uuid: str
    created_at: datetime
    form: OrderForm
    document: JsonObject
    points: int = 0
    """What it stands for by now: given by processing, corrected by returns."""
    result: JsonObject | None = None
    processed: bool = False


@dataclass(slots=True)
class OrderReturn:
    uuid: str
    external_identifier: str
    order_uuid: str
    value_minor: int
    """What of the order's value comes back."""
    quantities: dict[str, int | float]
    """How many of each line and sub line, by the order's ids."""
    document: JsonObject
    result: JsonObject | None = None
    processed: bool = False
