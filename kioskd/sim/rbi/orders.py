"""Reads the order in a request into what rules and bookings need, and refuses what cannot be one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from kioskd.sim.rbi.answers import Call, api_error, malformed, not_claimable, transaction_not_found
from kioskd.sim.rbi.records import MINOR_PER_MAJOR, Guest, Incentive, JsonObject, Store, Transaction, Used
from kioskd.sim.rbi.requests import Line, TransactionRequest, read_body
from kioskd.sim.rbi.state import RbiState

MODES: Final = {
    "EAT_IN": "Eatin",
    "TAKEOUT": "Takeout",
    "DRIVE_THRU": "DriveThru",
    "CURBSIDE": "Curbside",
    "TABLE_SERVICE": "TableService",
}
"""Constants and words for the same."""

PAYMENT_TYPES: Final = frozenset({"CASH", "VISA", "MASTERCARD", "AMEX", "CREDIT", "CARD"})
_PARENTS: Final = frozenset({"combo", "reward", "offer"})
_MOST_MINOR = 10**11


@dataclass(frozen=True, slots=True)
class Order:
    """Amounts in minor units of the store's currency."""

    request: TransactionRequest
    document: JsonObject
    """The request as it came."""
    store: Store
    mode: str
    """EAT_IN and so on."""
    at: datetime
    """Which time date rules see, in the store's own zone unless the guest's was told."""
    lines_minor: int
    plain_minor: int
    """Of the lines that belong to no reward or offer."""
    tax_minor: int
    incentives: tuple[tuple[Incentive, int], ...]
    """With how many of each."""

    @property
    def status(self) -> str:
        return self.request.status

    @property
    def used(self) -> tuple[Used, ...]:
        return tuple(Used(incentive.content_id, quantity) for incentive, quantity in self.incentives)

    @property
    def cost_points(self) -> int:
        return sum(incentive.points * quantity for incentive, quantity in self.incentives)

    def major(self, minor: int) -> float:
        return minor / MINOR_PER_MAJOR[self.store.currency]

    @property
    def product_ids(self) -> frozenset[str]:
        return frozenset(line.productId for line in self.request.transactionDetails.order)

    @property
    def payment_types(self) -> frozenset[str]:
        return frozenset(payment.type.upper() for payment in self.request.transactionDetails.payments)


def read_order(state: RbiState, call: Call) -> Order:
    """Raises RbiError: 400 for what is no order, 404 for a store or an incentive nobody knows."""
    request = read_body(TransactionRequest, call.body)
    details = request.transactionDetails
    store = state.store(details.posVendor.storeId, call.region)
    wrong = [*_wrong_words(state, request, store), *_wrong_lines(state, details.order)]
    major = state.switches.line_prices == "major"
    minor = _Minor(MINOR_PER_MAJOR[store.currency] if major else 1)
    plain = [line for line in details.order if not _is_incentive(line, details.order)]
    lines_minor = sum(minor.of(line.price) * line.quantity for line in details.order)
    plain_minor = sum(minor.of(line.price) * line.quantity for line in plain)
    tax_minor = sum(minor.of(line.tax) * line.quantity for line in details.order)
    paid_minor = sum(payment.amount for payment in details.payments)
    if minor.wrong:
        wrong.append("transactionDetails.order.price")
    elif (
        details.payments and state.switches.payment_sum == "checked" and paid_minor != lines_minor + tax_minor
    ):
        wrong.append("transactionDetails.payments")
    if wrong:
        raise malformed(*wrong)
    return Order(
        request=request,
        document=call.body,
        store=store,
        mode=_mode(request.serviceMode),
        at=_time_for_rules(state, call, request, store),
        lines_minor=lines_minor,
        plain_minor=plain_minor,
        tax_minor=tax_minor,
        incentives=tuple(_incentives(state, request)),
    )


