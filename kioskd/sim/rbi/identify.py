"""Who a code is, what they may spend and what they have picked: each answer opens a transaction."""

from __future__ import annotations

import re
from typing import Final

from kioskd.sim.rbi.answers import Answer, Call, RbiError, api_error
from kioskd.sim.rbi.records import MINOR_PER_MAJOR, Guest, Incentive, JsonObject, Status, Store, Transaction
from kioskd.sim.rbi.requests import IdentifyRequest, read_body
from kioskd.sim.rbi.state import RbiState
from kioskd.sim.rbi.switches import IdentifierKind

_CODE: Final = re.compile(r"[0-9]{6}")
_LOYALTY_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def identify(state: RbiState, call: Call, seen: RbiState) -> Answer:
    """`seen` is the state balances are read from: it may be older."""
    request = read_body(IdentifyRequest, call.body)
    store = state.store(request.posVendor.storeId, call.region)
    kind = _kind(request.identifier)
    if kind not in state.switches.identifiers:
        raise api_error(422, "IdentifierTypeDisabled", "identifier type is disabled")
    guest, picks = _guest_and_picks(state, call, kind, request.identifier)
    chosen = [_picked(state, content_id, request.posVendor.posType) for content_id in picks]
    if kind == "code":
        state.codes[request.identifier].used = True
    transaction = Transaction(
        id=state.new_uuid("transaction"),
        guest_id=guest.id,
        store_id=store.id,
        status=Status.IDENTIFIED,
        opened_at=call.now,
        changed_at=call.now,
        held_points=sum(incentive.points for incentive in chosen),
    )
    balance = seen.available_points(seen.guests.get(guest.id, guest), call.now) - transaction.held_points
    state.transactions[transaction.id] = transaction
    text = state.switches.numbers == "text"
    document: JsonObject = {
        "balances": [{"amount": str(balance) if text else balance, "currency": "points"}],
        "loyaltyUser": {
            "created": guest.created_at.isoformat().replace("+00:00", "Z"),
            "id": guest.id,
            "name": guest.name,
        },
        "order": [
            _line(state, incentive, store, number)
            for number, incentive in enumerate(chosen, start=1)
            if incentive.discount is None
        ],
        "transactionId": transaction.id,
    }
    discounts = [_discount(incentive) for incentive in chosen if incentive.discount is not None]
    return Answer(document | ({"eligibleDiscounts": discounts} if discounts else {}))


def _kind(identifier: str) -> IdentifierKind:
    if _CODE.fullmatch(identifier):
        return "code"
    return "loyalty_id" if _LOYALTY_ID.fullmatch(identifier) else "card"


def _guest_and_picks(
    state: RbiState, call: Call, kind: IdentifierKind, identifier: str
) -> tuple[Guest, list[str]]:
    if kind == "code":
        code = state.codes.get(identifier)
        if code is None or (code.expires_at is not None and code.expires_at <= call.now):
            raise api_error(404, "HashSetNotFoundError", "identifier not found")
        if code.used:
            raise api_error(422, "OrderSelectionStatusUnclaimable", "identifier already used")
        return state.guests[code.guest_id], code.picks
    if kind == "loyalty_id":
        guest = state.guest(identifier)
        return guest, guest.picks
    owner = state.guest_of_card(identifier)
    if owner is not None:
        return owner, owner.picks
    if re.fullmatch(r"[0-9a-fA-F-]{30,40}", identifier):
        raise api_error(400, "IdentificationFailed", "identification failed")
    if re.fullmatch(r"[0-9]+", identifier):
        raise api_error(404, "HashSetNotFoundError", "identifier not found")
    raise api_error(422, "InvalidIdentifier", "identifier is invalid")


def _picked(state: RbiState, content_id: str, pos_type: str) -> Incentive:
    incentive = state.incentives.get(content_id)
    if incentive is None or incentive.product_id is None or pos_type not in state.vendors:
        raise _gone("offer" if incentive is None else incentive.kind)
    return incentive


def _gone(kind: str) -> RbiError:
    return api_error(404, f"{kind.title()}NotFoundError", f"{kind} not found")


def _line(state: RbiState, incentive: Incentive, store: Store, number: int) -> JsonObject:
    switches = state.switches
    line: JsonObject = {
        "productId": incentive.product_id,
        "quantity": "1" if switches.numbers == "text" else 1,
        "productType": incentive.kind.upper() if switches.line_types == "upper" else incentive.kind,
        "referenceId": "00" if switches.line_ids == "same" else f"{number:02}",
    }
    if incentive.personal:
        line["loyaltyEngineId"] = incentive.engine_id
    else:
        line["incentiveId"] = incentive.content_id
    if incentive.price_minor is not None:
        line["price"] = {
            "major": incentive.price_minor / MINOR_PER_MAJOR[store.currency],
            "minor": incentive.price_minor,
            "minor_text": str(incentive.price_minor),
        }[switches.incentive_prices]
    return line


def _discount(incentive: Incentive) -> JsonObject:
    assert incentive.discount is not None
    discount: JsonObject = {
        "details": {
            "displayName": incentive.name,
            "discountValue": incentive.discount.value,
            "subtype": incentive.discount.subtype,
            "type": incentive.kind,
        },
        "productId": incentive.product_id,
        "referenceId": incentive.engine_id,
    }
    return discount if incentive.personal else discount | {"incentiveId": incentive.content_id}
