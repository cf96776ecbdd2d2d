"""What is plugged in, as the kernel and udev describe it. Opens no device: it only reads /sys and /dev."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kioskd.devices.scanner.hid_descriptor import scanned_report

_KEY_A, _KEY_ENTER, _BTN_LEFT, _BTN_TOUCH = 30, 28, 0x110, 0x14A
_KEYPAD_KEYS = frozenset({28, *range(71, 84), 96, 103, 105, 106, 108, *range(183, 195)})
"""Enter, the number pad, the arrows, F13 to F24."""
_LEAST_KEYS = 5
_BITS_A_WORD = 64
_USB_PORT = re.compile(r"/(\d+-\d+(?:\.\d+)*):\d+\.\d+(?=/|$)")
# In this order a name is stable: ours, the maker's with serial number, the port's.
_LINKS = (
    "kioskd",
    "input/by-id",
    "serial/by-id",
    "v4l/by-id",
    "input/by-path",
    "serial/by-path",
    "v4l/by-path",
)


class Kind(StrEnum):
    KEYBOARD = "keyboard"
    """A scanner in keyboard mode looks no different, nor do many keypads."""
    KEYPAD = "keypad"
    """Too few keys for a keyboard. Many keypads pass for a whole one all the same."""
    HIDPOS = "hid-pos scanner"
    SERIAL = "serial port"
    CAMERA = "camera"
    PRINTER = "printer"


@dataclass(frozen=True, slots=True)
class Plugged:
    """`usb` is vendor:product, `port` where on the machine it is plugged in, `stable` a name that stays.

    `stable` is by the port where two of the same make are plugged in, and None where there is none.
    """

    node: Path
    kind: Kind
    name: str
    usb: str | None
    port: str | None
    stable: Path | None


def plugged(root: Path = Path("/")) -> list[Plugged]:
    """Everything a kiosk may use, by kind and node. `root` is another file system in tests."""
    links = _links(root)
    found = sorted(
        [*_keyboards(root), *_hidpos(root), *_serial(root), *_cameras(root), *_printers(root)],
        key=lambda one: (one[1], one[0]),
    )
    ids = [(kind, usb) for _, kind, _, usb, _ in found]
    devices = []
    for node, kind, name, usb, port in found:
        twins = usb is not None and ids.count((kind, usb)) > 1
        devices.append(Plugged(node, kind, name, usb, port, _stable(links, node, by_port=twins)))
    return devices


_Found = tuple[Path, Kind, str, str | None, str | None]


def _keyboards(root: Path) -> Iterator[_Found]:
    for device in sorted((root / "sys/class/input").glob("event*")):
        keys = _bits(_read(device / "device/capabilities/key"))
        whole = {_KEY_A, _KEY_ENTER} <= keys
        if (whole or len(keys & _KEYPAD_KEYS) >= _LEAST_KEYS) and not {_BTN_LEFT, _BTN_TOUCH} & keys:
            kind = Kind.KEYBOARD if whole else Kind.KEYPAD
            ids = [_read(device / "device/id" / part) for part in ("vendor", "product")]
            usb = ":".join(ids) if all(ids) and ids != ["0000", "0000"] else None
            node = Path("/dev/input", device.name)
            yield node, kind, _read(device / "device/name"), usb, _port(device)


def _hidpos(root: Path) -> Iterator[_Found]:
    for device in sorted((root / "sys/class/hidraw").glob("hidraw*")):
        try:
            descriptor = (device / "device/report_descriptor").read_bytes()
        except OSError:
            continue
        if scanned_report(descriptor) is None:
            continue
        facts = dict(line.partition("=")[::2] for line in _read(device / "device/uevent").splitlines())
        ids = facts.get("HID_ID", "").split(":")
        usb = f"{ids[1][-4:]}:{ids[2][-4:]}".lower() if len(ids) == 3 else None
        yield Path("/dev", device.name), Kind.HIDPOS, facts.get("HID_NAME", ""), usb, _port(device)


def _serial(root: Path) -> Iterator[_Found]:
    for device in sorted((root / "sys/class/tty").glob("tty*")):
        if not (device / "device").exists() or _read(device / "type") == "0":
            continue  # a console, or a UART that the kernel only suspects
        yield Path("/dev", device.name), Kind.SERIAL, *_usb_device(device)


def _cameras(root: Path) -> Iterator[_Found]:
    for device in sorted((root / "sys/class/video4linux").glob("video*")):
        if _read(device / "index") == "0":  # the others carry metadata
            _, usb, port = _usb_device(device)
            yield Path("/dev", device.name), Kind.CAMERA, _read(device / "name"), usb, port


def _printers(root: Path) -> Iterator[_Found]:
    for device in sorted((root / "sys/class/usbmisc").glob("lp*")):
        yield Path("/dev/usb", device.name), Kind.PRINTER, *_usb_device(device)


def _usb_device(device: Path) -> tuple[str, str | None, str | None]:
    """Name, id and port of the USB device that this node belongs to."""
    for parent in (device / "device").resolve().parents:
        vendor, product = _read(parent / "idVendor"), _read(parent / "idProduct")
        if vendor and product:
            name = " ".join(filter(None, (_read(parent / "manufacturer"), _read(parent / "product"))))
            return name, f"{vendor}:{product}", _port(device)
    return "", None, None


def _port(device: Path) -> str | None:
    found = _USB_PORT.findall(str(device.resolve()) + "/") or _USB_PORT.findall(
        str((device / "device").resolve()) + "/"
    )
    return found[-1] if found else None


def _bits(words: str) -> set[int]:
    """The numbers of the set bits in what sysfs writes: hexadecimal words, the highest first."""
    bits: set[int] = set()
    for place, word in enumerate(reversed(words.split())):
        value = int(word, 16)
        bits |= {place * _BITS_A_WORD + bit for bit in range(_BITS_A_WORD) if value >> bit & 1}
    return bits


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _links(root: Path) -> list[tuple[Path, Path]]:
    """Every stable name and the node it stands for."""
    found = []
    for folder in _LINKS:
        for link in sorted((root / "dev" / folder).glob("*")):
            if link.is_symlink():
                target = (link.parent / link.readlink()).resolve()
                found.append((Path("/dev", folder, link.name), target))
    return found


def _stable(links: list[tuple[Path, Path]], node: Path, *, by_port: bool) -> Path | None:
    names = [name for name, target in links if target.name == node.name]
    if by_port:
        names = [name for name in names if "by-id" not in name.parts]
    return names[0] if names else None
