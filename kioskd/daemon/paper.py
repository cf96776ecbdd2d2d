"""The letters receipts are drawn with where the printer has none of its own."""

from __future__ import annotations

from kioskd.devices.printer.lettering import Lettering
from kioskd.ui.fonts import FOLDER

_REGULAR = (FOLDER / "Inter-Medium.otf", FOLDER / "NotoSansArabic-Regular.ttf")
_BOLD = (FOLDER / "Inter-Bold.otf", FOLDER / "NotoSansArabic-Bold.ttf")


def receipt_lettering() -> Lettering:
    return Lettering(_REGULAR, _BOLD)
