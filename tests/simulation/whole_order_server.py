"""A platform that takes orders as a whole, and a ledger of what is true on it.

A guest's code opens a transaction; an update holds what the order costs or claims it, a void gives all of it
back. No call carries a key of the kiosk's, and none can be read back. What nobody documents is a switch.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from kioskd.core.errors import Refused
from kioskd.loyalty.rbi.refusals import RbiRefused
from tests.simulation.clocks import TRUE_EPOCH

POINTS = 1000
REWARD_POINTS = 100
EARNED = 10


@dataclass(slots=True)
class Habits:
    """One position for each open question that a queue could trip over."""

    claim_again: Literal["same_answer", "books_again", "refused"] = "same_answer"
    void_again: Literal["same_answer", "not_found", "refused"] = "same_answer"
    unclaimed_again: Literal["stored_again", "same_answer"] = "stored_again"
    code_lifetime_s: float | None = None
    identified_lifetime_s: float | None = None
    pending_lifetime_s: float | None = None
    claim_within_s: float | None = None
    claim_clock: Literal["created", "server"] = "created"

    @classmethod
    def drawn(cls, chance: Random) -> Habits:
        return cls(
            claim_again=chance.choice(("same_answer", "books_again", "refused")),
            void_again=chance.choice(("same_answer", "not_found", "refused")),
            unclaimed_again=chance.choice(("stored_again", "same_answer")),
            code_lifetime_s=chance.choice((None, 60.0, 300.0)),
            identified_lifetime_s=chance.choice((None, None, 120.0, 3600.0)),
            pending_lifetime_s=chance.choice((None, None, 45.0, 3600.0)),
            claim_within_s=chance.choice((None, None, 600.0)),
            claim_clock=chance.choice(("created", "server")),
        )


@dataclass(slots=True)
class WholeOrder:
    """One transaction. `burned` and `earned` are what its claims moved."""

    id: str
    member: str
    changed_s: float
    opened_s: float
    state: Literal["identified", "pending", "claimed", "voided"] = "identified"
    held: int = 0
    burned: int = 0
    earned: int = 0
    claims: int = 0
    claimed_with: bytes = b""
    claimed_by: str = ""
    was_claimed: bool = False


@dataclass(slots=True)
class WholeOrderServer:
    habits: Habits
    transactions: dict[str, WholeOrder] = field(default_factory=dict)
    codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Whose they are, and when they were made. A code works once."""
    effects: Counter[str] = field(default_factory=Counter)
    """By operation."""
    unclaimed: Counter[str] = field(default_factory=Counter)
    """By the kiosk's own number of the order."""

    # --- a guest ---------------------------------------------------------------------------------------

    def new_code(self, member: str, now_s: float) -> str:
        code = f"{len(self.codes):06d}"
        self.codes[code] = (member, now_s)
        return code

    def identify(self, code: str, now_s: float) -> WholeOrder:
        member, made_s = self.codes.pop(code, ("", 0.0))
        lifetime_s = self.habits.code_lifetime_s
        if not member or (lifetime_s is not None and now_s > made_s + lifetime_s):
            raise _refused("unknown_card")
        transaction = WholeOrder(f"t{len(self.transactions)}", member, now_s, now_s)
        self.transactions[transaction.id] = transaction
        return transaction

    def points(self, member: str, now_s: float, apart_from: str = "") -> int:
        """What may be spent: the ledger, less what is held."""
        own = [each for each in self.transactions.values() if each.member == member]
        held = sum(each.held for each in own if each.id != apart_from and self._is_open(each, now_s))
        return POINTS + sum(each.earned - each.burned for each in own) - held

    # --- the order -------------------------------------------------------------------------------------

    def validate(self, session: str, body: bytes, now_s: float) -> WholeOrder:
        transaction = self._open(session, now_s)
        self._check_points(transaction, _cost(body), now_s)
        return transaction

    def update(self, session: str, body: bytes, now_s: float, cause: str) -> WholeOrder:
        """`cause` is the operation, empty for what is only held."""
        if json.loads(body)["status"] == "PENDING":
            transaction = self._open(session, now_s)
            cost = _cost(body)
            self._check_points(transaction, cost, now_s)
            transaction.state, transaction.held, transaction.changed_s = "pending", cost, now_s
            return transaction
        transaction = self._known(session)
        if transaction.state == "claimed" and transaction.claimed_with == body:
            match self.habits.claim_again:
                case "same_answer":
                    return transaction
                case "books_again":
                    self._claim(transaction, body, cause)
                    return transaction
        self._open(session, now_s)
        self._check_in_time(transaction, body, now_s)
        self._check_points(transaction, _cost(body), now_s)
        self._claim(transaction, body, cause)
        transaction.state, transaction.held, transaction.changed_s = "claimed", 0, now_s
        return transaction

    def _claim(self, transaction: WholeOrder, body: bytes, cause: str) -> None:
        transaction.claims += 1
        transaction.burned += _cost(body)
        transaction.earned += EARNED
        transaction.claimed_with, transaction.claimed_by, transaction.was_claimed = body, cause, True
        self.effects[cause] += 1

    def claim_elsewhere(self, session: str, order_id: str) -> None:
        """By the till at the counter, where it was handed over to."""
        transaction = self.transactions[session]
        if transaction.state == "pending":
            transaction.claims, transaction.burned, transaction.held = 1, transaction.held, 0
            transaction.state, transaction.claimed_by, transaction.was_claimed = "claimed", order_id, True

    def void(self, session: str, body: bytes, cause: str) -> WholeOrder:
        json.loads(body)
        transaction = self._known(session)
        if transaction.state == "voided":
            if self.habits.void_again == "not_found":
                raise _refused("unknown_transaction")
            if self.habits.void_again == "refused":
                raise _refused("not_voidable")
            return transaction
        transaction.state, transaction.held, transaction.burned, transaction.earned = "voided", 0, 0, 0
        self.effects[cause] += 1
        return transaction

    def create_unclaimed(self, body: bytes, cause: str) -> str:
        number = str(json.loads(body)["transactionDetails"]["posVendor"]["transactionId"])
        if not self.unclaimed[number] or self.habits.unclaimed_again == "stored_again":
            self.unclaimed[number] += 1
            self.effects[cause] += 1
        return f"u{number}"

    # --- rules -----------------------------------------------------------------------------------------

    def _known(self, session: str) -> WholeOrder:
        transaction = self.transactions.get(session)
        if transaction is None:
            raise _refused("unknown_transaction")
        return transaction

    def _is_open(self, transaction: WholeOrder, now_s: float) -> bool:
        habits = self.habits
        match transaction.state:
            case "identified":
                lifetime_s = habits.identified_lifetime_s
            case "pending":
                lifetime_s = habits.pending_lifetime_s
            case _:
                return False
        return lifetime_s is None or now_s <= transaction.changed_s + lifetime_s

    def _open(self, session: str, now_s: float) -> WholeOrder:
        transaction = self._known(session)
        if not self._is_open(transaction, now_s):
            raise _refused("not_claimable")
        return transaction

    def _check_points(self, transaction: WholeOrder, cost: int, now_s: float) -> None:
        if cost > self.points(transaction.member, now_s, apart_from=transaction.id):
            raise _refused("insufficient_points")

    def _check_in_time(self, transaction: WholeOrder, body: bytes, now_s: float) -> None:
        longest_s = self.habits.claim_within_s
        if longest_s is None:
            return
        created = datetime.fromisoformat(json.loads(body)["created"])
        at = TRUE_EPOCH + timedelta(seconds=now_s) if self.habits.claim_clock == "server" else created
        if at > TRUE_EPOCH + timedelta(seconds=transaction.opened_s + longest_s):
            raise _refused("not_claimable")


def _cost(body: bytes) -> int:
    lines = json.loads(body)["transactionDetails"]["order"]
    return sum(REWARD_POINTS * int(line["quantity"]) for line in lines if line["productType"] == "reward")


def _refused(reason: str, code: str = "") -> Refused:
    return RbiRefused("simulated", reason, code, 400)
