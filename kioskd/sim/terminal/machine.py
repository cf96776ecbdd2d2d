"""The inside of the simulated card terminal: what it knows and what its commands and payments change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kioskd.sim.terminal.faults import Faults
from kioskd.sim.terminal.ledger import Ledger, Transaction
from kioskd.sim.terminal.line import Line
from kioskd.sim.terminal.messages import Message
from kioskd.sim.terminal.screen import Language, words
from kioskd.sim.terminal.script import GuestAct, Script, Turn

YES = Message(0x8000)
STOPPED, NOT_REGISTERED, NOT_POSSIBLE, WRONG_CURRENCY, WRONG_PASSWORD = 0x6C, 0x6B, 0x83, 0x6F, 0x37
END_OF_DAY_DUE = 0xF0
USABLE_STATES = (0x00, 0xDC, 0xE1)

_PRINT_PAYMENTS, _PRINT_ADMINISTRATION, _INTERMEDIATE, _PRINT_LINES = 0x02, 0x04, 0x08, 0x80


def no(code: int) -> Message:
    """The answer that refuses with an error code."""
    return Message(0x8400 | code)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the terminal waits. The defaults are those of real ones."""

    answer_s: float = 5.0
    """For the kiosk's answer to a message."""
    goods_s: float = 30.0
    """For its answer to an approval, unless the payment says otherwise."""
    card_s: float = 60.0
    """For a guest to present a card."""
    wait_s: float = 2.0
    """Before a result is told again to a kiosk that answered "please wait"."""
    waits: int = 15
    """How often, unless the payment says otherwise."""
    octet_s: float = 0.2
    """On a serial line: for the next octet of a frame."""
    ack_s: float = 5.0
    """On a serial line: for an acknowledgement."""
    hung_s: float = 60.0
    """Until a terminal that fell silent starts afresh."""


@dataclass(frozen=True, slots=True)
class Registration:
    configuration: int
    tlv: bool = False
    """The kiosk sent tagged objects, so it gets some."""
    takes_blocks: bool = False
    """It lists the printing of blocks among the commands it knows."""
    columns: int = 24
    """Width of the kiosk's paper."""

    @property
    def wants_states(self) -> bool:
        return bool(self.configuration & _INTERMEDIATE)

    @property
    def prints_payments(self) -> bool:
        """The kiosk prints receipts, and gets them as text."""
        return self._prints(_PRINT_PAYMENTS)

    @property
    def prints_administration(self) -> bool:
        return self._prints(_PRINT_ADMINISTRATION)

    def _prints(self, what: int) -> bool:
        return self.configuration & (what | _PRINT_LINES) == what | _PRINT_LINES


@dataclass(slots=True)
class Payment:
    """One under way. `act` is what the guest or the kiosk did in the end."""

    amount_minor: int
    turn: Turn
    step: str = "waiting_for_card"
    act: GuestAct | None = None
    decline_with: int | None = None
    off_minor: int = 0

    @property
    def waits_for_card(self) -> bool:
        return self.step == "waiting_for_card" and self.act is None


@dataclass(slots=True)
class Machine:
    """`terminal_id` and `password` as they travel, in decimal digits."""

    ledger: Ledger
    script: Script
    patience: Patience
    password: bytes
    currency: bytes
    terminal_id: bytes
    wall_clock: Callable[[], datetime]
    code_page: str = "cp437"
    language: Language = Language.EN
    registration: Registration | None = None
    payment: Payment | None = None
    turn_faults: Faults | None = None
    doubtful: Transaction | None = None
    """A charge that the next transaction will reverse, if the kiosk then shows that it missed it."""
    display: str = ""

    @property
    def currency_code(self) -> int:
        return int(self.currency.hex())

    @property
    def faults(self) -> Faults:
        """Those that count now: of the script's payment, or at all times."""
        return self.turn_faults or self.script.faults

    @property
    def state_code(self) -> int:
        return END_OF_DAY_DUE if self.faults.end_of_day_due else self.faults.state_code

    def show(self, code: int | None) -> None:
        """Put the words of an intermediate state on the display; None: the idle screen."""
        self.display = "" if code is None else words(code, self.language)

    def password_of(self, data: bytes) -> bool:
        """Whether a request begins with the right password."""
        return data[:3] == self.password

    def text(self, text: str) -> bytes:
        return text.encode(self.code_page, "replace")

    async def ask(
        self, line: Line, control: int, data: bytes = b"", timeout_s: float | None = None
    ) -> Message:
        """Send a command and get the kiosk's answer. Raises LineLost."""
        longest_s = self.patience.answer_s if timeout_s is None else timeout_s
        return await line.ask(Message(control, data), longest_s, self.answer_abort)

    def answer_abort(self) -> Message:
        """An abort counts while no card was presented; later the bank is already being asked."""
        if self.payment is None or not self.payment.waits_for_card or self.faults.abort == "refuse":
            return no(NOT_POSSIBLE)
        self.payment.act = GuestAct.TAP if self.faults.abort == "charge" else GuestAct.STOP
        return YES
