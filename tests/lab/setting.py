"""The kiosk in the machine: its configuration, and how it gets there as a technician would bring it."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Sequence
from pathlib import Path

from kioskd.sim.leat import SIM_TOKEN
from kioskd.sim.setting import HARBOUR, as_toml, size_mm
from tests.lab.door import Door
from tests.lab.machine import FOREIGN_KEYBOARD, PRINTER, SCANNER, SCREEN_PX, TOUCH
from tests.lab.recipe import ADDED, REPOSITORY

HOST = "10.0.2.2"
"""What the machine calls us."""
LEAT_PORT = 8081
SOCKET = "/run/kioskd/control.socket"
CAMERA = "/dev/video0"

SCANNER_PATH = f"/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_{SCANNER.serial}-event-kbd"
FOREIGN_PATH = f"/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_{FOREIGN_KEYBOARD.serial}-event-kbd"
TOUCH_PATH = f"/dev/input/by-id/usb-QEMU_QEMU_USB_Tablet_{TOUCH.serial}-event-mouse"
PRINTER_PATH = f"/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_{PRINTER.serial}-if00-port0"

INSTALL_S = 300.0
_COMPILE = (
    "/usr/lib/kioskd/bin/python -m compileall -q -j 0 /usr/lib/kioskd/lib/python3*/site-packages/kioskd"
)


def kiosk_toml(terminal_port: int, twins: Sequence[str]) -> str:
    """Harbour Kitchen's, with the devices of the machine; `twins` are the paths of two equal scanners."""
    harbour = tomllib.loads((HARBOUR / "kiosk.toml").read_text("utf-8"))
    width_mm, height_mm = size_mm(SCREEN_PX)
    loyalty = {
        "backend": "leat",
        "base_url": f"http://127.0.0.1:{LEAT_PORT}",  # the kiosk speaks plainly to its own machine only
        "token_credential": "leat-token",
        "shop_uuid": harbour["loyalty"]["shop_uuid"],
        "timeout_s": 30.0,
        "offers": harbour["loyalty"]["offers"],
    }
    return as_toml(
        {
            "kiosk": "A",
            "currency": harbour["currency"],
            "languages": harbour["languages"][:4],  # as many as stand in a row on the first screen
            "menu": "/etc/kioskd/harbour/menu.toml",
            "state_dir": "/var/lib/kioskd",
            "site": harbour["site"] | {"logo": "/etc/kioskd/harbour/logo.png"},
            "display": {
                "width_px": SCREEN_PX[0],
                "height_px": SCREEN_PX[1],
                "width_mm": width_mm,
                "height_mm": height_mm,
                "driver": "kmsdrm",
                "touch": TOUCH_PATH,
            },
            "loyalty": loyalty,
            "scanner": [
                {"name": "front", "driver": "wedge", "path": SCANNER_PATH},
                *({"name": f"twin{n}", "driver": "wedge", "path": path} for n, path in enumerate(twins)),
            ],
            "camera": {"driver": "v4l2", "path": CAMERA},
            "printer": {"driver": "serial", "path": PRINTER_PATH, "profile": "epson-tm-t20iii"},
            "terminal": {"driver": "zvt", "host": HOST, "port": terminal_port},
            "counter": {"enabled": True},
            "limits": {"outage_spread_s": 0},
            "control": {"socket": SOCKET},
        }
    )


async def install(door: Door, wheel: Path, leat_port: int) -> None:
    """Wheel, service unit, udev rules, menu and secrets. Raises CommandFailed."""
    await door.put_file(wheel, f"/root/{wheel.name}")
    pip = (
        "/usr/lib/kioskd/bin/pip install --quiet --no-index --no-deps --no-compile --root-user-action=ignore"
    )
    await door.run(f"{pip} --disable-pip-version-check /root/{wheel.name}", timeout_s=INSTALL_S)
    # Compiled on all processors, which pip does not, and beside what waits for the machine anyway.
    await asyncio.gather(door.run(_COMPILE, timeout_s=INSTALL_S), _settle_in(door, leat_port))


async def _settle_in(door: Door, leat_port: int) -> None:
    await door.put("/etc/credstore/leat-token", f"{SIM_TOKEN}\n".encode(), "0600")
    await door.put_folder(HARBOUR, "/etc/kioskd/harbour")
    units = "/etc/systemd/system"
    await door.put_folder(REPOSITORY / "systemd", units)
    await door.put_file(ADDED / "kioskd.conf", f"{units}/kioskd.service.d/lab.conf")
    await door.put_file(ADDED / "leat.socket", f"{units}/leat.socket")
    service = (ADDED / "leat.service").read_text().replace("@SERVER@", f"{HOST}:{leat_port}")
    await door.put(f"{units}/leat.service", service.encode())
    await door.put_folder(REPOSITORY / "hardware" / "udev", "/etc/udev/rules.d")
    await door.run(
        "echo 'kernel.sysrq = 0' >/etc/sysctl.d/70-kioskd.conf && sysctl --quiet --system"
        # Only what is plugged in: every terminal there is takes an emulated machine long.
        " && udevadm control --reload && udevadm trigger --subsystem-match=input --subsystem-match=hidraw"
        " && udevadm trigger --sysname-match='ttyUSB*' && udevadm settle"
        " && systemctl daemon-reload && systemctl start leat.socket"
    )


async def configure(door: Door, config: Path) -> None:
    """Put kiosk.toml where the service looks for it."""
    await door.put_file(config, "/etc/kioskd/kiosk.toml")
