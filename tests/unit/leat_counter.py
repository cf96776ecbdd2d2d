"""A counter with a simulated Leat behind it: calls as a till makes them, and a clock that can be moved."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.leat.switches import Switches

API = "/api/v3/oauth/clients"
SANNE = "10024711"
ADA = "10024717"

JsonObject = dict[str, Any]


class Counter:
    def __init__(self, **switches: Any) -> None:
        self.now = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
        self.leat = LeatSimulator(clock=lambda: self.now)
        self.set(**switches)

    def set(self, **switches: Any) -> None:
        self.leat.state.switches = Switches(**switches)

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.leat.app)
            headers = {"Authorization": f"Bearer {SIM_TOKEN}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://leat.test") as client:
                return await client.request(method, path, headers=headers, **options)

        return asyncio.run(send())

    def get(self, path: str, **query: str) -> Any:
        """The data of the answer."""
        return self._data(self.send("GET", API + path, params=query))

    def post(self, path: str, /, **body: Any) -> Any:
        return self._data(self.send("POST", API + path, json=body))

    def put(self, path: str, /, **body: Any) -> Any:
        return self._data(self.send("PUT", API + path, json=body))

    def refused(self, path: str, /, method: str = "POST", **body: Any) -> int:
        """The code of the refusal."""
        answer = self.send(method, API + path, json=body)
        assert answer.status_code == 400, answer.text
        code: int = answer.json()["code"]
        return code

    def contact(self, card: str = SANNE) -> str:
        return self.leat.state.cards[card].contact_uuid or ""

    def points(self, card: str = SANNE) -> int:
        balance: int = self.get(f"/contacts/{self.contact(card)}/credit-balance")["balance"]
        return balance

    def reward(self, title: str) -> str:
        return next(reward.uuid for reward in self.leat.state.rewards.values() if reward.title == title)

    def claim(self, title: str, card: str = SANNE) -> Any:
        """Take a reward."""
        wanted = self.reward(title)
        return self.post(
            "/reward-receptions", contact_uuid=self.contact(card), reward_uuid=wanted, shop_uuid=SHOP_UUID
        )

    @staticmethod
    def _data(answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()["data"]
