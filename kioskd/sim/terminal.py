"""A simulated card terminal: speaks ZVT over TCP and plays the guest's part on request.

It takes one kiosk at a time (a second one waits), knows registration, payment, abort, status enquiry and
repeat receipt, and answers anything else with "not possible", as a terminal does.

Where it deviates from a real one: it prints nothing and sends no TLV objects whatever the registration
asks for, it knows one currency, and its intermediate states are the few a guest sees.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from kioskd.sim.terminal_faults import Faults, LostAnswer, Point
from kioskd.sim.terminal_ledger import Ledger, Transaction
from kioskd.sim.terminal_line import ABORT, Line, LineLost, Message

ANSWER_S = 5.0
"""How long the kiosk may take to answer a message."""
GOODS_S = 30.0
"""How long it may take to answer an approval."""
CARD_S = 60.0
"""How long the guest may take to present a card."""

YES = Message(0x8000)
STOPPED, NOT_REGISTERED, NOT_POSSIBLE, WRONG_CURRENCY, WRONG_PASSWORD = 0x6C, 0x6B, 0x83, 0x6F, 0x37


class Act(StrEnum):
    """What ends the wait for a card."""

    TAP = "tap"
    INSERT = "insert"
    """Chip and PIN: more steps on the way."""
    CANCEL = "cancel"
    KIOSK_ABORT = "kiosk_abort"


class TerminalSimulator:
    """Use as an async context manager, or `start` and `stop`. `port` 0 takes a free one; then read `port`.

    `auto_s` None waits for `tap` and its likes; a number presents a card so many seconds after the prompt.
    `memory` is a JSON file that keeps the transactions over restarts of the simulator.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        auto_s: float | None = None,
        memory: Path | None = None,
        password: str = "000000",
        currency_code: int = 978,
        terminal_id: str = "52500042",
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC).astimezone(),
    ) -> None:
        self.port = port
        self.auto_s = auto_s
        self.faults = Faults()
        self._password = bytes.fromhex(password)
        self._currency = bytes.fromhex(f"{currency_code:04d}")
        self._terminal_id = bytes.fromhex(terminal_id)
        self._wall_clock = wall_clock
        self._ledger = Ledger(memory, currency_code, wall_clock())
        self._server: asyncio.Server | None = None
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._turn = asyncio.Lock()
        self._line: Line | None = None
        self._registered = False
        self._payment: dict[str, object] | None = None
        self._act: Act | None = None
        self._decline_next: int | None = None

    async def __aenter__(self) -> TerminalSimulator:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Plug it in."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Pull the plug: connections break, new ones are refused. `start` listens on the same port again."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        serving = dict(self._serving)
        for task, writer in serving.items():
            task.cancel()
            writer.close()
        await asyncio.gather(*serving, return_exceptions=True)

    def cut(self) -> None:
        """Cut the cable once, now. The kiosk may connect again."""
        if self._line is not None:
            self._line.cut()

    # --- the guest at the terminal ------------------------------------------------------------------

    def tap(self) -> bool:
        """Hold a card to the reader. False when the terminal is not waiting for one."""
        return self._do(Act.TAP)

    def insert(self) -> bool:
        """Insert a card and enter the PIN."""
        return self._do(Act.INSERT)

    def decline(self, code: int = 0x05) -> bool:
        """Present a card that the bank declines with `code`."""
        self._decline_next = code if self._waits_for_card else None
        return self._do(Act.TAP)

    def press_cancel(self) -> bool:
        """Press the red key."""
        return self._do(Act.CANCEL)

    @property
    def _waits_for_card(self) -> bool:
        return self._payment is not None and self._payment["step"] == "waiting_for_card" and self._act is None

    def _do(self, act: Act) -> bool:
        if not self._waits_for_card:
            return False
        self._act = act
        if self._line is not None:
            self._line.nudge()
        return True

    def state(self) -> dict[str, object]:
        """Everything visible, as JSON values. There is no card data in it because there is none anywhere."""
        return {
            "plugged_in": self._server is not None,
            "connected": self._line is not None,
            "registered": self._registered,
            "payment": dict(self._payment) if self._payment else None,
            "charged_minor": self._ledger.charged_minor,
            "transactions": [asdict(transaction) for transaction in self._ledger.transactions],
            "auto_s": self.auto_s,
            "faults": asdict(self.faults),
        }

    # --- the kiosk on the line ----------------------------------------------------------------------

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving[task] = writer
        task.add_done_callback(self._serving.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._turn:
            self._line = line = Line(reader, writer)
            try:
                while True:
                    await self._obey(line, await line.receive())
            except LineLost:
                pass
            finally:
                self._line = self._payment = None
                await line.close()

    async def _obey(self, line: Line, command: Message) -> None:
        if self.faults.deaf:
            return
        match command.control:
            case 0x0600:
                await self._register(line, command.data)
            case 0x0601:
                await self._pay(line, command.data)
            case 0x0602:
                self._registered = False
                await line.send(YES)
            case 0x0501:
                await self._strike(Point.STATUS_ENQUIRY, line)
                await line.send(YES)
                await self._ask(line, 0x060F, bytes([self.faults.state_code]))
            case 0x0620:
                await self._repeat(line)
            case 0x06B0:
                await line.send(YES)  # nothing is running: nothing to abort
            case _:
                await line.send(_no(NOT_POSSIBLE))

    async def _strike(self, point: Point, line: Line) -> None:
        if self.faults.cut_at is point:
            self.faults.cut_at = None
            line.cut()
            raise LineLost(point)
        if self.faults.silent_at is point:
            self.faults.silent_at = None
            await line.until_lost()
            raise LineLost(point)

    async def _ask(self, line: Line, control: int, data: bytes = b"", timeout_s: float = ANSWER_S) -> Message:
        return await line.ask(Message(control, data), timeout_s, self._answer_abort)

    def _answer_abort(self) -> Message:
        """An abort counts while no card was presented; later the bank is already being asked."""
        if self._payment is None or self._payment["step"] != "waiting_for_card":
            return _no(NOT_POSSIBLE)
        self._act = Act.KIOSK_ABORT
        return YES

    async def _register(self, line: Line, data: bytes) -> None:
        await self._strike(Point.REGISTRATION, line)
        if data[:3] != self._password:
            await line.send(_no(WRONG_PASSWORD))
            return
        await line.send(YES)
        if len(data) >= 6 and data[4:6] != self._currency:
            await self._ask(line, 0x061E, bytes([WRONG_CURRENCY]) + self._currency)
            return
        self._registered = True
        await self._ask(line, 0x060F, b"\x19\x00\x29" + self._terminal_id + b"\x49" + self._currency)

    async def _repeat(self, line: Line) -> None:
        await self._strike(Point.REPEAT_RECEIPT, line)
        if not self._registered:
            await line.send(_no(NOT_REGISTERED))
            return
        await line.send(YES)
        if (last := self._ledger.last) is not None:
            await self._ask(line, 0x040F, self._result(last))
        await self._ask(line, 0x060F)

    # --- a payment ----------------------------------------------------------------------------------

    async def _pay(self, line: Line, data: bytes) -> None:
        await self._strike(Point.AUTHORISATION, line)
        asked = _amount_and_currency(data)
        if refused := self._refusal(asked):
            await line.send(_no(refused))
            return
        assert asked is not None
        amount_minor = asked[0]
        self._act = self._decline_next = None
        self._payment = {"amount_minor": amount_minor, "step": "waiting_for_card"}
        await line.send(YES)
        await self._strike(Point.ACCEPTED, line)
        await self._intermediate(line, 0x0A, patience_minutes=2)
        await self._strike(Point.PRESENT_CARD, line)
        act = await self._next_act(line)
        if act in (Act.TAP, Act.INSERT):
            await self._ask_the_bank(line, amount_minor + self.faults.amount_off_minor, act)
        else:
            await self._give_up(line, STOPPED, amount_minor)
        self._payment = None

    def _refusal(self, asked: tuple[int, bytes] | None) -> int | None:
        if self.faults.refuse_with is not None:
            return self.faults.refuse_with
        if not self._registered:
            return NOT_REGISTERED
        if asked is None:
            return NOT_POSSIBLE
        return None if asked[1] == self._currency else WRONG_CURRENCY

    async def _next_act(self, line: Line) -> Act:
        loop = asyncio.get_running_loop()
        ends = loop.time() + CARD_S
        automatic = None if self.auto_s is None else loop.call_later(self.auto_s, self.tap)
        try:
            while self._act is None:
                heard = await line.next(ends - loop.time())
                if heard is not None:
                    await line.send(self._answer_abort() if heard.control == ABORT else _no(NOT_POSSIBLE))
        except LineLost:
            if loop.time() < ends:
                raise
            return Act.CANCEL
        finally:
            if automatic is not None:
                automatic.cancel()
        return self._act

    async def _intermediate(self, line: Line, code: int, patience_minutes: int | None = None) -> None:
        minutes = b"" if patience_minutes is None else bytes([patience_minutes])
        await self._ask(line, 0x04FF, bytes([code]) + minutes)

    async def _ask_the_bank(self, line: Line, amount_minor: int, act: Act) -> None:
        self._enter("authorising")
        code = self._decline_next if self._decline_next is not None else self.faults.decline_with
        if code is not None:
            await self._intermediate(line, 0x0E)
            await self._strike(Point.AUTHORISING, line)
            await self._give_up(line, code, amount_minor)
            return
        charge = self._ledger.charge(amount_minor, int(self._currency.hex()), self._wall_clock())
        try:
            if act is Act.INSERT:
                await self._intermediate(line, 0xCC)
            await self._intermediate(line, 0x0E)
            await self._strike(Point.AUTHORISING, line)
            answer = await self._tell_result(line, charge)
        except LineLost:
            self._answer_is_lost(charge)
            raise
        if not answer.answers_yes:
            self._ledger.reverse(charge, self._wall_clock())
            await self._ask(line, 0x061E, bytes([STOPPED]))
            return
        await self._strike(Point.COMMITTED, line)
        if act is Act.INSERT:
            await self._intermediate(line, 0x4E)
        if self.faults.armed(Point.COMPLETION):
            await line.send(Message(0x060F))
        await self._strike(Point.COMPLETION, line)
        await self._ask(line, 0x060F)

    async def _tell_result(self, line: Line, charge: Transaction) -> Message:
        self._enter("telling_result")
        result = Message(0x040F, self._result(charge))
        if self.faults.armed(Point.HALF_RESULT):
            await line.send(result, octets=len(result.data) // 2)
        await self._strike(Point.HALF_RESULT, line)
        if self.faults.armed(Point.RESULT):
            await line.send(result)
        await self._strike(Point.RESULT, line)
        return await self._ask(line, result.control, result.data, GOODS_S)

    def _answer_is_lost(self, charge: Transaction) -> None:
        match self.faults.lost_answer:
            case LostAnswer.REVERSE:
                self._ledger.reverse(charge, self._wall_clock())
            case LostAnswer.FORGET:
                self._ledger.forget_last()
            case LostAnswer.KEEP:
                pass

    async def _give_up(self, line: Line, code: int, amount_minor: int) -> None:
        self._enter("telling_result")
        currency_code = int(self._currency.hex())
        declined = self._ledger.decline(code, amount_minor, currency_code, self._wall_clock())
        await self._ask(line, 0x040F, self._result(declined))
        await self._ask(line, 0x061E, bytes([code]))

    def _enter(self, step: str) -> None:
        if self._payment is not None:
            self._payment["step"] = step

    def _result(self, transaction: Transaction) -> bytes:
        """The fields of a status information. A declined one is as bare as real terminals send it."""
        octets = b"\x27" + bytes([transaction.result])
        if transaction.receipt is None or transaction.trace is None:
            return octets + b"\x29" + self._terminal_id
        at = datetime.fromisoformat(transaction.at)
        octets += b"\x04" + bytes.fromhex(f"{transaction.amount_minor:012d}")
        octets += b"\x49" + bytes.fromhex(f"{transaction.currency_code:04d}")
        octets += b"\x0b" + bytes.fromhex(f"{transaction.trace:06d}")
        if transaction.original_trace is not None:
            octets += b"\x37" + bytes.fromhex(f"{transaction.original_trace:06d}")
        octets += b"\x0c" + bytes.fromhex(f"{at:%H%M%S}") + b"\x0d" + bytes.fromhex(f"{at:%m%d}")
        octets += b"\x19\x60\x22\xf0\xf8" + bytes.fromhex("EEEEEEEEEEEE5726")
        octets += b"\x29" + self._terminal_id + b"\x87" + bytes.fromhex(f"{transaction.receipt:04d}")
        return octets + b"\x8a\x06" + b"\x8b\xf1\xf1Mastercard\x00"


def _no(code: int) -> Message:
    return Message(0x8400 | code)


def _amount_and_currency(data: bytes) -> tuple[int, bytes] | None:
    """Amount in minor units and the currency's two bytes; None for a request that cannot be read.

    A request without currency means euro.
    """
    lengths = {0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x19: 1, 0x49: 2, 0x3B: 8, 0x8A: 1}
    amount: int | None = None
    currency = b"\x09\x78"
    at = 0
    while at < len(data) and data[at] != 0x06:  # a TLV container is the last thing in a request
        number, at = data[at], at + 1
        content = data[at : at + lengths.get(number, 0)]
        if not content or len(content) != lengths[number]:
            return None
        if number == 0x04:
            if not content.hex().isdecimal():
                return None
            amount = int(content.hex())
        elif number == 0x49:
            currency = content
        at += len(content)
    return None if not amount else (amount, currency)
