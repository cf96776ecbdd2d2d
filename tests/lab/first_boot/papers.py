"""What the merchant gave the technician: kiosk.toml with the secrets, and the menu with its pictures."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from kioskd.sim.leat import SIM_TOKEN
from kioskd.sim.setting import HARBOUR, as_toml
from tests.lab.setting import kiosk_toml

HOST_NAME, SSID, PASSWORD = "kiosk-7", "Harbour staff", "lab only 4711"
PIN = "4711"
SECRETS = (SIM_TOKEN, PASSWORD)
_ABSENT = ("camera",)
_SMALL_MENU = """
[[category]]
id = "drinks"
name = { en = "Drinks" }

[[product]]
sku = "MINT-TEA"
name = { en = "Mint tea" }
description = { en = "Fresh mint" }
price = 3.10
category = "drinks"
"""


def settings(terminal_port: int) -> str:
    """kiosk.toml as it stands on a card."""
    return as_toml(_table(terminal_port))


def on_a_card(text: str) -> dict[str, bytes]:
    """With all that lies beside it, by their names on the card."""
    beside = (path for path in sorted(HARBOUR.rglob("*")) if path.is_file() and path.suffix != ".pyc")
    files = {
        f"kiosk/{path.relative_to(HARBOUR)}": path.read_bytes()
        for path in beside
        if path.name in ("menu.toml", "logo.png") or path.parent.name == "pictures"
    }
    return {**files, "kiosk.toml": text.encode()}


def for_codes(terminal_port: int) -> dict[str, str]:
    """What fits into a few codes: a menu of one thing, no pictures."""
    table = _table(terminal_port)
    del table["site"]["logo"]
    return {"kiosk.toml": as_toml(table), "kiosk/menu.toml": _SMALL_MENU}


def by_windows(text: str) -> bytes:
    """As an editor of another system saves it: with a byte order mark, its line ends, and tabs."""
    return text.replace(" = ", "\t=\t").replace("\n", "\r\n").encode("utf-8-sig")


def with_mistake(text: str) -> tuple[str, int]:
    """A number in quotes; and the line it stands in."""
    wrong = re.sub(r"(?m)^width_px = (\d+)$", r'width_px = "\1"', text)
    return wrong, wrong[: wrong.index("width_px")].count("\n") + 1


def _table(terminal_port: int) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(kiosk_toml(terminal_port))
    staff: Mapping[str, Any] = tomllib.loads((HARBOUR / "kiosk.toml").read_text("utf-8"))["staff"]
    present = {key: value for key, value in table.items() if key not in _ABSENT}
    return present | {
        "menu": "kiosk/menu.toml",
        "site": table["site"] | {"logo": "kiosk/logo.png"},
        "scanner": table["scanner"][:1],  # the others are the lab's own
        "staff": staff,
        "secrets": {"leat-token": SIM_TOKEN},
        "machine": {
            "host_name": HOST_NAME,
            "wifi": {"ssid": SSID, "password": PASSWORD, "country": "NL"},
        },
    }
