"""What is in the machine, while no kiosk.toml says it: named in hardware.toml, or found."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict, ValidationError

from kioskd.daemon.config.errors import problems_of, raise_problems
from kioskd.daemon.config.fields import Section
from kioskd.daemon.config.kiosk import (
    Camera,
    Config,
    Control,
    Disabled,
    Display,
    HidPosScanner,
    Keypad,
    Picamera2Camera,
    Scanner,
    SerialScanner,
    V4l2Camera,
    WedgeScanner,
)
from kioskd.daemon.config.source import read_source
from kioskd.daemon.doctor.guess import profiles_for
from kioskd.daemon.doctor.plugged import Kind, Plugged, plugged

FILE = "hardware.toml"


class Hardware(Section):
    """`hardware.toml` beside a kiosk.toml that is not there yet: sections as kiosk.toml has them."""

    display: Display | None = None
    scanners: Annotated[
        tuple[Annotated[Scanner, Field(discriminator="driver")], ...], Strict(False), Field(max_length=4)
    ] = Field(default=(), alias="scanner")
    camera: Annotated[Camera, Field(discriminator="driver")] = Disabled.model_construct()
    keypad: Annotated[Keypad, Field(discriminator="driver")] = Disabled.model_construct()
    control: Control = Control.model_construct()


def read_hardware(file: Path) -> Hardware | None:
    """None where nobody has written it. Raises ConfigError."""
    if not file.exists():
        return None
    source = read_source(file)
    try:
        return Hardware.model_validate(source.data, context={"folder": file.resolve().parent})
    except ValidationError as error:
        problems = list(problems_of(error, source, Hardware))
    raise_problems(file, problems)
    raise AssertionError("a ValidationError without errors")


def readers_only(hardware: Hardware) -> Config:
    """A configuration that names these devices and no others: it sells nothing."""
    disabled = Disabled.model_construct()
    return Config.model_construct(
        display=hardware.display or Display.model_construct(touch=None),
        scanners=hardware.scanners,
        camera=hardware.camera,
        keypad=hardware.keypad,
        printer=disabled,
        terminal=disabled,
        speech=disabled,
        languages=("en",),
    )


def found_readers(devices: list[Plugged] | None = None) -> Hardware:
    """Everything plugged in that may read a code. A keyboard may be a scanner: it is listened to as one."""
    found = plugged() if devices is None else devices
    cameras = (camera for device in found if (camera := _camera(device)))
    camera = next(cameras, Disabled.model_construct())
    if find_spec("picamera2") is not None:
        camera = Picamera2Camera.model_construct(driver="picamera2", device=0, formats=("qr",), region=None)
    return Hardware.model_construct(scanners=tuple(_scanners(found)), camera=camera)


def _scanners(devices: list[Plugged]) -> Iterator[Scanner]:
    for device in devices:
        path, profiles = device.stable or device.node, profiles_for(device.kind, device.usb)
        name = device.node.name.lower()[:20]
        match device.kind:
            case Kind.KEYBOARD:
                profile = (profiles or ["generic-wedge"])[0]
                yield WedgeScanner.model_construct(
                    driver="wedge", name=name, path=path, profile=profile, layout=None
                )
            case Kind.HIDPOS:
                profile = (profiles or ["generic-hidpos"])[0]
                yield HidPosScanner.model_construct(driver="hidpos", name=name, path=path, profile=profile)
            case Kind.SERIAL if device.usb is not None:  # what a printer's cable looks like is only read from
                profile = (profiles or ["generic-serial"])[0]
                yield SerialScanner.model_construct(
                    driver="serial", name=name, path=path, profile=profile, baud=None
                )


def _camera(device: Plugged) -> Camera | None:
    if device.kind is not Kind.CAMERA or find_spec("linuxpy") is None:
        return None
    path = device.stable or device.node
    return V4l2Camera.model_construct(driver="v4l2", path=path, formats=("qr",), region=None)
