"""The sums of an end of day (field 60). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.devices.terminal.zvt_codec import ProtocolError, from_bcd

SCHEMES = ("girocard", "JCB", "Mastercard", "American Express", "Visa", "Diners", "other")
_GROUP = 7


@dataclass(frozen=True, slots=True)
class Sums:
    """First and last receipt number of the day, and per scheme how many payments made which sum."""

    first_receipt: int
    last_receipt: int
    schemes: tuple[tuple[str, int, int], ...]


def read_sums(octets: bytes | None) -> Sums | None:
    """None for what is missing or laid out otherwise: the terminal has the last word on its sums anyway."""
    if octets is None or len(octets) < 4 + _GROUP * len(SCHEMES):
        return None
    groups = (octets[at : at + _GROUP] for at in range(4, 4 + _GROUP * len(SCHEMES), _GROUP))
    try:
        return Sums(
            from_bcd(octets[:2]),
            from_bcd(octets[2:4]),
            tuple((name, group[0], from_bcd(group[1:])) for name, group in zip(SCHEMES, groups, strict=True)),
        )
    except ProtocolError:
        return None
