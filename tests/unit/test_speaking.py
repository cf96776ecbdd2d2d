"""When something is said: what interrupts, what waits, who hears it, and that nothing happens otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from kioskd.core.access import START_VOLUME, Access, Aid
from kioskd.core.errors import DeviceFault
from kioskd.core.events import Event, SpeechChanged
from kioskd.core.phases import Menu, Points, StillThere, Thanks
from kioskd.core.speech import Utterance
from kioskd.core.visit import Visit, first_visit
from kioskd.daemon.speaking import Speaking
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import translator
from kioskd.ui.scene import Role, Scene, Widget
from kioskd.ui.speech.receipt import receipt_said
from tests.unit.shopfront import NOON, SHOP
from tests.unit.sold import ORDER

AREA = Rect(0, 0, 20, 20)
LISTENING = Access(aids=frozenset({Aid.SPEECH}))


@dataclass
class SlowVoice:
    """Says one thing after the other, each until `finish` or `stop`."""

    languages: frozenset[str] = frozenset({"en", "nl"})
    said: list[Utterance] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    broken: bool = False
    _over: asyncio.Future[bool] | None = None

    async def say(self, utterance: Utterance) -> None:
        self.said.append(utterance)
        if self.broken:
            raise DeviceFault("no sound")
        self._over = asyncio.get_running_loop().create_future()
        if await self._over:
            self.finished.append(utterance.text)

    def stop(self) -> None:
        self._end(False)

    async def finish(self) -> None:
        self._end(True)
        await settled()

    def _end(self, whole: bool) -> None:
        if self._over and not self._over.done():
            self._over.set_result(whole)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Kiosk:
    def __init__(self, speaker_volume: int = 6) -> None:
        self.voice = SlowVoice()
        self.events: list[Event] = []
        self.scene = Scene("attract", "Hello", "en", 100, 100, ())
        self.focused: str | None = None
        self.visit = replace(first_visit(SHOP, NOON), headphones=True)
        self.speaking = Speaking(
            self.voice, lambda: (self.scene, self.focused), self.events.append, speaker_volume=speaker_volume
        )

    async def show(self, *widgets: Widget, focused: str | None = None, **changes: Any) -> None:
        self.focused = focused
        self.scene = replace(self.scene, widgets=widgets, **changes)
        await self.visit_is(self.visit)

    async def visit_is(self, visit: Visit) -> None:
        self.visit = visit
        self.speaking.shown(visit)
        await settled()

    async def listen(self) -> None:
        """From now on the guest is spoken to, and has heard what there was to hear."""
        await self.visit_is(replace(self.visit, access=LISTENING))
        await self.all_heard()
        self.voice.said.clear()
        self.voice.finished.clear()
        self.events.clear()

    async def all_heard(self) -> None:
        for _ in range(20):
            await self.voice.finish()

    @property
    def said(self) -> list[str]:
        return [utterance.text for utterance in self.voice.said]


def play(scenario: Callable[[Kiosk], Coroutine[Any, Any, None]], kiosk: Kiosk | None = None) -> Kiosk:
    async def run() -> Kiosk:
        made = kiosk or Kiosk()
        task = asyncio.create_task(made.speaking.run())
        try:
            async with asyncio.timeout(5):
                await scenario(made)
        finally:
            task.cancel()
        return made

    return asyncio.run(run())


def status(id: str, name: str, **more: Any) -> Widget:
    return replace(Widget(id, Role.STATUS, AREA, "plain", name=name), **more)


def test_nothing_is_said_or_even_looked_at_for_everybody_else() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        kiosk.speaking._look = lambda: pytest.fail("looked")
        await kiosk.visit_is(kiosk.visit)
        kiosk.speaking.read_screen()
        kiosk.speaking.hush()

    kiosk = play(scenario)
    assert not kiosk.said and not kiosk.events


STILL_THERE = StillThere(Menu(), until_s=120.0, remaining_s=20)


async def left_alone(kiosk: Kiosk) -> None:
    """A guest who is not spoken to is asked whether they are still there, and answers."""
    kiosk.visit = replace(kiosk.visit, headphones=False)
    await kiosk.show(id="menu", title="Burgers")
    ordering = kiosk.visit
    kiosk.visit = replace(ordering, phase=STILL_THERE)
    await kiosk.show(id="still_there", title="Are you still there?")
    counting = replace(kiosk.visit, phase=replace(STILL_THERE, remaining_s=19))
    await kiosk.visit_is(counting)
    await kiosk.visit_is(ordering)


def test_who_looks_away_is_asked_aloud_once_and_it_is_silent_when_they_answer() -> None:
    kiosk = play(left_alone)
    assert kiosk.said == ["Are you still there?"]
    assert not kiosk.voice.finished
    assert kiosk.voice.said[0].volume == min(START_VOLUME, 6)


def test_without_a_loudspeaker_or_a_voice_the_question_is_only_shown() -> None:
    assert not play(left_alone, Kiosk(speaker_volume=0)).said
    mute = Kiosk()
    mute.voice.languages = frozenset()
    assert not play(left_alone, mute).said


def test_whoever_begins_to_listen_is_told_so_and_where_they_are() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.visit_is(replace(kiosk.visit, access=LISTENING))
        await kiosk.all_heard()

    kiosk = play(scenario)
    assert kiosk.said == ["You hear what is shown", "Hello"]
    assert kiosk.events == [SpeechChanged(True), SpeechChanged(False)]


def test_whoever_begins_with_the_keys_is_told_what_they_do() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.visit_is(replace(kiosk.visit, access=Access().by_keys()))
        await kiosk.all_heard()

    assert any("Previous and next" in text for text in play(scenario).said)


def test_another_screen_is_said_in_place_of_the_one_before() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.show(status("a", "one"), status("b", "two"), id="menu", title="Burgers")
        await kiosk.show(id="checkout", title="How to pay")
        await kiosk.all_heard()

    kiosk = play(scenario)
    assert kiosk.said == ["Burgers", "How to pay"]
    assert kiosk.voice.finished == ["How to pay"]


def test_what_changes_on_a_screen_waits_for_what_is_being_said() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.show(id="menu", title="Burgers")
        await kiosk.show(status("total", "€8.50"))
        await kiosk.all_heard()

    assert play(scenario).voice.finished == ["Burgers", "8 euros 50"]


def test_going_on_with_the_keys_stops_what_is_being_said() -> None:
    keys = [
        Widget(id, Role.BUTTON, AREA, "primary", name=id, focus=place)
        for place, id in enumerate(("one", "two"))
    ]

    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.show(*keys, id="menu", title="Burgers", focused="one")
        await kiosk.show(*keys, focused="two")
        await kiosk.all_heard()

    kiosk = play(scenario)
    assert kiosk.said == ["Burgers", "two, button, 2 of 2"]


def test_silence_is_at_once_and_nothing_comes_after_it() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.show(status("a", "one"), id="menu", title="Burgers")
        kiosk.speaking.hush()
        await settled()
        assert kiosk.events[-1] == SpeechChanged(False)
        await kiosk.all_heard()

    kiosk = play(scenario)
    assert kiosk.said == ["Burgers"] and not kiosk.voice.finished


def test_all_of_the_screen_is_said_when_asked_for() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.show(
            Widget("t", Role.TEXT, AREA, "plain", name="Choose what you like"), id="menu", title="Burgers"
        )
        kiosk.speaking.read_screen()
        await kiosk.all_heard()

    assert play(scenario).voice.finished == ["Burgers", "Choose what you like"]


def test_it_can_be_asked_for_before_anything_was_said() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.show(Widget("t", Role.TEXT, AREA, "plain", name="Choose what you like"))
        kiosk.speaking.read_screen()
        await kiosk.visit_is(replace(kiosk.visit, access=LISTENING))
        await kiosk.all_heard()

    assert play(scenario).voice.finished == ["You hear what is shown", "Hello", "Choose what you like"]


def test_the_receipt_is_said_with_the_thanks_and_again_on_demand() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        kiosk.visit = replace(kiosk.visit, phase=Thanks(ORDER, Points.NONE, until_s=1e9))
        await kiosk.show(id="thanks", title="Thank you")
        await kiosk.all_heard()
        kiosk.speaking.read_screen()
        await kiosk.all_heard()

    receipt = list(receipt_said(ORDER, translator("en")))
    assert len(receipt) >= 3
    assert play(scenario).voice.finished == ["Thank you", *receipt] * 2


# --- who hears it ------------------------------------------------------------------------------------------


def test_when_headphones_are_pulled_the_private_sentence_is_not_finished() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.show(
            status("points", "Sanne, 1,240 points", private=True), id="member", title="Your points"
        )
        await kiosk.voice.finish()
        assert kiosk.said[-1] == "Sanne, 1240 points"
        await kiosk.visit_is(replace(kiosk.visit, headphones=False))
        assert not kiosk.voice.finished[1:]
        kiosk.speaking.read_screen()
        await kiosk.all_heard()

    assert play(scenario).voice.finished == ["Your points", "Your points", "Private: headphones tell you"]


def test_the_loudspeaker_never_says_what_is_private() -> None:
    """Not on coming to a screen, not where the keys go, not when it changes, not on demand."""
    own = status("points", "1,240 points", private=True)
    keys = [
        Widget(id, Role.BUTTON, AREA, "primary", name="Sanne", focus=place, private=True, aloud="Member")
        for place, id in enumerate(("one", "two"))
    ]

    async def scenario(kiosk: Kiosk) -> None:
        kiosk.visit = replace(kiosk.visit, headphones=False)
        await kiosk.listen()
        await kiosk.show(*keys, own, id="member", title="Your points", focused="one")
        await kiosk.all_heard()
        await kiosk.show(*keys, own, focused="two")
        await kiosk.all_heard()
        await kiosk.show(*keys, replace(own, name="1,300 points"), focused="two")
        await kiosk.all_heard()
        kiosk.speaking.read_screen()
        await kiosk.all_heard()

    said = play(scenario).voice.finished
    assert len(said) > 6
    assert not [words for words in said if "Sanne" in words or "point" in words.removeprefix("Your points")]


def test_when_they_are_plugged_in_the_screen_is_said_with_what_is_private() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        kiosk.visit = replace(kiosk.visit, headphones=False)
        await kiosk.listen()
        await kiosk.show(status("points", "1,240 points", private=True), id="member", title="Your points")
        await kiosk.all_heard()
        await kiosk.visit_is(replace(kiosk.visit, headphones=True))
        await kiosk.all_heard()

    assert play(scenario).said[-2:] == ["Your points", "1240 points"]


def test_the_loudspeaker_has_its_own_limit_and_may_be_none() -> None:
    loudest = replace(LISTENING, volume=10)

    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.visit_is(replace(kiosk.visit, access=loudest, headphones=False))
        await kiosk.all_heard()
        await kiosk.visit_is(replace(kiosk.visit, headphones=True))
        await kiosk.all_heard()

    assert [u.volume for u in play(scenario).voice.said] == [6, 6, 10]
    assert [u.volume for u in play(scenario, Kiosk(speaker_volume=0)).voice.said] == [10, 10]


def test_the_volume_is_heard_at_the_new_one() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.visit_is(replace(kiosk.visit, access=kiosk.visit.access.louder(2)))
        await kiosk.all_heard()

    assert play(scenario).voice.said == [Utterance("Volume 7", "en", 7)]


# --- what cannot be said -----------------------------------------------------------------------------------


def test_nothing_is_said_in_another_language_than_the_one_shown() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.visit_is(replace(kiosk.visit, language="he"))
        await kiosk.show(id="menu", title="בורגרים", language="he")
        kiosk.speaking.read_screen()
        await kiosk.all_heard()

    assert not play(scenario).said


def test_what_is_shown_in_a_language_is_said_in_it() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        kiosk.visit = replace(kiosk.visit, language="nl")
        await kiosk.show(status("total", "€ 8,50"), id="menu", title="Burgers", language="nl")
        await kiosk.all_heard()

    kiosk = play(scenario)
    assert kiosk.said == ["Burgers", "8 euro 50"]
    assert {utterance.language for utterance in kiosk.voice.said} == {"nl"}


def test_what_could_not_be_said_does_not_hold_the_clock_and_is_said_when_the_voice_is_back() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        kiosk.voice.broken = True
        await kiosk.show(status("a", "one"), id="menu", title="Burgers")
        assert kiosk.events == [SpeechChanged(True), SpeechChanged(False)]
        kiosk.voice.languages = frozenset()
        await kiosk.visit_is(kiosk.visit)
        kiosk.voice.broken, kiosk.voice.languages = False, frozenset({"en"})
        await kiosk.visit_is(kiosk.visit)
        await kiosk.all_heard()

    assert play(scenario).voice.finished == ["You hear what is shown", "Burgers", "one"]


def test_the_next_guest_is_not_spoken_to() -> None:
    async def scenario(kiosk: Kiosk) -> None:
        await kiosk.listen()
        await kiosk.show(status("a", "one"), id="menu", title="Burgers")
        await kiosk.visit_is(first_visit(SHOP, NOON))
        await kiosk.all_heard()

    kiosk = play(scenario)
    assert kiosk.said == ["Burgers"] and not kiosk.voice.finished
