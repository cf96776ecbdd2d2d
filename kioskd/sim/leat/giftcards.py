"""Operations about gift cards and the money that goes from and to them."""

from __future__ import annotations

from kioskd.sim.leat.answers import (
    META_MAP,
    Answer,
    Call,
    JsonObject,
    LeatError,
    optional_utc_text,
    utc_text,
)
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.ledger import book_giftcard
from kioskd.sim.leat.pages import UNSORTED, in_order, in_period, plain_page
from kioskd.sim.leat.records import Giftcard, GiftcardProgram, GiftcardTransaction
from kioskd.sim.leat.state import LeatState


def find_giftcard(state: LeatState, call: Call) -> Answer:
    card = state.find_giftcard(call.required("hash"))
    if card is None:
        raise LeatError(Code.GIFTCARD_NOT_FOUND)
    return Answer(_giftcard_json(state, card))


def get_giftcard(state: LeatState, call: Call) -> Answer:
    card = state.giftcards.get(call.path_uuid("giftcard_uuid"))
    if card is None:
        raise LeatError(Code.GIFTCARD_NOT_FOUND)
    return Answer(_giftcard_json(state, card))


def list_giftcard_programs(state: LeatState, call: Call) -> Answer:
    programs = state.giftcard_programs.values()
    return Answer([_program_json(state, program) for program in programs], META_MAP)


def list_giftcard_transactions(state: LeatState, call: Call) -> Answer:
    rows = state.giftcard_transactions
    if code := call.query.get("giftcard_hash"):
        card = state.find_giftcard(code)
        if card is None:
            raise LeatError(
                Code.GIFTCARD_NOT_FOUND, deviation="transactions of an unknown card: code assumed"
            )
        rows = [row for row in rows if row.giftcard_uuid == card.uuid]
    if program_uuid := call.query.get("giftcard_program_uuid"):
        rows = [row for row in rows if state.giftcards[row.giftcard_uuid].program_uuid == program_uuid]
    if shop_uuid := call.query.get("shop_uuid"):
        state.shop(shop_uuid)
        rows = [row for row in rows if row.shop_uuid == shop_uuid]
    shown, meta = plain_page(call, in_order(call, in_period(call, rows)), limit_name="perPage")
    documents = [_transaction_json(state, row) for row in shown]
    return Answer(documents, meta, deviation=None if call.query.get("sort") else UNSORTED)


