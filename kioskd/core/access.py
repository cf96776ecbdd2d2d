"""How a guest wants to be served: heard, larger, lower, by keys. It ends with their visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

LOUDEST = 10
START_VOLUME = 5
"""Where every visit begins: a guest must not be shouted at because the one before was hard of hearing."""


class Aid(StrEnum):
    """What a guest switches on, in any combination."""

    SPEECH = "speech"
    """Everything that is shown is also said."""
    LARGE_TEXT = "large_text"
    CONTRAST = "contrast"
    REACH = "reach"
    """Everything stands where somebody who sits can reach it."""
    CURTAIN = "curtain"
    """The picture is dark, so that nobody reads along. Only with speech."""
    MORE_TIME = "more_time"


@dataclass(frozen=True, slots=True)
class Access:
    """`volume` is of the speech, 0 to LOUDEST. With `keys` the guest has used the keys: what they are at is
    marked."""

    aids: frozenset[Aid] = frozenset()
    keys: bool = False
    volume: int = START_VOLUME

    def __contains__(self, aid: Aid) -> bool:
        return aid in self.aids

    @property
    def patience(self) -> int:
        """How many times longer than usual this guest is waited for."""
        return 10 if Aid.MORE_TIME in self.aids else 1

    def having(self, aid: Aid, on: bool) -> Access:
        """With this aid switched on or off. Nobody is left before a dark picture that says nothing."""
        aids = self.aids | {aid} if on else self.aids - {aid}
        if Aid.SPEECH not in aids:
            aids -= {Aid.CURTAIN}
        return replace(self, aids=aids)

    def by_keys(self) -> Access:
        """Whoever reaches for the keys may not see the screen."""
        return replace(self.having(Aid.SPEECH, True), keys=True)

    def louder(self, steps: int) -> Access:
        return replace(self, volume=min(max(self.volume + steps, 0), LOUDEST))


AS_EVERYBODY = Access()
