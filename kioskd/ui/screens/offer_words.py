"""The guest's words for offers: why one cannot be used, and why one takes nothing off."""

from __future__ import annotations

from kioskd.core.bill import TakenOffer
from kioskd.core.catalogue import Service
from kioskd.core.denial import Denial
from kioskd.core.discount import Categories, Products, Reason, Refusal, Rule
from kioskd.core.judgement import Objection
from kioskd.core.money import Money
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.text import clean

TITLE_LENGTH = 120
"""Of an offer's title, in characters: what a merchant writes, not what a server may send."""
_SUGGESTIONS = 3

DENIALS = {
    Denial.UNKNOWN_VOUCHER: later("We do not know this voucher. Check the code or ask our team."),
    Denial.UNKNOWN_GIFT_CARD: later("We do not know this gift card. Check the code or ask our team."),
    Denial.EXPIRED: later("Its last day has passed."),
    Denial.USED: later("This was used already."),
    Denial.LOCKED_ELSEWHERE: later("This is being used for another order. Try again in a while."),
    Denial.NOT_YET_ACTIVE: later("It is too early for this one. Keep it for later."),
    Denial.DEACTIVATED: later("This was taken back. Our team can tell you more."),
    Denial.NOT_HERE: later("This is for another restaurant."),
    Denial.OTHER_MEMBER: later("This belongs to somebody else's card."),
    Denial.CARD_NEEDED: later("Scan your card first. Then you can use this."),
    Denial.UNUSABLE: later("The kiosk cannot use this. Our team is happy to help."),
    Denial.INSUFFICIENT_POINTS: later("You need more points for this."),
    Denial.OUT_OF_STOCK: later("This reward is all gone for now."),
    Denial.CLAIM_LIMIT: later("You have had this as often as you can."),
    Denial.TOO_FEW_LEFT: later("There are not enough of these left."),
    Denial.NOT_AVAILABLE: later("This is not available right now."),
    Denial.NOT_VALID: later("This cannot be used right now. Our team is happy to help."),
    Denial.INSUFFICIENT_BALANCE: later("There is not enough money on it any more."),
    Denial.NOT_SPENDABLE_HERE: later("This money cannot be spent here."),
    Denial.ALREADY_ADDED: later("You have added this already."),
    Denial.BELOW_MINIMUM: later("Your order is too small for this. Add something."),
    Denial.TOO_MANY: later("Only a few of these per order. Take one out."),
    Denial.OTHER_SERVICE: later("This goes with the other way of eating only: here, or to take away."),
    Denial.NEEDS_MORE: later("This needs something else in your order."),
    Denial.NOT_TOGETHER: later("This does not go with something else in your order."),
    Denial.OTHER_TENDER: later("This needs another way to pay."),
    Denial.NOT_TODAY: later("This is not for today."),
    Denial.NOT_FOR_ACCOUNT: later("This is not for your account right now."),
    Denial.UNKNOWN_CODE: later("There is no such code. Check each letter, then type it again."),
    Denial.CODE_OVER: later("This code cannot be used, or not any more."),
    Denial.CODE_NOT_SET_UP: later("This code does not work here yet. Please ask our team."),
    Denial.CODE_UNCLEAR: later(
        "We could not confirm your code, and it may be used up. Please ask our team before you try again."
    ),
    Denial.UNREACHABLE: later("We could not check this just now. Nothing was used: please try again."),
    Denial.UNCLEAR: later("We could not finish this. If it was used, you get it back."),
}

_TAGS = {
    Denial.EXPIRED: later("Last day has passed"),
    Denial.USED: later("Used already"),
    Denial.NOT_YET_ACTIVE: later("Not yet"),
    Denial.NOT_HERE: later("For another restaurant"),
    Denial.UNUSABLE: later("Cannot be used here"),
}
"""Short enough for a list. Everything else is "Not available today"."""

_REASONS = {
    Reason.UNUSABLE_RULE: later("Cannot be used here"),
    Reason.NOTHING_MATCHES: later("Add something it can be used for"),
    Reason.MINIMUM_NOT_MET: later("Your order is too small for it"),
    Reason.FULLY_USED_BY_BETTER: later("Your other offers already cover this"),
    Reason.NOT_COMBINABLE: later("One offer per order: another one is better"),
}


def denial_words(denial: Denial, tr: Translator) -> str:
    return tr(DENIALS[denial])


def denial_tag(denial: Denial, tr: Translator) -> str:
    """Two or three words for a list."""
    return tr(_TAGS.get(denial, later("Not available today")))


def objection_words(objection: Objection, tr: Translator) -> str:
    """Why the order is not taken with an offer in it, with numbers where they are known."""
    match objection:
        case Objection(denial=Denial.INSUFFICIENT_POINTS, points=int(has), points_needed=int(needs)):
            return tr(
                "It needs {needs} points, you have {has}. Take this out, or another reward.",
                needs=needs,
                has=has,
            )
        case Objection(denial=Denial.BELOW_MINIMUM, missing=Money() as missing):
            return tr("Add {amount} more to your order", amount=tr.money(missing))
        case Objection(denial=Denial.OTHER_SERVICE, service=Service.EAT_IN):
            return tr("This is for eating in only.")
        case Objection(denial=Denial.OTHER_SERVICE, service=Service.TAKE_AWAY):
            return tr("This is for taking away only.")
    return denial_words(objection.denial, tr)


def idle_words(visit: Visit, taken: TakenOffer, shop: Shop, tr: Translator) -> str:
    """Why a taken offer takes nothing off; empty when it does."""
    if objection := visit.judging.of(taken.id):
        return objection_words(objection, tr)
    refusal = visit.bill.refusal(taken.id)
    return refusal_words(refusal, taken.right.rule, shop, tr) if refusal else ""


def refusal_words(refusal: Refusal, rule: Rule | None, shop: Shop, tr: Translator) -> str:
    """Why an offer takes nothing off, and if the guest can change that, how."""
    match refusal.reason:
        case Reason.MINIMUM_NOT_MET if refusal.missing is not None:
            return tr("Add {amount} more to your order", amount=tr.money(refusal.missing))
        case Reason.NOTHING_MATCHES if rule is not None:
            return _what_to_add(rule, shop, tr)
    return tr(_REASONS[refusal.reason])


def _what_to_add(rule: Rule, shop: Shop, tr: Translator) -> str:
    match rule.scope:
        case Products(skus):
            products = (shop.catalogue.products.get(sku) for sku in skus)
            names = [tr.words(product.name) for product in products if product is not None]
            if len(names) == 1:
                return tr("Add {name} to your order", name=names[0])
            if names:
                return tr("Add one of these to your order: {names}", names=", ".join(names[:_SUGGESTIONS]))
        case Categories(ids):
            names = [tr.words(each.name) for each in shop.catalogue.categories if each.id in ids]
            if names:
                return tr("Add something from: {names}", names=", ".join(names[:_SUGGESTIONS]))
        case _:
            return tr("Add something to your order")
    return tr(_REASONS[Reason.NOTHING_MATCHES])


def offer_title(title: str) -> str:
    return clean(title, TITLE_LENGTH)
