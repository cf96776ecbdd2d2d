"""Carries operations from the outbox to the loyalty backend, and answers in the outbox's few words."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from kioskd.core import errors
from kioskd.core.deeds import Action, AskAgain, Deed, Done, Finding, MaybeDone, NotDone
from kioskd.core.order import Order
from kioskd.core.order_document import from_document
from kioskd.core.ports import KeepsWholeOrders, LoyaltyBackend
from kioskd.outbox.courier import (
    ABSENT,
    Applied,
    Baseline,
    Candidate,
    Found,
    NeverSent,
    NotYet,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.operation import Parcel
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)
_T = TypeVar("_T")

CARD_REFUSALS = frozenset({"unknown_card", "blocked_card"})
"""Reasons after which an order is in nobody's favour, now and for ever."""

_IN_EFFECT = frozenset({OpState.CONFIRMED, OpState.COMPENSATING})


class LoyaltyCourier:
    """One try per call; what it may mean for the queue is said in the outcome. `backend` comes late.

    The daemon shows its first frame before the backend's client is even imported, so until then nothing can
    be sent.
    """

    def __init__(self) -> None:
        self.backend: LoyaltyBackend | None = None

    def claim_link(self, order: Order) -> str | None:
        """Built here and now: it works offline."""
        return self.backend.claim_link(order) if self.backend else None

    def written(self, order: Order) -> Mapping[str, Any] | None:
        """What must be kept with an order that is told; None where nothing must."""
        return self.backend.written(order) if isinstance(self.backend, KeepsWholeOrders) else None

    async def baseline(self, parcel: Parcel) -> Outcome:
        return await self._ask_about(parcel, lambda backend, deed: backend.baseline(deed), Baseline)

    async def deliver(self, parcel: Parcel) -> Outcome:
        outcome = await self._ask_about(parcel, lambda backend, deed: backend.perform(deed), _applied)
        if isinstance(outcome, Refused) and parcel.operation.kind == Action.RELEASE_VOUCHER:
            return Applied()  # there is nothing to let go any more: the lock is gone, or another's
        return outcome

    async def read_back(self, parcel: Parcel) -> Outcome:
        baseline = parcel.baseline
        return await self._ask_about(parcel, lambda backend, deed: backend.find_out(deed, baseline), _found)

    async def probe(self) -> Outcome:
        return await self._ask(lambda backend: backend.probe(), lambda _: Applied())

    async def _ask_about(
        self,
        parcel: Parcel,
        call: Callable[[LoyaltyBackend, Deed], Awaitable[_T]],
        outcome: Callable[[_T], Outcome],
    ) -> Outcome:
        try:
            deed = deed_of(parcel)
        except (KeyError, TypeError, ValueError) as error:
            return Poison(f"{parcel.operation.kind}: {type(error).__name__}")
        return await self._ask(lambda backend: call(backend, deed), outcome)

    async def _ask(
        self, call: Callable[[LoyaltyBackend], Awaitable[_T]], outcome: Callable[[_T], Outcome]
    ) -> Outcome:
        if self.backend is None:
            return NeverSent()
        try:
            return outcome(await call(self.backend))
        except errors.Unreachable:
            return NeverSent()
        except errors.Refused as refused:
            return Refused(refused.reason)
        except errors.Throttled as throttled:
            return Throttled(throttled.retry_after_s)
        except errors.Unauthorised:
            log.error("the loyalty backend does not accept our token: check it, then restart kioskd")
            return Unauthorised()
        except errors.LoyaltyError as unclear:
            log.info("loyalty backend: %s", unclear)
            return Unclear()


def deed_of(parcel: Parcel) -> Deed:
    """What an operation asks of the backend. Raises KeyError, TypeError or ValueError when it is no deed.

    What is known of earlier deeds is what the outbox kept in their saga, or, for one whose saga has ended,
    what the payload says under `earlier`: by id, `remote_id` and `keep`.
    """
    action = Action(parcel.operation.kind)
    if action is Action.TELL_ORDER:
        from_document(parcel.payload)  # what cannot be read is not sent
    earlier = {
        op_id: Done(known.get("remote_id"), known.get("keep", {}))
        for op_id, known in parcel.payload.get("earlier", {}).items()
    }
    for op_id, result in parcel.results.items():
        if result.state in _IN_EFFECT:
            earlier[op_id] = Done(result.remote_uuid, result.keep)
    repeated = parcel.operation.attempts > 1 or parcel.operation.sent_before
    return Deed(parcel.operation.op_id, action, parcel.payload, earlier, repeated)


def _applied(done: Done) -> Applied:
    return Applied(done.result, done.remote_id, done.keep)


def _found(finding: Finding) -> Outcome:
    match finding:
        case Done():
            return _applied(finding)
        case NotDone():
            return Refused(ABSENT)
        case MaybeDone(remote_ids, exclusive):
            return Found(tuple(Candidate(remote_id) for remote_id in remote_ids), exclusive)
        case AskAgain(after_s):
            return NotYet(after_s)
