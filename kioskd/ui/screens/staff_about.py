"""What this kiosk is: its software and its machine, as it is read out on the telephone."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.core.intents import GoBack
from kioskd.core.shop import Shop
from kioskd.core.upkeep import About, ViewingAbout
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import Translator
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import calm, list_head, staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean, embedded

_MIB = 1024 * 1024


def staff_about(sheet: Sheet, visit: Visit, shop: Shop, phase: ViewingAbout) -> str:
    tr = sheet.tr
    title = tr("About this kiosk")
    layout = staff_frame(sheet, visit, shop)
    body, controls = list_head(sheet, layout.body, title, GoBack())
    if phase.asking is not None:
        waiting(sheet, body, tr("One moment…"), phase.due_s or 0.0)
        return title
    if phase.about is None:
        calm(sheet, body, "warning", tr("This could not be looked up. Go back and try again."))
        return title
    blocks = [row_block(sheet, row, body.w) for row in _rows(phase.about, shop, tr)]
    stack(sheet, "about", body, blocks, gap(sheet) * 0.5, reset="about", controls=controls)
    return title


def _rows(about: About, shop: Shop, tr: Translator) -> Iterator[Row]:
    def plain(words: str, most: int = 60) -> str:
        return embedded(clean(words, most), tr.rtl)

    yield Row("about:kiosk", tr("Kiosk"), plain(shop.kiosk))
    yield Row("about:version", tr("Software"), plain(f"kioskd {about.version}"))
    addresses = ", ".join(plain(address) for address in about.addresses)
    yield Row("about:addresses", tr("Address"), addresses or tr("Not in any network"), lines=3)
    running = tr("Software: {time}", time=_span(about.running_s))
    if about.machine_up_s is not None:
        running += ", " + tr("machine: {time}", time=_span(about.machine_up_s))
    yield Row("about:running", tr("Running for"), running, lines=2)
    if about.free_bytes is not None:
        yield Row("about:disk", tr("Free disk space"), plain(f"{tr.number(about.free_bytes // _MIB)} MiB"))
    waits = tr.plural("{n} thing waits to be told", "{n} things wait to be told", about.waiting)
    doubt = tr("Open questions: {n}", n=about.in_doubt)
    yield Row("about:outbox", tr("Outbox"), f"{waits}, {doubt}", lines=2)


def _span(seconds: float) -> str:
    """Its two largest units, by their symbols: nobody needs the seconds of a week."""
    minutes = int(seconds // 60)
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
