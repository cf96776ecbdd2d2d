"""Everything the simulated platform knows: plain objects, changed by its operations only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kioskd.sim.rbi.answers import api_error, transaction_not_found
from kioskd.sim.rbi.records import (
    Code,
    Guest,
    Incentive,
    LedgerRow,
    PromoCode,
    Status,
    Store,
    Transaction,
)
from kioskd.sim.rbi.switches import Switches

_NAMESPACE = uuid.UUID("0c3b7f0e-7d55-4b8e-9c43-5b4a90f6b2d1")


def stable_uuid(name: str) -> str:
    """The same name gives the same uuid on every machine, so that tests and scenarios can be compared."""
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass(slots=True)
class RbiState:
    """Maps are keyed by id and in order of arrival unless said otherwise; lists are oldest first."""

    points_per_major: int
    """What a guest earns for each whole major unit, in proportion for a part of one."""
    stores: dict[str, Store]
    vendors: tuple[str, ...]
    """The posTypes incentives have product ids for."""
    guests: dict[str, Guest] = field(default_factory=dict)
    incentives: dict[str, Incentive] = field(default_factory=dict)
    """By content id."""
    codes: dict[str, Code] = field(default_factory=dict)
    promo_codes: dict[str, PromoCode] = field(default_factory=dict)
    unlocked_for_all: list[str] = field(default_factory=list)
    """Content ids of offers whose promo code was typed by nobody."""
    transactions: dict[str, Transaction] = field(default_factory=dict)
    ledger: list[LedgerRow] = field(default_factory=list)
    switches: Switches = field(default_factory=Switches)
    created: int = 0

    def new_uuid(self, kind: str) -> str:
        self.created += 1
        return stable_uuid(f"created:{kind}:{self.created}")

    def store(self, store_id: str, region: str) -> Store:
        store = self.stores.get(store_id)
        if store is None or store.region != region:
            raise api_error(404, "StoreNotFound", "store not found")
        return store

    def guest(self, guest_id: str) -> Guest:
        guest = self.guests.get(guest_id.lower())
        if guest is None:
            raise api_error(404, "UserNotFoundError", "user not found")
        return guest

    def guest_of_card(self, value: str) -> Guest | None:
        return next((guest for guest in self.guests.values() if value in guest.cards), None)

    def transaction(self, transaction_id: str) -> Transaction:
        transaction = self.transactions.get(transaction_id.lower())
        if transaction is None:
            raise transaction_not_found()
        return transaction

    def find_incentive(self, content_id: str | None, engine_id: str | None) -> Incentive | None:
        """A personal one is known by its engine id only."""
        for incentive in self.incentives.values():
            if engine_id is not None and incentive.engine_id == engine_id:
                return incentive
            if incentive.content_id == content_id and not incentive.personal:
                return incentive
        return None

    def is_open(self, transaction: Transaction, now: datetime) -> bool:
        """Whether an order may still be put on it, and its points are held."""
        lifetime_s = {
            Status.IDENTIFIED: self.switches.identified_lifetime_s,
            Status.PENDING: self.switches.pending_lifetime_s,
        }
        if transaction.status not in lifetime_s:
            return False
        longest_s = lifetime_s[transaction.status]
        return longest_s is None or now < transaction.changed_at + timedelta(seconds=longest_s)

    def available_points(self, guest: Guest, now: datetime, apart_from: Transaction | None = None) -> int:
        """The balance less what is held; `apart_from` is the transaction whose own hold does not count."""
        held = sum(
            transaction.held_points
            for transaction in self.transactions.values()
            if transaction.guest_id == guest.id
            and transaction is not apart_from
            and self.is_open(transaction, now)
        )
        return guest.points - held

    def claimed_by(self, guest: Guest) -> list[Transaction]:
        return [
            transaction
            for transaction in self.transactions.values()
            if transaction.guest_id == guest.id and transaction.status is Status.CLAIMED
        ]
