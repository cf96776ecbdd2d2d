"""Vouchers that are held for the guest in front of the kiosk, from the moment they take one.

All holds of a visit are steps of one saga. It is undone when the guest leaves, unless an order takes it over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from kioskd.core import settlement
from kioskd.core.bill import TakenOffer
from kioskd.core.denial import Denial
from kioskd.core.effects import HoldVoucher
from kioskd.core.events import Event, OfferDenied, OfferHeld
from kioskd.core.order import OfferUse
from kioskd.daemon.selling.reserved import Hold
from kioskd.daemon.selling.steps import STEP_S, Steps

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Wish:
    """A voucher the guest has taken. `answer` is set when it is known whether it is held."""

    step_id: str
    answer: asyncio.Future[Hold | Denial]


@dataclass(slots=True)
class VisitHolds:
    """What one visit holds, in `saga`: None while nothing was ever asked for."""

    saga: str | None = None
    wishes: dict[str, _Wish] = field(default_factory=dict)


class Reservations:
    """Every HoldVoucher is answered by OfferHeld or OfferDenied, unless the guest gave it up meanwhile."""

    def __init__(self, steps: Steps, post: Callable[[Event], None]) -> None:
        self._steps = steps
        self._post = post
        self._visit = VisitHolds()

    async def hold(self, wish: HoldVoucher) -> None:
        """Returns when it is known, or the guest has waited long enough."""
        visit = self._visit
        use = TakenOffer(wish.offer_id, wish.voucher).use(wish.member_id)
        step_id = settlement.hold_id(use.id)
        asked = _Wish(step_id, asyncio.get_running_loop().create_future())
        visit.saga = visit.saga or f"visit-{use.id}"
        visit.wishes[use.id] = asked
        answer = await self._take(use, asked, visit.saga)
        asked.answer.set_result(answer)
        if visit.wishes.get(use.id) is not asked:  # let go meanwhile
            return
        if isinstance(answer, Hold):
            self._post(OfferHeld(use.id))
        else:
            del visit.wishes[use.id]
            self._post(OfferDenied(use.id, answer))

    async def _take(self, use: OfferUse, asked: _Wish, saga: str) -> Hold | Denial:
        return await self._steps.hold(settlement.hold(use, asked.step_id), saga, STEP_S)

    async def let_go(self, offer_id: str) -> None:
        """It may still be on its way: then it is let go as soon as it is held."""
        asked = self._visit.wishes.pop(offer_id, None)
        if asked:
            await self._steps.abandon(asked.step_id, "the guest does not want it any more")

    async def forget(self) -> None:
        """The guest is gone."""
        visit = self.hand_over()
        if visit.saga:
            await self._steps.undo(visit.saga, "the guest left")

    def hand_over(self) -> VisitHolds:
        """From now on it is whoever asked who sees to these holds."""
        visit, self._visit = self._visit, VisitHolds()
        return visit
