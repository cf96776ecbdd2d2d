"""[machine] and [secrets] of a card's kiosk.toml: what is not for kioskd itself.

A password or secret is a text in quotes the first time. Once the kiosk has it, `true` stands in its place:
keep the one you have.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator

from kioskd.daemon.config.fields import Section, matching, printable, wrong

Kept = Literal[True]
"""The machine has it already."""

_PASSPHRASE = re.compile(r"[ -~]{8,63}|[0-9A-Fa-f]{64}")
_SECRET = re.compile(r"[!-~]([ -~]{0,4094}[!-~])?")


def _kept_or(pattern: re.Pattern[str], what: str, remedy: str) -> PlainValidator:
    def check(value: Any) -> str | Kept:
        if value is True:
            return True
        if not isinstance(value, str):
            raise wrong("must be text in quotes", f"{remedy}; or true, to keep the one the kiosk has")
        if pattern.fullmatch(value) is None:
            raise wrong(what, remedy)
        return value

    return PlainValidator(check)


Password = Annotated[
    Any, _kept_or(_PASSPHRASE, "is no password of a Wi-Fi", "8 to 63 letters, digits and signs of a keyboard")
]
Secret = Annotated[
    Any, _kept_or(_SECRET, "is not one line of plain letters and digits", "put only the secret in it")
]


def _ssid(name: str) -> str:
    if not 1 <= len(name.encode()) <= 32:
        raise wrong("is no name of a Wi-Fi", "1 to 32 bytes, exactly as the telephone shows it")
    return printable(name)


class Wifi(Section):
    """Without a password it is an open network. `country` says which channels are allowed."""

    ssid: Annotated[str, AfterValidator(_ssid)] = Field(examples=["Harbour staff"])
    password: Password = Field(default=None, repr=False)
    country: Annotated[str, AfterValidator(matching(r"[A-Z]{2}", "is no country", 'as in "NL"'))] | None = (
        None
    )
    hidden: bool = False


class Machine(Section):
    """What the operating system is told. The time zone is that of [site].

    `replaces` is the id of the kiosk that this machine was before, when it becomes another one.
    """

    host_name: (
        Annotated[
            str,
            AfterValidator(
                matching(
                    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
                    "is no name of a host",
                    'small letters, digits and -, as in "kiosk-1"',
                )
            ),
        ]
        | None
    ) = None
    wifi: Wifi | None = None
    replaces: str | None = None


class Secrets(Section):
    """By the names under which systemd hands them to kioskd."""

    leat_token: Secret = Field(default=None, alias="leat-token", repr=False)
    leat_claims: Secret = Field(default=None, alias="leat-claims", repr=False)
    loyalty_key: Secret = Field(default=None, alias="loyalty-key", repr=False)
    terminal_password: Secret = Field(default=None, alias="terminal-password", repr=False)
    help_token: Secret = Field(default=None, alias="help-token", repr=False)
    mqtt_password: Secret = Field(default=None, alias="mqtt-password", repr=False)

    def given(self) -> dict[str, str | Kept]:
        """Those that are named in the file."""
        dumped = self.model_dump(by_alias=True)
        return {name: value for name, value in dumped.items() if value is not None}
