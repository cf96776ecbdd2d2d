"""An order was not settled: what was done for it is undone, and the guest goes on from checkout."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.denial import Denial
from kioskd.core.events import RewardClaimed, SettlementDenied
from kioskd.core.member import Reward
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import AskStaff, Checkout, Paying, Storing
from kioskd.core.rules import judging
from kioskd.core.rules.bringing import drop
from kioskd.core.rules.table import Context, Step, denied, rule, to
from kioskd.core.visit import Place, Visit


def released(visit: Visit) -> Visit:
    """Nothing is held any more; the next order holds it anew."""
    return replace(visit, offers=tuple(replace(taken, held=False) for taken in visit.offers))


@rule((Place.PAYING, Place.STORING, Place.ASK_STAFF), SettlementDenied, to=[Place.CHECKOUT], stays=True)
def settlement_denied(visit: Visit, event: SettlementDenied, context: Context) -> Step:
    assert isinstance(visit.phase, Paying | Storing | AskStaff)
    if event.order_id != visit.phase.order.id:
        return Step(visit)
    if visit.phase.order.session:
        return to(judging.refused_at_last(visit, event, context), Checkout())
    left = _without(released(visit), event.part_id, event.denial, context)
    told = denied(left, event.denial, context, _title(visit, event.part_id))
    if visit.member and told.notice and event.part_id == visit.member.id:
        told = replace(told, notice=replace(told.notice, kind=NoticeKind.PREPAID_DENIED))
    return to(told, Checkout())


def _title(visit: Visit, part_id: str) -> str:
    """What the guest knows it by; empty for the prepaid account, which has no name of its own."""
    titles = {taken.id: taken.right.title for taken in visit.offers}
    titles |= {card.id: f"…{card.code_tail}" for card in visit.gift_cards}
    return titles.get(part_id, "")


def _without(visit: Visit, part_id: str, denial: Denial, context: Context) -> Visit:
    """The part that was refused is not tried again; one that nobody could be asked about may be.

    What is on a prepaid account with less than was known is not known any more.
    """
    member = visit.member
    if member is None or member.id == part_id:
        visit = replace(visit, use_prepaid=False)
    if denial.may_pass:
        return visit
    if member is not None and member.id == part_id and denial is Denial.INSUFFICIENT_BALANCE:
        return replace(visit, member=replace(member, prepaid=None))
    left, _ = drop(visit, context.shop, lambda taken: taken.id == part_id)
    return replace(left, gift_cards=tuple(card for card in visit.gift_cards if card.id != part_id))


@rule(tuple(Place), RewardClaimed, stays=True)
def reward_claimed(visit: Visit, event: RewardClaimed, context: Context) -> Step:
    """Its points are spent for good: from now on it is the collectable that is used for the order."""
    taken = next((each for each in visit.offers if each.id == event.offer_id), None)
    member = visit.member
    if taken is None or member is None or not isinstance(taken.right, Reward):
        return Step(visit)
    reward = taken.right
    collectable = replace(event.collectable, title=reward.title, rule=reward.rule)
    points = event.points_left
    if points is None and member.points is not None:
        points = max(0, member.points - reward.cost_points)
    known = [each for each in member.collectables if each.id != collectable.id]
    return Step(
        replace(
            visit,
            member=replace(member, points=points, collectables=(*known, collectable)),
            offers=tuple(
                replace(each, right=collectable) if each.id == taken.id else each for each in visit.offers
            ),
        )
    )
