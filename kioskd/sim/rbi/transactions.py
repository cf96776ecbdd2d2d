"""One order on one transaction: tried, held, claimed, voided, or reported for a guest nobody knows."""

from __future__ import annotations

from datetime import timedelta

from kioskd.sim.rbi.answers import (
    Answer,
    Call,
    RbiError,
    api_error,
    malformed,
    not_claimable,
    transaction_not_found,
)
from kioskd.sim.rbi.ledger import book
from kioskd.sim.rbi.orders import Order, guest_of, read_order
from kioskd.sim.rbi.receipts import presentation, receipt_code
from kioskd.sim.rbi.records import MINOR_PER_MAJOR, Guest, JsonObject, Status, Transaction
from kioskd.sim.rbi.requests import TransactionRequest, read_body
from kioskd.sim.rbi.rules import failures, rules_error
from kioskd.sim.rbi.state import RbiState


def validate(state: RbiState, call: Call) -> Answer:
    """Changes nothing."""
    transaction = state.transaction(call.path["loyaltyTransactionId"])
    order = read_order(state, call)
    guest = guest_of(state, transaction, order.request)
    if not state.is_open(transaction, call.now):
        raise not_claimable()
    available = state.available_points(guest, call.now, apart_from=transaction)
    if failed := failures(state, order, guest, available):
        raise rules_error(state, failed, full=True)
    return Answer(_outcome(state, transaction, available, _earned(state, order), order.cost_points))


def update(state: RbiState, call: Call) -> Answer:
    """PENDING holds the points of the order's rewards, CLAIMED moves them."""
    transaction = state.transaction(call.path["loyaltyTransactionId"])
    order = read_order(state, call)
    guest = guest_of(state, transaction, order.request)
    again = transaction.status is Status.CLAIMED and order.document == transaction.body
    if again and state.switches.claim_again == "same_answer" and transaction.answer is not None:
        return Answer(transaction.answer)
    books_again = again and state.switches.claim_again == "books_again"
    if not books_again and not state.is_open(transaction, call.now):
        raise not_claimable()
    available = state.available_points(guest, call.now, apart_from=transaction)
    _check(state, order, guest, available)
    if order.status == "PENDING":
        _remember(transaction, order, Status.PENDING, call)
        transaction.held_points = order.cost_points
        points = state.available_points(guest, call.now)
        return Answer(_outcome(state, transaction, points, 0, transaction.held_points))
    _check_in_time(state, transaction, order)
    _remember(transaction, order, Status.CLAIMED, call)
    transaction.held_points = 0
    transaction.earned_points = _earned(state, order)
    transaction.burned_points = order.cost_points
    transaction.receipt_code = receipt_code(transaction.id)
    book(state, guest, "burned", -transaction.burned_points, call.now, transaction)
    book(state, guest, "earned", transaction.earned_points, call.now, transaction)
    points = state.available_points(guest, call.now)
    outcome = _outcome(state, transaction, points, transaction.earned_points, transaction.burned_points)
    texts = presentation(state, transaction, points)
    transaction.answer = outcome | texts | {"receiptCode": transaction.receipt_code}
    return Answer(transaction.answer)


def create_unclaimed(state: RbiState, call: Call) -> Answer:
    try:
        order = read_order(state, call)
    except RbiError as error:
        if error.status != 404:
            raise
        raise RbiError(400, error.code, error.message, statusCode=400) from None
    request = order.request
    if request.loyaltyId is not None or request.transactionId is not None:
        raise malformed("loyaltyId" if request.loyaltyId is not None else "transactionId")
    for incentive, _ in order.incentives:
        if incentive.content_id not in state.unlocked_for_all:
            raise malformed("transactionDetails.order.productType")
    vendor = request.transactionDetails.posVendor
    same = _unclaimed_before(state, order) if state.switches.unclaimed_again == "same_answer" else None
    if same is not None and same.answer is not None:
        return Answer(same.answer, state.switches.unclaimed_status)
    transaction = Transaction(
        id=state.new_uuid("transaction"),
        guest_id=None,
        store_id=vendor.storeId,
        status=Status.UNCLAIMED,
        opened_at=call.now,
        changed_at=call.now,
    )
    _remember(transaction, order, Status.UNCLAIMED, call)
    state.transactions[transaction.id] = transaction
    document = {"transactionId": transaction.id} | presentation(state, transaction, None)
    if state.switches.unclaimed_receipt_code:
        transaction.receipt_code = document["receiptCode"] = receipt_code(transaction.id)
    transaction.answer = document
    return Answer(document, state.switches.unclaimed_status)


