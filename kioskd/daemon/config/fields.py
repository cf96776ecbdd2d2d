"""The kinds of value that configuration and menu are made of, each with the remedy for a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationInfo
from pydantic_core import PydanticCustomError

# Control characters, and the marks that turn the direction of all that follows.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """What a validator raises; both texts reach the technician as they are, so they quote no secret."""
    return PydanticCustomError("kiosk", "{what}", {"what": what, "remedy": remedy})


class Section(BaseModel):
    """A table of a file: unknown keys are refused and no value is bent into another type."""

    # Built once, as part of the whole, when the first file is read: half the start-up time.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise wrong("has control or direction characters in it", "type it anew as one plain line")
    return text


def _resolve(path: Path, info: ValidationInfo) -> Path:
    if path == Path() or _UNPRINTABLE.search(str(path)):
        raise wrong("is no path", "write where the file or device is, in quotes")
    return Path((info.context or {})["folder"], path)


def _plain_number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def matching(pattern: str, what: str, remedy: str) -> Callable[[str], str]:
    """A check that all of a text matches `pattern`."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise wrong(what, remedy)
        return text

    return check


def no_repeats(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(words)) < len(words):
        raise wrong("names something twice", "each one once")
    return words


Line = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(printable)]
"""One line that is shown or printed."""

FilePath = Annotated[Path, Strict(False), AfterValidator(_resolve)]
"""A path; one that is not absolute starts at the file it was read from."""

Seconds = Annotated[float, BeforeValidator(_plain_number), Field(ge=1, le=600)]

Share = Annotated[float, BeforeValidator(_plain_number), Field(ge=0, le=1)]
"""A part of a whole."""

Port = Annotated[int, Field(ge=1, le=65535)]

Host = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,252})?|::1",
            "is no host",
            'a name or an address without port, as in "192.168.1.40"',
        )
    ),
]

CredentialName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}",
            "is no name of a credential",
            'the name given to LoadCredential=, as in "leat-token"; never the secret itself',
        )
    ),
]


def server(url: str) -> str:
    """https, or http to this very machine; no credentials, query or fragment."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise wrong("is no address of a server", 'as in "https://api.leat.com"') from None
    if parts.username is not None or parts.password is not None:
        raise wrong("has a user or a password in it", "secrets go into token_file or token_credential")
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment:
        raise wrong("is no address of a server", 'as in "https://api.leat.com"')
    if parts.scheme == "http" and not is_loopback(host):
        raise wrong("would send guests' data without encryption", 'begin it with "https://"')
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_PROFILE = matching(
    r"[a-z0-9][a-z0-9_-]{0,39}", "is no name of a profile", 'small letters, as in "generic-80mm"'
)
_NAME = matching(
    r"[a-z0-9][a-z0-9-]{0,19}", "is no name of a device", 'up to 20 of a-z, 0-9 and -, as in "front"'
)

DeviceName = Annotated[str, AfterValidator(_NAME)]
Profile = Annotated[str, AfterValidator(_PROFILE)]
