"""Which key of a keypad is for what: data, read from `hardware/keypads/<id>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kioskd.core.errors import ConfigError
from kioskd.core.keypad import Key
from kioskd.devices.scanner.profile import Evidence

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
"""Besides the two ways to go on: without these a guest could not do all that there is to do."""


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


def shipped_profiles() -> Path:
    """The directory of the profiles that come with kioskd: in the wheel, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "hardware" / "keypads"
    return installed if installed.is_dir() else package.parent / "hardware" / "keypads"


def profile_names(directory: Path | None = None) -> list[str]:
    return sorted(path.stem for path in (directory or shipped_profiles()).glob("*.toml"))


def load_profile(name: str, directory: Path | None = None) -> KeypadProfile:
    """The profile called `name`. Raises ConfigError with the file, the key and the profiles there are."""
    folder = directory or shipped_profiles()
    known = profile_names(folder)
    if name not in known:
        raise ConfigError(str(folder), f"no keypad profile {name!r}", f"one of: {', '.join(known)}")
    path = folder / f"{name}.toml"
    try:
        file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ConfigError(str(path), f"is not TOML: {wrong}") from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {place}", first["msg"]) from wrong
    jack = (_CODES[file.jack.plugged], _CODES[file.jack.pulled]) if file.jack else (None, None)
    return KeypadProfile(name, file.title, file.tested, _keys(path, file), *jack)


def _keys(path: Path, file: _File) -> dict[int, Key]:
    keys: dict[int, Key] = {}
    taken = {file.jack.plugged, file.jack.pulled} if file.jack else set()
    for key, names in file.keys.items():
        for name in names:
            if _CODES[name] in keys or name in taken:
                raise ConfigError(f"{path}: keys.{key}", f"{name!r} is for something else, too")
            keys[_CODES[name]] = key
    there = set(keys.values())
    ways = ({Key.NEXT, Key.PREVIOUS}, {Key.LEFT, Key.RIGHT})
    missing = [key for key in NEEDED if key not in there]
    if missing or not any(way <= there for way in ways):
        lacks = ", ".join([*missing, *([] if any(way <= there for way in ways) else ["next and previous"])])
        raise ConfigError(f"{path}: keys", f"nothing is there for {lacks}", "every screen needs five keys")
    return keys
