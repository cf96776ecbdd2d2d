"""The voice as a device: says one thing at a time, is silent at once, and admits what it cannot say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from kioskd.core.errors import DeviceAbsent, DeviceError, DeviceFault
from kioskd.core.events import DeviceChanged, VoicesChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.core.speech import Utterance
from kioskd.devices.voice.processes import Command, Killed, Speaking

log = logging.getLogger(__name__)

LEAST_S = 8.0
PER_SIGN_S = 0.25
"""An utterance ends by then, or something is stuck: three times what a slow voice needs."""


class Synthesiser(Protocol):
    async def languages(self, wanted: Sequence[str]) -> frozenset[str]:
        """Those of them it can speak. Raises DeviceAbsent and DeviceFault."""
        ...

    def commands(self, utterance: Utterance) -> Sequence[Command]: ...


class ProcessVoice:
    """Implements core.ports.Device and core.ports.Voice. `wanted` are the languages of the kiosk."""

    kind = DeviceKind.VOICE

    def __init__(self, name: str, synthesiser: Synthesiser, wanted: Sequence[str]) -> None:
        self.name = name
        self._synthesiser = synthesiser
        self._wanted = tuple(wanted)
        self._languages: frozenset[str] = frozenset()
        self._speaking: Speaking | None = None
        self._broken: asyncio.Future[DeviceError] | None = None

    @property
    def languages(self) -> frozenset[str]:
        """See `core.ports.Voice`."""
        return self._languages

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""
        languages = await self._synthesiser.languages(self._wanted)
        if not languages:
            raise DeviceFault(f"has no voice for {', '.join(self._wanted)}")
        missing = [language for language in self._wanted if language not in languages]
        state = DeviceState.DEGRADED if missing else DeviceState.OK
        detail = f"no voice for {', '.join(missing)}" if missing else ""
        self._broken = asyncio.get_running_loop().create_future()
        self._languages = languages
        emit(VoicesChanged(languages))
        emit(DeviceChanged(DeviceHealth(self.name, self.kind, state, detail)))
        try:
            raise await self._broken
        finally:
            self._languages = frozenset()
            self.stop()
            emit(VoicesChanged(frozenset()))

    async def say(self, utterance: Utterance) -> None:
        """See `core.ports.Voice`. What was killed in mid-sentence is said once more, from its beginning."""
        if utterance.language not in self._languages:
            raise DeviceAbsent(f"there is no voice for {utterance.language}")
        try:
            try:
                await self._say(utterance)
            except Killed as killed:
                log.warning("%s: %s; once more", self.name, killed)
                await self._say(utterance)
        except DeviceError as error:
            if self._broken is not None and not self._broken.done():
                self._broken.set_result(error)
            raise

    async def _say(self, utterance: Utterance) -> None:
        self.stop()
        speaking = self._speaking = Speaking(self._synthesiser.commands(utterance))
        try:
            await speaking.run(utterance.text, LEAST_S + PER_SIGN_S * len(utterance.text))
        finally:
            if self._speaking is speaking:
                self._speaking = None

    def stop(self) -> None:
        """See `core.ports.Voice`."""
        if self._speaking is not None:
            self._speaking.stop()
