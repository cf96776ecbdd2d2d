"""The real outbox, its store and its worker in a process that is killed again and again at random moments."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkProcess
from pathlib import Path
from random import Random
from typing import Any

import apsw

from kioskd.outbox.states import TERMINAL, WITHOUT_EFFECT, OpState
from tests.simulation.kiosk_process import run_kiosk
from tests.simulation.promise import Doubled, Lost, Wrong, must
from tests.simulation.till_process import run_till

KILLS = 20
"""In one life story of a file: opening it checks all of its history, so that it should not grow for ever."""
LONGEST_LIFE_S = 3.0
DRAINED_WITHIN_S = 60.0

_context = multiprocessing.get_context("fork")


class KilledKiosk:
    def __init__(self, seed: int, directory: Path) -> None:
        self.random = Random(seed)
        self.seed = seed
        self.kills = 0
        self.told: list[tuple[str, str]] = []
        self.operations = 0
        self.in_doubt = 0
        self._path = directory / "outbox.db"

    def run(self) -> None:
        """Raises Wrong when something was promised that is not so."""
        try:
            with _till(self.seed) as port:
                for life in range(KILLS):
                    self._live(port, life)
                _ask(port, "calm")
                self._drain(port)
                self._judge(_ask(port, "report"))
        except Wrong as error:
            again = f"./dev simulate --level process --operations 1 --seed {self.seed}"
            raise type(error)(f"{error}\n  {again}") from error

    def _live(self, port: int, life: int) -> None:
        """Killed some moments after so many promises; sometimes before it has even opened its file."""
        promises = self.random.randrange(10)
        moment_s = self.random.uniform(0.0, 0.03)
        with self._kiosk(port, life, sells=True) as (kiosk, told):
            heard = self._listen(told, promises, LONGEST_LIFE_S) if promises else b""
            time.sleep(moment_s)
            if not kiosk.is_alive():
                raise Wrong(f"the kiosk ended by itself in life {life}: {kiosk.exitcode}")
            os.kill(int(kiosk.pid or 0), signal.SIGKILL)
            self.kills += 1
            kiosk.join()
            self._note(heard + _rest(told))

    def _drain(self, port: int) -> None:
        with self._kiosk(port, KILLS, sells=False) as (kiosk, told):
            heard = self._listen(told, 2, DRAINED_WITHIN_S)
            must(b"drained" in heard, "not everything was delivered, although nothing is in the way", Lost)
            kiosk.join(10.0)

    @contextmanager
    def _kiosk(self, port: int, life: int, *, sells: bool) -> Iterator[tuple[ForkProcess, int]]:
        told, tell = os.pipe()
        kiosk = _context.Process(
            target=run_kiosk,
            args=(self._path, port, tell, life, self.random.randrange(10**9)),
            kwargs={"sells": sells},
        )
        kiosk.start()
        os.close(tell)
        try:
            yield kiosk, told
        finally:
            kiosk.kill()
            kiosk.join()
            os.close(told)

    def _listen(self, told: int, lines: int, at_most_s: float) -> bytes:
        heard, ends_at = b"", time.monotonic() + at_most_s
        waiting = select.poll()
        waiting.register(told, select.POLLIN)
        while heard.count(b"\n") < lines:
            left_ms = max(ends_at - time.monotonic(), 0.0) * 1000
            some = os.read(told, 65536) if waiting.poll(left_ms) else b""
            if not some:
                break
            heard += some
        return heard

    def _note(self, heard: bytes) -> None:
        for line in heard.decode().split("\n")[:-1]:
            word, _, name = line.partition(" ")
            if name:
                self.told.append((word, name))

    def _judge(self, report: dict[str, Any]) -> None:
        effects = report["effects"]
        rows = dict(apsw.Connection(str(self._path)).execute("SELECT op_id, state FROM operation").fetchall())
        self.operations = len(rows)
        self.in_doubt = sum(state == OpState.IN_DOUBT for state in rows.values())
        for op_id, state in rows.items():
            n = effects.get(op_id, 0)
            must(n <= 1, f"{op_id} doubled: in effect {n} times", Doubled)
            must(state in TERMINAL or state == OpState.IN_DOUBT, f"{op_id} is still {state}", Lost)
            must(n == 1 or state != OpState.CONFIRMED, f"{op_id} is confirmed, yet not in effect", Lost)
            must(n == 0 or state not in WITHOUT_EFFECT, f"{op_id} is {state}, yet it is in effect")
        for op_id in effects:
            must(op_id in rows, f"{op_id} is in effect, but not in the file", Lost)
        thanked = {name for word, name in self.told if word == "thanked"}
        for word, name in self.told:
            match word:
                case "accepted":
                    must(effects.get(name) == 1, f"{name} was accepted, and is not in effect", Lost)
                case "thanked":
                    kept = effects.get(f"debit-{name}") == 1 and not effects.get(f"undo-{name}")
                    must(kept and effects.get(f"order-{name}") == 1, f"{name} was thanked for nothing", Lost)
                case "undone":
                    must(name not in thanked, f"{name} was undone and thanked")
        for op_id in rows:
            if op_id.startswith("debit-") and not effects.get(f"order-{op_id.removeprefix('debit-')}"):
                undone = effects.get(op_id.replace("debit", "undo"), 0)
                must(effects.get(op_id, 0) == undone, f"{op_id}: money taken, and no order", Lost)


@contextmanager
def _till(seed: int) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        till = _context.Process(target=run_till, args=(seed, listening))
        till.start()
        try:
            yield listening.getsockname()[1]
        finally:
            till.kill()
            till.join()


def _ask(port: int, what: str) -> dict[str, Any]:
    with socket.create_connection(("127.0.0.1", port), timeout=10.0) as connection:
        connection.sendall(json.dumps({"ask": what}).encode() + b"\n")
        with connection.makefile("rb") as answers:
            return dict(json.loads(answers.readline()))


def _rest(told: int) -> bytes:
    """What a dead process still said."""
    heard = b""
    with contextlib.suppress(OSError):
        while some := os.read(told, 65536):
            heard += some
    return heard
