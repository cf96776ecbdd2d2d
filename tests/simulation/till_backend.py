"""Production's backend port for the till server: every deed one call, no keys but those of orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kioskd.core.deeds import Action, AskAgain, Deed, Done, Finding, MaybeDone, NotDone
from kioskd.core.errors import Refused
from kioskd.core.order import Order
from kioskd.outbox import courier
from kioskd.outbox.courier import Outcome
from tests.simulation import daemon_judge as judge
from tests.simulation.network import Network

if TYPE_CHECKING:
    from tests.simulation.daemon_world import DaemonWorld

_SIGN = {
    Action.CHARGE_GIFT_CARD: -1,
    Action.CHARGE_PREPAID: -1,
    Action.CLAIM_REWARD: -1,
    Action.REVERSE_GIFT_CARD: 1,
    Action.REVERSE_PREPAID: 1,
    Action.RETURN_REWARD: 1,
}


class TillBackend:
    def __init__(self, world: DaemonWorld, network: Network) -> None:
        self._world = world
        self._network = network
        self._server = world.till

    async def identify(self, credential: object, language: str) -> Any:
        raise Refused("unknown_card")

    async def find_voucher(self, code: str, member_id: str | None) -> Any:
        raise Refused("unknown_voucher")

    async def find_gift_card(self, code: str) -> Any:
        raise Refused("unknown_gift_card")

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        world = self._world
        return await self._network.call(lambda: {"seen": self._server.seen(world.now_s)})

    async def perform(self, deed: Deed) -> Done:
        judge.deed(self._world, deed)
        outcome = await self._network.call(self._request(deed), deed.id)
        match outcome:
            case courier.Applied():
                return Done(outcome.remote_uuid, outcome.keep, outcome.result)
            case courier.Refused(reason):
                raise Refused(reason)
        raise AssertionError(outcome)

    def _request(self, deed: Deed) -> Callable[[], Outcome]:
        world, server = self._world, self._server
        if deed.action is Action.TELL_ORDER:
            refused = courier.Refused(courier.DUPLICATE)
            return lambda: server.keyed(deed.id, world.now_s, deed.id, duplicate=refused)
        card, amount = _movement(deed)
        return lambda: server.move_money(card, amount, world.now_s, deed.id)

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        world, server = self._world, self._server
        if deed.action is Action.TELL_ORDER:
            found = await self._network.call(lambda: server.find(deed.id, world.now_s))
        else:
            card, amount = _movement(deed)
            seen = int((baseline or {"seen": 0})["seen"])
            found = await self._network.call(lambda: server.transactions(card, amount, seen, world.now_s))
        match found:
            case courier.Applied():
                return Done(found.remote_uuid)
            case courier.Found(candidates, exclusive):
                return MaybeDone(tuple(each.remote_uuid for each in candidates), exclusive)
            case courier.NotYet(after_s):
                return AskAgain(after_s)
        return NotDone()

    def claim_link(self, order: Order) -> str | None:
        return None

    async def probe(self) -> None:
        await self._network.call(lambda: None)

    async def close(self) -> None: ...


def _movement(deed: Deed) -> tuple[str, int]:
    """Which account, and by how much."""
    sign = _SIGN[deed.action]
    if "use" in deed.details:
        return "points", sign * int(deed.details["use"]["cost_points"])
    payment = deed.details["payment"]
    return str(payment["account_id"]), sign * int(payment["amount_minor"])