def void(state: RbiState, call: Call) -> Answer:
    """Everything the transaction did is undone; what was sent with it is read, not compared."""
    transaction = state.transaction(call.path["loyaltyTransactionId"])
    request = read_body(TransactionRequest, call.body)
    state.store(request.transactionDetails.posVendor.storeId, call.region)
    if transaction.guest_id is None:
        if state.switches.void_unclaimed == "not_found":
            raise transaction_not_found()
    else:
        guest_of(state, transaction, request)
    if transaction.status is Status.VOIDED:
        if state.switches.void_again == "not_found":
            raise transaction_not_found()
        if state.switches.void_again == "refused":
            raise api_error(400, "TransactionNotVoidable", "transaction is voided already")
        return Answer({"transactionId": transaction.id})
    if transaction.guest_id is not None and transaction.status is Status.CLAIMED:
        guest = state.guest(transaction.guest_id)
        book(state, guest, "earned_back", -_booked(state, transaction, "earned"), call.now, transaction)
        book(state, guest, "burned_back", -_booked(state, transaction, "burned"), call.now, transaction)
    transaction.status, transaction.changed_at, transaction.held_points = Status.VOIDED, call.now, 0
    return Answer({"transactionId": transaction.id})


def _check(state: RbiState, order: Order, guest: Guest, available_points: int) -> None:
    """What an update refuses, in its own words."""
    if not order.store.loyalty and any(incentive.kind == "reward" for incentive, _ in order.incentives):
        raise api_error(400, "RedeemRewardError", "reward cannot be redeemed in this store")
    failed = failures(state, order, guest, available_points)
    full = state.switches.update_failures == "full"
    if not full and any(failure.rule_id == "point-balance" for failure in failed):
        raise api_error(400, "TransactionInsufficientPoints", "insufficient points")
    if failed:
        raise rules_error(state, failed, full=full)


def _check_in_time(state: RbiState, transaction: Transaction, order: Order) -> None:
    longest_s = state.switches.claim_within_s
    if longest_s is not None and order.at > transaction.opened_at + timedelta(seconds=longest_s):
        raise not_claimable()


def _remember(transaction: Transaction, order: Order, status: Status, call: Call) -> None:
    vendor = order.request.transactionDetails.posVendor
    transaction.status, transaction.changed_at = status, call.now
    transaction.body, transaction.used = order.document, order.used
    transaction.order_number, transaction.terminal = vendor.transactionId, vendor.terminal
    transaction.store_id = vendor.storeId


def _unclaimed_before(state: RbiState, order: Order) -> Transaction | None:
    vendor = order.request.transactionDetails.posVendor
    key = (vendor.storeId, vendor.terminal, vendor.transactionId)
    for transaction in state.transactions.values():
        known = (transaction.store_id, transaction.terminal, transaction.order_number)
        if transaction.status is Status.UNCLAIMED and known == key:
            return transaction
    return None


def _booked(state: RbiState, transaction: Transaction, kind: str) -> int:
    """A claim that was booked twice is undone twice."""
    rows = (row for row in state.ledger if row.transaction_id == transaction.id and row.kind == kind)
    return sum(row.points for row in rows)


def _earned(state: RbiState, order: Order) -> int:
    if not order.store.loyalty:
        return 0
    return order.lines_minor * state.points_per_major // MINOR_PER_MAJOR[order.store.currency]


def _outcome(
    state: RbiState, transaction: Transaction, points: int, earned: int, redeemed: int
) -> JsonObject:
    numbers = {"points": points, "pointsEarned": earned, "pointsRedeemed": redeemed}
    text = state.switches.numbers == "text"
    said: JsonObject = {name: str(value) if text else value for name, value in numbers.items()}
    return said | {"loyaltyId": transaction.guest_id, "transactionId": transaction.id}
