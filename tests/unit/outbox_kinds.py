"""One operation of each strategy, and a desk that has sent it."""

from __future__ import annotations

from datetime import datetime

from kioskd.outbox.courier import (
    Baseline,
    Candidate,
    Found,
    Unclear,
)
from kioskd.outbox.operation import Draft, Lock, Strategy
from kioskd.outbox.policy import Policy
from tests.unit.outbox_desk import Desk

SETTLE_S = Policy().settle_s
ONE = Found((Candidate("tx-1", "-500 at 12:00"),))
NONE = Found(())


def debit(op_id: str, lane: str = "card:1", *, at_once: bool = False) -> Draft:
    return Draft(op_id, "gift", lane, {"amount": -500}, Strategy.READ_BACK, at_once=at_once)


def redeem(op_id: str = "r", life_s: float = 600.0, until: datetime | None = None) -> Draft:
    return Draft(op_id, "redeem", "voucher:1", {}, Strategy.FENCED, lock=Lock(life_s, until))


def award(op_id: str = "h") -> Draft:
    return Draft(op_id, "award", "award:1", {}, Strategy.HUMAN)


def sent_debit(*, at_once: bool = False) -> Desk:
    return Desk().accept(debit("d", at_once=at_once)).reply("d", Baseline({"newest": "tx-0"}))


def unclear_debit(*, at_once: bool = False) -> Desk:
    return sent_debit(at_once=at_once).reply("d", Unclear())
