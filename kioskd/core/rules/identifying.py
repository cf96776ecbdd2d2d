"""Being recognised: "scan your card", the keypad for its number, and what the member has."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.credential import MAX_NUMBER_LENGTH
from kioskd.core.intents import GoBack, PressKey, ShowIdentify, ShowKeypad, ShowMember, SignOut, SubmitNumber
from kioskd.core.member import Right, Voucher
from kioskd.core.phases import Identifying, Overview
from kioskd.core.removal import Removal, RemovedOffer, RemovedPrepaid
from kioskd.core.rules import judging
from kioskd.core.rules.bringing import drop
from kioskd.core.rules.looking_up import look_up
from kioskd.core.rules.offers import let_go
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.visit import Place, Visit

_BROWSING = (Place.MENU, Place.CHOOSING, Place.REVIEWING, Place.CHECKOUT)


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
    """What was the member's goes with them. A voucher of nobody stays with whoever holds it, card or not."""
    assert isinstance(visit.phase, Overview)
    left, dropped = drop(visit, context.shop, lambda taken: not _is_nobodys(taken.right, context))
    still = tuple(removal for removal in visit.removed if not _of_member(removal, context))
    left = replace(left, member=None, lookup=None, use_prepaid=False, removed=still)
    return to(judging.signed_out(left), visit.phase.back, *let_go(visit, dropped), *judging.dropping(visit))


def _of_member(removal: Removal, context: Context) -> bool:
    if isinstance(removal, RemovedOffer):
        return not _is_nobodys(removal.taken.right, context)
    return isinstance(removal, RemovedPrepaid)


def _is_nobodys(right: Right, context: Context) -> bool:
    without_card = not context.shop.vouchers_need_card
    return isinstance(right, Voucher) and right.member_id is None and without_card


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
    return look_up(visit, visit.phase.digits, context)


@rule(Place.IDENTIFYING, GoBack, to=[Place.ATTRACT, *_BROWSING, Place.CONFIRMING_OFFER], stays=True)
def leave_identifying(visit: Visit, event: GoBack, context: Context) -> Step:
    """One step back: from waiting to asking, from the keypad to the scan picture, then away."""
    assert isinstance(visit.phase, Identifying)
    if visit.lookup:
        return Step(replace(visit, lookup=None))
    if visit.phase.keypad:
        return to(visit, replace(visit.phase, keypad=False, digits=""))
    return to(visit, visit.phase.back)
