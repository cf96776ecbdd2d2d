"""The kiosk.toml of a simulated world: Harbour Kitchen's restaurant, the world's own devices and ports."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HARBOUR = Path(__file__).parent / "harbour"
_MM_PER_PX = 208 / 1080
# Displays that exist; any other size is taken for the reference display with other pixels.
_SIZES_MM = {(1080, 1920): (208, 370), (1920, 1080): (370, 208), (800, 480): (154, 93), (480, 800): (93, 154)}


@dataclass(frozen=True, slots=True)
class Places:
    """Where a world's things are. Everything but the socket is in one folder."""

    folder: Path
    socket: Path

    @property
    def config(self) -> Path:
        return self.folder / "kiosk.toml"

    @property
    def machine(self) -> Path:
        """The file system of a kiosk that a technician sets up."""
        return self.folder / "machine"

    @property
    def log(self) -> Path:
        return self.folder / "kioskd.log"

    @property
    def token(self) -> Path:
        return self.folder / "leat.token"

    @property
    def api_key(self) -> Path:
        return self.folder / "rbi.key"

    @property
    def claim_secret(self) -> Path:
        return self.folder / "leat-claims.secret"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def serial_scanner(self) -> Path:
        return self.folder / "scanner"

    @property
    def wedge_scanner(self) -> Path:
        return self.folder / "keyboard"

    @property
    def keypad(self) -> Path:
        return self.folder / "keypad"

    @property
    def camera(self) -> Path:
        return self.folder / "camera"

    @property
    def printer(self) -> Path:
        return self.folder / "printer"


def kiosk_settings(
    places: Places,
    *,
    size_px: tuple[int, int],
    driver: str,
    backend: str,
    loyalty_port: int,
    terminal_port: int,
    pager_port: int,
    counter: bool,
) -> dict[str, Any]:
    """What goes into kiosk.toml, as TOML values."""
    harbour = tomllib.loads((HARBOUR / "kiosk.toml").read_text("utf-8"))
    width_mm, height_mm = size_mm(size_px)
    return {
        "kiosk": "A",
        "currency": harbour["currency"],
        "languages": harbour["languages"],
        "menu": str(HARBOUR / harbour["menu"]),
        "state_dir": str(places.state),
        "site": harbour["site"] | {"logo": str(HARBOUR / harbour["site"]["logo"])},
        "display": {
            "width_px": size_px[0],
            "height_px": size_px[1],
            "width_mm": width_mm,
            "height_mm": height_mm,
            "driver": driver,
            "logo": str(HARBOUR / harbour["display"]["logo"]),
        },
        "loyalty": _rbi(places, loyalty_port) if backend == "rbi" else _leat(places, loyalty_port, harbour),
        "scanner": [
            {"name": "front", "driver": "serial", "path": str(places.serial_scanner)},
            {"name": "side", "driver": "wedge", "path": str(places.wedge_scanner)},
        ],
        "camera": {"driver": "folder", "path": str(places.camera)},
        "printer": {"driver": "serial", "path": str(places.printer), "profile": "epson-tm-t20iii"},
        "terminal": {"driver": "zvt", "host": "127.0.0.1", "port": terminal_port},
        "counter": {"enabled": counter},
        "staff": harbour["staff"],
        "help": {"webhook": f"http://127.0.0.1:{pager_port}/help"},
        "limits": {"outage_spread_s": 0},
        "control": {"socket": str(places.socket), "drive": True},
    }


def _leat(places: Places, port: int, harbour: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "backend": "leat",
        "base_url": f"http://127.0.0.1:{port}",
        "token_file": str(places.token),
        "shop_uuid": harbour["loyalty"]["shop_uuid"],
        "portal_url": harbour["loyalty"]["portal_url"],
        "claim_secret_file": str(places.claim_secret),
        **{key: harbour["loyalty"][key] for key in ("link_blank_cards", "offers", "stored_value")},
    }


def _rbi(places: Places, port: int) -> dict[str, Any]:
    return {
        "backend": "rbi",
        "region": "NL",
        "base_url": f"http://127.0.0.1:{port}",
        "key_file": str(places.api_key),
        "store": "9041",
        "pos_type": "kioskd",
        "incentives": str(HARBOUR / "incentives.toml"),
    }


def laid_over(settings: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` with what `more` says, table by table."""
    merged = dict(settings)
    for key, value in more.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            value = laid_over(below, value)
        merged[key] = value
    return merged


def size_mm(size_px: tuple[int, int]) -> tuple[int, int]:
    """How large a display of so many pixels is."""
    if size_px in _SIZES_MM:
        return _SIZES_MM[size_px]
    scale = 1080 / min(size_px) * _MM_PER_PX
    return round(size_px[0] * scale), round(size_px[1] * scale)


def as_toml(table: Mapping[str, Any]) -> str:
    """A TOML document of texts, numbers, truth values, lists of texts, tables, and lists of tables."""
    return "\n".join(_lines(table, "")) + "\n"


def _lines(table: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in table.items():
        if not _is_table(value) and not _is_tables(value):
            # JSON's way of writing texts, numbers and lists of them is TOML's, too, but for one character.
            written = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
            yield f"{key} = {written}"
    for key, value in table.items():
        if _is_table(value):
            yield from ("", f"[{prefix}{key}]", *_lines(value, f"{prefix}{key}."))
        elif _is_tables(value):
            for entry in value:
                yield from ("", f"[[{prefix}{key}]]", *_lines(entry, f"{prefix}{key}."))


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)
