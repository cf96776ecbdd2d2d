"""Rewards, vouchers and collectable rewards: taken for the order after a "use it?", and undone until paying.

Taking a voucher waits until the backend holds it for this kiosk. The others are only marked: their points
are spent, and they are collected, when the order is settled.
"""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.bill import TakenOffer, bill_of
from kioskd.core.denial import Denial
from kioskd.core.discount import Discount, Reason, Refusal
from kioskd.core.effects import Effect, HoldVoucher, LetGo
from kioskd.core.events import NetworkChanged, OfferDenied, OfferHeld
from kioskd.core.intents import ConfirmOffer, GoBack, RemoveOffer, ShowIdentify, ShowOffer
from kioskd.core.member import Member, Reward, Right, Voucher
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import ConfirmingCancel, ConfirmingOffer, Identifying, Phase
from kioskd.core.removal import RemovedOffer
from kioskd.core.rules import judging
from kioskd.core.rules.bringing import bring, bring_back, drop
from kioskd.core.rules.removing import refused, removed
from kioskd.core.rules.table import Context, Step, notice, rule, to
from kioskd.core.shop import Capability, Shop
from kioskd.core.visit import Place, Visit

_BACK = (
    Place.ATTRACT,
    Place.MENU,
    Place.CHOOSING,
    Place.REVIEWING,
    Place.OVERVIEW,
    Place.GIFT_CARD,
    Place.CHECKOUT,
)


@rule(Place.OVERVIEW, ShowOffer, to=[Place.CONFIRMING_OFFER], stays=True)
def show_offer(visit: Visit, event: ShowOffer, context: Context) -> Step:
    if visit.member is None or Capability.OFFERS not in context.shop.capabilities:
        return Step(visit)
    rights = _rights(visit.member)
    right = next((each for each in rights if (each.kind, each.id) == (event.kind, event.right_id)), None)
    return confirm(visit, right, context) if right else Step(visit)


def _rights(member: Member) -> tuple[Right, ...]:
    return (*member.rewards, *member.vouchers, *member.collectables)


def confirm(visit: Visit, right: Right, context: Context) -> Step:
    """ "Use it?", from wherever the guest is."""
    asking = considered(visit, right, _beneath(visit.phase), context)
    return to(visit, asking, *_no_longer_waiting(visit.phase))


def _beneath(phase: Phase) -> Phase:
    """Where the guest is, without the questions on top."""
    match phase:
        case Identifying() | ConfirmingOffer():
            return _beneath(phase.back)
        case ConfirmingCancel():
            return _beneath(phase.before)
        case _:
            return phase


def considered(visit: Visit, right: Right, back: Phase, context: Context) -> ConfirmingOffer:
    """The question, with what the offer would do now, and why it cannot be used if so."""
    draft = TakenOffer(context.moment.token, right)
    outcome = _outcome(visit, draft, context)
    denial = _denial(visit, right, context.shop)
    if denial is None and isinstance(outcome, Refusal) and outcome.reason is Reason.UNUSABLE_RULE:
        denial = Denial.UNUSABLE
    return ConfirmingOffer(right, back, outcome, denial=denial)


def _outcome(visit: Visit, draft: TakenOffer, context: Context) -> Discount | Refusal:
    shop, tried = context.shop, bring(visit, draft, context)
    bill = bill_of(tried.basket, tried.welcome_offers, shop.stacking, shop.charges, visit.service)
    outcome = bill.discount(draft.id) or bill.refusal(draft.id)
    assert outcome is not None, "an offer applies or does not"
    return outcome


def is_taken(visit: Visit, right: Right) -> bool:
    """Whether it is used for this order already. Only rewards can be taken again."""
    return any((each.right.kind, each.right.id) == (right.kind, right.id) for each in visit.offers)


def _denial(visit: Visit, right: Right, shop: Shop) -> Denial | None:
    """Why it cannot be used, as far as that is known without asking anybody."""
    if isinstance(right, Reward):
        own = _denial_of_reward(visit, right)
    elif is_taken(visit, right):
        own = Denial.ALREADY_ADDED
    else:
        own = _denial_of_voucher(visit, right) if isinstance(right, Voucher) else None
    if own:
        return own
    if right.rule is None:
        return Denial.UNUSABLE
    if len(visit.offers) >= shop.most_offers:
        return Denial.CLAIM_LIMIT
    if visit.online is False:
        return Denial.UNREACHABLE
    nobody = isinstance(right, Voucher) and right.member_id is None and visit.member is None
    return Denial.CARD_NEEDED if nobody and shop.vouchers_need_card else None


def _denial_of_reward(visit: Visit, reward: Reward) -> Denial | None:
    if not reward.available:
        return Denial.NOT_AVAILABLE
    points = visit.points_left
    short = points is not None and reward.missing_points(points) > 0
    return Denial.INSUFFICIENT_POINTS if short else None


def _denial_of_voucher(visit: Visit, voucher: Voucher) -> Denial | None:
    if voucher.denial:
        return voucher.denial
    owner, guest = voucher.member_id, visit.owner_id
    return Denial.OTHER_MEMBER if owner and guest and owner != guest else None


def reconsidered(visit: Visit, phase: ConfirmingOffer, context: Context) -> Step:
    """Something changed that may decide whether the offer can be used."""
    asking = considered(visit, phase.right, phase.back, context)
    if phase.waiting and asking.denial is None:
        return to(visit, replace(asking, waiting=phase.waiting, due_s=phase.due_s, removal=phase.removal))
    return to(visit, asking, *_no_longer_waiting(phase))


def _no_longer_waiting(phase: Phase) -> tuple[Effect, ...]:
    waited = isinstance(phase, ConfirmingOffer) and phase.waiting
    return (LetGo(waited),) if waited else ()