def create_giftcard_transaction(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    giftcard_uuid = form.text("giftcard_uuid", required=True) or ""
    shop_uuid = form.text("shop_uuid", required=True) or ""
    amount_minor = form.integer("amount_in_cents", required=True) or 0
    attributes = form.map("custom_attributes")
    if amount_minor == 0:
        form.wrong("amount_in_cents", "The amount_in_cents must not be 0.")
    form.check()
    shop = state.shop(shop_uuid)
    card = state.giftcards.get(giftcard_uuid)
    if card is None:
        raise LeatError(Code.GIFTCARD_NOT_FOUND)
    program = state.giftcard_programs[card.program_uuid]
    if program.only_shop_uuid not in (None, shop.uuid):
        raise LeatError(Code.SHOP_WITHOUT_GIFTCARD_PROGRAM)
    if not (card.active and program.active):
        raise LeatError(Code.GIFTCARD_NOT_VALID)
    if state.switches.physical_giftcard_refused and card.type == "PHYSICAL":
        raise LeatError(Code.GIFTCARD_NOT_THROUGH_OAUTH, deviation="1114: meaning assumed")
    _check_amount(state, card, amount_minor, call, may_rise=card.upgradeable)
    return Answer(
        _transaction_json(state, book_giftcard(state, card, amount_minor, shop, call.now, attributes))
    )


def get_giftcard_transaction(state: LeatState, call: Call) -> Answer:
    return Answer(_transaction_json(state, _transaction(state, call)))


def reverse_giftcard_transaction(state: LeatState, call: Call) -> Answer:
    """Books the opposite, as long as nothing else has happened to the card since."""
    row = _transaction(state, call)
    card = state.giftcards[row.giftcard_uuid]
    rows = reversed(state.giftcard_transactions)
    last = next(other for other in rows if other.giftcard_uuid == card.uuid)
    if last.uuid != row.uuid and state.switches.giftcard_reversal == "last_only":
        raise LeatError(Code.GIFTCARD_TRANSACTION_NOT_LAST)
    may_rise = card.upgradeable or not state.switches.giftcard_reverse_needs_upgradeable
    _check_amount(state, card, -row.amount_minor, call, may_rise=may_rise)
    opposite = book_giftcard(state, card, -row.amount_minor, state.shop(row.shop_uuid), call.now)
    return Answer(_transaction_json(state, opposite))


def _check_amount(state: LeatState, card: Giftcard, amount_minor: int, call: Call, *, may_rise: bool) -> None:
    if card.expired(call.now):
        raise LeatError(Code.GIFTCARD_EXPIRED)
    after_minor = card.balance_minor + amount_minor
    if after_minor < 0:
        raise LeatError(Code.GIFTCARD_BALANCE_TOO_LOW)
    if amount_minor > 0 and not may_rise:
        raise LeatError(Code.GIFTCARD_NOT_UPGRADEABLE)
    most = state.giftcard_programs[card.program_uuid].max_minor
    if amount_minor > 0 and most is not None and after_minor > most:
        raise LeatError(Code.GIFTCARD_ABOVE_MAXIMUM)


def _transaction(state: LeatState, call: Call) -> GiftcardTransaction:
    wanted = call.path["giftcard_transaction_uuid"]
    for row in reversed(state.giftcard_transactions):
        if row.uuid == wanted:
            return row
    raise LeatError(Code.GIFTCARD_TRANSACTION_NOT_FOUND)


def _giftcard_json(state: LeatState, card: Giftcard) -> JsonObject:
    amount = f"{card.balance_minor / 100:.2f}"
    return {
        "id": card.id,
        "uuid": card.uuid,
        "type": card.type,
        "hash": card.hash,
        "amount_in_cents": card.balance_minor,
        "active": card.active,
        "upgradeable": card.upgradeable,
        "expiration_date": optional_utc_text(card.expires_at),
        "display_amount": f"€ {amount.replace('.', ',')}",
        "amount": card.balance_minor / 100,
        "url": f"{state.account.portal_url}/giftcard-balance?hash={card.hash}",
        "formatted_expiration_date": None
        if card.expires_at is None
        else card.expires_at.astimezone(state.account.zone).strftime("%d-%m-%Y"),
        "giftcard_program": _program_json(state, state.giftcard_programs[card.program_uuid]),
        "giftcard_recipients": [],
    }


def _program_json(state: LeatState, program: GiftcardProgram) -> JsonObject:
    return {
        "id": program.id,
        "uuid": program.uuid,
        "name": program.name,
        "active": program.active,
        "expiration_days": None,
        "max_amount_in_cents": program.max_minor,
        "min_amount_in_cents": None,
        "calculator_flow": "DEFAULT",
        "card_count": sum(card.program_uuid == program.uuid for card in state.giftcards.values()),
    }


def _transaction_json(state: LeatState, row: GiftcardTransaction) -> JsonObject:
    card, shop = state.giftcards[row.giftcard_uuid], state.shop(row.shop_uuid)
    shown = {"custom_attributes": row.attributes} if state.switches.giftcard_attributes_shown else {}
    return shown | {
        "id": row.id,
        "uuid": row.uuid,
        "amount_in_cents": row.amount_minor,
        "type": "STANDARD",
        "settled": False,
        "card": {"id": card.id, "uuid": card.uuid},
        "shop": {"id": shop.id, "uuid": shop.uuid, "name": shop.name},
        "settlements": [],
        "created_at": utc_text(row.created_at),
    }