def guest_of(state: RbiState, transaction: Transaction, request: TransactionRequest) -> Guest:
    """Whose transaction it is. Raises RbiError when the body speaks of another one, or of somebody else."""
    if transaction.guest_id is None:
        raise not_claimable()
    said = request.loyaltyId
    if said is not None and said.lower() != transaction.guest_id:
        raise api_error(404, "UserNotFoundError", "user not found")
    if request.transactionId is not None and request.transactionId.lower() != transaction.id:
        raise transaction_not_found()
    return state.guest(transaction.guest_id)


class _Minor:
    """Sums up prices, and notes whether one of them is none."""

    def __init__(self, minor_per_unit: int) -> None:
        self._minor_per_unit = minor_per_unit
        self.wrong = False

    def of(self, price: float | None) -> int:
        amount = Decimal(repr(price or 0)) * self._minor_per_unit
        if not 0 <= amount <= _MOST_MINOR or amount != amount.to_integral_value():
            self.wrong = True
            return 0
        return int(amount)


def _wrong_words(state: RbiState, request: TransactionRequest, store: Store) -> Iterable[str]:
    switches, details = state.switches, request.transactionDetails
    if request.channel != "Restaurant":
        yield "channel"
    mode = _mode(request.serviceMode)
    wanted = {"words": MODES.get(mode), "constants": mode, "either": request.serviceMode}
    if not mode or request.serviceMode != wanted[switches.service_modes]:
        yield "serviceMode"
    if details.currency != store.currency:
        yield "transactionDetails.currency"
    unknown = {payment.type.upper() for payment in details.payments} - PAYMENT_TYPES
    if unknown and switches.payment_types == "listed":
        yield "transactionDetails.payments.type"


def _mode(text: str) -> str:
    """The constant for a service mode in any spelling; empty for none."""
    letters = text.upper().replace("_", "")
    return next((mode for mode in MODES if mode.replace("_", "") == letters), "")


def _wrong_lines(state: RbiState, lines: tuple[Line, ...]) -> Iterable[str]:
    types: dict[str, str] = {}
    place = "transactionDetails.order"
    for line in lines:
        if line.parentReferenceId is not None:
            parent = types.get(line.parentReferenceId)
            hangs_below_incentive = parent in ("reward", "offer")
            forbidden = state.switches.incentive_children == "refused"
            if parent not in _PARENTS or (hangs_below_incentive and forbidden):
                yield f"{place}.parentReferenceId"
        if line.referenceId is not None and line.referenceId in types:
            yield f"{place}.referenceId"
        if line.referenceId is not None:
            types[line.referenceId] = line.type
        named = line.incentiveId is not None or line.loyaltyEngineId is not None
        if named != (line.type in ("reward", "offer")):
            yield f"{place}.incentiveId"


def _is_incentive(line: Line, lines: tuple[Line, ...]) -> bool:
    parents = {other.referenceId: other for other in lines}
    parent = parents.get(line.parentReferenceId) if line.parentReferenceId else None
    return any(one is not None and one.type in ("reward", "offer") for one in (line, parent))


def _incentives(state: RbiState, request: TransactionRequest) -> Iterable[tuple[Incentive, int]]:
    for line in request.transactionDetails.order:
        if line.type in ("reward", "offer"):
            incentive = state.find_incentive(line.incentiveId, line.loyaltyEngineId)
            if incentive is None or incentive.kind != line.type or incentive.product_id != line.productId:
                raise _incentive_not_found(line.type)
            yield incentive, line.quantity
    for discount in request.transactionDetails.appliedDiscounts:
        incentive = state.find_incentive(discount.incentiveId, discount.referenceId)
        if incentive is None or incentive.discount is None:
            raise _incentive_not_found("offer")
        yield incentive, 1


def _incentive_not_found(kind: str) -> Exception:
    return api_error(404, f"{kind.title()}NotFoundError", f"{kind} not found")


def _time_for_rules(state: RbiState, call: Call, request: TransactionRequest, store: Store) -> datetime:
    zone = ZoneInfo(store.zone)
    if state.switches.rule_clock == "server":
        return call.now.astimezone(zone)
    if state.switches.rule_clock == "created":
        return datetime.fromisoformat(request.created).astimezone(zone)
    return call.user_at if call.user_at.tzinfo else call.user_at.replace(tzinfo=zone)
