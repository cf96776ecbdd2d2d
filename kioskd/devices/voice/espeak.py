"""espeak-ng: small, at once, and in every language of the kiosk; it sounds like a machine.

It needs 10 ms of a processor to start, so that nothing is gained by keeping sentences ready.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kioskd.core.errors import DeviceFault
from kioskd.core.speech import Utterance
from kioskd.devices.voice.processes import Command, Speaking

WORDS_PER_MINUTE = 150
"""Its own 175 are too fast for whoever hears it for the first time."""
_AMPLITUDE = 20
"""For each step of the volume: its own 100 at the middle."""
_PROBE = "12"
"""A voice that leaves out numbers would leave out every price: Hebrew in 1.51 does."""
_PROBE_S = 5.0


class Espeak:
    """`program` is the command, perhaps with arguments. `device` is one of ALSA's, None for the default."""

    def __init__(
        self,
        program: Sequence[str] = ("espeak-ng",),
        *,
        device: str | None = None,
        voices: Mapping[str, str] | None = None,
    ) -> None:
        self._program = tuple(program)
        self._device = device
        self._voices = voices or {}

    async def languages(self, wanted: Sequence[str]) -> frozenset[str]:
        """Those of them it can really speak. Raises DeviceAbsent and DeviceFault."""
        spoken = set()
        for language in wanted:
            probe = Speaking([[*self._program, "-v", self._voice(language), "-q", "-x", "--stdin"]])
            try:
                sounds = await probe.run(_PROBE, _PROBE_S)
            except DeviceFault:
                continue  # it does not know this voice
            if sounds.strip():
                spoken.add(language)
        return frozenset(spoken)

    def commands(self, utterance: Utterance) -> Sequence[Command]:
        command = [*self._program, "-v", self._voice(utterance.language)]
        command += ["-a", str(utterance.volume * _AMPLITUDE), "-s", str(WORDS_PER_MINUTE)]
        if self._device:
            command += ["-d", self._device]
        return [[*command, "--stdin"]]

    def _voice(self, language: str) -> str:
        return self._voices.get(language, language)
