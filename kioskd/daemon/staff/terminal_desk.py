"""What the local socket understands of the card terminal.

terminal                   what it is and how it is
terminal_diagnose          it checks itself and its line to the bank
terminal_totals            what it took since its last end of day
terminal_end_of_day        it settles with the bank; what it took before cannot be reversed any more
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from kioskd.core.card_terminal import PaymentTerminal, TerminalStatus, Totals
from kioskd.core.errors import DeviceError
from kioskd.core.money import Money
from kioskd.daemon.control import Answer, Command, CommandRefused

T = TypeVar("T")


class TerminalDesk:
    """`terminal` is None on a kiosk without one."""

    def __init__(self, terminal: PaymentTerminal | None) -> None:
        self._terminal = terminal

    def table(self) -> Mapping[str, Command]:
        return {
            "terminal": self._status,
            "terminal_diagnose": self._diagnose,
            "terminal_totals": self._totals,
            "terminal_end_of_day": self._end_of_day,
        }

    async def _status(self, request: dict[str, Any]) -> Answer:
        return _shown(await _done(self._at_hand.status())), b""

    async def _diagnose(self, request: dict[str, Any]) -> Answer:
        return _shown(await _done(self._at_hand.diagnose())), b""

    async def _totals(self, request: dict[str, Any]) -> Answer:
        return _summed(await _done(self._at_hand.totals())), b""

    async def _end_of_day(self, request: dict[str, Any]) -> Answer:
        return _summed(await _done(self._at_hand.end_of_day())), b""

    @property
    def _at_hand(self) -> PaymentTerminal:
        if self._terminal is None:
            raise CommandRefused("this kiosk has no card terminal")
        return self._terminal


async def _done(work: Awaitable[T]) -> T:
    try:
        return await work
    except DeviceError as fault:
        raise CommandRefused(str(fault)) from None


def _shown(status: TerminalStatus) -> dict[str, Any]:
    return asdict(status)


def _summed(totals: Totals) -> dict[str, Any]:
    return {
        "total": _amount(totals.total),
        "schemes": [
            {"scheme": each.scheme, "count": each.count, "total": _amount(each.total)}
            for each in totals.schemes
        ],
        "first_receipt": totals.first_receipt,
        "last_receipt": totals.last_receipt,
    }


def _amount(money: Money | None) -> str | None:
    return None if money is None else f"{money.major()} {money.currency}"
