"""`kioskd doctor`: everything that is plugged in, and what keeps kioskd from using it."""

from __future__ import annotations

import grp
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.kiosk import Config, load_config
from kioskd.daemon.doctor.guess import profiles_for
from kioskd.daemon.doctor.plugged import Kind, Plugged, plugged
from kioskd.daemon.doctor.report import Finding, Report, Verdict
from kioskd.devices.keypad_profile import load_profile as load_keypad
from kioskd.devices.scanner.profile import load_profile

RULES = "70-kioskd.rules"
_RULES_FOLDERS = ("etc/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d", "run/udev/rules.d")
_SYSRQ_OFF = "0"


def overview(config_file: Path | None, root: Path = Path("/")) -> Report:
    """Compares with the configuration if there is one. Raises ConfigError. `root` is for tests."""
    devices = plugged(root)
    config = load_config(config_file) if config_file else None
    findings = [*_accesses(devices, root), *_system(devices, root)]
    if config is not None:
        findings += _configured(config)
    rows = [
        {
            "device": str(device.stable or device.node),
            "kind": str(device.kind),
            "name": device.name,
            "usb": device.usb,
            "port": device.port,
            "profiles": profiles_for(device.kind, device.usb),
        }
        for device in devices
    ]
    return Report("devices", rows, findings)


def _accesses(devices: list[Plugged], root: Path) -> Iterator[Finding]:
    for device in devices:
        node = root / device.node.relative_to("/")
        writing = os.W_OK if device.kind in (Kind.SERIAL, Kind.PRINTER) else 0
        if not os.access(node, os.R_OK | writing):
            yield Finding(str(device.node), Verdict.FAULT, "no permission", _joining(node))


def _joining(node: Path) -> str:
    try:
        group = grp.getgrgid(node.stat().st_gid).gr_name
    except (OSError, KeyError):
        return f"install hardware/udev/{RULES}"
    if group == "root":
        return f"install hardware/udev/{RULES}: the node belongs to root alone"
    return f"the kiosk's user must be in the group {group}"


def _system(devices: list[Plugged], root: Path) -> Iterator[Finding]:
    if devices and not any((root / folder / RULES).exists() for folder in _RULES_FOLDERS):
        yield Finding(
            "udev rules",
            Verdict.WARNING,
            "are not installed: no stable names, and other programs may take the devices",
            f"copy hardware/udev/{RULES} to /etc/udev/rules.d and plug the devices in anew",
        )
    types = any(device.kind is Kind.KEYBOARD for device in devices)
    try:
        sysrq = (root / "proc/sys/kernel/sysrq").read_text().strip()
    except OSError:
        sysrq = _SYSRQ_OFF
    if types and sysrq != _SYSRQ_OFF:
        yield Finding(
            "kernel.sysrq",
            Verdict.WARNING,
            f"is {sysrq}: what types can reach the kernel while kioskd is not running",
            "write kernel.sysrq = 0 into /etc/sysctl.d/70-kioskd.conf",
        )
    if any(device.kind is Kind.CAMERA for device in devices) and not importlib.util.find_spec("linuxpy"):
        yield Finding("linuxpy", Verdict.WARNING, "is missing for USB cameras", "pip install 'kioskd[v4l2]'")


def _configured(config: Config) -> Iterator[Finding]:
    paths: list[tuple[str, Path]] = []
    for entry in config.scanners:
        if isinstance(entry, settings.DisabledScanner):
            continue
        profile = load_profile(entry.profile)
        if profile.driver != entry.driver:
            yield Finding(
                f"scanner {entry.name}",
                Verdict.FAULT,
                f"profile {entry.profile} is for driver {profile.driver}",
                "kioskd doctor scanner proposes one",
            )
        paths.append((f"scanner {entry.name}", entry.path))
    if isinstance(config.camera, settings.V4l2Camera | settings.FolderCamera):
        paths.append(("camera", config.camera.path))
    if isinstance(config.printer, settings.SerialPrinter | settings.UsbPrinter):
        paths.append(("printer", config.printer.path))
    if isinstance(config.terminal, settings.ZvtSerialTerminal):
        paths.append(("terminal", config.terminal.path))
    if isinstance(config.keypad, settings.EvdevKeypad):
        load_keypad(config.keypad.profile)
        paths.append(("keypad", config.keypad.path))
    for name, path in paths:
        if not path.exists():
            yield Finding(
                name, Verdict.FAULT, f"{path} is not there", "plug it in, or take a name from above"
            )
        elif not os.access(path, os.R_OK):
            yield Finding(name, Verdict.FAULT, f"{path}: no permission", _joining(path))
        else:
            yield Finding(name, Verdict.GOOD, f"{path} is there")
