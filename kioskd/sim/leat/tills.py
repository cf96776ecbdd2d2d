"""Other tills of the shop, which use the same cards and vouchers at the same time as the kiosk.

They call the same operations, so that everything the contract says holds for them too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from kioskd.sim.forms import ControlRefused, Text
from kioskd.sim.leat import giftcards, prepaid, vouchers
from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError
from kioskd.sim.leat.forms import Form
from kioskd.sim.leat.records import Voucher
from kioskd.sim.leat.seed import SHOP_UUID
from kioskd.sim.leat.state import LeatState


class _TillForm(Form):
    """`till` tells several tills apart. The answer says what Leat has answered the till."""

    till: Text = "till-2"
    shop_uuid: Text = SHOP_UUID


class ChargeGiftcard(_TillForm):
    """Minus to pay, plus to top up."""

    does: Literal["charge_giftcard"]
    code: Text
    amount_minor: int

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        card = state.find_giftcard(self.code)
        if card is None:
            raise ControlRefused(f"code: there is no gift card {self.code!r}")
        body = {
            "giftcard_uuid": card.uuid,
            "amount_in_cents": self.amount_minor,
            "shop_uuid": self.shop_uuid,
        }
        return _performed(giftcards.create_giftcard_transaction, state, _call(now, body))


class ChargePrepaid(_TillForm):
    """Minus to pay, plus to top up."""

    does: Literal["charge_prepaid"]
    card: Text
    amount_minor: int

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        body = {
            "contact_identifier_value": self.card,
            "amount_in_cents": self.amount_minor,
            "shop_uuid": self.shop_uuid,
        }
        return _performed(prepaid.create_prepaid_transaction, state, _call(now, body))


class UseVoucher(_TillForm):
    """A till knows the key of a lock of its own. `card`: whose voucher it becomes, if it is nobody's."""

    does: Literal["lock_voucher", "release_voucher", "redeem_voucher"]
    code: Text
    card: Text | None = None

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        voucher = state.find_voucher(self.code)
        if voucher is None:
            raise ControlRefused(f"code: there is no voucher {self.code!r}")
        owner = None if self.card is None else state.find_card(self.card)
        if self.card is not None and (owner is None or owner.contact_uuid is None):
            raise ControlRefused(f"card: {self.card!r} is nobody's")
        key = state.till_keys.get((self.till, voucher.uuid))
        if self.does == "lock_voucher":
            return self._lock(state, voucher, now)
        if self.does == "release_voucher":
            call = _call(now, {"release_key": key or "none"}, voucher_uuid=voucher.uuid)
            return _performed(vouchers.release_voucher, state, call)
        contact_uuid = None if owner is None else owner.contact_uuid
        body = {"code": self.code, "shop_uuid": self.shop_uuid, "contact_uuid": contact_uuid}
        return _performed(vouchers.redeem_voucher, state, _call(now, body | {"release_key": key}))

    def _lock(self, state: LeatState, voucher: Voucher, now: datetime) -> JsonObject:
        done = _performed(vouchers.lock_voucher, state, _call(now, {}, voucher_uuid=voucher.uuid))
        if done["status"] == 200:
            state.till_keys[self.till, voucher.uuid] = done["answer"]["data"]["lock"]["release_key"]
        return done


TillAct = Annotated[ChargeGiftcard | ChargePrepaid | UseVoucher, Field(discriminator="does")]


def _call(now: datetime, body: JsonObject, **path: str) -> Call:
    return Call(now, "", path, {}, body)


def _performed(operation: Callable[[LeatState, Call], Answer], state: LeatState, call: Call) -> JsonObject:
    try:
        return {"status": 200, "answer": operation(state, call).to_json()}
    except LeatError as error:
        return {"status": 400, "answer": error.to_json()}
