"""The part of kiosk.toml about speech."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, Strict

from kioskd.core.access import LOUDEST
from kioskd.daemon.config.fields import FilePath, Line, Section
from kioskd.daemon.config.values import Language

_Word = Annotated[str, Field(min_length=1, max_length=4096)]
_Program = Annotated[tuple[_Word, ...], Strict(False), Field(min_length=1)]


class AnySpeech(Section):
    """Guests who cannot see the screen hear it, through headphones, a loudspeaker, or either.

    `jack` is the evdev device that tells when headphones are plugged in, if the keypad does not; what is
    private is said only then. Without them nothing is louder than `speaker_volume`, of 10: 0 is no
    loudspeaker. `device` is ALSA's name for both, if it is not the default.
    """

    device: Line | None = None
    speaker_volume: Annotated[int, Field(ge=0, le=LOUDEST)] = 0
    jack: FilePath | None = None


class EspeakSpeech(AnySpeech):
    """`program` is the command, with its arguments. `voices` are its own names for them, where its choice
    for a language is not the right one."""

    driver: Literal["espeak-ng"]
    program: _Program = ("espeak-ng",)
    voices: Mapping[Language, Line] = Field(default_factory=dict)


class PiperSpeech(AnySpeech):
    """`models` has a file for each language."""

    driver: Literal["piper"]
    program: _Program = ("piper",)
    models: Mapping[Language, FilePath] = Field(min_length=1)
