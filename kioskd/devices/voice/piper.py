"""Piper: sounds like a person, and needs a model for each language (piper-tts 1.3 or later, with aplay).

It loads its model for every sentence, which takes a second or so on a small machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from kioskd.core.access import START_VOLUME
from kioskd.core.errors import DeviceFault
from kioskd.core.speech import Utterance
from kioskd.devices.voice.processes import Command


class Piper:
    """`models` has a file for each language, with its description beside it, as Piper's voices come."""

    def __init__(
        self,
        models: Mapping[str, Path],
        program: Sequence[str] = ("piper",),
        *,
        device: str | None = None,
        player: str = "aplay",
    ) -> None:
        self._models = models
        self._program = tuple(program)
        self._device = device
        self._player = player
        self._rates: dict[str, int] = {}

    async def languages(self, wanted: Sequence[str]) -> frozenset[str]:
        """Those with a model. Raises DeviceFault for one that cannot be read."""
        for language in wanted:
            if language in self._models:
                self._rates[language] = _sample_rate(self._models[language])
        return frozenset(self._rates)

    def commands(self, utterance: Utterance) -> Sequence[Command]:
        language = utterance.language
        volume = f"{utterance.volume / START_VOLUME:.1f}"
        speak = [*self._program, "--model", str(self._models[language]), "--volume", volume, "--output-raw"]
        rate = str(self._rates[language])
        play = [self._player, "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", rate]
        return [speak, [*play, "-D", self._device] if self._device else play]


def _sample_rate(model: Path) -> int:
    description = model.with_name(f"{model.name}.json")
    try:
        rate = json.loads(description.read_bytes())["audio"]["sample_rate"]
    except (OSError, ValueError, KeyError, TypeError):
        raise DeviceFault(f"{description} cannot be read") from None
    if not model.is_file() or not isinstance(rate, int):
        raise DeviceFault(f"{model} is no model for Piper")
    return rate
