"""The configuration as it may leave the shop: what switches and counts, without the words somebody chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kioskd.daemon.config.kiosk import Config
from kioskd.daemon.support.plain import GONE

_WORDS_THAT_STAY = frozenset(
    "kiosk currency languages backend driver name profile host device symbology formats layout charset"
    " receipts brand theme time_zone stacking mode region environment cluster pos_type kind for"
    " outgoing_prices incoming_prices end_of_day claim_unit".split()
)
"""Keys whose values are words of ours, of a standard, or of the network; `name` only of devices."""
_ADDRESSES = frozenset({"base_url", "webhook", "portal_url"})
_SYSTEM_FOLDERS = ("/dev/", "/etc/", "/var/", "/run/", "/usr/", "/srv/", "/opt/", "/sys/")
_NEVER = frozenset({"site", "pin_hash"})
"""The restaurant may be called after a person and be where they live."""


def shareable_settings(config: Config) -> dict[str, Any]:
    """As JSON values. What is not known to be harmless is GONE: a new key is, until it is listed here."""
    data = config.model_dump(by_alias=True, exclude_none=True)
    return {key: GONE if key in _NEVER else _shareable(key, value, key) for key, value in data.items()}


def words_in(settings: Mapping[str, Any]) -> Iterator[str]:
    """Every text that stayed."""
    for value in settings.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from words_in(part)
            elif isinstance(part, str) and part != GONE:
                yield part


def _shareable(key: str, value: Any, section: str) -> Any:
    if isinstance(value, dict):
        return {
            inner: GONE if inner in _NEVER else _shareable(inner, part, section)
            for inner, part in value.items()
        }
    if isinstance(value, (list, tuple, frozenset)):
        return [_shareable(key, part, section) for part in value]
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Path):
        return str(value) if str(value).startswith(_SYSTEM_FOLDERS) else GONE
    if key in _ADDRESSES:
        parts = urlsplit(value)
        return f"{parts.scheme}://{parts.hostname}/{'…' if parts.path.strip('/') else ''}"
    if key in _WORDS_THAT_STAY and not (key == "name" and section != "scanner"):
        return value
    return GONE
