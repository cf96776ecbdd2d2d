"""A call to the simulated Leat, what is to be so before it, and what it must answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from kioskd.sim.leat import SIM_TOKEN, LeatSimulator
from kioskd.sim.leat.operations import PREFIX
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.switches import Switches

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
JsonObject = dict[str, Any]


def request(simulator: LeatSimulator, method: str, path: str, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=simulator.app)
        headers = {"Authorization": f"Bearer {SIM_TOKEN}"} | options.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url="http://leat.test") as client:
            return await client.request(method, path, headers=headers, **options)

    return asyncio.run(send())


@dataclass(frozen=True)
class Step:
    """A call before the case. Its data is what {name.field.field} stands for."""

    name: str
    method: str
    path: str
    body: Any = None


@dataclass(frozen=True)
class Case:
    """One call and what it must answer. Texts may hold the placeholders that `Filler` knows."""

    path: str
    """As in the API description, below the prefix."""
    name: str = "success"
    method: str = "GET"
    at: str = ""
    """What stands for the name in braces in `path`."""
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    code: int | None = None
    status: int = 200
    switches: Switches = field(default_factory=Switches)
    token: str = SIM_TOKEN
    before: tuple[Step, ...] = ()
    arrange: Callable[[LeatState], None] | None = None
    later: timedelta = timedelta()

    def __str__(self) -> str:
        return f"{self.method} {self.path or '/'} {self.name}"


class Filler:
    """Puts values for placeholders: {kind:name} for what is seeded, {step.field} for what a step answered."""

    def __init__(self, state: LeatState) -> None:
        self._state = state
        self.answers: dict[str, Any] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self(inner) for inner in value]
        return re.sub(r"\{([^{}]+)\}", self._value, value) if isinstance(value, str) else value

    def _value(self, placeholder: re.Match[str]) -> str:
        text = placeholder[1]
        kind, found, name = text.partition(":")
        if not found:
            value: Any = self.answers
            for key in text.split("."):
                value = value[key]
            return str(value)
        state = self._state
        seeded: dict[str, dict[str, str | None]] = {
            "contact": {card.value: card.contact_uuid for card in state.cards.values()},
            "shop": {shop.name: shop.uuid for shop in state.shops.values()},
            "reward": {reward.title: reward.uuid for reward in state.rewards.values()},
            "promotion": {promotion.name: promotion.uuid for promotion in state.promotions.values()},
            "voucher": {voucher.code: voucher.uuid for voucher in state.vouchers.values()},
            "giftcard": {card.hash: card.uuid for card in state.giftcards.values()},
            "pos": {"one": next(iter(state.pos_transactions))},
        }
        return seeded[kind][name] or ""


SANNE = "{contact:10024711}"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
OTHER_SHOP = "{shop:Harbour Kitchen Station}"
HOUR = timedelta(hours=1)


def get(path: str, name: str = "success", **options: Any) -> Case:
    return Case(path, name, **options)


def post(path: str, name: str = "success", body: Any = None, **options: Any) -> Case:
    return Case(path, name, "POST", body=body, **options)


def put(path: str, name: str = "success", body: Any = None, **options: Any) -> Case:
    return Case(path, name, "PUT", body=body, **options)


def prepared(case: Case) -> tuple[LeatSimulator, Filler]:
    now = NOW
    simulator = LeatSimulator(clock=lambda: now)
    filled = Filler(simulator.state)
    if case.switches.rate_limit_per_minute > 1:
        simulator.state.switches = case.switches
    for step in case.before:
        path = PREFIX + filled(step.path)
        answer = request(simulator, step.method, path, json=filled(step.body))
        assert answer.status_code == 200, answer.text
        filled.answers[step.name] = answer.json()["data"]
    if case.arrange is not None:
        case.arrange(simulator.state)
    simulator.state.switches = case.switches
    now += case.later
    return simulator, filled
