"""The receipt texts of a claim, in the order they are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kioskd.core.loyalty_texts import MAX_LINE, MAX_LINES, MAX_QR, LoyaltyTexts
from kioskd.loyalty.display_text import clean
from kioskd.loyalty.rbi.wire import Claimed, Recorded

_MAX_CODE = 64


def texts_of(answer: Claimed | Recorded) -> LoyaltyTexts | None:
    """None when there is nothing to print. A QR field that holds a picture is left out: the kiosk draws codes
    from what is in them."""
    said = answer.presentation
    above = tuple(
        _lines((said.header, said.marketing, said.points_earned, said.points_redeemed, said.total_points))
    )
    below = tuple(_lines((said.footer,)))
    qr = said.qr_code.strip() if said.qr_code else None
    usable = qr is not None and len(qr) <= MAX_QR and qr.isascii() and qr.isprintable()
    code = answer.receipt_code
    code = code if code and len(code) <= _MAX_CODE and code.isprintable() else None
    qr = qr if usable else None
    return LoyaltyTexts(above, qr, below, code) if above or below or qr or code else None


def _lines(texts: Iterable[str | None]) -> Iterator[str]:
    left = MAX_LINES
    for text in texts:
        for line in (text or "").splitlines():
            shown = clean(line, MAX_LINE)
            if shown and left:
                left -= 1
                yield shown
