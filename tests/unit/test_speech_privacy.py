"""Through a loudspeaker nobody learns who the guest is, what they own or what they had last time.

Two guests who differ in nothing else sound the same. What is on the order is not private: it is shown, called
and printed for everybody at the counter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kioskd.core.access import Access, Aid
from kioskd.core.money import Money
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import Thanks
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.scene import focus_order
from kioskd.ui.speech.narration import narrator
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop, visits

SHOP = shop()
KNOWN = {name: visit for name, visit in visits(SHOP).items() if visit.member is not None}
STAGE = Stage(DISPLAYS["portrait"], default_theme())
COMPOSER = Composer(STAGE, Fonts(STAGE), SHOP)
LARGE = Access(frozenset({Aid.LARGE_TEXT}))


def somebody_else(visit: Visit) -> Visit:
    """One with another name and rank, a point and a cent more, other gift cards, and another last order."""
    who, past, phase = visit.member, visit.last_order, visit.phase
    assert who is not None
    points = None if who.points is None else who.points + 1
    name, tier = who.first_name and "Joost", who.tier and "Captain"
    # What is used of prepaid money is on the bill, which is no secret; what is there is.
    prepaid = who.prepaid and (who.prepaid if visit.use_prepaid else who.prepaid + Money(1, "EUR"))
    cards = tuple(replace(card, code=f"{card.code[:-4]}0815") for card in visit.gift_cards)
    other = replace(who, first_name=name, tier=tier, points=points, prepaid=prepaid)
    visit = replace(visit, member=other, gift_cards=cards)
    if visit.notice is not None and visit.notice.kind is NoticeKind.GIFT_CARD_ADDED:
        visit = replace(visit, notice=replace(visit.notice, about="0815"))
    if past is not None:
        then = replace(past, placed_on=date(2026, 9, 9), lines=past.lines[:1])
        visit = replace(visit, last_order=then)
    if isinstance(phase, Thanks) and phase.balance is not None:
        visit = replace(visit, phase=replace(phase, balance=phase.balance + 1))
    return visit


def heard(visit: Visit, *, alone: bool) -> tuple[str, ...]:
    """On coming there, on walking over it by keys, when all of it appears at once, and on demand."""
    scene, says = COMPOSER.scene(visit), narrator("en", alone=alone)
    walked = [said for stop in focus_order(scene) for said in says.moved(scene, stop.id)]
    mute = tuple(replace(w, name="", value="") for w in scene.widgets)
    appeared = says.changed(replace(scene, widgets=mute), scene)
    return (*says.entered(scene), *says.everything(scene), *walked, *appeared)


@pytest.mark.parametrize("access", [Access(), LARGE], ids=["plain", "large"])
@pytest.mark.parametrize("name", KNOWN)
def test_through_a_loudspeaker_all_guests_sound_the_same(name: str, access: Access) -> None:
    visit = replace(KNOWN[name], access=access)
    assert heard(somebody_else(visit), alone=False) == heard(visit, alone=False)


@pytest.mark.parametrize("name", ["member-offers", "member-again", "offer-reward", "thanks"])
def test_through_headphones_they_do_not(name: str) -> None:
    visit = KNOWN[name]
    assert heard(somebody_else(visit), alone=True) != heard(visit, alone=True)
