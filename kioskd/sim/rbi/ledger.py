"""The only place where balances change. Every change leaves its row: the rows add up to the balance."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from kioskd.sim.rbi.records import Guest, LedgerRow, Transaction
from kioskd.sim.rbi.state import RbiState

Kind = Literal["earned", "burned", "earned_back", "burned_back", "corrected"]


def book(
    state: RbiState,
    guest: Guest,
    kind: Kind,
    points: int,
    now: datetime,
    transaction: Transaction | None = None,
) -> None:
    """Nothing is booked for no points."""
    if points:
        guest.points += points
        about = None if transaction is None else transaction.id
        state.ledger.append(LedgerRow(state.new_uuid("ledger"), guest.id, kind, points, about, now))
