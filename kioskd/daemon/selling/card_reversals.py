"""Card money that goes back: asked of the terminal until it is known to be back, or a person must see to it.

Each is an attended operation of the outbox, accepted in the same commit as what it follows from: a return, an
order that was given up. So none is forgotten, and none is carried out twice: the terminal's driver remembers
what it was asked, and asking again only finds out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from kioskd.core.card_terminal import PaymentTerminal, Reversal, ReversalOutcome
from kioskd.core.deeds import Action
from kioskd.core.slip import Slip
from kioskd.outbox.operation import Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)

PrintSlip = Callable[[str, Slip], None]
"""Puts the terminal's receipt on paper, without anybody waiting for it. Its job, then the receipt."""

_STATES = {
    ReversalOutcome.REVERSED: OpState.CONFIRMED,
    ReversalOutcome.REFUSED: OpState.IN_DOUBT,
    ReversalOutcome.OTHER_REVERSED: OpState.IN_DOUBT,
    ReversalOutcome.UNAVAILABLE: OpState.UNKNOWN,
    ReversalOutcome.UNKNOWN: OpState.UNKNOWN,
}


class Ended(NamedTuple):
    """`over`: it need not be asked again. `back`: the money is the guest's again."""

    over: bool
    back: bool


class CardReversals:
    """Whoever calls sees to it that the terminal does nothing else."""

    def __init__(self, terminal: PaymentTerminal, outbox: Outbox, print_slip: PrintSlip) -> None:
        self._terminal = terminal
        self._outbox = outbox
        self._print_slip = print_slip

    async def all(self) -> dict[str, Ended]:
        """Tries each that is open, by the id of its operation. Raises StorageError."""
        open_ = await self._outbox.attended(Action.REVERSE_CARD)
        return {parcel.operation.op_id: await self._carry_out(parcel) for parcel in open_}

    async def _carry_out(self, parcel: Parcel) -> Ended:
        op_id, number = parcel.operation.op_id, parcel.payload.get("number", "")
        reversal = await self._terminal.reverse(str(parcel.payload.get("reference", "")))
        if reversal.slip:
            self._print_slip(op_id, reversal.slip)
        state = _STATES[reversal.outcome]
        level = logging.INFO if state is OpState.CONFIRMED else logging.WARNING
        log.log(level, "card payment of order %s to be taken back: %s", number, reversal.outcome)
        await self._outbox.resolve(op_id, state, _told(reversal))
        return Ended(state is not OpState.UNKNOWN, state is OpState.CONFIRMED)


def _told(reversal: Reversal) -> str:
    """For staff, who read it beside the question."""
    if reversal.outcome is ReversalOutcome.REFUSED:
        return f"the terminal did not take it back: {reversal.evidence}".removesuffix(": ")
    return reversal.evidence
