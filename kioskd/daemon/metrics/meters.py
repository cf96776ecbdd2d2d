"""What is counted while the kiosk works. No label ever holds anything of a guest's."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram

from kioskd.core.effects import CallHelp, Effect, Settle
from kioskd.core.events import (
    Event,
    GiftCardFound,
    LookupFailed,
    LookupFailure,
    MemberFound,
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    ReceiptEnded,
    Scanned,
    ScanRejected,
    SettlementDenied,
    VoucherFound,
)
from kioskd.core.order import Tender
from kioskd.core.place import STAFF
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.visit import Visit
from kioskd.outbox.courier import Courier, Outcome
from kioskd.outbox.operation import Parcel

_FRAME_S = (0.002, 0.004, 0.008, 0.016, 0.033, 0.05, 0.1, 0.25, 1.0)
_CALL_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ACCEPTED, _DENIED = "accepted", "denied"
_PAYMENTS = {
    outcome: f"payment_{outcome}" for outcome in PaymentOutcome if outcome != PaymentOutcome.APPROVED
}
_FOUND = {MemberFound: "member", VoucherFound: "voucher", GiftCardFound: "gift_card"}


class Meters:
    """Everything starts at nought with the process, as counters do."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._visits = Counter("kioskd_visits", "Guests who began something.", registry=registry)
        self._orders = Counter(
            "kioskd_orders", "Orders by how they were to be paid and what came of it.",
            ("tender", "outcome"), registry=registry,
        )  # fmt: skip
        self._scans = Counter(
            "kioskd_scans",
            "Codes read, or rejected as no usable code.",
            ("source", "result"),
            registry=registry,
        )
        self._lookups = Counter(
            "kioskd_lookups", "What scanned and typed codes turned out to be.", ("result",), registry=registry
        )
        self._receipts = Counter(
            "kioskd_receipts", "Receipts by what came out.", ("verdict",), registry=registry
        )
        self._help_calls = Counter("kioskd_help_calls", "Guests who asked for somebody.", registry=registry)
        self._attempts = Counter(
            "kioskd_delivery_attempts", "Tries to tell the loyalty backend something, by what came of them.",
            ("result",), registry=registry,
        )  # fmt: skip
        self._delivery_s = Histogram(
            "kioskd_delivery_seconds", "How long such a try took.", buckets=_CALL_S, registry=registry
        )
        self._frame_s = Histogram(
            "kioskd_frame_seconds", "How long painting a picture took.", buckets=_FRAME_S, registry=registry
        )
        self._tenders: dict[str, Tender] = {}
        self._somebody_is_here = False
        self._begin_at_nought()

    def _begin_at_nought(self) -> None:
        """What has not happened yet is 0 and not absent: rates and alerts need both ends."""
        for tender in Tender:
            for outcome in (_ACCEPTED, _DENIED, *_PAYMENTS.values()):
                self._orders.labels(tender.value, outcome)
        for result in (*_FOUND.values(), *LookupFailure):
            self._lookups.labels(str(result))
        for verdict in PrintVerdict:
            self._receipts.labels(verdict.value)

    def on_step(self, event: Event, effects: Sequence[Effect], visit: Visit) -> None:
        """As the runtime tells it."""
        match event:
            case OrderAccepted(order_id):
                self._ended(order_id, _ACCEPTED)
            case PaymentEnded(order_id, outcome) if outcome in _PAYMENTS:
                self._ended(order_id, _PAYMENTS[outcome])
            case SettlementDenied(order_id):
                self._ended(order_id, _DENIED)
            case Scanned():
                self._scans.labels(event.source, "read").inc()
            case ScanRejected():
                self._scans.labels(event.source, "rejected").inc()
            case MemberFound() | VoucherFound() | GiftCardFound():
                self._lookups.labels(_FOUND[type(event)]).inc()
            case LookupFailed(failure=failure):
                self._lookups.labels(failure.value).inc()
            case ReceiptEnded(verdict=verdict):
                self._receipts.labels(verdict.value).inc()
            case _:
                pass
        for effect in effects:
            if isinstance(effect, Settle):
                self._tenders = {effect.order.id: effect.order.tender}  # there is one guest
            elif isinstance(effect, CallHelp):
                self._help_calls.inc()
        here = not visit.at_home and visit.place not in STAFF
        if here and not self._somebody_is_here:
            self._visits.inc()
        self._somebody_is_here = here

    def painted(self, seconds: float) -> None:
        self._frame_s.observe(seconds)

    def counting(self, courier: Courier) -> Courier:
        """The same courier, its tries counted."""
        return _Counting(courier, self._tried)

    def _ended(self, order_id: str, outcome: str) -> None:
        if tender := self._tenders.get(order_id):
            self._orders.labels(tender.value, outcome).inc()

    def _tried(self, result: str, took_s: float) -> None:
        self._attempts.labels(result).inc()
        self._delivery_s.observe(took_s)


class _Counting(Courier):
    def __init__(self, courier: Courier, tried: Callable[[str, float], None]) -> None:
        self._courier = courier
        self._tried = tried

    async def baseline(self, parcel: Parcel) -> Outcome:
        return await self._courier.baseline(parcel)

    async def deliver(self, parcel: Parcel) -> Outcome:
        return await self._timed(self._courier.deliver(parcel))

    async def read_back(self, parcel: Parcel) -> Outcome:
        return await self._courier.read_back(parcel)

    async def probe(self) -> Outcome:
        return await self._courier.probe()

    async def _timed(self, call: Awaitable[Outcome]) -> Outcome:
        began_s, result = time.monotonic(), "cut_off"
        try:
            outcome = await call
            result = outcome.word.partition(":")[0]
            return outcome
        finally:
            self._tried(result, time.monotonic() - began_s)
