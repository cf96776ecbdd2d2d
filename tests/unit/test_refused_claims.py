"""A claim refused after paying: the guest keeps what was taken off and gets the held points back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kioskd.core import errors
from kioskd.core.deeds import Action, Deed, Done, Finding
from kioskd.core.order import Tender
from kioskd.core.staff import Decision
from kioskd.daemon.selling.refused_claims import RefusedClaims
from kioskd.daemon.selling.reserved import Reserved
from kioskd.daemon.selling.sales import sale_id
from kioskd.daemon.staff.questions import Questions
from kioskd.outbox.states import OpState
from tests.unit.test_sessions import ALEX, ORDER, Platform, Till, at_the_till


async def sells(till: Till) -> None:
    await sells_until(till, lambda: not till.outbox.counts().open)


async def sells_until(till: Till, there: Callable[[], bool]) -> None:
    await till.sessions.opened(ALEX)
    saga = till.sessions.lend("s1")
    assert saga
    await till.selling.accept(ORDER, reserved=Reserved(saga, lasts=True))
    await till.sessions.take_back("s1")
    async with asyncio.timeout(5):
        while not there():
            await till.outbox.pulse()


def claims_of(till: Till, refusals: list[str]) -> RefusedClaims:
    return RefusedClaims(till.outbox, till.courier.written, refusals.append)


def test_its_transaction_is_void_after_the_claim_and_once(tmp_path: Path) -> None:
    platform, refusals = Platform(), list[str]()
    platform.refuses = True

    async def visit(till: Till) -> None:
        await sells(till)
        claims = claims_of(till, refusals)
        await claims.void(ORDER.id)
        await claims.void(ORDER.id)
        await till.done()
        known = await till.outbox.known([ORDER.id])
        assert (known[ORDER.id].state, known[ORDER.id].detail) == (OpState.REJECTED, "not_claimable")
        assert await till.outbox.kept([sale_id(ORDER.id)])  # what was sold stays sold

    at_the_till(tmp_path, platform, visit)
    lines = f"{len(ORDER.lines)} lines"
    assert platform.log == [("order", lines), ("void_order", lines)]
    assert refusals == ["not_claimable"]


def test_a_process_that_died_before_it_could_void_does_at_the_next_start(tmp_path: Path) -> None:
    platform, refusals = Platform(), list[str]()
    platform.refuses = True

    async def starts_again(till: Till) -> None:
        await claims_of(till, refusals).void_left_over()
        await till.done()

    at_the_till(tmp_path, platform, sells)
    at_the_till(tmp_path, platform, starts_again)
    at_the_till(tmp_path, platform, starts_again)
    assert [what for what, _ in platform.log] == ["order", "void_order"]
    assert refusals == ["not_claimable"]


def test_a_claim_that_was_taken_is_left_alone(tmp_path: Path) -> None:
    platform, refusals = Platform(), list[str]()

    async def visit(till: Till) -> None:
        await sells(till)
        await claims_of(till, refusals).void_left_over()
        await till.done()

    at_the_till(tmp_path, platform, visit)
    assert "void_order" not in [what for what, _ in platform.log]
    assert not refusals


class Contradicting(Platform):
    """Calls a claim a duplicate of another, and has nothing under its number."""

    async def perform(self, deed: Deed) -> Done:
        if deed.action is Action.TELL_ORDER:
            raise errors.Refused("duplicate")
        return await super().perform(deed)

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        raise errors.Refused("other")


class Unreadable(Platform):
    """A bug stands between it and a claim."""

    async def perform(self, deed: Deed) -> Done:
        if deed.action is Action.TELL_ORDER:
            raise KeyError
        return await super().perform(deed)


@pytest.mark.parametrize("platform", [Contradicting(), Unreadable()], ids=["in doubt", "quarantined"])
def test_what_staff_give_up_is_void_and_no_objection(tmp_path: Path, platform: Platform) -> None:
    refusals = list[str]()

    async def visit(till: Till) -> None:
        await sells_until(till, lambda: bool(till.outbox.waiting_for_a_person()))
        claims = claims_of(till, refusals)
        await claims.void(ORDER.id)
        assert not await till.outbox.known([f"void-{ORDER.id}"])  # not while nobody has decided
        questions = Questions(till.outbox, None)
        await questions.decide(
            ORDER.id, Decision.NOT_HAPPENED, candidate=None, actor="Kim", reason="not in their list"
        )
        await claims.void(ORDER.id)
        await till.done()

    at_the_till(tmp_path, platform, visit)
    assert [what for what, _ in platform.log] == ["void_order"]
    assert not refusals


def test_an_order_dropped_unpaid_was_never_claimed_and_is_not_void_twice(tmp_path: Path) -> None:
    platform = Platform()

    async def visit(till: Till) -> None:
        unpaid = replace(ORDER, tender=Tender.COUNTER)
        await till.sessions.opened(ALEX)
        saga = till.sessions.lend("s1")
        assert saga
        await till.selling.accept(unpaid, reserved=Reserved(saga, lasts=True))
        await till.sessions.take_back("s1")
        await till.selling.dropped_at_counter(unpaid.number)
        await claims_of(till, []).void_left_over()
        await till.done()

    at_the_till(tmp_path, platform, visit)
    assert [what for what, _ in platform.log] == ["void_order"]
