"""A card terminal at the other end of a ZVT line, and what it really took.

Terminals disagree about a payment whose line breaks after the bank said yes: here every seed has one that
keeps it, takes it back, or forgets it without a trace. None tells afterwards which order a payment was for:
that is known to the ledger alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from random import Random

from tests.simulation.card_line import CardLine, LineLost, Message
from tests.simulation.clocks import TRUE_EPOCH
from tests.simulation.loop import VirtualLoop

YES, NO = 0x8000, 0x8400
TERMINAL_ID = "52500042"
ANSWER_S = 5.0
GOODS_S = 30.0
STOPPED, DECLINED, NOT_POSSIBLE = 0x6C, 0x05, 0x83
REVERSED_ALREADY, NOT_REVERSIBLE = 0xB4, 0xB5


class AfterTheBreak(Enum):
    """What becomes of an approved payment when the answer to its result is lost."""

    KEPT = auto()
    REVERSED = auto()
    FORGOTTEN = auto()


@dataclass(slots=True)
class CardPayment:
    """`reference` is the truth: the order that was being paid. `taken`: the money is the merchant's."""

    reference: str
    amount_minor: int
    trace: int
    result: int
    at_s: float
    original_trace: int | None = None
    bare: bool = False
    open: bool = False
    """The bank said yes, and nobody has answered the result yet."""
    taken: bool = False
    handed_back: bool = False
    """It was taken, and went back because somebody wanted that."""

    @property
    def order_id(self) -> str:
        """An order that several cards pay has a number behind it for each but the first."""
        return self.reference.split("-")[0]


@dataclass(slots=True)
class CardHabits:
    """What the documents leave open, drawn for each terminal."""

    after_the_break: AfterTheBreak = AfterTheBreak.KEPT
    repeats: bool = True
    """Whether it says what its last transaction was."""
    declines_bare: bool = True
    """A declined payment is told without any number."""
    declines_completed: bool = False
    """It is ended with a completion, as if it had been paid."""
    duplicates: bool = False
    """Results are told twice."""
    approves_less: float = 0.0
    declines: float = 0.12

    @classmethod
    def drawn(cls, chance: Random) -> CardHabits:
        return cls(
            after_the_break=chance.choice(list(AfterTheBreak)),
            repeats=chance.random() < 0.85,
            declines_bare=chance.random() < 0.5,
            declines_completed=chance.random() < 0.3,
            duplicates=chance.random() < 0.3,
            approves_less=chance.choice((0.0, 0.1)),
        )


@dataclass(slots=True)
class CardLedger:
    """Survives every loss of power."""

    payments: list[CardPayment] = field(default_factory=list)
    traces: int = 100

    def next_trace(self) -> int:
        self.traces += 1
        return self.traces

    def taken(self, reference: str) -> list[CardPayment]:
        return [each for each in self.payments if each.taken and each.reference == reference]

    def kept_minor(self, order_id: str) -> int:
        """The merchant's, of all that was charged for an order."""
        return sum(each.amount_minor for each in self.payments if each.taken and each.order_id == order_id)


