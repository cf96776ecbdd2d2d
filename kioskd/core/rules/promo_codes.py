"""Promo codes: typed or scanned by a member, used up by asking, and what they give is taken at once.

As asking costs the code, whatever would keep the guest from using what it gives is asked before: somebody
must be identified, the order must have room, the backend must answer. A lost answer is said as what it is.
"""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.bill import TakenOffer
from kioskd.core.credential import CredentialKind, classify
from kioskd.core.denial import Denial
from kioskd.core.effects import RedeemPromoCode
from kioskd.core.events import PromoCodeDenied, PromoCodeRedeemed, Scanned
from kioskd.core.intents import EnterPromoCode, GoBack, PressKey, ShowLetters, SubmitNumber
from kioskd.core.member import Member, Voucher
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import EnteringPromoCode, Identifying
from kioskd.core.rules.bringing import bring
from kioskd.core.rules.table import Context, Step, denied, notice, rule, to
from kioskd.core.rules.typed_codes import typed
from kioskd.core.shop import Capability
from kioskd.core.visit import Place, Visit


@rule(Place.OVERVIEW, EnterPromoCode, to=[Place.PROMO_CODE], stays=True)
def enter_promo_code(visit: Visit, event: EnterPromoCode, context: Context) -> Step:
    if Capability.PROMO_CODES not in context.shop.capabilities or visit.lookup:
        return Step(visit)
    if visit.online is False:
        return Step(denied(visit, Denial.UNREACHABLE, context))
    if len(visit.offers) >= context.shop.most_offers:
        return Step(denied(visit, Denial.TOO_MANY, context))
    return to(visit, EnteringPromoCode(visit.phase))


@rule(Place.CHECKOUT, EnterPromoCode, to=[Place.PROMO_CODE, Place.IDENTIFYING], stays=True)
def enter_promo_code_at_checkout(visit: Visit, event: EnterPromoCode, context: Context) -> Step:
    """Who nobody knows is asked for a card first: an order of nobody has no offers."""
    step = enter_promo_code(visit, event, context)
    if visit.member or step.visit.place is not Place.PROMO_CODE:
        return step
    return to(denied(visit, Denial.CARD_NEEDED, context), Identifying(visit.phase))


def _entering(visit: Visit) -> EnteringPromoCode:
    assert isinstance(visit.phase, EnteringPromoCode)
    return visit.phase


@rule(Place.PROMO_CODE, ShowLetters, stays=True)
def show_letters_or_digits(visit: Visit, event: ShowLetters, context: Context) -> Step:
    phase = _entering(visit)
    return to(visit, replace(phase, letters=not phase.letters))


@rule(Place.PROMO_CODE, PressKey, stays=True)
def press_key_of_promo_code(visit: Visit, event: PressKey, context: Context) -> Step:
    phase = _entering(visit)
    if phase.waiting:
        return Step(visit)
    return to(visit, replace(phase, code=typed(phase.code, event.key, letters=phase.letters)))


@rule(Place.PROMO_CODE, SubmitNumber, stays=True)
def submit_promo_code(visit: Visit, event: SubmitNumber, context: Context) -> Step:
    return _redeem(visit, _entering(visit).code, context)


@rule(Place.PROMO_CODE, Scanned, stays=True)
def scan_promo_code(visit: Visit, event: Scanned, context: Context) -> Step:
    credential = classify(event.text)
    if credential.kind is not CredentialKind.MEMBER_CARD:
        return Step(denied(visit, Denial.UNKNOWN_CODE, context))
    return _redeem(visit, credential.value, context)


def _redeem(visit: Visit, code: str, context: Context) -> Step:
    phase = _entering(visit)
    if phase.waiting or not code or visit.member is None:
        return Step(visit)
    if visit.online is False:
        return Step(denied(visit, Denial.UNREACHABLE, context))
    request = context.moment.token
    due_s = context.after(context.shop.limits.promo_code_s)
    asking = replace(phase, code=code, waiting=request, due_s=due_s)
    return to(visit, asking, RedeemPromoCode(request, code, visit.member.id, visit.language))


@rule(Place.PROMO_CODE, GoBack, to=[Place.OVERVIEW, Place.CHECKOUT], stays=True)
def leave_promo_code(visit: Visit, event: GoBack, context: Context) -> Step:
    """Not while its answer is on its way: it is used up, whoever hears it."""
    phase = _entering(visit)
    return Step(visit) if phase.waiting else to(visit, phase.back)


@rule(Place.PROMO_CODE, PromoCodeRedeemed, to=[Place.OVERVIEW, Place.CHECKOUT], stays=True)
def promo_code_redeemed(visit: Visit, event: PromoCodeRedeemed, context: Context) -> Step:
    phase, member = _entering(visit), visit.member
    if event.request != phase.waiting or member is None:
        return Step(visit)
    known = replace(visit, member=_with(member, event.voucher), active_s=context.moment.mono_s)
    known = bring(known, TakenOffer(context.moment.token, event.voucher), context)
    return to(notice(known, NoticeKind.OFFER_ADDED, context, event.voucher.title), phase.back)


def _with(member: Member, voucher: Voucher) -> Member:
    """It is the member's from now on: taken out of the order, it can be taken again."""
    others = (known for known in member.vouchers if known.id != voucher.id)
    return replace(member, vouchers=(voucher, *others))


@rule(Place.PROMO_CODE, PromoCodeDenied, stays=True)
def promo_code_denied(visit: Visit, event: PromoCodeDenied, context: Context) -> Step:
    phase = _entering(visit)
    return _said(visit, phase, event.denial, context) if event.request == phase.waiting else Step(visit)


def promo_code_overdue(visit: Visit, phase: EnteringPromoCode, context: Context) -> Step:
    return _said(visit, phase, Denial.CODE_UNCLEAR, context)


def _said(visit: Visit, phase: EnteringPromoCode, denial: Denial, context: Context) -> Step:
    """A code that was of no use is not typed on; one that was not asked about may be tried again."""
    code = phase.code if denial is Denial.UNREACHABLE else ""
    waited = replace(visit, active_s=context.moment.mono_s)  # waiting for us was not idleness
    asking = replace(phase, code=code, waiting=None, due_s=None)
    return to(denied(waited, denial, context), asking)
