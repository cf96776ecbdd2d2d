"""A simulated card terminal: speaks ZVT over TCP or a serial line and plays the guest's part on request.

It takes one kiosk at a time; a second one waits, or is turned away. It knows registration, log-off,
initialisation, diagnosis, clock, language, status enquiry, payment, abort, repeat receipt, reversal, totals,
end of day and texts for its display, and answers anything else with "not possible", as a terminal does.

Where it deviates from a real one: it knows one currency and one kind of card, its intermediate states are the
few a guest sees, and its display takes texts (06 E0) without the keys that real ones offer with them.
"""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from kioskd.sim.terminal.commands import obey
from kioskd.sim.terminal.faults import Faults
from kioskd.sim.terminal.ledger import Ledger
from kioskd.sim.terminal.line import Line
from kioskd.sim.terminal.machine import Machine, Patience
from kioskd.sim.terminal.messages import Message
from kioskd.sim.terminal.payment import pay, present
from kioskd.sim.terminal.script import GuestAct, Script, Turn
from kioskd.sim.terminal.wires import BrokenOff, LineLost, SerialWire, TcpWire, Wire

_AUTHORISATION = 0x0601
_LOWER_MINOR = 100
_REAL_PATIENCE = Patience()


class TerminalSimulator:
    """Use as an async context manager, or `start` and `stop`. `port` 0 takes a free one; then read `port`.

    With `path` it is on a serial line instead: a pseudo-terminal with a link of that name. `script` says what
    happens to the payments that come; after it `auto_s` None waits for `tap` and its likes, a number presents
    a card so many seconds after the prompt. `memory` is a JSON file that keeps the transactions over restarts
    of the simulator. `on_event` hears what is said on the line, in words that hold no card data.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        path: Path | None = None,
        auto_s: float | None = None,
        script: Script | None = None,
        memory: Path | None = None,
        password: str = "000000",
        currency_code: int = 978,
        terminal_id: str = "52500042",
        code_page: str = "cp437",
        patience: Patience = _REAL_PATIENCE,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC).astimezone(),
        on_event: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.port = port
        self.path = path
        self.auto_s = auto_s
        self._on_event = on_event
        self._machine = Machine(
            Ledger(memory, currency_code, wall_clock()),
            script or Script(),
            patience,
            bytes.fromhex(password),
            bytes.fromhex(f"{currency_code:04d}"),
            bytes.fromhex(terminal_id),
            wall_clock,
            code_page,
        )
        self._server: asyncio.Server | None = None
        self._pty: tuple[int, int] | None = None
        self._serving: dict[asyncio.Task[None], Wire] = {}
        self._turn = asyncio.Lock()
        self._line: Line | None = None

    @property
    def faults(self) -> Faults:
        """Those at all times."""
        return self._machine.script.faults

    @property
    def plugged_in(self) -> bool:
        return self._server is not None or self._pty is not None

    async def __aenter__(self) -> TerminalSimulator:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Plug it in."""
        if self.path is not None:
            self._plug_serial()
            self._serve_serial()
            return
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Pull the plug: connections break, new ones are refused. `start` listens on the same port again."""
        if not self.plugged_in:
            return
        if self._server is not None:
            self._server.close()
            self._server = None
        pty, self._pty = self._pty, None
        serving = dict(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        for wire in serving.values():
            await wire.close()
        if pty is not None:
            self._unlink(pty)

    def cut(self) -> None:
        """Cut the cable once, now. The kiosk may connect again."""
        if self._line is not None:
            self._line.cut()

    # --- the guest at the terminal: each is False when it is not waiting for a card -------------------

    def tap(self) -> bool:
        """Hold a card to the reader."""
        return present(self._machine, self._line, GuestAct.TAP)

    def insert(self) -> bool:
        """Insert a card and enter the PIN."""
        return present(self._machine, self._line, GuestAct.INSERT)

    def decline(self, code: int = 0x05) -> bool:
        """Present a card that the bank declines with `code`."""
        if self._machine.payment is not None and self._machine.payment.waits_for_card:
            self._machine.payment.decline_with = code
        return self.tap()

    def tap_lower(self) -> bool:
        """Hold a card to the reader on which there is 1.00 less than asked for; that is what is charged."""
        if self._machine.payment is not None and self._machine.payment.waits_for_card:
            self._machine.payment.off_minor = -_LOWER_MINOR
        return self.tap()

    def press_cancel(self) -> bool:
        """Press the red key."""
        return present(self._machine, self._line, GuestAct.STOP)

    def state(self) -> dict[str, object]:
        """Everything visible, as JSON values. There is no card data in it because there is none anywhere."""
        machine, payment = self._machine, self._machine.payment
        return {
            "plugged_in": self.plugged_in,
            "connected": self._line is not None,
            "registered": machine.registration is not None,
            "display": machine.display,
            "payment": {"amount_minor": payment.amount_minor, "step": payment.step} if payment else None,
            "charged_minor": machine.ledger.charged_minor,
            "transactions": [asdict(transaction) for transaction in machine.ledger.transactions],
            "auto_s": self.auto_s,
            "turns_left": len(machine.script.turns),
            "faults": asdict(machine.faults),
        }

    # --- the kiosk on the line ------------------------------------------------------------------------

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._turn.locked() and self._machine.faults.refuses_second:
            writer.close()
            return
        machine = self._machine
        self._serve(
            TcpWire(
                reader,
                writer,
                message_s=machine.patience.answer_s,
                octet_by_octet=lambda: machine.faults.octet_by_octet,
            )
        )

    def _serve(self, wire: Wire) -> None:
        task = asyncio.create_task(self._converse(wire))
        self._serving[task] = wire
        task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        del self._serving[task]
        if not task.cancelled():
            task.result()
            if self._pty is not None:  # plugged in again under the same name
                self._serve_serial()

    async def _converse(self, wire: Wire) -> None:
        async with self._turn:
            machine = self._machine
            self._line = line = Line(wire, lambda: machine.faults, self._on_event, machine.patience.hung_s)
            try:
                while True:
                    try:
                        await self._obey(line, await line.command())
                    except BrokenOff:
                        if not wire.endures:
                            break
            except LineLost:
                pass
            finally:
                self._line = None
                machine.show(None)
                await line.close()

    async def _obey(self, line: Line, command: Message) -> None:
        turn = Turn(GuestAct.WAIT)
        if command.control == _AUTHORISATION:
            turn = self._next_turn()
        line.begin(command)
        await line.still_there()
        if self._machine.faults.deaf:
            return
        if command.control == _AUTHORISATION:
            await pay(self._machine, line, command.data, turn)
        else:
            await obey(self._machine, line, command.control, command.data)

    def _next_turn(self) -> Turn:
        turn = self._machine.script.next()
        self._machine.turn_faults = turn.faults
        if turn.faults is None and turn.guest is GuestAct.WAIT and self.auto_s is not None:
            return Turn(GuestAct.TAP, self.auto_s)
        return turn

    # --- the serial line ------------------------------------------------------------------------------

    def _plug_serial(self) -> None:
        assert self.path is not None
        near, far = os.openpty()
        tty.setraw(far)
        self._pty = near, far
        draft = self.path.with_name(self.path.name + ".new")
        draft.unlink(missing_ok=True)
        draft.symlink_to(os.ttyname(far))
        draft.replace(self.path)

    def _unlink(self, pty: tuple[int, int]) -> None:
        assert self.path is not None
        self.path.unlink(missing_ok=True)
        for fd in pty:
            os.close(fd)

    def _replug_serial(self) -> None:
        """As an adapter does whose plug was pulled: the open device is gone, a new one has its name."""
        if self._pty is not None:
            self._unlink(self._pty)
            self._plug_serial()

    def _serve_serial(self) -> None:
        assert self._pty is not None
        patience, (near, _) = self._machine.patience, self._pty
        wire = SerialWire(
            near,
            octet_s=patience.octet_s,
            ack_s=patience.ack_s,
            spoils=self._spoils_checksum,
            on_cut=self._replug_serial,
        )
        self._serve(wire)

    def _spoils_checksum(self) -> bool:
        faults = self._machine.faults
        if faults.wrong_checksums <= 0:
            return False
        faults.wrong_checksums -= 1
        return True
