"""The client of production's second backend, with the ledger of truth at the other end of the line."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kioskd.loyalty.rbi import wire
from tests.simulation import daemon_judge as judge
from tests.simulation.network import Network

if TYPE_CHECKING:
    from tests.simulation.daemon_world import DaemonWorld


class WholeOrderLine:
    """The calls of RbiClient that have an effect on an order. `operation` is the one being delivered."""

    def __init__(self, world: DaemonWorld, network: Network) -> None:
        self._world = world
        self._network = network
        self._server = world.platform

    async def identify(self, code: str) -> tuple[str, str, int]:
        """Transaction, member and balance."""
        world, server = self._world, self._server
        found = await self._network.call(lambda: server.identify(code, world.now_s), within_s=5.0)
        return found.id, found.member, server.points(found.member, world.now_s)

    async def validate(
        self, transaction_id: str, body: bytes, at: datetime, within_s: float | None = None
    ) -> wire.Outcome:
        world, server = self._world, self._server
        await self._network.call(
            lambda: server.validate(transaction_id, body, world.now_s), within_s=within_s
        )
        return wire.Outcome.model_construct(transaction_id=transaction_id)

    async def update(
        self, transaction_id: str, body: bytes, at: datetime, within_s: float | None = None
    ) -> wire.Claimed:
        world, server = self._world, self._server
        operation = world.delivering.get()
        if operation:
            judge.claim(world, operation, transaction_id, body)
        said = await self._network.call(
            lambda: server.update(transaction_id, body, world.now_s, operation), operation, within_s
        )
        points = server.points(said.member, world.now_s)
        return wire.Claimed.model_construct(transaction_id=transaction_id, points=points, points_earned=1)

    async def create_unclaimed(self, body: bytes, at: datetime) -> wire.Recorded:
        world, server = self._world, self._server
        operation = world.delivering.get()
        judge.unclaimed(world, operation, body)
        said = await self._network.call(lambda: server.create_unclaimed(body, operation), operation)
        return wire.Recorded.model_construct(transaction_id=said)

    async def void(self, transaction_id: str, body: bytes, at: datetime) -> wire.Voided:
        world, server = self._world, self._server
        operation = world.delivering.get()

        def void() -> object:
            judge.void(world, operation, transaction_id)
            return server.void(transaction_id, body, operation)

        await self._network.call(void, operation)
        return wire.Voided.model_construct(transaction_id=transaction_id)
