"""A claim refused after paying: the guest keeps what was taken off and gets the held points back."""

from __future__ import annotations

from pathlib import Path

from kioskd.daemon.refused_claims import RefusedClaims
from kioskd.daemon.reserved import Reserved
from kioskd.daemon.sales import sale_id
from kioskd.outbox.states import OpState
from tests.unit.test_sessions import ALEX, ORDER, Platform, Till, at_the_till


async def sells(till: Till) -> None:
    await till.sessions.opened(ALEX)
    saga = till.sessions.lend("s1")
    assert saga
    await till.selling.accept(ORDER, reserved=Reserved(saga, lasts=True))
    await till.sessions.take_back("s1")
    await till.done()


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
