"""The part of kiosk.toml about the keys beside the screen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kioskd.daemon.config.fields import FilePath, Profile, Section

LockoutSeconds = Annotated[float, Field(ge=0, le=1)]


class EvdevKeypad(Section):
    """Keys by which everything can be done, by the evdev device that they are.

    For `lockout_s` a key cannot be struck again, for hands that tremble; another key can.
    """

    driver: Literal["evdev"]
    path: FilePath = Field(examples=["/dev/input/by-id/usb-Keypad-event-kbd"])
    profile: Profile = "arrows"
    lockout_s: LockoutSeconds = 0.3
