"""What stands under a lock is repeated while the lock stands, and never after."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kioskd.outbox.courier import (
    ABSENT,
    DUPLICATE,
    Applied,
    NeverSent,
    Refused,
    Throttled,
    Unclear,
)
from kioskd.outbox.events import (
    Cancel,
    Tick,
)
from kioskd.outbox.operation import Draft, Lock, OperationRefused
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from tests.unit.outbox_desk import Desk
from tests.unit.outbox_kinds import SETTLE_S, debit, redeem


def test_while_its_lock_stands_a_redemption_is_repeated() -> None:
    desk = Desk().accept(redeem()).reply("r", Unclear())
    assert desk.take(Tick(), 10.0).sent == ["r"]
    desk.reply("r", Refused(DUPLICATE), 10.0)
    assert desk.read_back == ["r"]
    assert desk.reply("r", Applied(remote_uuid="red-1"), 11.0).settled == [("r", OpState.CONFIRMED)]


def test_it_is_not_begun_when_its_lock_is_nearly_over() -> None:
    assert Desk().accept(redeem(life_s=60.0)).settled == [("r", OpState.EXPIRED)]


def test_when_the_lock_is_over_it_is_read_back_and_never_repeated() -> None:
    desk = Desk().accept(redeem(life_s=300.0)).reply("r", Unclear(), 230.0, chance=0.99)
    desk.take(Tick(), 245.0)
    assert (desk.sent, desk.read_back) == ([], ["r"])
    desk.reply("r", Refused(ABSENT), 246.0)
    assert desk.state("r") is OpState.UNKNOWN  # a request may still be at work
    assert desk.take(Tick(), 230.0 + SETTLE_S).read_back == ["r"]
    assert desk.reply("r", Refused(ABSENT), 360.0).settled == [("r", OpState.EXPIRED)]


def test_a_refusal_after_an_unclear_try_is_looked_into() -> None:
    """The lock may be gone because the first try took effect."""
    desk = Desk().accept(redeem()).reply("r", Unclear()).take(Tick(), 10.0)
    assert desk.reply("r", Refused("not_locked"), 10.0).read_back == ["r"]
    desk.reply("r", Refused(ABSENT), 11.0).take(Tick(), SETTLE_S)
    assert desk.reply("r", Refused(ABSENT), SETTLE_S).settled == [("r", OpState.REJECTED)]
    first = Desk().accept(redeem()).reply("r", Refused("not_locked"))
    assert first.settled == [("r", OpState.REJECTED)]


def test_not_executed_after_an_unclear_try_is_still_unknown() -> None:
    desk = Desk().accept(redeem()).reply("r", Unclear()).take(Tick(), 10.0).reply("r", Throttled(1.0), 10.0)
    assert desk.state("r") is OpState.UNKNOWN
    with pytest.raises(OperationRefused, match="cannot be cancelled"):
        desk.take(Cancel("r"))


LOCKED_UNTIL = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def test_after_a_power_cut_only_a_trusted_clock_says_that_a_lock_stands() -> None:
    desk = Desk().accept(redeem(until=LOCKED_UNTIL), redeem("s", until=LOCKED_UNTIL))
    desk.reply("r", Unclear())
    before, after = LOCKED_UNTIL.timestamp() - 300, LOCKED_UNTIL.timestamp() + 1
    assert desk.restarted(wall_s=before).sent == ["r"]
    assert desk.restarted(wall_s=after).take(Tick(), SETTLE_S, wall_s=after + SETTLE_S).read_back == ["r"]
    unsure = desk.restarted()
    assert unsure.take(Tick(), SETTLE_S).read_back == ["r"]
    unsure.reply("r", Refused(ABSENT), SETTLE_S)
    assert unsure.state("r") is OpState.UNKNOWN
    assert unsure.take(Tick(), 600.0).read_back == ["r"]  # by now it must be over
    assert unsure.reply("r", Refused(ABSENT), 601.0).settled[0] == ("r", OpState.EXPIRED)


def test_a_redemption_that_was_never_sent_waits_for_the_clock_or_the_end_of_its_lock() -> None:
    waiting = Desk(Policy(breaker_failures=1)).accept(Draft("k", "order", "k", {})).reply("k", NeverSent())
    waiting.accept(redeem(until=LOCKED_UNTIL))
    again = waiting.restarted()
    assert "r" not in again.sent
    assert again.state("r") is OpState.QUEUED
    known = waiting.restarted(wall_s=LOCKED_UNTIL.timestamp() - 300)
    assert "r" in known.sent


@pytest.mark.parametrize("draft", [redeem(), debit("d")], ids=["fenced", "read back"])
def test_only_a_fenced_operation_has_a_lock(draft: Draft) -> None:
    fields = {name: getattr(draft, name) for name in ("op_id", "kind", "lane", "payload", "strategy")}
    lock = None if draft.lock else Lock(60.0)
    with pytest.raises(OperationRefused, match="lock"):
        Desk().accept(Draft(**fields, lock=lock))
