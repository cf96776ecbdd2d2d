"""The part of kiosk.toml about the card terminal."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kioskd.daemon.config.fields import (
    CredentialName,
    FilePath,
    Host,
    Port,
    Seconds,
    Section,
    matching,
    wrong,
)

_TIME_OF_DAY = matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", "is no time of day", 'as in "23:30"')

TimeOfDay = Annotated[str, AfterValidator(_TIME_OF_DAY)]
"""By the clock of `site.time_zone`."""


class AnyZvtTerminal(Section):
    """Without a password of its own the factory's 000000 is used.

    `receipts` says who prints the terminal's: the kiosk, with its own, or the terminal. At `end_of_day` the
    terminal settles with the bank. With `part_payments` a card that covers less than is due pays what it can.
    """

    password_credential: CredentialName | None = None
    password_file: FilePath | None = None
    timeout_s: Seconds = 90.0
    receipts: Literal["kiosk", "terminal"] = "kiosk"
    charset: Literal["auto", "cp437", "latin-1"] = "auto"
    end_of_day: TimeOfDay | None = None
    part_payments: bool = False

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password_credential is not None and self.password_file is not None:
            raise wrong("has two places for its password", "keep password_credential or password_file")
        return self

    @property
    def end_of_day_at(self) -> time | None:
        return time.fromisoformat(self.end_of_day) if self.end_of_day else None


class ZvtTerminal(AnyZvtTerminal):
    """A card terminal that speaks ZVT, in the network."""

    driver: Literal["zvt"]
    host: Host = Field(examples=["192.168.1.50"])
    port: Port = 20007


class ZvtSerialTerminal(AnyZvtTerminal):
    """A card terminal that speaks ZVT, on a cable."""

    driver: Literal["zvt-serial"]
    path: FilePath = Field(examples=["/dev/serial/by-id/usb-Terminal"])
    baud: Literal[9600, 115200] = 9600
