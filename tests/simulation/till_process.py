"""A loyalty server in a process of its own, on a loopback socket: it survives every kill of the kiosk.

One JSON object per line and connection. It loses requests and answers, executes late, and says what is true
to whoever asks for the `report`.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from random import Random
from socket import socket
from typing import Any

SLOWEST_S = 0.15
"""No request is still at work later than this."""

_JUDGES = ("calm", "report")
"""What the judge asks, not the kiosk."""


class Till:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._ledger: list[dict[str, Any]] = []
        self._effects: Counter[str] = Counter()
        self._keys: set[str] = set()
        self._late: set[asyncio.Task[dict[str, Any]]] = set()
        self.hostile = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line:
                await self._serve(json.loads(line), writer)
        except (ConnectionError, ValueError):
            pass  # the kiosk was killed while it talked
        finally:
            writer.close()

    async def _serve(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        fate = self._random.random() if self.hostile and request["ask"] not in _JUDGES else 1.0
        if fate < 0.05:
            return  # the request is lost
        if fate < 0.1 and request["ask"] == "write":
            task = asyncio.ensure_future(self._later(request))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return
        answer = self._answer(request)
        if fate < 0.15:
            return  # the answer is lost
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()

    async def _later(self, request: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(self._random.uniform(0.0, SLOWEST_S))
        return self._answer(request)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        match request["ask"]:
            case "write":
                return self._write(request)
            case "list":
                newer = self._ledger[request["seen"] :]
                same = [e for e in newer if all(e[k] == request[k] for k in ("card", "amount"))]
                return {"found": [entry["id"] for entry in same]}
            case "find":
                return {"there": request["key"] in self._keys}
            case "calm":
                self.hostile = False
                return {}
            case "report":
                return {"effects": self._effects, "late": len(self._late)}
        return {"seen": len(self._ledger)}

    def _write(self, request: dict[str, Any]) -> dict[str, Any]:
        """Gift cards have no key; orders have."""
        op_id = request["op_id"]
        if "card" not in request:
            if op_id in self._keys:
                return {"refused": "duplicate"}
            self._keys.add(op_id)
            self._effects[op_id] += 1
            return {"id": None}
        self._effects[op_id] += 1
        entry = {"id": f"tx-{len(self._ledger)}", "card": request["card"], "amount": request["amount"]}
        self._ledger.append(entry)
        return {"id": entry["id"]}


def run_till(seed: int, listening: socket) -> None:
    """Until killed."""
    asyncio.run(_run(seed, listening))


async def _run(seed: int, listening: socket) -> None:
    server = await asyncio.start_server(Till(seed).serve, sock=listening)
    await server.serve_forever()
