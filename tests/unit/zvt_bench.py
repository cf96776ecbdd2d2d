"""Runs the terminal's scripts in virtual time against a terminal on paper, and writes down what happened."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from kioskd.core.card_terminal import Approval, Slip
from kioskd.core.errors import DeviceError
from kioskd.core.events import PaymentStep
from kioskd.core.money import Money
from kioskd.core.ports import PaymentResult
from kioskd.devices.terminal.attempts import Attempt
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_deadlines import Deadlines, LineBroken
from kioskd.devices.terminal.zvt_desk import Request, ZvtDesk
from kioskd.devices.terminal.zvt_payment import ZvtPayment
from kioskd.devices.terminal.zvt_reversal import ZvtReversal
from kioskd.devices.terminal.zvt_session import Identity, ZvtSession
from kioskd.devices.terminal.zvt_upkeep import ZvtUpkeep
from kioskd.devices.terminal.zvt_wishes import (
    Consult,
    Dial,
    File,
    HangUp,
    Keep,
    Listen,
    Nothing,
    Now,
    Pause,
    Say,
    Script,
)

T = TypeVar("T")

NOON = datetime(2025, 8, 5, 14, 30, tzinfo=UTC)
PRICE = Money(1000, "EUR")
YES, DONE = "80 00 00", "06 0F 00"
REGISTERED = "06 0F 0A 19 00 29 29 00 10 06 49 09 78"
PRESENT_CARD, ASKING_BANK = "04 FF 02 0A 01", "04 FF 01 0E"
BEFORE = (
    "04 0F 21 27 00 04 00 00 00 00 05 00 49 09 78 0B 00 00 34 0C 10 00 00 0D 08 05 29 29 00 10 06 87 00 34"
)
APPROVED = (
    "04 0F 21 27 00 04 00 00 00 00 10 00 49 09 78 0B 00 00 35 0C 14 32 07 0D 08 05 29 29 00 10 06 87 00 35"
)
LESS = APPROVED.replace("10 00 49", "07 50 49")
FRANCS = APPROVED.replace("49 09 78", "49 07 56")
DECLINED = "04 0F 07 27 05 29 29 00 10 06"
GIVEN_UP = "06 1E 01 05"

Said = str | Callable[[], None]
"""A message in hexadecimal, or something that happens to the line instead."""


class Cut(Exception):
    """The line breaks here."""


class Memory:
    """Keeps at once; `fails` makes the next Keep fail."""

    def __init__(self) -> None:
        self.attempts: dict[str, Attempt] = {}
        self.existed = True
        self.fails = False

    def get(self, reference: str) -> Attempt | None:
        return self.attempts.get(reference)

    def undecided(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts.values() if attempt.outcome is None), None)


def cut() -> None:
    raise Cut


def silence() -> None:
    """The terminal says nothing more."""


@dataclass
class Bench:
    """`plays` has, by command, what the terminal says each time it hears it: one message, then it waits.

    A command for which nothing is left is answered as the last time. `trace` has what the kiosk did.
    """

    memory: Memory = field(default_factory=Memory)
    deadlines: Deadlines = field(default_factory=lambda: Deadlines(settle_s=5.0))
    agrees: Callable[[Approval], bool] = lambda approval: True
    now_s: float = 0.0
    trace: list[str] = field(default_factory=list)
    slips: list[tuple[str, Slip]] = field(default_factory=list)
    steps: list[PaymentStep] = field(default_factory=list)
    on_step: Callable[[PaymentStep], None] = lambda step: None
    takes_paper: bool = True
    plays: dict[int, deque[list[Said]]] = field(default_factory=lambda: defaultdict(deque))
    _rest: deque[Said] = field(default_factory=deque)
    _inbox: deque[Apdu] = field(default_factory=deque)
    _broken: bool = False
    dead_after: int | None = None
    """The process dies before the wish with this number is granted."""

    def __post_init__(self) -> None:
        self.play(0x0501, [YES, "06 0F 01 00"])
        self.play(0x0600, [YES, REGISTERED])
        self.play(0x0620, [YES, BEFORE, DONE])
        self.play(0x0830, ["84 83 00"])
        self.play(0x06B0, [YES])
        self.restart()

    def restart(self) -> None:
        """A new process: only the memory survives."""
        self.session = ZvtSession(Identity("000000", 978, self.takes_paper), self.deadlines)
        self.desk = ZvtDesk("terminal", self.session, self.memory, lambda: self.wall)
        self.reversal = ZvtReversal("terminal", self.session, self.memory, lambda: self.wall)
        self.upkeep = ZvtUpkeep("terminal", self.session, self.memory, lambda: self.wall, "EUR")
        self._hang_up()

    @property
    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.now_s)

    def play(self, command: int, *conversations: Iterable[Said]) -> None:
        """From now on."""
        self.plays[command] = deque(list(said) for said in conversations)

    def pays(self, *said: Said) -> None:
        self.play(0x0601, [YES, *said])

    # --- what the kiosk does ------------------------------------------------------------------------

    def pay(
        self, reference: str = "order-1", *, takes_less: bool = False, language: str = "ar"
    ) -> PaymentResult:
        return self.run(self.paying(reference, takes_less=takes_less, language=language))

    def paying(
        self, reference: str = "order-1", *, takes_less: bool = False, language: str = "ar"
    ) -> Script[PaymentResult]:
        request = Request(reference, PRICE, language, takes_less)
        self.payment: ZvtPayment = self.desk.payment(request, self._hear)
        return self.desk.pay(request, self.payment)

    def outcome(self, reference: str = "order-1") -> PaymentResult:
        return self.run(self.desk.outcome(reference, "EUR"))

    def _hear(self, step: PaymentStep) -> None:
        self.steps.append(step)
        self.on_step(step)

    def said(self, control: int) -> list[str]:
        start = f"say {control:04X}"
        return [line for line in self.trace if line.startswith(start)]

    # --- running ------------------------------------------------------------------------------------

    def run(self, script: Script[T]) -> T:
        answer: Any = None
        error: Exception | None = None
        wishes = 0
        try:
            while True:
                try:
                    wish = script.send(answer) if error is None else script.throw(error)
                except StopIteration as end:
                    result: T = end.value
                    return result
                if wishes == self.dead_after:
                    raise Cut
                wishes += 1
                answer = error = None
                try:
                    answer = self._grant(wish)
                except (DeviceError, OSError) as failure:
                    error = failure
        finally:
            script.close()

    def _grant(self, wish: Any) -> Any:
        match wish:
            case Now():
                return self.now_s
            case Dial():
                self._hang_up()
                self._broken = False
                self.trace.append("dial")
            case HangUp():
                self._hang_up()
            case Say(apdu):
                self.trace.append(f"say {apdu.control:04X} {apdu.data.hex()}".strip())
                self._hears(apdu)
            case Listen(until_s):
                return self._listen(until_s)
            case Pause(seconds):
                self.now_s += seconds
            case Keep(attempt):
                if self.memory.fails:
                    raise OSError(28, "No space left on device")
                seen = " seen" if attempt.seen else ""
                self.trace.append(f"keep {attempt.reference}{seen} {attempt.outcome or ''}".strip())
                self.memory.attempts[attempt.reference] = attempt
            case Consult(approval):
                self.trace.append(f"consult {approval.charged.minor}")
                return self.agrees(approval)
            case File(reference, slip):
                self.slips.append((reference, slip))
        return None

    def _listen(self, until_s: float) -> Apdu | Nothing:
        if self._inbox:
            self.now_s += 0.01
            return self._inbox.popleft()
        if self._broken:
            raise LineBroken("the terminal closed the connection")
        self.now_s = until_s
        return Nothing.IN_TIME

    def _hang_up(self) -> None:
        self._inbox.clear()
        self._rest.clear()
        self._broken = True

    def _hears(self, apdu: Apdu) -> None:
        if self._broken:
            return
        if apdu.control >> 8 not in (0x80, 0x84):
            conversations = self.plays[apdu.control]
            said = conversations.popleft() if len(conversations) > 1 else conversations[0]
            if apdu.control == 0x06B0:
                self._say(said[0])
                if len(said) == 1:
                    return
            else:
                self._say(said[0])
            self._rest = deque(said[1:])
        if self._rest:
            self._say(self._rest.popleft())

    def _say(self, message: Said) -> None:
        try:
            if callable(message):
                message()
                return
        except Cut:
            self._rest.clear()
            self._broken = True
            return
        data = bytes.fromhex(message)
        self._inbox.append(Apdu(int.from_bytes(data[:2], "big"), data[3:]))
