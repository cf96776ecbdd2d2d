"""The guest's words for what core names: allergens, diets, notices."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.catalogue import Allergen, Diet
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.wishes import Fit, Suitability
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.screens.offer_words import denial_words, objection_words
from kioskd.ui.text import clean, embedded

ALLERGENS = {
    Allergen.GLUTEN: later("gluten"),
    Allergen.CRUSTACEANS: later("crustaceans"),
    Allergen.EGGS: later("egg"),
    Allergen.FISH: later("fish"),
    Allergen.PEANUTS: later("peanuts"),
    Allergen.SOY: later("soy"),
    Allergen.MILK: later("milk"),
    Allergen.NUTS: later("nuts"),
    Allergen.CELERY: later("celery"),
    Allergen.MUSTARD: later("mustard"),
    Allergen.SESAME: later("sesame"),
    Allergen.SULPHITES: later("sulphites"),
    Allergen.LUPIN: later("lupin"),
    Allergen.MOLLUSCS: later("molluscs"),
}

DIETS = {
    Diet.VEGETARIAN: later("Vegetarian"),
    Diet.VEGAN: later("Vegan"),
    Diet.HALAL: later("Halal"),
    Diet.GLUTEN_FREE: later("Gluten-free"),
    Diet.SPICY: later("Spicy"),
}

_NOTICES = {
    NoticeKind.WELCOME: (later("Welcome, {about}. Your points count from now on."), "member-card"),
    NoticeKind.CARD_UNKNOWN: (
        later("We do not know this card yet. Try another one, or just order."),
        "member-card",
    ),
    NoticeKind.CARD_BLOCKED: (
        later("This card cannot be used right now. Our team is happy to help."),
        "locked",
    ),
    NoticeKind.CODE_USED: (later("This code was used already. Open a new one in your app."), "member-card"),
    NoticeKind.CODE_OF_WRONG_KIND: (
        later("This kind of code does not work here. Show the code in your app."),
        "member-card",
    ),
    NoticeKind.PICK_GONE: (
        later("What you picked in your app is not available any more. Choose again there."),
        "gift",
    ),
    NoticeKind.CARD_SAVED: (
        later("We keep your card with this order. Your points follow by themselves."),
        "star",
    ),
    NoticeKind.NOT_A_CARD: (
        later("That is not a card of ours. Please scan your member code."),
        "member-card",
    ),
    NoticeKind.CLAIM_ON_PHONE: (
        later("Open this code with your phone to collect those points."),
        "mobile-phone",
    ),
    NoticeKind.SIGNED_IN_ALREADY: (later("You are in already, {about}."), "member-card"),
    NoticeKind.OTHER_GUEST: (
        later("This code is somebody else's. Your order stays as it is."),
        "member-card",
    ),
    NoticeKind.MORE_OFFERS: (later("What you have picked is on your order, {about}."), "gift"),
    NoticeKind.LEFT_OUT: (
        later("Not to be had here, and not used: {about}. Our team can tell you more."),
        "gift",
    ),
    NoticeKind.PAYMENT_DECLINED: (
        later("The card was declined. Nothing was charged: try again or pay another way."),
        "credit-card",
    ),
    NoticeKind.CARD_WRONG_PIN: (
        later("That was not the right PIN. Nothing was charged: try again or pay another way."),
        "credit-card",
    ),
    NoticeKind.CARD_EXPIRED: (
        later("This card has expired. Nothing was charged: please use another one."),
        "credit-card",
    ),
    NoticeKind.CARD_NOT_TAKEN: (
        later("Cards of this kind are not taken here. Nothing was charged: please use another one."),
        "credit-card",
    ),
    NoticeKind.CARD_UNREADABLE: (
        later("Your card could not be read. Nothing was charged: please try again."),
        "credit-card",
    ),
    NoticeKind.PAYMENT_CANCELLED: (later("Payment stopped. Nothing was charged."), "credit-card"),
    NoticeKind.REST_NOT_PAID: (
        later("That did not work, and nothing more was charged. What is left is still to be paid."),
        "credit-card",
    ),
    NoticeKind.PAYMENT_RETURNED: (
        later("Your card has its money back. How would you like to pay?"),
        "credit-card",
    ),
    NoticeKind.TERMINAL_UNAVAILABLE: (
        later("The card terminal does not answer. Nothing was charged."),
        "credit-card",
    ),
    NoticeKind.TERMINAL_BUSY: (
        later("The card terminal is busy. Nothing was charged: please try again in a moment."),
        "credit-card",
    ),
    NoticeKind.BANK_SILENT: (
        later("The bank does not answer. Nothing was charged: try again or pay another way."),
        "credit-card",
    ),
    NoticeKind.NO_LONGER_AVAILABLE: (later("Just sold out: {about}. We took it off your order."), "eat-in"),
    NoticeKind.BASKET_FULL: (later("Your order is full. Pay it first, then start another one."), "take-away"),
    NoticeKind.ADDED: (later("Added: {about}"), "check-mark"),
    NoticeKind.ADDED_AGAIN: (later("The same as last time is on your order."), "check-mark"),
    NoticeKind.ADDED_PARTLY: (later("Not to be had today: {about}"), "eat-in"),
    NoticeKind.OFFER_ADDED: (later("On your order: {about}"), "gift"),
    NoticeKind.GIFT_CARD_ADDED: (later("The gift card ending in {about} is on your bill."), "ticket"),
    NoticeKind.DENIED: (later("{about}: {words}"), "ticket"),
    NoticeKind.PREPAID_DENIED: (later("Prepaid: {words}"), "coin"),
    NoticeKind.NOT_CHECKED: (
        later("We could not check this code just now. Nothing was used: please try again."),
        "cloud",
    ),
    NoticeKind.HELP: (later("Ask us at the counter. We are happy to help."), "bell"),
    NoticeKind.HELP_CALLED: (later("We have called somebody for you."), "bell"),
    NoticeKind.HELP_COMING: (later("Somebody is on the way to you."), "bell"),
    NoticeKind.NO_VOICE: (later("There is no voice for this language here."), "speech"),
    NoticeKind.VOICE_SILENT: (later("Nothing can be read aloud right now."), "speech"),
    NoticeKind.NEEDS_HEADPHONES: (later("Plug in headphones to hear the screen."), "speech"),
    NoticeKind.HELP_OVERDUE: (
        later("Nobody has answered yet. Please ask at the counter; we keep calling."),
        "bell",
    ),
}

_NAMELESS = {
    NoticeKind.WELCOME: later("Welcome. Your points count from now on."),
    NoticeKind.SIGNED_IN_ALREADY: later("You are in already."),
    NoticeKind.MORE_OFFERS: later("What you have picked is on your order."),
    NoticeKind.LEFT_OUT: later("Something you have picked cannot be had here. It was not used."),
    NoticeKind.OFFER_ADDED: later("It is on your order."),
    NoticeKind.GIFT_CARD_ADDED: later("Your gift card is on your bill."),
}

PRIVATE_NOTICES = (NoticeKind.WELCOME, NoticeKind.SIGNED_IN_ALREADY, NoticeKind.GIFT_CARD_ADDED)
"""They say who the guest is or what they own: others hear them without."""

_KEPT = later("You keep {about}: the points for it are used.")
_NOT_PAID = frozenset(
    (
        NoticeKind.PAYMENT_DECLINED,
        NoticeKind.CARD_WRONG_PIN,
        NoticeKind.CARD_EXPIRED,
        NoticeKind.CARD_NOT_TAKEN,
        NoticeKind.CARD_UNREADABLE,
        NoticeKind.PAYMENT_CANCELLED,
        NoticeKind.TERMINAL_UNAVAILABLE,
        NoticeKind.TERMINAL_BUSY,
        NoticeKind.BANK_SILENT,
    )
)


def suitability_words(suitability: Suitability, tr: Translator, *, brief: bool = False) -> str:
    """Why it is not for this guest, or in `brief` the first reason; empty when it is."""
    if suitability.fit is Fit.ASK:
        return tr("Contents not known: please ask us")
    if brief:
        suitability = _first_reason(suitability)
    parts = []
    if suitability.contains:
        names = ", ".join(tr(ALLERGENS[allergen]) for allergen in suitability.contains)
        parts.append(tr("Contains {list}", list=names))
    if suitability.lacks:
        names = ", ".join(tr(DIETS[diet]) for diet in suitability.lacks)
        parts.append(tr("Not marked: {list}", list=names))
    return ". ".join(parts)


def _first_reason(suitability: Suitability) -> Suitability:
    if suitability.contains:
        return replace(suitability, contains=suitability.contains[:1], lacks=())
    return replace(suitability, lacks=suitability.lacks[:1])


def notice_words(notice: Notice, tr: Translator) -> str:
    about = embedded(clean(notice.about, 60), tr.rtl)
    if notice.denial is not None:
        objection = notice.objection
        words = objection_words(objection, tr) if objection else denial_words(notice.denial, tr)
        if notice.kind is NoticeKind.PREPAID_DENIED:
            return tr(_NOTICES[notice.kind][0], words=words)
        return tr(_NOTICES[NoticeKind.DENIED][0], about=about, words=words) if about else words
    if not about and notice.kind in _NAMELESS:
        return tr(_NAMELESS[notice.kind])
    words = tr(_NOTICES[notice.kind][0], about=about)
    return f"{words} {tr(_KEPT, about=about)}" if about and notice.kind in _NOT_PAID else words


def notice_art(notice: Notice) -> str:
    return _NOTICES[notice.kind][1]
