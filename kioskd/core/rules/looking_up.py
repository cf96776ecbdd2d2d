"""Asking what a scanned or typed code is: a card, a voucher, a gift card. The answers are in `found`."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.credential import Credential, CredentialKind, classify
from kioskd.core.effects import LookUp, Sought
from kioskd.core.events import Scanned
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import Identifying
from kioskd.core.rules import judging
from kioskd.core.rules.staff_counter import ticket_at_home
from kioskd.core.rules.table import Context, Step, notice, rule, to
from kioskd.core.shop import Capability, Shop
from kioskd.core.visit import Lookup, Place, Visit

_SCAN_KEEPS_THE_SCREEN = (
    Place.MENU,
    Place.CHOOSING,
    Place.REVIEWING,
    Place.CHECKOUT,
    Place.OVERVIEW,
    Place.CONFIRMING_OFFER,
    Place.GIFT_CARD,
)
_NEEDED = {Sought.VOUCHER: Capability.OFFERS, Sought.GIFT_CARD: Capability.GIFT_CARDS}


@rule(Place.ATTRACT, Scanned, to=[Place.IDENTIFYING, Place.STAFF_PIN], stays=True)
def scan_at_start(visit: Visit, event: Scanned, context: Context) -> Step:
    """Who has already been recognised keeps the screen."""
    if ticket := ticket_at_home(visit, event.text, context):
        return ticket
    scanned = scan_meanwhile(visit, event, context)
    if scanned.visit.lookup is None or visit.member:
        return scanned
    return to(scanned.visit, Identifying(visit.phase), *scanned.effects)


@rule(_SCAN_KEEPS_THE_SCREEN, Scanned, stays=True)
def scan_meanwhile(visit: Visit, event: Scanned, context: Context) -> Step:
    """Find out what it is without taking the screen from the guest."""
    return look_up(visit, event.text, context) if context.shop.loyalty else Step(visit)


@rule(Place.IDENTIFYING, Scanned, stays=True)
def scan_when_asked(visit: Visit, event: Scanned, context: Context) -> Step:
    return look_up(visit, event.text, context)


def look_up(visit: Visit, text: str, context: Context) -> Step:
    """One question at a time: another one replaces it, the same one asked again does not."""
    credential = classify(text)
    if refusal := _not_a_card(credential):
        return Step(notice(visit, refusal, context))
    sought = _sought(visit, context.shop)
    if visit.member and sought == (Sought.MEMBER,) and not judging.judged_whole(visit):
        return Step(notice(visit, NoticeKind.SIGNED_IN_ALREADY, context, visit.member.first_name or ""))
    if visit.lookup and (visit.lookup.credential, visit.lookup.sought) == (credential, sought):
        return Step(visit)
    lookup = Lookup(context.moment.token, credential, context.after(context.shop.limits.lookup_s), sought)
    member_id = visit.member.id if visit.member else None
    question = LookUp(lookup.request, credential, visit.language, sought, member_id)
    return Step(replace(visit, lookup=lookup), (question,))


def _not_a_card(credential: Credential) -> NoticeKind | None:
    match credential.kind:
        case CredentialKind.UNKNOWN | CredentialKind.TICKET:
            return NoticeKind.NOT_A_CARD
        case CredentialKind.CLAIM_TOKEN:
            return NoticeKind.CLAIM_ON_PHONE
        case CredentialKind.MEMBER_CARD:
            return None


def _sought(visit: Visit, shop: Shop) -> tuple[Sought, ...]:
    """What the code may be, the likeliest first: each costs the guest a round trip."""
    if visit.place is Place.GIFT_CARD:
        likely = [Sought.GIFT_CARD, Sought.VOUCHER]
    elif visit.member:
        likely = [Sought.VOUCHER, Sought.GIFT_CARD, Sought.MEMBER]
    else:
        likely = [Sought.MEMBER, Sought.VOUCHER, Sought.GIFT_CARD]
    return tuple(kind for kind in likely if kind not in _NEEDED or _NEEDED[kind] in shop.capabilities)
