"""Scanners of a real make, inside the machine: the kernel's own USB gadgets, at a real scanner's speed.

QEMU's keyboards have QEMU's numbers and lose keys when they are typed on fast. These have the maker, the
product and the serial number they are given, two of them the same ones, and a report every few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.lab.door import CommandFailed, Door
from tests.lab.keystrokes import Stroke

TWIN_PATHS = ("/dev/kioskd/wedge-3-1", "/dev/kioskd/wedge-4-1")
"""Their names by port, as the kiosk's own udev rules make them: QEMU's controller has the buses 1 and 2."""
TWINS = len(TWIN_PATHS)
_MAKER, _PRODUCT, _SERIAL = "0x0c2e", "0x0b61", "SN42"  # Honeywell's number; the others are made up
_REPORT_BYTES = 8
# A keyboard as in appendix B of the USB HID specification, without lights.
_DESCRIPTOR = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810195067508150025650507190029658100c0"
)
_LIST = (
    "for try in $(seq 100); do set -- /dev/kioskd/wedge-*;"
    f" if [ $# = {TWINS} ]; then echo $@; exit; fi; sleep 0.2; done; exit 1"
)
_SHIFT = 0x02
_USAGES = {
    **{letter: 0x04 + number for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz")},
    **{digit: 0x1E + number for number, digit in enumerate("1234567890")},
    "ret": 0x28,
    "tab": 0x2B,
    "spc": 0x2C,
    "minus": 0x2D,
    "semicolon": 0x33,
    "comma": 0x36,
    "dot": 0x37,
    "slash": 0x38,
}


class GadgetScanners:
    """TWINS scanners that differ in nothing but the port they are plugged into."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def plug_all(self) -> None:
        """Pull them again soon: their bus asks for keys 8,000 times a second, which costs an emulated
        processor most of what it has. Needs the kiosk's udev rules. Raises CommandFailed."""
        await self._door.run("sh -s", stdin="\n".join([*_script(), ""]).encode())
        if (named := tuple((await self._door.run(_LIST)).split())) != TWIN_PATHS:
            raise CommandFailed(f"the udev rules name the twins {named}, not {TWIN_PATHS}")

    async def pull_all(self) -> None:
        for number in range(TWINS):
            await self.pull(number)

    async def misnamed(self) -> str:
        """Other names that the rules gave them."""
        return (await self._door.run("ls /dev/kioskd | grep -v wedge- | grep -v serial- || true")).strip()

    async def pull(self, number: int) -> None:
        await self._door.run(f"echo '' >{_folder(number)}/UDC")

    async def plug(self, number: int) -> None:
        await self._door.run(f"echo dummy_udc.{number} >{_folder(number)}/UDC")

    async def type(self, number: int, strokes: Sequence[Stroke]) -> None:
        """As fast as the machine takes the reports."""
        await self._door.run(
            f"dd of=/dev/hidg{number} bs={_REPORT_BYTES} status=none", stdin=b"".join(_reports(strokes))
        )


def _script() -> Iterator[str]:
    """What plugs them in. Since the machine was switched on they may have been there before."""
    octal = "".join(f"\\{byte:03o}" for byte in _DESCRIPTOR)
    yield "set -e"
    yield f"modprobe dummy_hcd num={TWINS}; modprobe libcomposite; modprobe usb_f_hid"
    yield "mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config"
    for number in range(TWINS):
        yield f"if [ ! -e {_folder(number)} ]; then mkdir {_folder(number)}; cd {_folder(number)}"
        yield f"echo {_MAKER} >idVendor; echo {_PRODUCT} >idProduct; echo 0x0200 >bcdUSB"
        yield "mkdir strings/0x409 configs/c.1 functions/hid.0"
        yield "echo Honeywell >strings/0x409/manufacturer; echo 'Lab Scanner' >strings/0x409/product"
        yield f"echo {_SERIAL} >strings/0x409/serialnumber"
        yield f"echo {_REPORT_BYTES} >functions/hid.0/report_length"
        yield "echo 1 >functions/hid.0/protocol; echo 1 >functions/hid.0/subclass"
        yield f"printf '{octal}' >functions/hid.0/report_desc"
        yield "ln -s functions/hid.0 configs/c.1/; fi"
        yield f"echo dummy_udc.{number} >{_folder(number)}/UDC"


def _folder(number: int) -> str:
    return f"/sys/kernel/config/usb_gadget/twin{number}"


def _reports(strokes: Sequence[Stroke]) -> Iterator[bytes]:
    for *modifiers, key in strokes:
        yield bytes([_SHIFT if "shift" in modifiers else 0, 0, _USAGES[key], 0, 0, 0, 0, 0])
        yield bytes(_REPORT_BYTES)
