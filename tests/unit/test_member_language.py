"""A member is served in the language they told the merchant, unless they choose another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.effects import LookUp
from kioskd.core.events import MemberFound, Scanned
from kioskd.core.intents import CancelOrder, ChooseLanguage, ConfirmCancel, QuickAdd, StartOrder
from kioskd.core.place import Place
from kioskd.loyalty.leat import wire
from kioskd.loyalty.leat.overview import language
from tests.unit.offer_visits import only
from tests.unit.offering import MIA
from tests.unit.shopfront import EAT_IN, SHOP, Player, player

POLYGLOT = replace(SHOP, languages=("en", "nl", "pt"))


def identified(p: Player, speaking: str | None) -> Player:
    asked = only(p.do(Scanned("CARD-7", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    p.do(MemberFound(asked.request, replace(MIA, language=speaking)))
    return p


def test_the_kiosk_speaks_the_members_language_from_the_moment_it_knows_them() -> None:
    assert identified(player(POLYGLOT), "pt").visit.language == "pt"


def test_also_when_the_card_comes_while_ordering() -> None:
    p = player(POLYGLOT)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    assert identified(p, "nl").visit.language == "nl"
    assert p.visit.place is Place.MENU


@pytest.mark.parametrize("speaking", [None, "fr"])
def test_a_language_that_is_unknown_or_not_spoken_here_changes_nothing(speaking: str | None) -> None:
    assert identified(player(POLYGLOT), speaking).visit.language == "en"


@pytest.mark.parametrize("chosen", ["nl", "en"])
def test_what_the_guest_has_chosen_in_this_visit_stays(chosen: str) -> None:
    p = player(POLYGLOT)
    p.do(ChooseLanguage(chosen))
    assert identified(p, "pt").visit.language == chosen


def test_the_member_may_choose_another_one_afterwards() -> None:
    p = identified(player(POLYGLOT), "pt")
    p.do(ChooseLanguage("nl"))
    assert p.visit.language == "nl"


def test_the_next_guest_is_greeted_as_everybody_and_their_card_counts_again() -> None:
    p = player(POLYGLOT)
    p.do(ChooseLanguage("nl"), StartOrder(EAT_IN), QuickAdd("B1"), CancelOrder(), ConfirmCancel())
    assert (p.visit.place, p.visit.language) == (Place.ATTRACT, "en")
    assert identified(p, "pt").visit.language == "pt"


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        ("nl", "nl"), ("NL", "nl"), ("pt-PT", "pt"), ("nl_BE", "nl"), ("zh-Hant-TW", "zh"),
        ("Dutch", None), ("", None), (7, None), (None, None), ("nl ; drop", None),
    ],
)  # fmt: skip
def test_what_the_merchant_wrote_down_is_understood_or_left_alone(
    told: object, understood: str | None
) -> None:
    contact = wire.Contact.model_validate(
        {"uuid": "c-1", "current_values": {"firstname": "Mia", "kiosk_language": told}}
    )
    assert language(contact, "kiosk_language") == understood
    assert language(contact, None) is None
