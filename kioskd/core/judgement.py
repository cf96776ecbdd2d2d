"""What a backend says of an order as a whole: the offers it would not take, and why.

Two kinds of loyalty world fit the same visit. In one every right is a thing of its own: it is held, claimed
and redeemed by itself, and the kiosk alone knows what it takes off. In the other a guest who is identified
gets one transaction for the whole order (`Member.session`): the backend judges the order, holds what its
offers cost, takes all of it with one claim and gives all of it back when the transaction is voided. Offers
are the same to the guest and to the bill in both. What differs is small: who is asked before paying (each
right, or the order once), what is written down for settling (a step per right, or the claim alone), and
what is undone when the guest leaves (each hold, or the transaction).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kioskd.core.basket import BasketContent
from kioskd.core.catalogue import Service
from kioskd.core.denial import Denial
from kioskd.core.money import Money


@dataclass(frozen=True, slots=True)
class Objection:
    """Why the order is not taken as it is. `offer_id` None: nobody says which of its offers is meant.

    The values are there only where the backend gave them in a form that fits: points a guest has and needs,
    the amount that is missing, the service it is for.
    """

    denial: Denial
    offer_id: str | None = None
    points: int | None = None
    points_needed: int | None = None
    missing: Money | None = None
    service: Service | None = None
    rule: str = field(default="", compare=False)
    """The backend's own name for what stands in the way, for the merchant; empty when it has none."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """No objections: the backend would take the order. `points_left` is the balance without what the order
    costs, None when it does not say."""

    objections: tuple[Objection, ...] = ()
    points_left: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedOrder:
    """What a judgement depends on: an answer counts for an equal order only."""

    session: str
    service: Service
    content: BasketContent
    offer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judging:
    """The one question on its way, what was asked about last, and what came out.

    `agreed` has the offers of the last order that was judged at all, `held` those the backend holds.
    """

    request: str | None = None
    holding: bool = False
    """Whether that question also asks to hold."""
    asked: JudgedOrder | None = None
    objections: tuple[Objection, ...] = ()
    agreed: frozenset[str] = frozenset()
    held: tuple[str, ...] = ()

    def lacks(self, order: JudgedOrder) -> bool:
        """Whether to ask about `order` now."""
        return self.request is None and self.asked != order

    def asking(self, request: str, order: JudgedOrder, *, hold: bool) -> Judging:
        return replace(self, request=request, asked=order, holding=hold)

    def answered(self, judgement: Judgement) -> Judging:
        assert self.asked is not None
        offers = self.asked.offer_ids
        objections = tuple(_about(objection, offers) for objection in judgement.objections)
        held = offers if self.holding and not objections else self.held
        return replace(self, request=None, objections=objections, agreed=frozenset(offers), held=held)

    def unanswered(self) -> Judging:
        return replace(self, request=None)

    def without(self, offer_ids: frozenset[str]) -> Judging:
        """Those offers are gone."""
        left = tuple(each for each in self.objections if each.offer_id not in offer_ids)
        return replace(self, objections=left, agreed=self.agreed - offer_ids)

    def of(self, offer_id: str) -> Objection | None:
        return next((each for each in self.objections if each.offer_id == offer_id), None)


def _about(objection: Objection, offers: tuple[str, ...]) -> Objection:
    """An objection to nothing in particular is one to the newest offer: the guest can go on from there."""
    if objection.offer_id in offers or not offers:
        return objection
    return replace(objection, offer_id=offers[-1])
