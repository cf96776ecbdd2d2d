"""What is said of a screen: all of it can be heard, and what is private only by the guest."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from kioskd.core.denial import Denial
from kioskd.core.events import PaymentStep
from kioskd.core.intents import GoBack
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.order import Tender
from kioskd.core.phases import Paying
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import LANGUAGES, translator
from kioskd.ui.scene import Action, OpenPanel, Role, Scene, Widget, with_panel
from kioskd.ui.screens.words import notice_words
from kioskd.ui.speech.narration import narrator, same_screen
from kioskd.ui.speech.reading import as_read
from kioskd.ui.speech.receipt import receipt_said
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, SANNE, shop, visits

SHOP = shop()
VISITS = visits(SHOP)
ALONE = narrator("en", alone=True)
ALOUD = narrator("en", alone=False)
AREA = Rect(0, 0, 20, 20)


@cache
def scenes(language: str) -> dict[str, Scene]:
    stage = Stage(DISPLAYS["portrait"], default_theme())
    composer = Composer(stage, Fonts(stage), SHOP)
    found = {}
    for name, visit in VISITS.items():
        scene = found[name] = composer.scene(replace(visit, language=language))
        for panel in {w.action.panel for w in scene.widgets if isinstance(w.action, OpenPanel)}:
            found[f"{name}+{panel}"] = with_panel(scene, panel)
    return found


def scene(*widgets: Widget, **changes: object) -> Scene:
    made = Scene("menu", "Burgers", "en", 100, 100, widgets)
    return replace(made, **changes)  # type: ignore[arg-type]


def button(id: str, name: str, focus: int | None = None, **changes: object) -> Widget:
    made = Widget(id, Role.BUTTON, AREA, "primary", name=name, action=GoBack(), focus=focus)
    return replace(made, **changes)  # type: ignore[arg-type]


def status(id: str, name: str, **changes: object) -> Widget:
    return replace(Widget(id, Role.STATUS, AREA, "plain", name=name), **changes)  # type: ignore[arg-type]


# --- everything that is shown can be heard ---------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_is_shown_or_can_be_done_is_said_when_asked_for(language: str) -> None:
    says = narrator(language, alone=True)
    faults = []
    for name, shown in scenes(language).items():
        said = says.everything(shown)
        for widget in shown.widgets:
            part = widget.part_of is not None
            if widget.action is not None and not widget.name:
                faults.append(f"{name}: {widget.id} does something and has no name")
            for text in () if part else (widget.name, widget.value):
                words = as_read(text, language)
                if words and not any(words in sentence for sentence in said):
                    faults.append(f"{name}: {widget.id} {text!r} is not said")
            if widget.label is not None and not widget.name and not part:
                faults.append(f"{name}: {widget.id} shows {widget.label.lines} and says nothing")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sign_that_voices_leave_out_is_left(language: str) -> None:
    says = narrator(language, alone=True)
    for name, shown in scenes(language).items():
        for sentence in says.everything(shown):
            assert not set(sentence) & set("€·…×−\u200f\u200e\u00a0\n"), f"{name}: {sentence}"


def test_every_screen_says_where_the_guest_is() -> None:
    for name, shown in scenes("en").items():
        assert ALONE.entered(shown), name


SAME_THING_TWICE = ("basket-many-offers", "staff-questions-all")
"""The same voucher several times, and two questions about one order."""


def test_what_does_different_things_has_different_names() -> None:
    """Whoever hears "Remove" or "One more" must know of what."""
    faults = []
    for name, shown in scenes("en").items():
        met: dict[tuple[str, str], Action] = {}
        for widget in shown.widgets:
            if widget.action is None or not widget.enabled or name.split("+")[0] in SAME_THING_TWICE:
                continue
            if met.setdefault((widget.name, widget.value), widget.action) != widget.action:
                faults.append(f"{name}: {widget.id} is called {widget.name!r}, as another thing is")
    assert not faults, "\n".join(faults)


# --- what is private ---------------------------------------------------------------------------------------


def test_who_the_guest_is_and_what_they_own_is_said_to_headphones_only() -> None:
    assert SANNE.first_name
    secrets = (SANNE.first_name, "1240", "GC-", "ending in")
    heard_alone = set()
    for name, shown in scenes("en").items():
        if name.startswith("staff"):
            continue
        for sentence in (*ALOUD.everything(shown), *ALOUD.entered(shown)):
            assert not any(secret in sentence for secret in secrets), f"{name}: {sentence}"
        heard_alone |= {s for s in secrets for said in ALONE.everything(shown) if s in said}
    assert {SANNE.first_name, "1240"} <= heard_alone


def test_a_private_thing_says_that_headphones_tell_more_or_a_word_of_its_own() -> None:
    mute = status("points", "1,240 points", private=True)
    assert ALOUD.everything(scene(mute))[1:] == ("Private: headphones tell you",)
    named = status("points", "1,240 points", private=True, aloud="Your points")
    assert ALOUD.everything(scene(named))[1:] == ("Your points",)
    assert ALONE.everything(scene(named))[1:] == ("1240 points",)


@pytest.mark.parametrize(("visit", "field"), [("keypad", "number"), ("promo-code-typed", "code")])
def test_what_is_typed_is_counted_aloud_and_read_alone(visit: str, field: str) -> None:
    shown = scenes("en")[visit]
    typed = shown.widget(field)
    assert typed is not None
    said = ALOUD.everything(shown)
    assert as_read(typed.value, "en") not in " ".join(said)
    assert any("signs typed" in sentence for sentence in said)
    assert as_read(typed.value, "en") in " ".join(ALONE.everything(shown))


def test_a_pin_is_only_counted() -> None:
    pins = [
        shown
        for name, shown in scenes("en").items()
        if (field := shown.widget("pin")) and "digit" in field.value
    ]
    assert pins
    for shown in pins:
        said = " ".join(ALONE.entered(shown))
        assert "digits" in said


# --- coming to a screen, moving on it, and what changes -------------------------------------------------


def test_on_coming_to_a_screen_its_title_how_things_stand_and_what_the_guest_is_at() -> None:
    title = Widget("title", Role.HEADING, AREA, "plain", name="Burgers")
    shown = scene(
        title, button("a", "Classic", 1), status("notice", "Added: Fries"), button("b", "Cheese", 2)
    )
    assert ALONE.entered(shown, "b") == ("Burgers", "Added: Fries", "Cheese, button, 2 of 2")


def test_of_a_question_everything_is_said() -> None:
    asked = scene(
        Widget("more", Role.TEXT, AREA, "plain", name="3 items leave your order."),
        button("keep", "Keep my order"),
        backdrop=(status("below", "not now"),),
    )
    assert ALONE.entered(asked) == ("Burgers", "3 items leave your order.")


@pytest.mark.parametrize(
    ("widget", "said"),
    [
        (button("a", "Pay", 1), "Pay, button, 1 of 1"),
        (button("a", "Pay", 1, enabled=False), "Pay, button, not available, 1 of 1"),
        (button("a", "Pay", 1, busy=True), "Pay, button, at work, 1 of 1"),
        (button("a", "Mayo", 1, role=Role.RADIO, selected=True), "Mayo, choice, selected, 1 of 1"),
        (
            button("a", "Bacon", 1, role=Role.CHECKBOX, selected=False),
            "Bacon, box to tick, not selected, 1 of 1",
        ),
        (button("a", "Bacon", 1, value="€1.50"), "Bacon, 1 euro 50, button, 1 of 1"),
    ],
)
def test_what_the_guest_is_at(widget: Widget, said: str) -> None:
    assert ALONE.moved(scene(widget), "a") == (said,)


def test_of_a_change_what_is_worth_hearing() -> None:
    before = scene(
        button("minus", "Less", enabled=False),
        button("basket", "Your order", value="1"),
        status("total", "€8.50"),
        Widget("hint", Role.TEXT, AREA, "plain", name="Choose a sauce"),
        button("mayo", "Mayo", role=Role.RADIO, selected=False),
        button("ketchup", "Ketchup", role=Role.RADIO, selected=True),
    )
    after = scene(
        button("minus", "Less"),
        button("basket", "Your order", value="2"),
        status("total", "€17.00"),
        Widget("hint", Role.TEXT, AREA, "plain", name="Choose another sauce"),
        button("mayo", "Mayo", role=Role.RADIO, selected=True),
        button("ketchup", "Ketchup", role=Role.RADIO, selected=False),
        status("notice", "Added: Fries"),
    )
    assert ALONE.changed(before, after) == (
        "Your order, 2",
        "17 euros",
        "Mayo, choice, selected",
        "Added: Fries",
    )
    assert ALONE.changed(after, after) == ()


@pytest.mark.parametrize("kind", sorted(set(NoticeKind) - {NoticeKind.DENIED, NoticeKind.PREPAID_DENIED}))
def test_whatever_is_told_in_passing_is_said_when_it_comes(kind: NoticeKind) -> None:
    stage = Stage(DISPLAYS["portrait"], default_theme())
    composer = Composer(stage, Fonts(stage), SHOP)
    visit = replace(VISITS["menu"], notice=None)
    told = Notice(kind, until_s=1e9, about="Mayo")
    before, after = composer.scene(visit), composer.scene(replace(visit, notice=told))
    words = as_read(notice_words(told, translator("en")), "en")
    assert words
    assert words in ALONE.changed(before, after)
    assert words in ALONE.entered(after)


@pytest.mark.parametrize("denial", Denial)
def test_whatever_is_refused_is_said_when_it_is(denial: Denial) -> None:
    stage = Stage(DISPLAYS["portrait"], default_theme())
    composer = Composer(stage, Fonts(stage), SHOP)
    visit = replace(VISITS["menu"], notice=None)
    told = Notice(NoticeKind.DENIED, until_s=1e9, about="Free water", denial=denial)
    before, after = composer.scene(visit), composer.scene(replace(visit, notice=told))
    words = as_read(notice_words(told, translator("en")), "en")
    assert words in ALONE.changed(before, after)
    assert "Free water" in words, "a refusal names what is refused"


def test_whoever_unticks_a_box_hears_it() -> None:
    before = scene(button("bacon", "Bacon", 1, role=Role.CHECKBOX, selected=True))
    after = scene(button("bacon", "Bacon", 1, role=Role.CHECKBOX, selected=False))
    assert ALONE.changed(before, after, "bacon") == ("Bacon, box to tick, not selected",)


def test_the_countdown_is_said_at_some_of_its_seconds() -> None:
    stage = Stage(DISPLAYS["portrait"], default_theme())
    composer = Composer(stage, Fonts(stage), SHOP)
    visit = next(v for v in VISITS.values() if v.place == "still_there")
    said = []
    shown = composer.scene(visit)
    for left_s in range(19, 0, -1):
        after = composer.scene(replace(visit, phase=replace(visit.phase, remaining_s=left_s)))  # type: ignore[call-arg]
        said += ALONE.changed(shown, after)
        shown = after
    assert said == ["We start afresh in 10 seconds.", "We start afresh in 5 seconds."]


def test_the_same_screen_is_the_same_place_view_language_and_question() -> None:
    here = scene()
    assert same_screen(here, scene(button("a", "Pay")))
    assert not same_screen(here, scene(id="checkout"))
    assert not same_screen(here, scene(view="sides"))
    assert not same_screen(here, scene(language="nl"))
    assert not same_screen(here, scene(backdrop=(button("a", "Pay"),)))


def test_whatever_the_card_terminal_asks_for_is_said_at_once() -> None:
    stage = Stage(DISPLAYS["portrait"], default_theme())
    composer = Composer(stage, Fonts(stage), SHOP)
    visit = VISITS["paying"]
    assert isinstance(visit.phase, Paying)
    before, heard = None, set()
    for step in PaymentStep:
        shown = composer.scene(replace(visit, phase=replace(visit.phase, step=step)))
        said = ALOUD.entered(shown)
        says = shown.widget("says")
        assert says is not None and as_read(says.name, "en") in said, f"{step}: {said}"
        heard.add(said)
        assert before is None or not same_screen(before, shown)
        before = shown
    assert len(heard) == len(PaymentStep)


# --- the receipt -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_says_every_item_and_the_total(language: str) -> None:
    tr, told, extras = translator(language), 0, 0
    for visit in VISITS.values():
        order = getattr(visit.phase, "order", None)
        if visit.place != "thanks":
            continue
        said = receipt_said(order, tr)
        for line in order.lines:
            parts = [as_read(tr.words(part.name), language) for part in (line, *line.subs)]
            assert any(all(part in sentence for part in parts) for sentence in said), parts
        amounts = [order.total, *(-discount.amount for discount in order.discounts)]
        amounts += [charge.amount for charge in order.charges]
        amounts += [-payment.amount for payment in order.payments]
        if order.tender is Tender.CARD and order.due:
            amounts.append(order.due)
        left = list(said)
        for amount in amounts:  # each has a sentence of its own
            words = as_read(tr.money(amount), language)
            left.remove(next(sentence for sentence in left if sentence.endswith(words)))
        told += len(amounts)
        extras += sum(len(line.subs) for line in order.lines)
    assert told > len(VISITS) / 50 and extras
