"""The words staff read about an order and what is taken back of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kioskd.core.deeds import Action
from kioskd.core.order import StoredPayment, StoredValue, Tender
from kioskd.core.refunding import Left, Means, PayBack, Remainder
from kioskd.core.sale import Progress, Returned, Sale, SaleState, Undoing
from kioskd.core.staff import ReturnReason
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.text import clean, embedded

STATES = {
    SaleState.UNPAID: later("Not paid yet"),
    SaleState.DROPPED: later("Never paid, dropped"),
    SaleState.SOLD: later("Sold"),
    SaleState.PARTLY_RETURNED: later("Partly taken back"),
    SaleState.RETURNED: later("Taken back"),
}
REASONS = {
    ReturnReason.WRONG_ORDER: later("Not what was ordered"),
    ReturnReason.NOT_GOOD: later("Not good"),
    ReturnReason.SOLD_OUT: later("Sold out"),
    ReturnReason.CHANGED_MIND: later("Guest changed their mind"),
    ReturnReason.OTHER: later("Another reason"),
}
_TENDERS = {Tender.CARD: later("Card"), Tender.COUNTER: later("Counter")}
_STORED = {StoredValue.GIFT_CARD: later("Gift card"), StoredValue.PREPAID: later("Prepaid")}
_UNDOINGS = {
    Action.RELEASE_VOUCHER: later("The voucher can be used again: {about}"),
    Action.UNDO_REDEMPTION: later("The voucher can be used again: {about}"),
    Action.RETURN_REWARD: later("The points are given back: {about}"),
    Action.UNDO_COLLECTION: later("The reward can be collected again: {about}"),
    Action.REVERSE_GIFT_CARD: later("{amount} back on the gift card ending in {about}"),
    Action.REFILL_GIFT_CARD: later("{amount} back on the gift card ending in {about}"),
    Action.REVERSE_PREPAID: later("{amount} back to the prepaid money"),
    Action.REFILL_PREPAID: later("{amount} back to the prepaid money"),
    Action.REVERSE_CARD: later("{amount} back on the card, by the card terminal"),
    Action.TELL_RETURN: later("The points of this order are corrected"),
    Action.VOID_ORDER: later("Points and offers of this order are all taken back"),
}
_LEFT = {
    Remainder.CLAIMABLE_POINTS: later("Points collected with the code on the receipt stay collected"),
    Remainder.WHOLE_ORDER_ONLY: later("Points and offers go back with the last piece, not before"),
    Remainder.AT_OTHER_TILL: later("Take points and offers back at the till where it was paid"),
    Remainder.POINTS_UNCLEAR: later("Whether this order earned points is not known: check its member"),
    Remainder.OFFER_UNCLEAR: later("Whether this offer was used is not known: {about}"),
}


class Mark(Enum):
    """Who does it, or how far it is. The value is its short word."""

    BY_HAND = later("By hand")
    BY_ITSELF = later("By itself")
    DONE = later("Done")
    WAITS = later("Waits")
    REFUSED = later("Refused")
    UNCLEAR = later("Unclear")
    STAYS = later("Stays")

    @property
    def style(self) -> str:
        match self:
            case Mark.BY_HAND | Mark.REFUSED | Mark.UNCLEAR:
                return "tag_alert"
            case Mark.DONE | Mark.BY_ITSELF:
                return "tag_good"
            case Mark.WAITS | Mark.STAYS:
                return "tag"


_PROGRESS = {
    Progress.DONE: Mark.DONE,
    Progress.WAITS: Mark.WAITS,
    Progress.REFUSED: Mark.REFUSED,
    Progress.UNCLEAR: Mark.UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a return leads to."""

    words: str
    mark: Mark


def told(returned: Returned, sale: Sale, tr: Translator, *, foretold: bool = False) -> Iterator[Told]:
    """What staff must do first; then what the kiosk does, and what nobody can take back."""
    for back in returned.by_staff:
        yield Told(_pay_out(back, sale, tr), Mark.BY_HAND)
    for undoing in returned.undoings:
        mark = Mark.BY_ITSELF if foretold else _PROGRESS[undoing.progress]
        if undoing.action is Action.REVERSE_CARD and undoing.progress is Progress.UNCLEAR:
            yield Told(_card_by_hand(undoing, tr), Mark.BY_HAND)
            continue
        yield Told(_undoing_words(undoing, tr), mark)
    for back in returned.pay_backs:
        if back.means is Means.NOTHING:
            words = tr(
                "{amount} was never taken: {source}",
                amount=tr.money(back.amount),
                source=_source(back, sale, tr),
            )
            yield Told(words, Mark.STAYS)
    if foretold and not returned.last and sale.order.discounts:
        yield Told(tr("Offers stay used until everything is back"), Mark.STAYS)
    for left in returned.left:
        yield Told(_left_words(left, tr), Mark.STAYS)


def _pay_out(back: PayBack, sale: Sale, tr: Translator) -> str:
    amount = tr.money(back.amount)
    match back.means:
        case Means.TERMINAL if sale.card_reference:
            reference = embedded(clean(sale.card_reference, 60), tr.rtl)
            return tr(
                "Pay {amount} back at the card terminal: {reference}", amount=amount, reference=reference
            )
        case Means.TERMINAL:
            return tr("Pay {amount} back at the card terminal", amount=amount)
        case Means.COUNTER:
            return tr("Pay {amount} out at the counter", amount=amount)
    return tr("Pay {amount} out by hand: {source}", amount=amount, source=_source(back, sale, tr))


def _source(back: PayBack, sale: Sale, tr: Translator) -> str:
    payment = next((each for each in sale.order.payments if each.id == back.source), None)
    return payment_words(payment, tr) if payment else tender_words(sale.order.tender, tr)


def _undoing_words(undoing: Undoing, tr: Translator) -> str:
    about = embedded(clean(undoing.about, 60), tr.rtl)
    amount = tr.money(undoing.amount) if undoing.amount else ""
    return tr(_UNDOINGS[undoing.action], about=about, amount=amount)


def _card_by_hand(undoing: Undoing, tr: Translator) -> str:
    return tr(
        "The card terminal did not give {amount} back. Pay it back there by hand, then answer the open "
        "question about it.",
        amount=tr.money(undoing.amount) if undoing.amount else "",
    )


def _left_words(left: Left, tr: Translator) -> str:
    return tr(_LEFT[left.remainder], about=embedded(clean(left.about, 60), tr.rtl))


def payment_words(payment: StoredPayment, tr: Translator) -> str:
    if payment.kind is StoredValue.PREPAID:
        return tr("Prepaid")
    return tr("Gift card ending in {tail}", tail=clean(payment.tail, 8))


def tender_words(tender: Tender, tr: Translator) -> str:
    """Empty when nothing was left to pay."""
    return tr(_TENDERS[tender]) if tender in _TENDERS else ""


def paid_with(sale: Sale, tr: Translator) -> str:
    """Every kind of money once, as it was used."""
    order = sale.order
    stored = [tr(_STORED[payment.kind]) for payment in order.payments]
    stored += [tender_words(Tender.CARD, tr)] if order.card_payments else []
    due = [tender_words(order.tender, tr)] if order.due and order.tender in _TENDERS else []
    return ", ".join(dict.fromkeys([*stored, *due]))


def when(at: datetime, now: datetime, tr: Translator) -> str:
    """The time of day, with the day when it was another one."""
    time = f"{at:%H:%M}"
    return time if at.date() == now.date() else f"{tr.date(at.date())}, {time}"
