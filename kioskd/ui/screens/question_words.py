"""The words of open questions: what is asked, what is known, what can be said, and what that leads to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kioskd.core.deeds import Action
from kioskd.core.money import Money
from kioskd.core.question import Question, Subject
from kioskd.core.staff import Decision, DecisionReason
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.screens.staff_words import when
from kioskd.ui.text import clean, embedded

_TITLES = {
    Action.HOLD_VOUCHER: later("Is the voucher held for this kiosk?"),
    Action.RELEASE_VOUCHER: later("Is the voucher free again?"),
    Action.REDEEM_VOUCHER: later("Was the voucher redeemed?"),
    Action.UNDO_REDEMPTION: later("Can the voucher be used again?"),
    Action.CLAIM_REWARD: later("Were points taken for the reward?"),
    Action.RETURN_REWARD: later("Were the points of the reward given back?"),
    Action.COLLECT_REWARD: later("Was the reward marked as collected?"),
    Action.UNDO_COLLECTION: later("Can the reward be collected again?"),
    Action.CHARGE_GIFT_CARD: later("Was the gift card charged?"),
    Action.REVERSE_GIFT_CARD: later("Is the money back on the gift card?"),
    Action.REFILL_GIFT_CARD: later("Is the money back on the gift card?"),
    Action.CHARGE_PREPAID: later("Was prepaid money taken?"),
    Action.REVERSE_PREPAID: later("Is the prepaid money back?"),
    Action.REFILL_PREPAID: later("Is the prepaid money back?"),
    Action.REVERSE_CARD: later("Has the guest this card money back?"),
    Action.TELL_ORDER: later("Does the loyalty system know this order?"),
    Action.VOID_ORDER: later("Does the loyalty system know that this order is void?"),
    Action.TELL_RETURN: later("Does the loyalty system know this return?"),
}
_GIFT_CARD = frozenset({Action.CHARGE_GIFT_CARD, Action.REVERSE_GIFT_CARD, Action.REFILL_GIFT_CARD})

_Answers = dict[Decision, tuple[str, str]]
"""What staff say, and what that leads to."""

_PAYMENT: _Answers = {
    Decision.HAPPENED: (
        later("Yes, the card was charged"),
        later("The order counts as paid, and everything that belongs to it is done."),
    ),
    Decision.NOT_HAPPENED: (
        later("No, it was not charged"),
        later("There is no such order, and what was used for it is given back."),
    ),
}
_REVERSAL: _Answers = {
    Decision.HAPPENED: (
        later("Yes, the guest has it back"),
        later("It counts as handed back. The terminal is not asked again."),
    ),
    Decision.NOT_HAPPENED: (
        later("No, and it stays so"),
        later("The money stays with the merchant. The terminal is not asked again."),
    ),
}
_DOUBT: _Answers = {
    Decision.HAPPENED: (later("Yes, it happened"), later("It counts as done. Nothing is sent.")),
    Decision.NOT_HAPPENED: (
        later("No, and leave it so"),
        later("It counts as not done and is given up. Nothing is sent."),
    ),
    Decision.SEND_AGAIN: (
        later("No, send it again"),
        later("It is sent once more. If it had happened after all, it would then have happened twice."),
    ),
    Decision.UNDO: (
        later("Yes, undo it"),
        later("It is taken back as soon as the loyalty system answers."),
    ),
}
_UNREADABLE: _Answers = {
    Decision.SEND_AGAIN: (
        later("Try it again"),
        later("It is tried once more. What may have been sent already is asked about first."),
    ),
    Decision.NOT_HAPPENED: (later("Give it up"), later("It is never sent.")),
}
_ANSWERS = {
    Subject.CARD_PAYMENT: _PAYMENT,
    Subject.CARD_REVERSAL: _REVERSAL,
    Subject.DOUBT: _DOUBT,
    Subject.UNREADABLE: _UNREADABLE,
}
KNOWN_BY = {
    DecisionReason.AT_TERMINAL: later("Seen at the card terminal"),
    DecisionReason.AT_BACKEND: later("Seen in the loyalty system"),
    DecisionReason.BY_GUEST: later("The guest showed it"),
    DecisionReason.BY_OFFICE: later("The office says so"),
    DecisionReason.OTHER: later("Another reason"),
}


def question_title(question: Question, tr: Translator) -> str:
    if question.subject is Subject.CARD_PAYMENT:
        return tr("Was the card charged?")
    if question.action is None:
        return tr("Not understood: {kind}", kind=embedded(clean(question.kind, 40), tr.rtl))
    return tr(_TITLES[question.action])


def facts(question: Question, now: datetime, tr: Translator) -> str:
    """Which order, whose, and since when."""
    about = embedded(clean(question.about, 60), tr.rtl) if question.about else ""
    if about and question.action in _GIFT_CARD:
        about = tr("Gift card ending in {tail}", tail=embedded(clean(question.about, 8), tr.rtl))
    number = tr("Order {number}", number=clean(question.number, 12)) if question.number else ""
    return ", ".join(filter(None, (number, about, when(question.since, now, tr))))


def known(question: Question, now: datetime, tr: Translator) -> Iterator[str]:
    """Everything that may help to find out, a sentence each."""
    evidence = question.evidence
    match question.subject:
        case Subject.UNREADABLE:
            yield tr("This version of the software cannot read what was to be done.")
        case Subject.CARD_PAYMENT:
            yield tr("The card terminal did not say what became of it. Look at its receipt or its journal.")
        case Subject.CARD_REVERSAL:
            yield tr("It must go back to the card. Where the terminal did not do it, do it there by hand.")
        case Subject.DOUBT if not evidence.candidates:
            yield tr("The loyalty system does not tell what became of it.")
    if evidence.balance is not None:
        yield tr("Balance before: {balance}", balance=_balance(evidence.balance, tr))
    if evidence.newest_at is not None:
        time = when(evidence.newest_at.astimezone(now.tzinfo), now, tr)
        yield tr("Last movement before: {time}", time=time)
    if evidence.attempts:
        yield tr.plural("Sent {n} time", "Sent {n} times", evidence.attempts)
    if evidence.payment:
        yield tr("Paid by card: {reference}", reference=embedded(clean(evidence.payment, 60), tr.rtl))
    if question.detail and not evidence.candidates:  # with them it only counts them
        yield tr("Noted by the kiosk: {note}", note=embedded(clean(question.detail, 120), tr.rtl))
    if evidence.candidates:
        yield tr.plural(
            "{n} movement since then could be it. Touch it if you know that it is.",
            "{n} movements since then could be it. Touch the right one if you know it.",
            len(evidence.candidates),
        )


def _balance(balance: Money | int, tr: Translator) -> str:
    return tr.money(balance) if isinstance(balance, Money) else tr.plural("{n} point", "{n} points", balance)


def answer(question: Question, decision: Decision, tr: Translator) -> str:
    return tr(_ANSWERS[question.subject][decision][0])


def consequence(question: Question, decision: Decision, tr: Translator) -> str:
    return tr(_ANSWERS[question.subject][decision][1])
