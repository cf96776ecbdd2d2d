"""Being recognised: a card may be scanned on every screen, or its number typed."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.credential import MAX_NUMBER_LENGTH, Credential, CredentialKind, classify
from kioskd.core.effects import LookUp
from kioskd.core.events import (
    GoBack,
    LookupFailed,
    LookupFailure,
    MemberFound,
    PressKey,
    Scanned,
    ShowIdentify,
    ShowKeypad,
    ShowMember,
    SignOut,
    SubmitNumber,
)
from kioskd.core.rules.table import Context, Step, notice, rule, to
from kioskd.core.visit import (
    Identifying,
    Lookup,
    NoticeKind,
    Overview,
    Place,
    Visit,
)

_BROWSING = (Place.MENU, Place.CHOOSING, Place.REVIEWING, Place.CHECKOUT)
_LOOKUP_GOES_ON = (*_BROWSING, Place.OVERVIEW, Place.CONFIRMING_CANCEL)

_REFUSALS = {
    LookupFailure.UNKNOWN_CARD: NoticeKind.CARD_UNKNOWN,
    LookupFailure.BLOCKED_CARD: NoticeKind.CARD_BLOCKED,
}


@rule((Place.ATTRACT, *_BROWSING), ShowIdentify, to=[Place.IDENTIFYING, Place.OVERVIEW], stays=True)
def show_identify(visit: Visit, event: ShowIdentify, context: Context) -> Step:
    if visit.member:
        return to(visit, Overview(visit.phase))
    return to(visit, Identifying(visit.phase)) if context.shop.loyalty else Step(visit)


@rule((Place.ATTRACT, *_BROWSING), ShowMember, to=[Place.OVERVIEW], stays=True)
def show_member(visit: Visit, event: ShowMember, context: Context) -> Step:
    return to(visit, Overview(visit.phase)) if visit.member else Step(visit)


@rule(Place.OVERVIEW, GoBack, to=[Place.ATTRACT, *_BROWSING])
def leave_overview(visit: Visit, event: GoBack, context: Context) -> Step:
    assert isinstance(visit.phase, Overview)
    return to(visit, visit.phase.back)


@rule(Place.OVERVIEW, SignOut, to=[Place.ATTRACT, *_BROWSING])
def sign_out(visit: Visit, event: SignOut, context: Context) -> Step:
    assert isinstance(visit.phase, Overview)
    return to(replace(visit, member=None), visit.phase.back)


@rule(Place.ATTRACT, Scanned, to=[Place.IDENTIFYING], stays=True)
def scan_at_start(visit: Visit, event: Scanned, context: Context) -> Step:
    scanned = scan_meanwhile(visit, event, context)
    if scanned.visit.lookup is None:
        return scanned
    return to(scanned.visit, Identifying(visit.phase), *scanned.effects)


@rule((*_BROWSING, Place.OVERVIEW), Scanned, stays=True)
def scan_meanwhile(visit: Visit, event: Scanned, context: Context) -> Step:
    """Recognise the guest without taking the screen from them."""
    if not context.shop.loyalty:
        return Step(visit)
    credential = classify(event.text)
    refusal = _not_a_card(credential)
    if refusal:
        return Step(notice(visit, refusal, context))
    if visit.member:
        return Step(notice(visit, NoticeKind.SIGNED_IN_ALREADY, context, visit.member.first_name or ""))
    return _look_up(visit, credential, context)


@rule(Place.IDENTIFYING, Scanned, stays=True)
def scan_when_asked(visit: Visit, event: Scanned, context: Context) -> Step:
    credential = classify(event.text)
    refusal = _not_a_card(credential)
    return Step(notice(visit, refusal, context)) if refusal else _look_up(visit, credential, context)


def _not_a_card(credential: Credential) -> NoticeKind | None:
    match credential.kind:
        case CredentialKind.UNKNOWN:
            return NoticeKind.NOT_A_CARD
        case CredentialKind.CLAIM_TOKEN:
            return NoticeKind.CLAIM_ON_PHONE
        case CredentialKind.MEMBER_CARD:
            return None


def _look_up(visit: Visit, credential: Credential, context: Context) -> Step:
    """One question at a time: a second scan while the first is out replaces it only if it differs."""
    if visit.lookup and visit.lookup.credential == credential:
        return Step(visit)
    lookup = Lookup(context.moment.token, credential, context.after(context.shop.limits.lookup_s))
    return Step(
        replace(visit, lookup=lookup, saved_card=None),
        (LookUp(lookup.request, credential, visit.language),),
    )


@rule(Place.IDENTIFYING, ShowKeypad, stays=True)
def show_keypad(visit: Visit, event: ShowKeypad, context: Context) -> Step:
    assert isinstance(visit.phase, Identifying)
    return to(visit, replace(visit.phase, keypad=True))


@rule(Place.IDENTIFYING, PressKey, stays=True)
def press_key(visit: Visit, event: PressKey, context: Context) -> Step:
    assert isinstance(visit.phase, Identifying)
    digits = visit.phase.digits
    if event.key == "back":
        digits = digits[:-1]
    elif event.key == "clear":
        digits = ""
    elif event.key in "0123456789" and len(digits) < MAX_NUMBER_LENGTH:
        digits += event.key
    return to(visit, replace(visit.phase, digits=digits))


@rule(Place.IDENTIFYING, SubmitNumber, stays=True)
def submit_number(visit: Visit, event: SubmitNumber, context: Context) -> Step:
    assert isinstance(visit.phase, Identifying)
    credential = classify(visit.phase.digits)
    refusal = _not_a_card(credential)
    return Step(notice(visit, refusal, context)) if refusal else _look_up(visit, credential, context)


@rule(Place.IDENTIFYING, GoBack, to=[Place.ATTRACT, *_BROWSING], stays=True)
def leave_identifying(visit: Visit, event: GoBack, context: Context) -> Step:
    """One step back: from waiting to asking, from the keypad to the scan picture, then away."""
    assert isinstance(visit.phase, Identifying)
    if visit.lookup:
        return Step(replace(visit, lookup=None))
    if visit.phase.keypad:
        return to(visit, replace(visit.phase, keypad=False, digits=""))
    return to(visit, visit.phase.back)


def _answers(visit: Visit, request: str) -> bool:
    return visit.lookup is not None and visit.lookup.request == request


@rule(Place.IDENTIFYING, MemberFound, to=[Place.OVERVIEW], stays=True)
def member_found(visit: Visit, event: MemberFound, context: Context) -> Step:
    assert isinstance(visit.phase, Identifying)
    if not _answers(visit, event.request):
        return Step(visit)
    back = visit.phase.back
    return to(replace(visit, member=event.member, lookup=None, saved_card=None), Overview(back))


@rule(_LOOKUP_GOES_ON, MemberFound, stays=True)
def member_found_meanwhile(visit: Visit, event: MemberFound, context: Context) -> Step:
    if not _answers(visit, event.request):
        return Step(visit)
    known = replace(visit, member=event.member, lookup=None, saved_card=None)
    return Step(notice(known, NoticeKind.WELCOME, context, event.member.first_name or ""))


@rule(Place.IDENTIFYING, LookupFailed, to=[Place.ATTRACT, *_BROWSING], stays=True)
def lookup_failed(visit: Visit, event: LookupFailed, context: Context) -> Step:
    assert isinstance(visit.phase, Identifying)
    if not _answers(visit, event.request):
        return Step(visit)
    if event.failure in _REFUSALS:
        asked = notice(replace(visit, lookup=None), _REFUSALS[event.failure], context)
        return to(asked, replace(visit.phase, digits=""))
    return to(card_saved(visit, context), visit.phase.back)


@rule(_LOOKUP_GOES_ON, LookupFailed, stays=True)
def lookup_failed_meanwhile(visit: Visit, event: LookupFailed, context: Context) -> Step:
    if not _answers(visit, event.request):
        return Step(visit)
    if event.failure in _REFUSALS:
        return Step(notice(replace(visit, lookup=None), _REFUSALS[event.failure], context))
    return Step(card_saved(visit, context))


def card_saved(visit: Visit, context: Context) -> Visit:
    """Nobody can be asked now: the card goes with the order, and the points come later."""
    assert visit.lookup is not None
    saved = replace(visit, saved_card=visit.lookup.credential, lookup=None)
    return notice(saved, NoticeKind.CARD_SAVED, context)
