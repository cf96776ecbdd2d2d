"""The counter's till, which finishes what the kiosk has handed over unpaid.

It calls the same operations, so that everything the contract says holds for it too.
"""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Literal

from kioskd.sim.forms import ControlRefused, Text
from kioskd.sim.rbi.answers import Call, RbiError
from kioskd.sim.rbi.forms import Form
from kioskd.sim.rbi.records import MINOR_PER_MAJOR, JsonObject, Status, Transaction
from kioskd.sim.rbi.state import RbiState
from kioskd.sim.rbi.transactions import update, void


class TillAct(Form):
    """Of the pending order with the kiosk's `order_number`: paid in cash and claimed, or dropped and voided.

    The answer says what the platform has answered the till.
    """

    does: Literal["claim", "void"]
    order_number: Text

    def apply(self, state: RbiState, now: datetime) -> JsonObject:
        transaction = self._pending(state)
        store = state.stores[transaction.store_id]
        unit = MINOR_PER_MAJOR[store.currency] if state.switches.line_prices == "major" else 1
        body = copy.deepcopy(transaction.body or {})
        details = body["transactionDetails"]
        price = sum(line.get("price", 0) * line.get("quantity", 1) for line in details["order"])
        body["status"] = "CLAIMED"
        paid = {"amount": round(price * unit), "type": "CASH"}
        details["payments"] = [paid] if self.does == "claim" else []
        call = Call(now, now, store.region, body, {"loyaltyTransactionId": transaction.id})
        try:
            answer = (update if self.does == "claim" else void)(state, call)
        except RbiError as error:
            return {"status": error.status, "answer": error.to_json(state.switches)}
        return {"status": answer.status, "answer": answer.document}

    def _pending(self, state: RbiState) -> Transaction:
        for transaction in state.transactions.values():
            if transaction.status is Status.PENDING and transaction.order_number == self.order_number:
                return transaction
        raise ControlRefused(f"order_number: there is no pending order {self.order_number!r}")
