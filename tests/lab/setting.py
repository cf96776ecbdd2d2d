"""The kiosk in the machine: its configuration and its secrets, and where its world is."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from kioskd.sim.leat import SIM_TOKEN
from kioskd.sim.setting import HARBOUR, as_toml, size_mm
from tests.lab.gadget import TWIN_PATHS
from tests.lab.machine import FOREIGN_KEYBOARD, HOST, PRINTER, SCANNER, SCREEN_PX, TOUCH
from tests.lab.recipe import ADDED

LEAT_PORT = 8081
SOCKET = "/run/kioskd/control.socket"
CAMERA = "/dev/video0"

SCANNER_PATH = f"/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_{SCANNER.serial}-event-kbd"
FOREIGN_PATH = f"/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_{FOREIGN_KEYBOARD.serial}-event-kbd"
TOUCH_PATH = f"/dev/input/by-id/usb-QEMU_QEMU_USB_Tablet_{TOUCH.serial}-event-mouse"
PRINTER_PATH = f"/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_{PRINTER.serial}-if00-port0"


def kiosk_toml(terminal_port: int) -> str:
    """Harbour Kitchen's, with the devices of the machine."""
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
                *({"name": f"twin{n}", "driver": "wedge", "path": path} for n, path in enumerate(TWIN_PATHS)),
            ],
            "camera": {"driver": "v4l2", "path": CAMERA},
            "printer": {"driver": "serial", "path": PRINTER_PATH, "profile": "epson-tm-t20iii"},
            "terminal": {"driver": "zvt", "host": HOST, "port": terminal_port},
            "counter": {"enabled": True},
            "limits": {"outage_spread_s": 0},
            "control": {"socket": SOCKET},
        }
    )


def lay_out(tree: Path, leat_port: int, terminal_port: int) -> None:
    """What a technician brings, and what the lab adds, into a tree of files."""
    kioskd = tree / "etc/kioskd"
    shutil.copytree(HARBOUR, kioskd / "harbour", ignore=shutil.ignore_patterns("__pycache__"))
    (kioskd / "kiosk.toml").write_text(kiosk_toml(terminal_port), "utf-8")
    token = tree / "etc/credstore/leat-token"
    token.parent.mkdir(mode=0o700)
    token.write_text(f"{SIM_TOKEN}\n")
    token.chmod(0o600)
    lay_out_lab(tree, leat_port)


def lay_out_lab(tree: Path, leat_port: int) -> None:
    """What an emulated processor needs, and the ways in and out, into a tree of files."""
    for name, place in {
        "kioskd.conf": "systemd/system/kioskd.service.d/lab.conf",
        "system.conf": "systemd/system.conf.d/90-lab.conf",
        "leat.socket": "systemd/system/leat.socket",
        "leat.service": "systemd/system/leat.service",
        "sshd.conf": "ssh/sshd_config.d/10-lab.conf",
    }.items():
        target = tree / "etc" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((ADDED / name).read_text().replace("@SERVER@", f"{HOST}:{leat_port}"))
    wanted = tree / "etc/systemd/system/sockets.target.wants"
    wanted.mkdir()
    (wanted / "leat.socket").symlink_to("../leat.socket")
