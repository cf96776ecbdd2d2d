"""Deliberately wrong daemons: settling, sessions and card payments with one rule broken each.

As `mutants`, one floor up. Only a world with transactions of whole orders, or with a terminal at message
level, can find these out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kioskd.core import errors
from kioskd.core.card_terminal import PaymentResult, ReversalOutcome
from kioskd.core.deeds import Deed, Done
from kioskd.core.events import PaymentOutcome
from kioskd.core.order_document import from_document
from kioskd.core.settlement import Step
from kioskd.daemon.selling.charges import Charge
from kioskd.daemon.selling.drafts import step_draft
from kioskd.daemon.selling.payments import Payments
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.attempts import Attempt
from kioskd.devices.terminal.zvt_desk import ZvtDesk
from kioskd.devices.terminal.zvt_payment import Verdict, ZvtPayment
from kioskd.devices.terminal.zvt_settling import Settling
from kioskd.loyalty.rbi.adapter import RbiBackend
from kioskd.outbox.operation import Draft
from kioskd.outbox.states import OpState
from tests.simulation.daemon_world import DaemonWorld


@dataclass(frozen=True)
class WrongDaemon:
    """`patches` name places in production and what stands there instead. `backend` and `faults` None: as
    drawn."""

    patches: Mapping[str, object] = field(default_factory=dict)
    backend: str | None = None
    faults: frozenset[str] | None = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for place, wrong in self.patches.items():
                stack.enter_context(patch(place, wrong))
            yield

    def live(self, seed: int, directory: Path) -> None:
        """Through one world. Raises Wrong when it is found out."""
        with self.installed():
            DaemonWorld(seed, directory, backend=self.backend, faults=self.faults).run()


# --- transactions of whole orders --------------------------------------------------------------------------

_tell, _authorise, _charge = RbiBackend._tell, ZvtDesk._authorise, Payments._charge
_approved = Payments._approved


async def _nothing(*_: object, **__: object) -> None: ...


def _does_not_wait(step: Step, saga: str, *_: object) -> Draft:
    return step_draft(replace(step, needs=(), undoes=None, lane=f"own:{step.id}"), saga)


async def _tells_twice(backend: RbiBackend, deed: Deed) -> Done:
    try:
        return await _tell(backend, deed)
    except errors.Unclear:
        return await _tell(backend, deed)


async def _believes_what_ran_out(backend: RbiBackend, deed: Deed) -> Done:
    try:
        return await _tell(backend, deed)
    except errors.Refused as refused:
        if refused.reason in ("not_claimable", "duplicate"):
            return Done()
        raise


def _written_anew(backend: RbiBackend, deed: Deed) -> Mapping[str, Any]:
    return backend.written(replace(from_document(deed.details), placed_at=backend._wall()))


async def _thanks_first(payments: Payments, charge: Charge) -> None:
    """Sold before the card was charged, and whatever comes of that."""
    await payments._selling.accept(charge.order, None, charge.reserved)
    await payments._terminal.pay(charge.reference, charge.order.due, lambda step: None)


# --- the card terminal -------------------------------------------------------------------------------------


async def _charges_again(desk: ZvtDesk, attempt: Attempt, payment: ZvtPayment) -> Verdict:
    verdict = await _authorise(desk, attempt, payment)
    if verdict.outcome is PaymentOutcome.UNKNOWN:
        with contextlib.suppress(errors.DeviceError):
            await desk._session.ready()
            return await _authorise(desk, attempt, payment)
    return verdict


async def _takes_lost_for_declined(settling: Settling, attempt: Attempt) -> Verdict:
    return await settling.decide(attempt, Verdict(PaymentOutcome.DECLINED))


async def _does_not_store(payment: ZvtPayment, status: zvt.StatusInformation) -> bool:
    return payment._is_what_was_asked(status)


async def _unknown_is_declined(terminal: Any, reference: str) -> PaymentResult:
    return PaymentResult(PaymentOutcome.DECLINED)


async def _counts_as_the_whole(payments: Payments, charge: Any, result: PaymentResult, decided: Any) -> None:
    await _approved(payments, charge, replace(result, charged=None), decided)


_SESSIONS, _ADAPTER = "kioskd.daemon.selling.sessions.Sessions", "kioskd.loyalty.rbi.adapter.RbiBackend"
_ZVT = "kioskd.devices.terminal"

WRONG_DAEMONS: dict[str, WrongDaemon] = {
    "a void overtakes its claim": WrongDaemon({"kioskd.daemon.selling.orders._draft": _does_not_wait}, "rbi"),
    "a void is forgotten when the guest leaves": WrongDaemon({f"{_SESSIONS}._undo": _nothing}, "rbi"),
    "nobody voids what a dead process left": WrongDaemon(
        {"kioskd.outbox.sagas.boot": lambda *_: None}, "rbi"
    ),
    "a claim is repeated within one try": WrongDaemon({f"{_ADAPTER}._tell": _tells_twice}, "rbi"),
    "a claim is written anew for each try": WrongDaemon({f"{_ADAPTER}._kept": _written_anew}, "rbi"),
    "a claim that ran out counts": WrongDaemon(
        {f"{_ADAPTER}._tell": _believes_what_ran_out}, "rbi", frozenset({"outage", "lost_request"})
    ),
    "claims before anybody paid at the counter": WrongDaemon(
        {"kioskd.daemon.selling.drafts.UNPAID": None}, "rbi"
    ),
    "claims before the card is charged": WrongDaemon(
        {"kioskd.daemon.selling.payments.Payments._charge": _thanks_first}
    ),
    "charges again while nobody knows": WrongDaemon({f"{_ZVT}.zvt_desk.ZvtDesk._authorise": _charges_again}),
    "says yes before it is stored": WrongDaemon({f"{_ZVT}.zvt_payment.ZvtPayment._accepts": _does_not_store}),
    "takes any amount": WrongDaemon({f"{_ZVT}.zvt_payment.ZvtPayment._is_what_was_asked": lambda *_: True}),
    "takes a lost result for a declined one": WrongDaemon(
        {f"{_ZVT}.zvt_settling.Settling.settle": _takes_lost_for_declined}
    ),
    "a part counts as the whole": WrongDaemon(
        {"kioskd.daemon.selling.payments.Payments._approved": _counts_as_the_whole}, "leat"
    ),
    "nobody hands back what a card paid in part": WrongDaemon(
        {"kioskd.daemon.selling.part_payments._reversals": lambda *_: []}, "leat"
    ),
    "a reversal nobody saw the end of counts": WrongDaemon(
        {"kioskd.daemon.selling.card_reversals._STATES": dict.fromkeys(ReversalOutcome, OpState.CONFIRMED)},
        "leat",
    ),
    "takes what it is not told for declined": WrongDaemon(
        {f"{_ZVT}.zvt_driver.ZvtTerminal.outcome": _unknown_is_declined}
    ),
}
