"""How a guest wants to be served: what may be combined, that it can be had everywhere, and that it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.access import AS_EVERYBODY, LOUDEST, START_VOLUME, Access, Aid
from kioskd.core.catalogue import Diet
from kioskd.core.effects import ReadScreen
from kioskd.core.events import (
    DeviceChanged,
    Event,
    HeadphonesChanged,
    Scanned,
    SpeechChanged,
    Tick,
    VoicesChanged,
)
from kioskd.core.flow import next_deadline
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.intents import (
    AskHelp,
    ChangeVolume,
    ChooseLanguage,
    ConfirmCancel,
    Finish,
    HearAll,
    QuickAdd,
    SetAid,
    StartOrder,
    StillHere,
    ToggleWish,
    UseKeys,
)
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import AskStaff, ConfirmingCancel, Menu, PayingRest, Points, StillThere, Thanks
from kioskd.core.rules.table import RULES
from kioskd.core.shop import Shop
from kioskd.core.visit import Place, first_visit
from tests.unit.shopfront import EAT_IN, SHOP, Player, player
from tests.unit.sold import ORDER

IDLE_S = SHOP.limits.idle_s


def with_aids(*aids: Aid) -> Player:
    p = player()
    p.do(*(SetAid(aid, on=True) for aid in aids))
    return p


@pytest.mark.parametrize(
    "event",
    [SetAid, UseKeys, ChangeVolume, HearAll, HeadphonesChanged, SpeechChanged],
    ids=lambda e: e.__name__,
)
def test_they_can_be_had_everywhere(event: type[Event]) -> None:
    assert all((place, event) in RULES for place in Place)


def test_whoever_reaches_for_the_keys_is_spoken_to() -> None:
    p = player()
    p.do(UseKeys())
    assert p.visit.access.keys and Aid.SPEECH in p.visit.access


def test_whoever_plugs_in_headphones_is_spoken_to_in_private() -> None:
    p = player()
    p.do(HeadphonesChanged(True))
    assert p.visit.headphones and Aid.SPEECH in p.visit.access
    p.do(HeadphonesChanged(False))
    assert not p.visit.headphones and Aid.SPEECH in p.visit.access


def test_nobody_is_left_before_a_dark_picture_that_says_nothing() -> None:
    assert Aid.CURTAIN not in with_aids(Aid.CURTAIN).visit.access
    p = with_aids(Aid.SPEECH, Aid.CURTAIN)
    assert Aid.CURTAIN in p.visit.access
    p.do(SetAid(Aid.SPEECH, on=False))
    assert p.visit.access.aids == frozenset()


@given(st.lists(st.integers(-20, 20)))
def test_the_volume_has_two_ends(steps: list[int]) -> None:
    access = Access()
    for step in steps:
        access = access.louder(step)
        assert 0 <= access.volume <= LOUDEST


@pytest.mark.parametrize(
    "change",
    [*(SetAid(aid, True) for aid in Aid), UseKeys(), HearAll(), ChangeVolume(3), ChooseLanguage("nl")],
    ids=repr,
)
def test_the_next_guest_finds_the_kiosk_as_everybody_does(change: Event) -> None:
    p = player()
    p.do(change)
    p.wait(IDLE_S * p.visit.access.patience)
    p.do(Tick())
    assert p.visit.at_home
    assert p.visit.access == AS_EVERYBODY and p.visit.access.volume == START_VOLUME == 5
    assert p.visit.language == SHOP.languages[0]
    assert next_deadline(p.visit, p.shop) is None


@pytest.mark.parametrize("ends", [Finish(), ConfirmCancel(), Tick()], ids=repr)
def test_however_a_visit_ends_nothing_of_it_is_left_for_the_next_guest(ends: Event) -> None:
    p = player()
    p.do(*(SetAid(aid, on=True) for aid in Aid), UseKeys(), ChangeVolume(4), ChooseLanguage("nl"))
    p.do(StartOrder(EAT_IN), ToggleWish(Diet.VEGAN))
    phases = {
        Finish: Thanks(ORDER, Points.NONE, until_s=p.mono_s + 900),
        ConfirmCancel: ConfirmingCancel(Menu()),
        Tick: StillThere(Menu(), until_s=p.mono_s - 1, remaining_s=1),
    }
    p.visit = replace(p.visit, phase=phases[type(ends)])
    p.do(ends)
    fresh = first_visit(p.shop, p.visit.now)
    assert p.visit.at_home
    assert p.visit.access == AS_EVERYBODY and p.visit.language == fresh.language
    assert p.visit.wishes == fresh.wishes and p.visit.notice is None and p.visit.member is None


def test_with_more_time_the_kiosk_waits_ten_times_as_long() -> None:
    p = with_aids(Aid.MORE_TIME)
    p.do(StartOrder(EAT_IN))
    p.wait(10 * IDLE_S - 1)
    p.do(Tick())
    assert p.visit.place is Place.MENU
    p.wait(1)
    p.do(Tick())
    assert p.visit.place is Place.STILL_THERE


@pytest.mark.parametrize("answer", [StillHere(), Scanned("KD-1001", "scanner")])
def test_the_time_is_extended_as_often_as_somebody_answers(answer: Event) -> None:
    """Twenty seconds to answer, by whatever the guest does, and nothing of the order is lost."""
    p = player()
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    assert SHOP.limits.still_there_s >= 20
    for _ in range(12):
        p.wait(IDLE_S)
        p.do(Tick())
        assert p.visit.place is Place.STILL_THERE
        p.wait(SHOP.limits.still_there_s - 1)
        p.do(Tick(), answer)
        assert p.visit.place is Place.MENU
        assert p.visit.basket.count == 1


def test_listening_is_not_idleness() -> None:
    p = with_aids(Aid.SPEECH)
    p.do(StartOrder(EAT_IN), SpeechChanged(True))
    p.wait(2 * IDLE_S)
    p.do(Tick())
    assert p.visit.place is Place.MENU
    p.do(SpeechChanged(False))
    assert next_deadline(p.visit, p.shop) == p.mono_s + IDLE_S


def test_a_voice_that_is_stuck_does_not_keep_a_visit_open() -> None:
    p = with_aids(Aid.SPEECH)
    p.do(StartOrder(EAT_IN), SpeechChanged(True))
    p.wait(SHOP.limits.speech_s + IDLE_S)
    p.do(Tick())
    assert p.visit.place is Place.STILL_THERE


def test_whoever_wants_to_hear_the_screen_is_spoken_to_from_then_on() -> None:
    p = player()
    assert p.do(HearAll()) == (ReadScreen(),)
    assert Aid.SPEECH in p.visit.access


def test_the_countdown_stands_still_while_something_is_said() -> None:
    p = with_aids(Aid.SPEECH)
    p.do(StartOrder(EAT_IN))
    p.wait(IDLE_S)
    p.do(Tick())
    p.wait(5)
    p.do(Tick())
    assert isinstance(p.visit.phase, StillThere) and p.visit.phase.remaining_s == 15
    p.do(SpeechChanged(True))
    p.wait(8)
    p.do(Tick())
    assert isinstance(p.visit.phase, StillThere) and p.visit.phase.remaining_s == 15
    p.do(SpeechChanged(False))
    assert next_deadline(p.visit, p.shop) == p.mono_s + 1
    p.wait(15)
    p.do(Tick())
    assert p.visit.at_home


def test_a_voice_that_is_stuck_does_not_stop_the_countdown_for_ever() -> None:
    p = with_aids(Aid.SPEECH)
    p.do(StartOrder(EAT_IN))
    p.wait(IDLE_S)
    p.do(Tick(), SpeechChanged(True))
    p.wait(SHOP.limits.speech_s + SHOP.limits.still_there_s)
    p.do(Tick())
    assert p.visit.at_home


@pytest.mark.parametrize(
    ("phase", "lasts_s"),
    [
        (Thanks(ORDER, Points.NONE, until_s=1000 + SHOP.limits.thanks_s), SHOP.limits.thanks_s),
        (AskStaff(ORDER, until_s=1000 + SHOP.limits.ask_staff_s), SHOP.limits.ask_staff_s),
    ],
    ids=["thanks", "ask staff"],
)
def test_whoever_listens_has_as_long_as_who_reads(phase: Thanks | AskStaff, lasts_s: float) -> None:
    p = with_aids(Aid.SPEECH)
    p.visit = replace(p.visit, phase=phase)
    p.do(SpeechChanged(True))
    p.wait(2 * lasts_s)
    p.do(Tick())
    assert p.visit.place is phase.place
    p.do(SpeechChanged(False))
    p.wait(lasts_s - 1)
    p.do(Tick())
    assert p.visit.place is phase.place
    p.wait(1)
    p.do(Tick())
    assert p.visit.at_home


@pytest.mark.parametrize(
    ("phase", "lasts_s"),
    [
        (Thanks(ORDER, Points.NONE, until_s=1000 + SHOP.limits.thanks_s), SHOP.limits.thanks_s),
        (AskStaff(ORDER, until_s=1000 + SHOP.limits.ask_staff_s), SHOP.limits.ask_staff_s),
    ],
    ids=["thanks", "ask staff"],
)
def test_whoever_needs_more_time_has_it_for_the_order_number_too(
    phase: Thanks | AskStaff, lasts_s: float
) -> None:
    p = with_aids(Aid.MORE_TIME)
    p.visit = replace(p.visit, phase=phase)
    p.wait(10 * lasts_s - 1)
    p.do(Tick())
    assert p.visit.place is phase.place
    p.wait(1)
    p.do(Tick())
    assert p.visit.at_home


def test_who_has_paid_a_part_and_listens_to_what_can_be_done_is_not_taken_for_gone() -> None:
    p = with_aids(Aid.SPEECH)
    p.visit = replace(p.visit, phase=PayingRest(ORDER, until_s=p.mono_s + 5))
    p.do(SpeechChanged(True))
    p.wait(20)
    p.do(Tick(), SpeechChanged(False))
    assert next_deadline(p.visit, p.shop) == p.mono_s + SHOP.limits.rest_s
    p.wait(SHOP.limits.rest_s)
    p.do(Tick())
    assert isinstance(p.visit.phase, PayingRest) and p.visit.phase.returning


# --- what is said in passing can be read, heard, and heard again ------------------------------------------


def told(*aids: Aid) -> Player:
    """Somebody who was just told something."""
    p = with_aids(*aids)
    p.do(StartOrder(EAT_IN), AskHelp())
    assert p.visit.notice is not None and p.visit.notice.kind is NoticeKind.HELP
    return p


@pytest.mark.parametrize(("aids", "times"), [((), 1), ((Aid.MORE_TIME,), 10)])
def test_a_sentence_stays_as_long_as_a_guest_needs_to_read_it(aids: tuple[Aid, ...], times: int) -> None:
    p = told(*aids)
    p.wait(times * SHOP.limits.notice_s - 0.1)
    p.do(Tick())
    assert p.visit.notice is not None
    p.wait(0.1)
    assert next_deadline(p.visit, p.shop) == pytest.approx(p.mono_s)
    p.do(Tick())
    assert p.visit.notice is None


def test_a_sentence_is_there_until_it_was_heard() -> None:
    p = told(Aid.SPEECH)
    p.do(SpeechChanged(True))
    p.wait(4 * SHOP.limits.notice_s)
    p.do(Tick(), SpeechChanged(False))
    assert p.visit.notice is not None
    p.wait(SHOP.limits.notice_s)
    p.do(Tick())
    assert p.visit.notice is None


@pytest.mark.parametrize(
    "event", [HearAll(), ChangeVolume(1), SetAid(Aid.LARGE_TEXT, on=True), UseKeys()], ids=repr
)
def test_whoever_wants_to_hear_or_see_it_better_does_not_lose_it(event: Event) -> None:
    p = told()
    p.do(event)
    assert p.visit.notice is not None and p.visit.notice.kind is NoticeKind.HELP


# --- who cannot be spoken to is told so ------------------------------------------------------------------

SPEAKING_SHOP = replace(SHOP, speech=True, loudspeaker=True)


def spoken_to(shop: Shop, *languages: str) -> Player:
    p = player(shop)
    p.do(VoicesChanged(frozenset(languages)))
    return p


@pytest.mark.parametrize(
    "begins", [SetAid(Aid.SPEECH, on=True), UseKeys(), HearAll(), HeadphonesChanged(True)], ids=repr
)
def test_whoever_begins_to_listen_where_no_voice_speaks_their_language_is_told(begins: Event) -> None:
    p = spoken_to(SPEAKING_SHOP, "nl")
    p.do(begins)
    assert p.visit.notice is not None and p.visit.notice.kind is NoticeKind.NO_VOICE


def test_whoever_chooses_a_language_without_a_voice_is_told() -> None:
    p = spoken_to(SPEAKING_SHOP, "en")
    p.do(ChooseLanguage("nl"))
    assert p.visit.notice is None
    p.do(SetAid(Aid.SPEECH, on=True))
    assert p.visit.notice is not None and p.visit.notice.kind is NoticeKind.NO_VOICE
    p.do(ChooseLanguage("en"))
    assert p.visit.notice is None
    p.do(ChooseLanguage("nl"))
    assert p.visit.notice is not None and p.visit.notice.kind is NoticeKind.NO_VOICE


def test_a_voice_that_does_not_work_is_another_matter() -> None:
    p = spoken_to(SPEAKING_SHOP)
    p.do(SetAid(Aid.SPEECH, on=True))
    assert p.visit.notice is not None and p.visit.notice.kind is NoticeKind.VOICE_SILENT


def test_without_a_loudspeaker_headphones_are_asked_for() -> None:
    p = spoken_to(replace(SPEAKING_SHOP, loudspeaker=False), "en")
    p.do(SetAid(Aid.SPEECH, on=True))
    assert p.visit.notice is not None and p.visit.notice.kind is NoticeKind.NEEDS_HEADPHONES
    p.do(HeadphonesChanged(True))
    p.do(SetAid(Aid.LARGE_TEXT, on=True))
    assert p.visit.notice is None


@pytest.mark.parametrize("begins", [SetAid(Aid.SPEECH, on=True), UseKeys()], ids=repr)
def test_where_all_is_well_or_nobody_is_ever_spoken_to_there_is_nothing_to_say(begins: Event) -> None:
    for p in (spoken_to(SPEAKING_SHOP, "en"), spoken_to(SHOP)):
        p.do(begins)
        assert p.visit.notice is None


def test_what_can_be_said_is_known_to_the_next_guest_too() -> None:
    p = spoken_to(SPEAKING_SHOP, "en")
    p.do(SetAid(Aid.SPEECH, on=True), HeadphonesChanged(True))
    p.wait(IDLE_S)
    p.do(Tick())
    assert p.visit.at_home and p.visit.voices == {"en"} and p.visit.headphones


def test_a_voice_that_is_just_starting_has_its_say_in_a_moment() -> None:
    p = spoken_to(SPEAKING_SHOP)
    p.do(DeviceChanged(DeviceHealth("voice", DeviceKind.VOICE, DeviceState.STARTING)))
    p.do(UseKeys())
    assert p.visit.notice is None
