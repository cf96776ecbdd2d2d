"""A simulated terminal, the driver in front of it, and the guest as a callback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.core.money import Money
from kioskd.core.ports import PaymentResult
from kioskd.devices.terminal.zvt_deadlines import Deadlines
from kioskd.devices.terminal.zvt_driver import TcpAddress, ZvtTerminal
from kioskd.sim.terminal import TerminalSimulator

PRICE = Money(1490, "EUR")
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
APPROVED, DECLINED, ABORTED, UNAVAILABLE, UNKNOWN = (
    PaymentOutcome.APPROVED,
    PaymentOutcome.DECLINED,
    PaymentOutcome.ABORTED,
    PaymentOutcome.UNAVAILABLE,
    PaymentOutcome.UNKNOWN,
)
PATIENT = Deadlines(retry_s=0.01, settle_s=5.0)
HASTY = Deadlines(
    connect_s=0.5,
    answer_s=0.05,
    silence_s=0.05,
    query_s=0.05,
    payment_s=0.3,
    abort_s=0.05,
    settle_s=1.0,
    retry_s=0.01,
)


@dataclass
class Stand:
    """A terminal and the driver in front of it, with the guest as a callback on each step."""

    sim: TerminalSimulator
    attempts: Path
    steps: list[PaymentStep] = field(default_factory=list)
    deadlines: Deadlines = PATIENT
    now: datetime = NOON
    on_step: Callable[[PaymentStep], object] = lambda step: None
    driver: ZvtTerminal = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new daemon after a crash: nothing survives but the file."""
        self.driver = ZvtTerminal(
            "terminal",
            TcpAddress("127.0.0.1", self.sim.port),
            password="000000",
            currency="EUR",
            attempts=self.attempts,
            deadlines=self.deadlines,
            wall_clock=lambda: self.now,
        )

    def hear(self, step: PaymentStep) -> None:
        self.steps.append(step)
        self.on_step(step)

    async def pay(self, reference: str = "order-1", amount: Money = PRICE) -> PaymentResult:
        return await self.driver.pay(reference, amount, self.hear)

    @property
    def charged_minor(self) -> object:
        return self.sim.state()["charged_minor"]


def play(
    tmp_path: Path,
    scene: Callable[[Stand], Awaitable[None]],
    *,
    auto_s: float | None = 0,
    deadlines: Deadlines = PATIENT,
) -> None:
    async def run() -> None:
        async with TerminalSimulator(auto_s=auto_s, wall_clock=lambda: NOON) as sim:
            await scene(Stand(sim, tmp_path / "attempts.json", deadlines=deadlines))

    asyncio.run(run())
