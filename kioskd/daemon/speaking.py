"""Says what is shown, to guests who want to hear it.

All others are asked aloud, too, whether they are still there: who looks away would not see their order go.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kioskd.core.access import Aid
from kioskd.core.errors import DeviceError
from kioskd.core.events import Event, SpeechChanged
from kioskd.core.phases import StillThere, Thanks
from kioskd.core.ports import Voice
from kioskd.core.speech import Utterance
from kioskd.core.visit import Visit
from kioskd.ui.scene import Scene
from kioskd.ui.speech.narration import Narrator, narrator, same_screen
from kioskd.ui.speech.receipt import receipt_said

log = logging.getLogger(__name__)

Look = Callable[[], tuple[Scene | None, str | None]]
"""What is shown now, and the id of the widget the guest is at."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the guest has been told of, or is being told of."""

    scene: Scene
    focused: str | None
    volume: int
    alone: bool


class Speaking:
    """`shown` after every change of the screen, `hush` when the guest does something, `run` for ever.

    Without headphones nothing is louder than `speaker_volume`; 0 is no loudspeaker.
    """

    def __init__(
        self, voice: Voice, look: Look, post: Callable[[Event], None], *, speaker_volume: int
    ) -> None:
        self._voice = voice
        self._look = look
        self._post = post
        self._speaker_volume = speaker_volume
        self._visit: Visit | None = None
        self._told: _Told | None = None
        self._wants_all = False
        """Asked for before the guest was spoken to at all."""
        self._asked = False
        """Whether they are still there, aloud."""
        self._waiting: deque[str] = deque()
        self._something = asyncio.Event()

    def shown(self, visit: Visit) -> None:
        """Another screen is said in place of the one before; what changes on it, after what is being said."""
        self._visit = visit
        if Aid.SPEECH not in visit.access:
            self._fall_silent()
            self._ask_whoever_looks_away(visit)
            return
        self._asked = False
        scene, focused = self._look()
        if scene is None or not self._can_be_heard(visit) or visit.language not in self._voice.languages:
            self._fall_silent()
            return
        told, says = self._told, narrator(visit.language, alone=visit.headphones)
        self._told = _Told(scene, focused, visit.access.volume, visit.headphones)
        if told is None:
            what = _all if self._wants_all else _screen
            self._say_instead([*says.greeting(keys=visit.access.keys), *what(visit, says, scene, focused)])
            self._wants_all = False
        elif not same_screen(told.scene, scene) or (visit.headphones and not told.alone):
            self._say_instead(_screen(visit, says, scene, focused))
        elif told.alone and not visit.headphones:
            self.hush()  # what was begun for the guest alone is not finished for everybody
        elif told.volume != visit.access.volume:
            self._say_instead(says.volume(visit.access.volume))
        else:
            changes = says.changed(told.scene, scene, focused)
            if focused != told.focused:
                self._say_instead([*says.moved(scene, focused), *changes])
            elif changes:
                self._say_also(changes)

    def read_screen(self) -> None:
        """All of it, from its beginning."""
        if self._visit is None or self._told is None:
            self._wants_all = True
            return
        scene, focused = self._look()
        if scene is not None:
            says = narrator(self._visit.language, alone=self._visit.headphones)
            self._say_instead(_all(self._visit, says, scene, focused))

    def limit_loudspeaker(self, volume: int) -> None:
        """From the next sentence on. May be called from any thread."""
        self._speaker_volume = volume

    def hush(self) -> None:
        """Silence, at once."""
        self._waiting.clear()
        self._voice.stop()

    async def run(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            if self._waiting:
                self._post(SpeechChanged(True))
                try:
                    await self._say_all()
                finally:
                    self._post(SpeechChanged(False))

    async def _say_all(self) -> None:
        while self._waiting and (visit := self._visit) is not None:
            volume = visit.access.volume
            if not visit.headphones:
                volume = min(volume, self._speaker_volume)
            try:
                await self._voice.say(Utterance(self._waiting.popleft(), visit.language, volume))
            except (
                DeviceError
            ):  # the device itself says what is the matter; when it is back, all is said anew
                self._waiting.clear()

    def _can_be_heard(self, visit: Visit) -> bool:
        return visit.headphones or self._speaker_volume > 0

    def _ask_whoever_looks_away(self, visit: Visit) -> None:
        """Once, when the question appears; silent again when it is answered."""
        asked, self._asked = self._asked, isinstance(visit.phase, StillThere)
        if asked and not self._asked:
            self.hush()
        elif self._asked and not asked and self._can_be_heard(visit):
            scene, _ = self._look()
            if scene is not None and visit.language in self._voice.languages:
                self._say_instead([scene.title])

    def _fall_silent(self) -> None:
        self._wants_all = False
        if self._told is not None:
            self._told = None
            self.hush()

    def _say_instead(self, said: Iterable[str]) -> None:
        self.hush()
        self._say_also(said)

    def _say_also(self, said: Iterable[str]) -> None:
        self._waiting.extend(said)
        self._something.set()


def _screen(visit: Visit, says: Narrator, scene: Scene, focused: str | None) -> Iterable[str]:
    return [*says.entered(scene, focused), *_receipt(visit, says)]


def _all(visit: Visit, says: Narrator, scene: Scene, _focused: str | None) -> Iterable[str]:
    return [*says.everything(scene), *_receipt(visit, says)]


def _receipt(visit: Visit, says: Narrator) -> Iterable[str]:
    return receipt_said(visit.phase.order, says.tr) if isinstance(visit.phase, Thanks) else ()
