"""The outbox of production in a process that is going to be killed: it sells, and says what it promised.

Every line on `told` was true on the disk before it was written.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from kioskd.outbox.courier import (
    ABSENT,
    Applied,
    Baseline,
    Candidate,
    Found,
    NeverSent,
    Outcome,
    Refused,
    Unclear,
)
from kioskd.outbox.operation import Draft, Parcel, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import OpState
from tests.simulation.till_process import SLOWEST_S

POLICY = Policy(
    backoff_first_s=0.02,
    backoff_cap_s=0.1,
    outage_spread_s=0.0,
    settle_s=2 * SLOWEST_S,
    pace_first_s=0.01,
)
ANSWER_WITHIN_S = 0.3
PATIENCE_S = 1.0


class LineCourier:
    """A connection for each request."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def baseline(self, parcel: Parcel) -> Outcome:
        answer = await self._ask({"ask": "seen"})
        return Baseline({"seen": answer["seen"]}) if isinstance(answer, Mapping) else answer

    async def deliver(self, parcel: Parcel) -> Outcome:
        answer = await self._ask({"ask": "write", "op_id": parcel.operation.op_id, **parcel.payload})
        if not isinstance(answer, Mapping):
            return answer
        return Refused(answer["refused"]) if "refused" in answer else Applied(remote_uuid=answer["id"])

    async def read_back(self, parcel: Parcel) -> Outcome:
        if parcel.operation.strategy is Strategy.KEYED:
            answer = await self._ask({"ask": "find", "key": parcel.operation.op_id})
            if not isinstance(answer, Mapping):
                return answer
            return Applied() if answer["there"] else Refused(ABSENT)
        seen = (parcel.baseline or {})["seen"]
        answer = await self._ask({"ask": "list", "seen": seen, **parcel.payload})
        if not isinstance(answer, Mapping):
            return answer
        return Found(tuple(Candidate(name) for name in answer["found"]))

    async def probe(self) -> Outcome:
        answer = await self._ask({"ask": "seen"})
        return Applied() if isinstance(answer, Mapping) else answer

    async def _ask(self, request: dict[str, Any]) -> Mapping[str, Any] | NeverSent | Unclear:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return NeverSent()
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            async with asyncio.timeout(ANSWER_WITHIN_S):
                line = await reader.readline()
            return dict(json.loads(line)) if line else Unclear()
        except (OSError, TimeoutError, ValueError):
            return Unclear()
        finally:
            writer.close()


def run_kiosk(path: Path, port: int, told: int, life: int, seed: int, *, sells: bool) -> None:
    """Sells until killed; or only delivers what is left, and ends."""
    logging.disable(logging.ERROR)
    asyncio.run(_run(path, port, told, life, seed, sells=sells))


async def _run(path: Path, port: int, told: int, life: int, seed: int, *, sells: bool) -> None:
    def tell(*words: str) -> None:
        os.write(told, (" ".join(words) + "\n").encode())

    async with Outbox.open(path, LineCourier(port), policy=POLICY) as outbox:
        tell("open")
        async with asyncio.TaskGroup() as tasks:
            worker = tasks.create_task(outbox.run())
            if sells:
                chance = Random(seed)
                for n in count():
                    await _visit(outbox, f"{life}-{n}", chance, tell)
            while any(s is not OpState.IN_DOUBT for s in outbox.counts().by_state):  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # whatever changes last tells nobody
            worker.cancel()
    tell("drained")


async def _visit(outbox: Outbox, name: str, chance: Random, tell: Any) -> None:
    match chance.randrange(3):
        case 0:
            order = Draft(f"order-{name}", "order", f"member:{chance.randrange(4)}", {})
            await outbox.accept(order)
            tell("accepted", order.op_id)
        case _:
            await _paid_by_gift_card(outbox, name, chance, tell)


async def _paid_by_gift_card(outbox: Outbox, name: str, chance: Random, tell: Any) -> None:
    card = chance.choice("ABCDEF")
    lane = f"card:{card}"
    debit = Draft(
        f"debit-{name}", "gift", lane, {"card": card, "amount": -500}, Strategy.READ_BACK, saga=name
    )
    undo = Draft(
        f"undo-{name}",
        "gift",
        lane,
        {"card": card, "amount": 500},
        Strategy.READ_BACK,
        saga=name,
        compensates=debit.op_id,
    )
    outcome = await outbox.perform(debit, PATIENCE_S, undo)
    if isinstance(outcome, Applied):
        tell("paid", debit.op_id)
        if chance.random() < 0.7:
            order = Draft(f"order-{name}", "order", lane, {}, saga=name)
            await outbox.accept(order, decide=Decision(name, Course.FINISH))
            tell("thanked", name)
            return
    if any(saga.saga_id == name for saga in await outbox.sagas()):
        await outbox.accept(decide=Decision(name, Course.UNDO, "left"))
        tell("undone", name)
