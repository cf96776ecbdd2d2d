"""The receipt that staff print: does the printer print, and does it know how wide its paper is?"""

from __future__ import annotations

from datetime import datetime

from kioskd import __version__
from kioskd.core.ports import Translator
from kioskd.core.receipt import Align, Columns, Element, Feed, Qr, Receipt, Rule, Text

_LETTERS = "ÄÖÜäöüß éèçñ žłőş €"


def trial_receipt(kiosk: str, shop: str, at: datetime, columns: int, tr: Translator) -> Receipt:
    """`columns` is how many letters fit beside each other: the ruler is as wide."""
    elements: tuple[Element, ...] = (
        Text(shop, Align.CENTRE, bold=True, size=2),
        Text(tr("Test receipt"), Align.CENTRE, bold=True),
        Feed(),
        Columns(tr.date(at.date()), at.strftime("%H:%M")),
        Columns(kiosk, f"kioskd {__version__}"),
        Rule(),
        *(Text(line) for line in ruler(columns)),
        Rule(),
        Text(_LETTERS),
        Qr("TEST"),
    )
    return Receipt(elements, tr.language)


def ruler(columns: int) -> tuple[str, str]:
    """Tens above ones: the last digit must be the last that fits on the paper."""
    tens = "".join(str(column // 10 % 10) if column % 10 == 0 else "." for column in range(1, columns + 1))
    ones = "".join(str(column % 10) for column in range(1, columns + 1))
    return tens, ones
