"""What a loyalty backend wants to be printed, finished: nothing in it is computed or translated here."""

from __future__ import annotations

from dataclasses import dataclass

MAX_LINE = 120
MAX_LINES = 40
MAX_QR = 300


@dataclass(frozen=True, slots=True)
class LoyaltyTexts:
    """Lines before and after the code `qr`, which is 1 to 300 printable ASCII characters. `receipt_code` is
    for people to look the order up by."""

    above: tuple[str, ...] = ()
    qr: str | None = None
    below: tuple[str, ...] = ()
    receipt_code: str | None = None
