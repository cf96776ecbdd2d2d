"""The part of kiosk.toml about the camera that reads codes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict

from kioskd.daemon.config.fields import FilePath, Section, Share, no_repeats, wrong

Symbology = Literal["qr", "code128", "ean/upc", "datamatrix", "aztec", "pdf417", "itf", "code39"]
_Formats = Annotated[tuple[Symbology, ...], Strict(False), Field(min_length=1), AfterValidator(no_repeats)]


def _inside(region: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, width, height = region
    if not (width > 0 and height > 0 and left + width <= 1 and top + height <= 1):
        raise wrong(
            "is no part of the picture",
            "left, top, width and height as shares of it, as in [0.2, 0.1, 0.6, 0.8]",
        )
    return region


_Region = Annotated[tuple[Share, Share, Share, Share], Strict(False), AfterValidator(_inside)]
"""Where in the camera's picture codes are held; what lies outside is not looked at."""


class FolderCamera(Section):
    """Pictures that appear in a folder: for the simulator and for tests."""

    driver: Literal["folder"]
    path: FilePath = Field(examples=["/run/kioskd/camera"])
    formats: _Formats = ("qr",)
    region: _Region | None = None


class V4l2Camera(Section):
    driver: Literal["v4l2"]
    path: FilePath = Field(examples=["/dev/video0"])
    formats: _Formats = ("qr",)
    region: _Region | None = None


class Picamera2Camera(Section):
    """A camera on a Raspberry Pi's ribbon; `device` counts them from 0."""

    driver: Literal["picamera2"]
    device: Annotated[int, Field(ge=0, le=3)] = 0
    formats: _Formats = ("qr",)
    region: _Region | None = None
