"""Offers where the backend keeps the order as a whole: it judges and holds all of them together.

The guest takes offers as anywhere; whenever what is ordered has changed, the backend is asked about all of
it, one question at a time. An offer it objects to takes nothing off and says why, until the order changes.
Nothing is dropped without a word, and food without offers waits for nobody.
"""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.bill import DRAFT, TakenOffer
from kioskd.core.denial import Denial
from kioskd.core.effects import DropSession, Effect, JudgeOrder
from kioskd.core.events import OrderJudged, SettlementDenied
from kioskd.core.judgement import JudgedOrder, Judgement, Judging, Objection
from kioskd.core.member import Member
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.order import Order, Tender
from kioskd.core.rules.bringing import bring, drop
from kioskd.core.rules.ordered import order_of
from kioskd.core.rules.table import Context, Step, denied, notice, rule
from kioskd.core.shop import Shop
from kioskd.core.visit import Place, Visit

_ASKED_AT = (Place.MENU, Place.CHOOSING, Place.REVIEWING, Place.OVERVIEW, Place.CHECKOUT)


def judged_whole(visit: Visit) -> bool:
    return visit.member is not None and visit.member.session is not None


def dropping(visit: Visit) -> tuple[Effect, ...]:
    """The member goes: so does the transaction."""
    return (DropSession(visit.member.session),) if visit.member and visit.member.session else ()


def unwanted(visit: Visit, member: Member) -> tuple[Effect, ...]:
    """An answer nobody waits for any more has begun a transaction all the same."""
    known = visit.member.session if visit.member else None
    return (DropSession(member.session),) if member.session and member.session != known else ()


def signed_out(visit: Visit) -> Visit:
    return replace(visit, judging=Judging())


def without(visit: Visit, dropped: list[TakenOffer]) -> Visit:
    return replace(visit, judging=visit.judging.without(frozenset(taken.id for taken in dropped)))


def injected(visit: Visit, member: Member, context: Context) -> Visit:
    """The visit with what the member has picked before, as far as there is room; the rest is said."""
    left_out = list(member.left_out)
    for index, right in enumerate(member.preselected, start=1):
        if len(visit.offers) >= context.shop.most_offers:
            left_out.append(right.title)
            continue
        taken = TakenOffer(f"{context.moment.token}-{index}", right, held=True, preselected=True)
        visit = bring(visit, taken, context)
    agreed = frozenset(taken.id for taken in visit.offers if taken.preselected)
    visit = replace(visit, judging=replace(visit.judging, agreed=visit.judging.agreed | agreed))
    if left_out:
        return notice(visit, NoticeKind.LEFT_OUT, context, ", ".join(title for title in left_out if title))
    return visit


def scanned_again(visit: Visit, member: Member, context: Context) -> Step:
    """A second code begins a second transaction, and only one may live."""
    assert visit.member is not None
    if member.id != visit.member.id:
        told = replace(visit, lookup=None)
        return Step(notice(told, NoticeKind.OTHER_GUEST, context), unwanted(visit, member))
    known = replace(visit, member=member, lookup=None, judging=Judging())
    if context.shop.most_offers == 1 and member.preselected:
        known, _ = drop(known, context.shop, lambda taken: True)
    more = NoticeKind.MORE_OFFERS if member.preselected else NoticeKind.SIGNED_IN_ALREADY
    told = notice(known, more, context, member.first_name or "")
    return Step(injected(told, member, context), dropping(visit))


# --- asking --------------------------------------------------------------------------------------------


def with_question(done: Step, context: Context) -> Step:
    """`done`, and the question if the order is one that nobody was asked about yet."""
    visit = done.visit
    if not judged_whole(visit) or visit.online is False or visit.place not in _ASKED_AT:
        return done
    draft = _draft(visit, context)
    if draft is None:
        return done
    subject = _subject(visit, draft)
    judging = visit.judging
    if not judging.lacks(subject) or not (subject.offer_ids or judging.held):
        return done
    hold = set(subject.offer_ids) != set(judging.held)
    request = context.moment.token
    asked = replace(visit, judging=judging.asking(request, subject, hold=hold))
    return Step(asked, (*done.effects, JudgeOrder(request, draft, hold)))


def agreed(visit: Visit, context: Context) -> bool:
    """Whether the order as it is now was judged, and nothing in it was objected to."""
    draft, judging = _draft(visit, context), visit.judging
    waiting = judging.request is not None or bool(judging.objections)
    return draft is not None and not waiting and judging.asked == _subject(visit, draft)


def _draft(visit: Visit, context: Context) -> Order | None:
    """The order with everything in it, as if nothing had been objected to. None before it can be one."""
    if visit.service is None:
        return None
    return order_of(replace(visit, judging=Judging()), Tender.CARD, context, DRAFT)


def _subject(visit: Visit, draft: Order) -> JudgedOrder:
    assert draft.session is not None
    offers = tuple(discount.use.id for discount in draft.discounts)
    return JudgedOrder(draft.session, draft.service, visit.basket.content, offers)


@rule(tuple(Place), OrderJudged, stays=True)
def order_judged(visit: Visit, event: OrderJudged, context: Context) -> Step:
    if event.request != visit.judging.request:
        return Step(visit)
    if event.judgement is None:
        return Step(_nobody_judged(visit, context))
    before = visit.judging.objections
    known = _with_balance(
        replace(visit, judging=visit.judging.answered(event.judgement)), event.judgement.points_left
    )
    fresh = [each for each in known.judging.objections if each not in before]
    return Step(objected(known, fresh[0], context) if fresh else known)


def _nobody_judged(visit: Visit, context: Context) -> Visit:
    """What was taken since the last answer cannot be used: nobody knows whether it may be."""
    judging = visit.judging.unanswered()
    known = replace(visit, judging=judging)
    left, dropped = drop(known, context.shop, lambda taken: taken.id not in judging.agreed)
    if not dropped:
        return known
    return denied(without(left, dropped), Denial.UNREACHABLE, context, dropped[-1].right.title)


def _with_balance(visit: Visit, points_left: int | None) -> Visit:
    """What the backend says is left is what `points_left` then comes to."""
    if points_left is None or visit.member is None or visit.points_left is None:
        return visit
    points = (visit.member.points or 0) + points_left - visit.points_left
    return replace(visit, member=replace(visit.member, points=points))


def objected(visit: Visit, objection: Objection, context: Context) -> Visit:
    """Say why, and what would help."""
    titles = {taken.id: taken.right.title for taken in visit.offers}
    about = titles.get(objection.offer_id or "", "")
    until_s = context.after(context.shop.limits.notice_s)
    return replace(visit, notice=Notice(NoticeKind.DENIED, until_s, about, objection.denial, objection))


# --- settling ------------------------------------------------------------------------------------------


def refused_at_last(visit: Visit, event: SettlementDenied, context: Context) -> Visit:
    """The last question before paying had another answer than the ones before, or none."""
    if not event.objections:
        left, dropped = drop(visit, context.shop, lambda taken: True)
        about = dropped[-1].right.title if dropped else ""
        return denied(without(left, dropped), event.denial, context, about)
    draft = _draft(visit, context)
    assert draft is not None, "a service was chosen before paying"
    subject = _subject(visit, draft)
    asked = visit.judging.asking("", subject, hold=False).answered(Judgement(event.objections))
    return objected(replace(visit, judging=asked), asked.objections[0], context)


def without_unjudged(visit: Visit, shop: Shop) -> tuple[Visit, list[TakenOffer]]:
    left, dropped = drop(visit, shop, lambda taken: True)
    return without(left, dropped), dropped