def _asking(visit: Visit) -> ConfirmingOffer:
    assert isinstance(visit.phase, ConfirmingOffer)
    return visit.phase


@rule(Place.CONFIRMING_OFFER, ConfirmOffer, to=_BACK, stays=True)
def confirm_offer(visit: Visit, event: ConfirmOffer, context: Context) -> Step:
    phase = _asking(visit)
    if phase.waiting or phase.denial:
        return Step(visit)
    asking = considered(visit, phase.right, phase.back, context)
    if asking.denial:
        return to(visit, asking)
    if isinstance(phase.right, Voucher) and not judging.judged_whole(visit):
        return _hold(visit, asking, phase.right, context)
    return to(_take(visit, TakenOffer(context.moment.token, phase.right), context), phase.back)


def _hold(
    visit: Visit,
    asking: ConfirmingOffer,
    voucher: Voucher,
    context: Context,
    removal: RemovedOffer | None = None,
) -> Step:
    id, due_s = context.moment.token, context.after(context.shop.limits.hold_s)
    waiting = replace(asking, waiting=id, due_s=due_s, removal=removal)
    return to(visit, waiting, HoldVoucher(id, voucher, voucher.member_id or visit.owner_id))


def _take(visit: Visit, taken: TakenOffer, context: Context, removal: RemovedOffer | None = None) -> Visit:
    known = bring_back(visit, removal, taken) if removal else bring(visit, taken, context)
    return notice(known, NoticeKind.OFFER_ADDED, context, taken.right.title)


def take_again(visit: Visit, removal: RemovedOffer, context: Context) -> Step:
    """What was removed is put back, as far as it can be used now; if not, why is said."""
    right = removal.taken.right
    asking = considered(visit, right, visit.phase, context)
    if asking.denial:
        return to(refused(visit, removal, asking.denial), asking)
    if isinstance(right, Voucher) and not judging.judged_whole(visit):
        return _hold(visit, asking, right, context, removal)
    return Step(_take(visit, removal.taken, context, removal))


@rule(Place.CONFIRMING_OFFER, OfferHeld, to=_BACK, stays=True)
def offer_held(visit: Visit, event: OfferHeld, context: Context) -> Step:
    phase = _asking(visit)
    if event.offer_id != phase.waiting:
        return held_too_late(visit, event, context)
    if phase.removal:
        taken = replace(phase.removal.taken, id=event.offer_id, held=True)
    else:
        taken = TakenOffer(event.offer_id, phase.right, held=True)
    return to(_take(visit, taken, context, phase.removal), phase.back)


@rule([place for place in Place if place is not Place.CONFIRMING_OFFER], OfferHeld, stays=True)
def held_too_late(visit: Visit, event: OfferHeld, context: Context) -> Step:
    """Nobody waits for it any more, and others may want it."""
    known = any(taken.id == event.offer_id for taken in visit.offers)
    return Step(visit) if known else Step(visit, (LetGo(event.offer_id),))


@rule(Place.CONFIRMING_OFFER, OfferDenied, stays=True)
def offer_denied(visit: Visit, event: OfferDenied, context: Context) -> Step:
    phase = _asking(visit)
    if event.offer_id != phase.waiting:
        return Step(visit)
    known = refused(visit, phase.removal, event.denial) if phase.removal else visit
    return to(known, phase.at_rest(event.denial))


def hold_overdue(visit: Visit, phase: ConfirmingOffer, context: Context) -> Step:
    """The backend took too long. What it may still hold is let go."""
    waited = replace(visit, active_s=context.moment.mono_s)  # waiting for us was not idleness
    return to(waited, phase.at_rest(Denial.UNREACHABLE), *_no_longer_waiting(phase))


@rule(Place.CONFIRMING_OFFER, GoBack, to=_BACK)
def leave_offer(visit: Visit, event: GoBack, context: Context) -> Step:
    phase = _asking(visit)
    return to(visit, phase.back, *_no_longer_waiting(phase))


@rule(Place.CONFIRMING_OFFER, ShowIdentify, to=[Place.IDENTIFYING], stays=True)
def identify_for_offer(visit: Visit, event: ShowIdentify, context: Context) -> Step:
    phase = _asking(visit)
    if visit.member or phase.waiting:
        return Step(visit)
    return to(visit, Identifying(phase))


@rule(Place.CONFIRMING_OFFER, NetworkChanged, stays=True)
def network_changed_at_offer(visit: Visit, event: NetworkChanged, context: Context) -> Step:
    """Whether anybody can be asked decides; what the backend has refused stays refused."""
    phase, known = _asking(visit), replace(visit, online=event.online)
    if phase.waiting or phase.denial not in (None, Denial.UNREACHABLE):
        return Step(known)
    return reconsidered(known, phase, context)


@rule((Place.OVERVIEW, Place.REVIEWING, Place.CHECKOUT), RemoveOffer, stays=True)
def remove_offer(visit: Visit, event: RemoveOffer, context: Context) -> Step:
    left, dropped = drop(visit, context.shop, lambda taken: taken.id == event.offer_id)
    if not dropped:
        return Step(visit)
    [taken] = dropped
    removal = RemovedOffer(visit.offers.index(taken), taken, visit.basket.lost_in(left.basket))
    return Step(removed(judging.without(left, dropped), removal), let_go(left, dropped))


def let_go(visit: Visit, offers: list[TakenOffer]) -> tuple[Effect, ...]:
    """Only vouchers are held before an order is settled; where the order is held as a whole, it is again."""
    if judging.judged_whole(visit):
        return ()
    return tuple(LetGo(taken.id) for taken in offers if isinstance(taken.right, Voucher))
