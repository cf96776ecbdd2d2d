"""What a code turned out to be. The question is the visit's: its answer counts wherever the guest is."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.denial import Denial
from kioskd.core.effects import Sought
from kioskd.core.events import GiftCardFound, LookupFailed, LookupFailure, MemberFound, VoucherFound
from kioskd.core.member import Member, Right, Voucher
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import Checkout, ConfirmingOffer, Identifying, Overview
from kioskd.core.rules import judging, offers
from kioskd.core.rules.bringing import drop
from kioskd.core.rules.stored_value import remembered
from kioskd.core.rules.table import Context, Step, denied, notice, rule, to
from kioskd.core.visit import Place, Visit

_BROWSING = (Place.MENU, Place.CHOOSING, Place.REVIEWING, Place.CHECKOUT)
_ELSEWHERE = (
    Place.ATTRACT,
    *_BROWSING,
    Place.OVERVIEW,
    Place.CONFIRMING_OFFER,
    Place.GIFT_CARD,
    Place.CONFIRMING_CANCEL,
)
IDENTIFYING_FROM = (Place.ATTRACT, *_BROWSING, Place.CONFIRMING_OFFER)

_REFUSALS = {
    LookupFailure.UNKNOWN_CARD: NoticeKind.CARD_UNKNOWN,
    LookupFailure.BLOCKED_CARD: NoticeKind.CARD_BLOCKED,
    LookupFailure.USED_CODE: NoticeKind.CODE_USED,
    LookupFailure.WRONG_KIND: NoticeKind.CODE_OF_WRONG_KIND,
    LookupFailure.PICK_GONE: NoticeKind.PICK_GONE,
}


def _answers(visit: Visit, request: str) -> bool:
    return visit.lookup is not None and visit.lookup.request == request


@rule(Place.IDENTIFYING, MemberFound, to=[Place.OVERVIEW, Place.CONFIRMING_OFFER], stays=True)
def member_found(visit: Visit, event: MemberFound, context: Context) -> Step:
    """What they have is shown, unless they came to use an offer that needed a card."""
    assert isinstance(visit.phase, Identifying)
    if not _answers(visit, event.request):
        return Step(visit, judging.unwanted(visit, event.member))
    back = visit.phase.back
    known = _signed_in(visit, event.member, context)
    if isinstance(back, ConfirmingOffer):
        back_again = offers.considered(known.visit, back.right, back.back, context)
        return to(_welcomed(known.visit, context), back_again, *known.effects)
    return to(known.visit, Overview(back), *known.effects)


@rule(_ELSEWHERE, MemberFound, stays=True)
def member_found_meanwhile(visit: Visit, event: MemberFound, context: Context) -> Step:
    if not _answers(visit, event.request):
        return Step(visit, judging.unwanted(visit, event.member))
    if visit.member and event.member.session:
        return judging.scanned_again(visit, event.member, context)
    if visit.member:
        told = replace(visit, lookup=None)
        return Step(notice(told, NoticeKind.SIGNED_IN_ALREADY, context, visit.member.first_name or ""))
    known = _signed_in(visit, event.member, context)
    welcomed = _welcomed(known.visit, context)
    if not isinstance(visit.phase, ConfirmingOffer):
        return Step(welcomed, known.effects)
    considered = offers.reconsidered(welcomed, visit.phase, context)
    return Step(considered.visit, known.effects + considered.effects)


def _welcomed(visit: Visit, context: Context) -> Visit:
    if visit.notice and visit.notice.kind is NoticeKind.LEFT_OUT:
        return visit
    return notice(visit, NoticeKind.WELCOME, context, (visit.member and visit.member.first_name) or "")


def _signed_in(visit: Visit, member: Member, context: Context) -> Step:
    """Vouchers of another member are not for this order any more."""
    left, dropped = drop(visit, context.shop, lambda taken: not _may_use(member, taken.right))
    known = replace(
        left, member=member, lookup=None, saved_card=None, language=_language(visit, member, context)
    )
    return Step(judging.injected(known, member, context), offers.let_go(visit, dropped))


def _language(visit: Visit, member: Member, context: Context) -> str:
    """The member's own, unless the guest has chosen one in this visit."""
    if member.language in context.shop.languages and not visit.language_chosen:
        return member.language
    return visit.language


