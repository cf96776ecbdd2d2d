"""The devices that the configuration names, and their drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kioskd.core.errors import ConfigError
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Device, PaymentTerminal, ReceiptPrinter, Voice
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.kiosk import Config
from kioskd.daemon.wiring.terminal import terminal_of

if TYPE_CHECKING:  # drivers are imported when they are built, after the first frame
    from kioskd.devices.camera.viewfinder import Viewfinder
    from kioskd.devices.keypad import OnKey
    from kioskd.devices.printer.printer import EscposPrinter
    from kioskd.devices.touch import OnTouch
    from kioskd.devices.voice.voice import ProcessVoice


def expected_devices(config: Config) -> dict[str, DeviceHealth]:
    """What the configuration names, before any of it was looked for."""
    named = [(entry.name, DeviceKind.SCANNER) for entry in config.scanners if not _disabled(entry)]
    if not isinstance(config.speech, settings.Disabled) and config.speech.jack:
        named.append((DeviceKind.HEADPHONES.value, DeviceKind.HEADPHONES))
    for section, kind in (
        (config.camera, DeviceKind.CAMERA),
        (config.printer, DeviceKind.PRINTER),
        (config.terminal, DeviceKind.TERMINAL),
        (config.keypad, DeviceKind.KEYPAD),
        (config.speech, DeviceKind.VOICE),
    ):
        if not _disabled(section):
            named.append((kind.value, kind))
    return {name: DeviceHealth(name, kind, DeviceState.STARTING) for name, kind in named}


@dataclass(frozen=True, slots=True)
class Plugged:
    """A device to be supervised. `path` is watched for its return when it can be unplugged."""

    device: Device
    kind: DeviceKind
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Hardware:
    plugged: tuple[Plugged, ...]
    printer: ReceiptPrinter | None
    terminal: PaymentTerminal | None
    viewfinder: Viewfinder | None = None
    voice: Voice | None = None


def hardware_of(config: Config, clock: Callable[[], float], on_touch: OnTouch, on_key: OnKey) -> Hardware:
    """Drivers for everything the configuration names; nothing is opened yet. After the first frame, on the
    loop in whose thread the screen is drawn.

    Raises ConfigError for a profile that does not exist or a password that cannot be read.
    """
    plugged = [_scanner(entry, clock) for entry in config.scanners if not _disabled(entry)]
    if config.display.touch:
        from kioskd.devices.touch import TouchScreen

        touch = TouchScreen("touch", config.display.touch, on_touch)
        plugged.append(Plugged(touch, DeviceKind.TOUCH, config.display.touch))
    if isinstance(config.keypad, settings.EvdevKeypad):
        plugged.append(_keypad(config.keypad, on_key))
    viewfinder = None
    if not _disabled(config.camera):
        from kioskd.devices.camera.viewfinder import Viewfinder

        viewfinder = Viewfinder()
        plugged.append(_camera(config, clock, viewfinder))
    printer = None if isinstance(config.printer, settings.Disabled) else _printer(config)
    if printer:
        plugged.append(Plugged(printer, DeviceKind.PRINTER, getattr(config.printer, "path", None)))
    terminal = None if isinstance(config.terminal, settings.Disabled) else terminal_of(config)
    if terminal:
        plugged.append(Plugged(terminal, DeviceKind.TERMINAL, getattr(config.terminal, "path", None)))
    voice = (
        None if isinstance(config.speech, settings.Disabled) else voice_of(config.speech, config.languages)
    )
    if voice:
        plugged.append(Plugged(voice, DeviceKind.VOICE))
        plugged += _jack(config)
    return Hardware(tuple(plugged), printer, terminal, viewfinder, voice)


def voice_of(speech: settings.EspeakSpeech | settings.PiperSpeech, languages: Sequence[str]) -> ProcessVoice:
    from kioskd.devices.voice.espeak import Espeak
    from kioskd.devices.voice.piper import Piper
    from kioskd.devices.voice.voice import ProcessVoice

    synthesiser = (
        Espeak(speech.program, device=speech.device, voices=speech.voices)
        if isinstance(speech, settings.EspeakSpeech)
        else Piper(speech.models, speech.program, device=speech.device)
    )
    return ProcessVoice(DeviceKind.VOICE.value, synthesiser, languages)


def _jack(config: Config) -> Iterator[Plugged]:
    if not isinstance(config.speech, settings.Disabled) and config.speech.jack:
        from kioskd.devices.jack import HeadphoneJack

        jack = HeadphoneJack(DeviceKind.HEADPHONES.value, config.speech.jack)
        yield Plugged(jack, DeviceKind.HEADPHONES, config.speech.jack)


def _disabled(section: object) -> bool:
    return isinstance(section, settings.Disabled | settings.DisabledScanner)


def _scanner(entry: settings.Scanner, clock: Callable[[], float]) -> Plugged:
    from kioskd.devices.scanner.drivers import driver_of
    from kioskd.devices.scanner.profile import load_profile

    if isinstance(entry, settings.DisabledScanner):
        raise ValueError(f"{entry.name} is disabled")
    profile = load_profile(entry.profile)
    if profile.driver != entry.driver:
        raise ConfigError(
            f"scanner {entry.name}: profile",
            f"{entry.profile!r} is for driver = {profile.driver!r}",
            "kioskd doctor proposes one that fits",
        )
    scanner = driver_of(
        profile,
        entry.name,
        entry.path,
        layout=entry.layout if isinstance(entry, settings.WedgeScanner) else None,
        baud=entry.baud if isinstance(entry, settings.SerialScanner) else None,
        clock=clock,
    )
    return Plugged(scanner, DeviceKind.SCANNER, entry.path)


def _keypad(entry: settings.EvdevKeypad, on_key: OnKey) -> Plugged:
    from kioskd.devices.keypad import Keypad
    from kioskd.devices.keypad_profile import load_profile

    profile = load_profile(entry.profile)
    keypad = Keypad(DeviceKind.KEYPAD.value, entry.path, profile, on_key, entry.lockout_s)
    return Plugged(keypad, DeviceKind.KEYPAD, entry.path)


def _camera(config: Config, clock: Callable[[], float], viewfinder: Viewfinder) -> Plugged:
    from kioskd.devices.camera.parent import CameraScanner

    camera = config.camera
    path: Path | None = None
    match camera:
        case settings.FolderCamera():
            source, path = f"folder:{camera.path}", camera.path
        case settings.V4l2Camera():
            source, path = str(camera.path), camera.path
        case settings.Picamera2Camera():
            source = f"picamera2:{camera.device}"
        case settings.Disabled():
            raise ValueError("the camera is disabled")
    scanner = CameraScanner(
        "camera", source, camera.formats, region=camera.region, viewfinder=viewfinder, clock=clock
    )
    return Plugged(scanner, DeviceKind.CAMERA, path)


def _printer(config: Config) -> EscposPrinter:
    import asyncio

    from kioskd.daemon.receipt_letters import receipt_lettering
    from kioskd.devices.printer import transport
    from kioskd.devices.printer.printer import EscposPrinter
    from kioskd.devices.printer.profile import load_profile

    entry = config.printer
    assert not isinstance(entry, settings.Disabled)
    profile = load_profile(entry.profile)
    match entry:
        case settings.SerialPrinter():
            address: transport.Address = transport.SerialPort(entry.path, entry.baud, profile.flow)
        case settings.UsbPrinter():
            address = transport.UsbPrinter(entry.path)
        case settings.TcpPrinter():
            address = transport.NetworkPrinter(entry.host, entry.port)
    journal = config.state_dir / "printer.json"
    lettering = receipt_lettering(asyncio.get_running_loop())
    return EscposPrinter("printer", address, profile, rasteriser=lettering, journal=journal)
