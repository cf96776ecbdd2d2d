"""Settles an order in a process of its own, and what the books must show after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from kioskd.core.deeds import Action
from kioskd.core.effects import HoldVoucher
from kioskd.core.events import (
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    PaymentStep,
    SettlementDenied,
)
from kioskd.core.member import Voucher
from kioskd.core.ports import PaymentResult
from kioskd.outbox.policy import Policy
from tests.unit.truth import (
    EAGER,
    BooksBackend,
    Fault,
    Ledger,
    MortalTerminal,
    Process,
    open_shop,
)

VOUCHER = Voucher("right-1", "Offer 1", code="V-SECRET")
WISH = HoldVoucher("t1", VOUCHER, "m-1")
FIRST = Ledger().state()
SPENT = ({"g-1": 700, "g-2": 1000}, 800, 870, {"right-1": "used"}, set())
"""After the mixed order."""
KEPT = ({"g-1": 1000, "g-2": 1000}, 1000, 920, {}, {"right-4", "did-claim-o-1-d3"})
"""After everything was undone: the reward that keeps stays the member's to collect."""
RESERVING = PaymentProgress("o-1", PaymentStep.RESERVING)
ENDINGS = (OrderAccepted, PaymentEnded, SettlementDenied)

DECLINED = PaymentResult(PaymentOutcome.DECLINED)
UNKNOWN = PaymentResult(PaymentOutcome.UNKNOWN)
APPROVED = PaymentResult(PaymentOutcome.APPROVED, "Trace 7")


def settle(
    folder: Path,
    scenario: Callable[[Process], Awaitable[None]],
    *results: PaymentResult,
    ledger: Ledger | None = None,
    faults: dict[Action, Fault] | None = None,
    policy: Policy = EAGER,
) -> Ledger:
    books = ledger or Ledger()

    async def run() -> None:
        backend = BooksBackend(books, faults)
        async with open_shop(folder, backend, MortalTerminal(*results), policy=policy) as process:
            await scenario(process)

    asyncio.run(run())
    return books


def told(process: Process) -> list[object]:
    return [event for event in process.news.events if isinstance(event, ENDINGS)]
