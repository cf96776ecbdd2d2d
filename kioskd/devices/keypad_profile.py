"""Which key of a keypad is for what: data, read from `hardware/keypads/<id>.toml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from kioskd.core.keypad import Key
from kioskd.devices.profiles import Evidence, Kind, known, read

# The keys as profiles name them, by their numbers in linux/input-event-codes.h.
_CODES: Mapping[str, int] = {
    "esc": 1,
    "backspace": 14,
    "tab": 15,
    "enter": 28,
    "space": 57,
    **{f"f{number}": 58 + number for number in range(1, 11)},
    "f11": 87,
    "f12": 88,
    **{f"f{number}": 170 + number for number in range(13, 25)},
    "home": 102,
    "up": 103,
    "page_up": 104,
    "left": 105,
    "right": 106,
    "end": 107,
    "down": 108,
    "page_down": 109,
    "delete": 111,
    "volume_down": 114,
    "volume_up": 115,
    "help": 138,
    "kp_7": 71,
    "kp_8": 72,
    "kp_9": 73,
    "kp_minus": 74,
    "kp_4": 75,
    "kp_5": 76,
    "kp_6": 77,
    "kp_plus": 78,
    "kp_1": 79,
    "kp_2": 80,
    "kp_3": 81,
    "kp_0": 82,
    "kp_dot": 83,
    "kp_enter": 96,
    "kp_slash": 98,
    "kp_asterisk": 55,
}
NEEDED = (Key.SELECT, Key.BACK, Key.HELP)
"""Besides one of these ways to go on: without them a guest could not do all that there is to do."""
WAYS = ({Key.NEXT, Key.PREVIOUS}, {Key.LEFT, Key.RIGHT})


@dataclass(frozen=True, slots=True)
class KeypadProfile:
    """`keys` are Linux key codes. `jack_in` and `jack_out` are what it types when headphones come and go."""

    id: str
    title: str
    evidence: Evidence
    keys: Mapping[int, Key]
    jack_in: int | None = None
    jack_out: int | None = None


def _known(name: str) -> str:
    if name not in _CODES:
        raise ValueError(f"{name!r} is no key; known are {', '.join(_CODES)}")
    return name


_Name = Annotated[str, AfterValidator(_known)]


class _Jack(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    plugged: _Name
    pulled: _Name


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    tested: Evidence
    keys: Mapping[Key, Annotated[tuple[_Name, ...], Field(min_length=1)]]
    jack: _Jack | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Every key is for one thing, and there is one for all that every screen needs."""
        names = [name for some in self.keys.values() for name in some]
        if self.jack:
            names += [self.jack.plugged, self.jack.pulled]
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise ValueError(f"{twice[0]!r} is for two things")
        lacks = [str(key) for key in NEEDED if key not in self.keys]
        if not any(way <= self.keys.keys() for way in WAYS):
            lacks.append("next and previous")
        if lacks:
            raise ValueError(f"no key is for {', '.join(lacks)}: every screen needs five")
        return self


_FORM = TypeAdapter(_File)


def profile_names() -> list[str]:
    return list(known(Kind.KEYPAD))


def load_profile(name: str, directory: Path | None = None) -> KeypadProfile:
    """The profile called `name`. Raises ConfigError with the file, the key and the profiles there are."""
    file = read(Kind.KEYPAD, name, _FORM, directory)
    keys = {_CODES[each]: key for key, names in file.keys.items() for each in names}
    jack = (_CODES[file.jack.plugged], _CODES[file.jack.pulled]) if file.jack else (None, None)
    return KeypadProfile(name, file.title, file.tested, keys, *jack)
