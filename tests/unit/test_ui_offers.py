"""Guests see what an offer is worth, why one takes nothing off, and pay what is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.denial import Denial
from kioskd.core.discount import Reason
from kioskd.core.intents import (
    AddGiftCard,
    ConfirmOffer,
    PayWith,
    PressKey,
    RemoveGiftCard,
    RemoveOffer,
    ShowIdentify,
    ShowOffer,
    UsePrepaid,
)
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.order import Tender
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.locale.translator import LANGUAGES, translator
from kioskd.ui.scene import Scene, Widget
from kioskd.ui.screens.offer_words import DENIALS, denial_words
from kioskd.ui.screens.words import notice_words
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop, visits

SHOP = shop()
VISITS = visits(SHOP)
STAGES = {name: Stage(display, default_theme()) for name, display in DISPLAYS.items()}
COMPOSERS = {name: Composer(stage, Fonts(stage), SHOP) for name, stage in STAGES.items()}
UPRIGHT = COMPOSERS["portrait"]
BARE = Composer(STAGES["portrait"], UPRIGHT.measure, replace(SHOP, capabilities=frozenset()))


def scene(name: str, display: str = "portrait", language: str = "en") -> Scene:
    return COMPOSERS[display].scene(replace(VISITS[name], language=language))


def said(of: Scene) -> str:
    return " | ".join(f"{widget.name} {widget.value}".strip() for widget in of.widgets)


def actions(of: Scene, kind: type) -> list[Widget]:
    return [widget for widget in of.widgets if isinstance(widget.action, kind)]


# --- words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_denial_has_a_sentence_of_its_own(language: str) -> None:
    tr = translator(language)
    told = {denial_words(denial, tr) for denial in Denial}
    assert len(told) == len(Denial) == len(DENIALS)
    english = {denial_words(denial, translator("en")) for denial in Denial}
    assert language == "en" or not told & english
    for denial in Denial:
        about = Notice(NoticeKind.DENIED, 1.0, "Free coffee", denial)
        assert "Free coffee" in notice_words(about, tr) and denial_words(denial, tr) in notice_words(
            about, tr
        )
        assert notice_words(replace(about, about=""), tr) == denial_words(denial, tr)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("offer-to-add", Reason.NOTHING_MATCHES),
        ("offer-minimum", Reason.MINIMUM_NOT_MET),
        ("offer-better", Reason.FULLY_USED_BY_BETTER),
        ("offer-one-only", Reason.NOT_COMBINABLE),
        ("offer-unusable", Reason.UNUSABLE_RULE),
    ],
)
def test_every_reason_is_told_where_the_offer_is_confirmed(language: str, name: str, reason: Reason) -> None:
    why = scene(name, language=language).widget("why")
    english = scene(name).widget("why")
    assert why is not None and english is not None and why.name
    assert (why.name == english.name) == (language == "en"), reason


def test_a_guest_reads_what_to_add_for_an_offer_to_apply() -> None:
    assert "Add Coffee to your order" in said(scene("offer-to-add"))
    assert "Add one of these to your order: Coffee, Fresh Mint Tea, Cola" in said(
        scene("offer-to-add-one-of")
    )
    assert "Add something from: Breakfast" in said(scene("offer-to-add-from"))
    assert "Add €9.30 more to your order" in said(scene("offer-minimum"))
    assert "We add it for you: Chocolate Cookie." in said(scene("offer-added"))


# --- the overview and the question ---------------------------------------------------------------------


def test_what_can_be_used_is_a_button_and_what_is_used_can_be_taken_back() -> None:
    offered = {w.id for w in actions(scene("member-offers"), ShowOffer)}
    assert {"reward:r1", "reward:r2", "voucher:v1", "collect:c1"} <= offered
    # too dear, sold out, without a rule, denied
    assert not offered & {"reward:r3", "reward:r5", "reward:r6", "voucher:v5", "voucher:v6", "voucher:v7"}
    used = scene("member-taken")
    assert [w.action for w in actions(used, RemoveOffer)] == [
        RemoveOffer(id) for id in ("o2", "o1", "o0", "o4", "o3")
    ]
    assert "Free coffee, Until 31 December 2026, On your order" in said(used)


def test_points_of_rewards_on_the_order_are_not_offered_twice() -> None:
    # 1,240 points less a cookie for 250 leave too few for the burger, but enough for the fries.
    assert "Harbour Classic, 1,500 points, 510 more points" in said(scene("member-taken"))


def test_offline_everything_waits_and_says_so() -> None:
    offline = scene("member-offline")
    assert not actions(offline, ShowOffer)
    assert "When we are online again" in said(offline)


def test_a_backend_without_offers_shows_them_as_before() -> None:
    shown = BARE.scene(VISITS["member-offers"])
    assert not actions(shown, ShowOffer) and "Free coffee" in said(shown)
    paying = BARE.scene(VISITS["checkout-prepaid"])
    assert not actions(paying, AddGiftCard) and not actions(paying, UsePrepaid)


def test_the_question_says_what_it_costs_what_is_left_and_what_it_takes_off() -> None:
    question = scene("offer-reward")
    assert "It costs: 1,500 points" in said(question) and "You keep: 1,750 points" in said(question)
    assert "Off your order: −€8.50" in said(question)
    assert actions(question, ConfirmOffer)


@pytest.mark.parametrize("denial", Denial)
def test_what_is_denied_cannot_be_confirmed(denial: Denial) -> None:
    told = scene(f"offer-denied-{denial}")
    assert not actions(told, ConfirmOffer)
    assert bool(actions(told, ShowIdentify)) == (denial is Denial.CARD_NEEDED)
    assert denial_words(denial, translator("en")) in said(told)


# --- basket and bill -----------------------------------------------------------------------------------


def test_a_reduced_line_says_what_it_was() -> None:
    line = scene("basket-offers").widget("line:3")
    assert line is not None and "€0.00 instead of €6.20" in line.name
    before = scene("basket-offers").widget("line:3/before")
    assert before is not None and before.label is not None and before.label.struck


@pytest.mark.parametrize(
    ("language", "amount"),
    [("en", "−€6.20"), ("nl", "€\u00a0−6,20"), ("de", "−6,20\u00a0€"), ("ar", "\u200f\u200e−6.20\u00a0€")],
)
def test_what_an_offer_takes_off_has_the_minus_where_the_language_puts_it(language: str, amount: str) -> None:
    row = scene("basket-offers", language=language).widget("offer:o1")
    assert row is not None and amount in row.name


def test_offers_that_do_not_apply_say_why_in_the_basket() -> None:
    row = scene("basket-offers").widget("offer:o4")
    assert row is not None and row.name == "Ten euros off, Add €9.30 more to your order"


def test_offers_that_do_not_apply_say_so_once_more_before_paying() -> None:
    row = scene("checkout-offers").widget("bill:offer:o4")
    assert row is not None and row.name == "Ten euros off, Add €9.30 more to your order"


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_guest_without_card_who_took_a_voucher_first_sees_it_at_the_start(display: str) -> None:
    visit = replace(VISITS["attract"], offers=VISITS["basket-offers"].offers[:1])
    [taken] = visit.offers
    card = COMPOSERS[display].scene(visit).widget("scan")
    assert card is not None and card.name == f"On your order {taken.right.title}"


@pytest.mark.parametrize(
    "name", ["checkout-offers", "checkout-many-offers", "checkout-dear", "checkout-all-paid"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bill_adds_up_to_what_is_due(name: str, language: str) -> None:
    visit: Visit = VISITS[name]
    bill, tr = visit.bill, translator(language)
    shown = said(scene(name, language=language))
    parts = [-discount.amount for discount in bill.applied.discounts]
    parts += [charge.amount for charge in bill.charges] + [-payment.amount for payment in bill.payments]
    for amount in parts:
        assert tr.money(amount) in shown
    total = scene(name, language=language).widget("total")
    assert total is not None and total.value == tr.money(bill.due)


def test_with_nothing_left_to_pay_there_is_one_button() -> None:
    paid = scene("checkout-all-paid")
    assert [w.action for w in actions(paid, PayWith)] == [PayWith(Tender.NONE)]
    assert len(actions(paid, RemoveGiftCard)) == 3
    assert "Gift card ending in AB12, −€23.20, €4,976.80 stays on it" in said(paid)


def test_prepaid_is_a_switch_with_its_balance() -> None:
    off, on = scene("checkout-gift-card").widget("prepaid"), scene("checkout-prepaid").widget("prepaid")
    assert off is not None and off.selected is False and off.action == UsePrepaid(True)
    assert "You have €25.00" in off.name
    assert on is not None and on.selected is True and on.action == UsePrepaid(False)
    assert scene("checkout-guest-gift-card").widget("prepaid") is None
    nothing = scene("checkout-poor").widget("prepaid")
    assert nothing is not None and not nothing.enabled


@pytest.mark.parametrize("display", DISPLAYS)
def test_offline_a_gift_card_cannot_be_added_and_the_reason_is_there(display: str) -> None:
    offline = scene("checkout-offline", display).widget("gift_card")
    assert offline is not None and not offline.enabled
    assert "online again" in offline.name or "Not right now" in offline.name


# --- the code of a gift card ---------------------------------------------------------------------------


@pytest.mark.parametrize("display", DISPLAYS)
def test_every_character_of_a_code_can_be_typed(display: str) -> None:
    def keys(name: str) -> list[str]:
        pressed = actions(scene(name, display), PressKey)
        return sorted(w.action.key for w in pressed if isinstance(w.action, PressKey))

    assert keys("gift-card") == sorted([*"0123456789", "back", "clear"])
    assert keys("gift-card-letters") == sorted([*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "-", "back"])


@pytest.mark.parametrize("display", DISPLAYS)
def test_letters_stand_in_the_same_order_for_readers_from_the_right(display: str) -> None:
    for name in ("gift-card", "gift-card-letters"):
        pressed = {w.id: w.rect for w in actions(scene(name, display), PressKey)}
        mirrored = {w.id: w.rect for w in actions(scene(name, display, "ar"), PressKey)}
        along = sorted(pressed, key=lambda id: (pressed[id].y, pressed[id].x))
        assert along == sorted(mirrored, key=lambda id: (mirrored[id].y, mirrored[id].x))


# --- paid ----------------------------------------------------------------------------------------------


def test_the_guest_is_told_what_is_due_and_what_was_saved() -> None:
    thanked = said(scene("thanks-saved-counter"))
    assert "Please pay €27.60 at the counter" in thanked and "You saved €13.10" in thanked
    assert "You saved" not in said(scene("thanks"))
    reserving = said(scene("paying-reserving"))
    assert "€27.60" in reserving and "we are reserving your offers" in reserving
    assert "we are preparing your payment" in said(scene("paying-nothing-due"))
