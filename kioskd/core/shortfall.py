"""What does not work just now while the kiosk sells all the same: said to guests before they begin."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from kioskd.core.health import DeviceKind, DeviceState
from kioskd.core.order import Tender
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit


class Shortfall(StrEnum):
    """In the order of how much they matter to a guest."""

    COUNTER_ONLY = "counter_only"
    """Cards cannot be taken, but the counter can be paid at."""
    POINTS_LATER = "points_later"
    """The loyalty backend does not answer: what is earned is kept and told later."""
    NO_PAPER = "no_paper"
    """There is a receipt printer, and it prints nothing."""


def shortfalls(visit: Visit, shop: Shop) -> tuple[Shortfall, ...]:
    """Nothing while a device is only just starting: it would be taken back a moment later."""
    return tuple(_found(visit, shop))


def _found(visit: Visit, shop: Shop) -> Iterator[Shortfall]:
    card = Tender.CARD in shop.tenders and visit.expects(DeviceKind.TERMINAL)
    if Tender.CARD in shop.tenders and not card and visit.can_pay_with(Tender.COUNTER, shop):
        yield Shortfall.COUNTER_ONLY
    if shop.loyalty and visit.online is False:
        yield Shortfall.POINTS_LATER
    printers = [device for device in visit.devices.values() if device.kind is DeviceKind.PRINTER]
    wanted = any(device.state is not DeviceState.DISABLED for device in printers)
    if wanted and not visit.expects(DeviceKind.PRINTER):
        yield Shortfall.NO_PAPER
