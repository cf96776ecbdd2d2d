"""What keeps a camera from reading a code."""

from __future__ import annotations

from enum import StrEnum


class Hindrance(StrEnum):
    DARK = "too dark"
    GLARE = "glare"
    FAR = "too far away"