def _may_use(member: Member, right: Right) -> bool:
    return not isinstance(right, Voucher) or right.member_id in (None, member.id)


@rule((Place.IDENTIFYING, *_ELSEWHERE), VoucherFound, to=[Place.CONFIRMING_OFFER], stays=True)
def voucher_found(visit: Visit, event: VoucherFound, context: Context) -> Step:
    if not _answers(visit, event.request):
        return Step(visit)
    visit, voucher = replace(visit, lookup=None), event.voucher
    denial = Denial.ALREADY_ADDED if offers.is_taken(visit, voucher) else voucher.denial
    if denial:
        return _asked_again(denied(visit, denial, context, voucher.title))
    return offers.confirm(visit, voucher, context)


@rule(Place.GIFT_CARD, GiftCardFound, to=[Place.CHECKOUT], stays=True)
def gift_card_found(visit: Visit, event: GiftCardFound, context: Context) -> Step:
    if not _answers(visit, event.request):
        return Step(visit)
    known, denial = remembered(replace(visit, lookup=None), event.card, context)
    return Step(known) if denial else to(known, Checkout())


@rule([place for place in _ELSEWHERE if place is not Place.GIFT_CARD], GiftCardFound, stays=True)
def gift_card_found_meanwhile(visit: Visit, event: GiftCardFound, context: Context) -> Step:
    if not _answers(visit, event.request):
        return Step(visit)
    known, _ = remembered(replace(visit, lookup=None), event.card, context)
    return Step(known)


@rule(Place.IDENTIFYING, GiftCardFound, to=IDENTIFYING_FROM, stays=True)
def gift_card_found_identifying(visit: Visit, event: GiftCardFound, context: Context) -> Step:
    assert isinstance(visit.phase, Identifying)
    if not _answers(visit, event.request):
        return Step(visit)
    known, denial = remembered(replace(visit, lookup=None), event.card, context)
    return _asked_again(known) if denial else to(known, visit.phase.back)


@rule(Place.IDENTIFYING, LookupFailed, to=IDENTIFYING_FROM, stays=True)
def lookup_failed(visit: Visit, event: LookupFailed, context: Context) -> Step:
    assert isinstance(visit.phase, Identifying)
    if not _answers(visit, event.request):
        return Step(visit)
    if event.failure in _REFUSALS:
        return _asked_again(_refused(visit, event.failure, context))
    return to(unanswered(visit, context), visit.phase.back)


@rule(_ELSEWHERE, LookupFailed, stays=True)
def lookup_failed_meanwhile(visit: Visit, event: LookupFailed, context: Context) -> Step:
    if not _answers(visit, event.request):
        return Step(visit)
    if event.failure in _REFUSALS:
        return Step(_refused(visit, event.failure, context))
    return Step(unanswered(visit, context))


def _asked_again(visit: Visit) -> Step:
    """A number that was of no use is not typed on."""
    if isinstance(visit.phase, Identifying):
        return to(visit, replace(visit.phase, digits=""))
    return Step(visit)


def _refused(visit: Visit, failure: LookupFailure, context: Context) -> Visit:
    assert visit.lookup is not None
    answered = replace(visit, lookup=None)
    if failure is LookupFailure.UNKNOWN_CARD and Sought.MEMBER not in visit.lookup.sought:
        return denied(answered, Denial.UNKNOWN_GIFT_CARD, context)
    return notice(answered, _REFUSALS[failure], context)


def unanswered(visit: Visit, context: Context) -> Visit:
    """Nobody can be asked now. What may be a card goes with the order, and the points come later."""
    assert visit.lookup is not None
    answered = replace(visit, lookup=None)
    if visit.member or Sought.MEMBER not in visit.lookup.sought or not context.shop.late_cards:
        return notice(answered, NoticeKind.NOT_CHECKED, context)
    saved = replace(answered, saved_card=visit.lookup.credential)
    return notice(saved, NoticeKind.CARD_SAVED, context)
