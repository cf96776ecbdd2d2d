"""What the guest took out comes back by one touch: the latest first, each where it was.

What needs nobody's leave is there at once. A voucher was let go, so it is held anew, which may be denied:
then the guest hears why, and it is offered again for as long as asking again may help.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kioskd.core.intents import UndoRemoval
from kioskd.core.notice import NoticeKind
from kioskd.core.removal import RemovedGiftCard, RemovedLines, RemovedOffer, RemovedPrepaid
from kioskd.core.rules.offers import take_again
from kioskd.core.rules.removing import forgotten, refused
from kioskd.core.rules.stored_value import prepaid_denial, unspendable
from kioskd.core.rules.table import Context, Step, denied, notice, rule
from kioskd.core.visit import Place, Visit


@rule((Place.OVERVIEW, Place.REVIEWING, Place.CHECKOUT), UndoRemoval, to=[Place.CONFIRMING_OFFER], stays=True)
def undo_removal(visit: Visit, event: UndoRemoval, context: Context) -> Step:
    if not visit.removed:
        return Step(visit)
    latest = visit.removed[-1]
    match latest:
        case RemovedLines(lines):
            return Step(forgotten(replace(visit, basket=visit.basket.put_back(lines)), latest))
        case RemovedOffer():
            return take_again(visit, latest, context)
        case RemovedGiftCard():
            return Step(_with_card(visit, latest, context))
        case RemovedPrepaid():
            return Step(_with_prepaid(visit, latest, context))
        case _:
            assert_never(latest)


def _with_card(visit: Visit, removal: RemovedGiftCard, context: Context) -> Visit:
    denial = unspendable(visit, removal.card, context)
    if denial:
        return refused(denied(visit, denial, context), removal, denial)
    cards, place = visit.gift_cards, removal.place
    back = replace(visit, gift_cards=(*cards[:place], removal.card, *cards[place:]))
    return notice(forgotten(back, removal), NoticeKind.GIFT_CARD_ADDED, context, removal.card.code_tail)


def _with_prepaid(visit: Visit, removal: RemovedPrepaid, context: Context) -> Visit:
    denial = prepaid_denial(visit, context.shop)
    if denial:
        return refused(denied(visit, denial, context), removal, denial)
    return forgotten(replace(visit, use_prepaid=True), removal)