class CardTerminal:
    """Speaks on one line at a time. `paying` is the order being charged, known to the ledger only."""

    def __init__(self, chance: Random, habits: CardHabits) -> None:
        self.chance = chance
        self.habits = habits
        self.ledger = CardLedger()
        self.paying = ""
        self.authorisations = 0
        self.off = False
        self.busy = False
        """Somebody stands before it, or it asks the bank."""
        self.loop: VirtualLoop | None = None
        self.less_next = False
        """It approves less than it is asked for."""
        self._registered = False
        self._turn = asyncio.Lock()
        self._line: CardLine | None = None

    def power_on(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.off = self.busy = False
        self._turn = asyncio.Lock()
        self._line = None

    async def answer(self, line: CardLine) -> None:
        """Whoever calls. A line that died unnoticed gives way, but not in the middle of a payment."""
        if self._line is not None and not self.busy:
            self._line.lose()
        async with self._turn:
            self._line = line
            await self._serve(line)

    async def _serve(self, line: CardLine) -> None:
        """Until the line is lost, or the power with it."""
        self._registered = False
        try:
            while True:
                await self._obey(line, await line.receive())
        except LineLost:
            pass
        finally:
            self.busy = False
            self._break_off()

    def _break_off(self) -> None:
        """Whatever was not settled is settled by habit."""
        for payment in [each for each in self.ledger.payments if each.open]:
            payment.open = False
            match self.habits.after_the_break:
                case AfterTheBreak.KEPT:
                    payment.taken = True
                case AfterTheBreak.REVERSED:
                    self._reverse(payment)
                case AfterTheBreak.FORGOTTEN:
                    self.ledger.payments.remove(payment)

    async def _hand_back(self, line: CardLine, data: bytes) -> None:
        """By receipt number, as real ones do."""
        receipt = int(data[4:6].hex())
        paid = [each for each in self.ledger.payments if each.trace % 10_000 == receipt and not each.result]
        line.send(YES)
        if not paid or not (paid[-1].taken or paid[-1].handed_back):
            await self._ask(line, 0x061E, bytes([NOT_REVERSIBLE]))
        elif paid[-1].handed_back:
            await self._ask(line, 0x061E, bytes([REVERSED_ALREADY]))
        else:
            await self._ask(line, 0x04FF, b"\x05")
            self.hand_back(paid[-1])
            await self._ask(line, 0x040F, self._told(self.ledger.payments[-1]))
            await self._ask(line, 0x060F)

    def hand_back(self, payment: CardPayment) -> None:
        payment.handed_back = True
        self._reverse(payment)

    def _reverse(self, payment: CardPayment) -> None:
        payment.open = payment.taken = False
        back = CardPayment(
            payment.reference, payment.amount_minor, self.ledger.next_trace(), 0, payment.at_s, payment.trace
        )
        self.ledger.payments.append(back)

    def taken_in_full(self, reference: str, due_minor: int) -> bool:
        """What a person finds who looks for it. Another amount than is due they take back at the terminal."""
        for payment in self.ledger.taken(reference):
            if payment.amount_minor != due_minor:
                self._reverse(payment)
        return bool(self.ledger.taken(reference))

    async def _obey(self, line: CardLine, command: Message) -> None:
        match command.control:
            case 0x0600:
                self._registered = True
                line.send(YES)
                await self._ask(line, 0x060F, bytes.fromhex(f"190029{TERMINAL_ID}490978"))
            case 0x0501:
                line.send(YES)
                await self._ask(line, 0x060F, b"\x00")
            case 0x0620:
                await self._repeat(line)
            case 0x0601:
                self.busy = True
                await self._pay(line, command.data)
                self.busy = False
            case 0x0630:
                self.busy = True
                await self._hand_back(line, command.data)
                self.busy = False
            case 0x06B0:
                line.send(YES)  # nothing is running
            case control if control >> 8 not in (0x80, 0x84):
                line.send(NO | NOT_POSSIBLE)

    async def _ask(self, line: CardLine, control: int, data: bytes = b"", within_s: float = ANSWER_S) -> int:
        """The kiosk's answer. An abort that crosses it comes too late."""
        line.send(control, data)
        while True:
            answer = await line.receive(within_s)
            if answer.control != 0x06B0:
                return answer.control
            line.send(NO | NOT_POSSIBLE)

    async def _repeat(self, line: CardLine) -> None:
        if not self.habits.repeats:
            line.send(NO | NOT_POSSIBLE)
            return
        line.send(YES)
        if self.ledger.payments:
            await self._ask(line, 0x040F, self._told(self.ledger.payments[-1]))
        await self._ask(line, 0x060F)

    async def _pay(self, line: CardLine, data: bytes) -> None:
        if not self._registered or data[:1] != b"\x04":
            line.send(NO | NOT_POSSIBLE)
            return
        self.authorisations += 1
        amount_minor, reference = int(data[1:7].hex()), self.paying
        line.send(YES)
        await self._ask(line, 0x04FF, b"\x0a\x02")
        if not await self._card_comes(line):
            await self._refuse(line, reference, amount_minor, STOPPED)
            return
        await self._ask(line, 0x04FF, b"\x0e")
        if self.chance.random() < self.habits.declines:
            await self._refuse(line, reference, amount_minor, DECLINED)
            return
        await asyncio.sleep(self.chance.uniform(0.5, 4.0))
        short = self.less_next or self.chance.random() < self.habits.approves_less
        less = 100 if short and amount_minor > 100 else 0
        approved = CardPayment(
            reference, amount_minor - less, self.ledger.next_trace(), 0, line.now_s, open=True
        )
        self.ledger.payments.append(approved)
        answer = await self._ask(line, 0x040F, self._told(approved), GOODS_S)
        if self.habits.duplicates and answer == YES:
            answer = await self._ask(line, 0x040F, self._told(approved), GOODS_S)
        if answer != YES:
            self._reverse(approved)
            await self._ask(line, 0x061E, bytes([STOPPED]))
            return
        approved.open, approved.taken = False, True
        await self._ask(line, 0x04FF, b"\x1c")
        await self._ask(line, 0x060F)

    async def _card_comes(self, line: CardLine) -> bool:
        """False: the guest pressed stop, or the kiosk did."""
        try:
            message = await line.receive(self.chance.uniform(0.5, 20.0), lost=False)
        except TimeoutError:
            return self.chance.random() < 0.95
        if message.control == 0x06B0:
            line.send(YES)
            return False
        return True

    async def _refuse(self, line: CardLine, reference: str, amount_minor: int, code: int) -> None:
        trace = 0 if self.habits.declines_bare else self.ledger.next_trace()
        refused = CardPayment(
            reference, amount_minor, trace, code, line.now_s, bare=self.habits.declines_bare
        )
        self.ledger.payments.append(refused)
        await self._ask(line, 0x040F, self._told(refused))
        if self.habits.declines_completed:
            await self._ask(line, 0x060F)
        else:
            await self._ask(line, 0x061E, bytes([code]))

    def _told(self, payment: CardPayment) -> bytes:
        octets = f"27{payment.result:02x}"
        if not payment.bare:
            at = TRUE_EPOCH + timedelta(seconds=payment.at_s)
            octets += f"04{payment.amount_minor:012d}4909780b{payment.trace:06d}"
            if payment.original_trace is not None:
                octets += f"37{payment.original_trace:06d}"
            octets += f"0c{at:%H%M%S}0d{at:%m%d}87{payment.trace % 10_000:04d}"
        return bytes.fromhex(octets + f"29{TERMINAL_ID}")
