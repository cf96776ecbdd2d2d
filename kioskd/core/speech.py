"""What a voice is asked to say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence or two in one language, as it is read: amounts and abbreviations in words.

    `volume` is the guest's, 0 to `access.LOUDEST`. What is said may be private: it belongs into no log.
    """

    text: str
    language: str
    volume: int
