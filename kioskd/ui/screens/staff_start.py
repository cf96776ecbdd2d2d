"""The first page after the PIN: what must be looked at, and where to go."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.core.health import DeviceState
from kioskd.core.intents import GoBack
from kioskd.core.order import Tender
from kioskd.core.shop import Shop
from kioskd.core.staff import AtStaffStart
from kioskd.core.staff_intents import (
    ShowAbout,
    ShowDevices,
    ShowPower,
    ShowQuestions,
    ShowReady,
    ShowSales,
    ShowSettings,
    ShowTerminal,
)
from kioskd.core.staff_overview import Attention, Concern, StaffOverview
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import Translator
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import calm, list_head, staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.staff_told import told_block
from kioskd.ui.screens.staff_words import Mark, Told
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean, embedded

_LAME = frozenset({DeviceState.ABSENT, DeviceState.FAULTY, DeviceState.DEGRADED})


def staff_start(sheet: Sheet, visit: Visit, shop: Shop, phase: AtStaffStart) -> str:
    tr = sheet.tr
    title = tr("Staff")
    layout = staff_frame(sheet, visit, shop)
    body, controls = list_head(sheet, layout.body, title, GoBack())
    if phase.asking is not None:
        waiting(sheet, body, tr("One moment…"), phase.due_s or 0.0)
        return title
    if phase.overview is None:
        calm(sheet, body, "warning", tr("This could not be looked up. Go back and try again."))
        return title
    blocks = [row_block(sheet, row, body.w) for row in _rows(visit, shop, phase.overview, tr)]
    if attention := [_concern(each, tr) for each in phase.overview.attention]:
        blocks.insert(0, told_block(sheet, "attention", tr("Please look at this"), "", attention, body.w))
    stack(sheet, "start", body, blocks, gap(sheet), reset="start", controls=controls)
    return title


def _rows(visit: Visit, shop: Shop, overview: StaffOverview, tr: Translator) -> Iterator[Row]:
    unpaid, questions = overview.unpaid, overview.questions
    note = tr.plural("{n} is not paid yet", "{n} are not paid yet", unpaid) if unpaid else tr("All are paid")
    yield Row("go:orders", tr("Orders"), note, action=ShowSales())
    yield Row(
        "go:questions",
        tr("Open questions"),
        tr("What the kiosk cannot find out by itself") if questions else tr("Nothing to decide"),
        end=tr.number(questions) if questions else "",
        tag="tag_alert",
        action=ShowQuestions(),
    )
    if Tender.CARD in shop.tenders:
        words = tr("What it has taken, and its end of day")
        yield Row("go:terminal", tr("Card terminal"), words, action=ShowTerminal())
    lame = [clean(device.name, 24) for device in visit.devices.values() if device.state in _LAME]
    yield Row(
        "go:devices",
        tr("Devices"),
        ", ".join(lame) or tr("All work"),
        end=tr.number(len(lame)) if lame else "",
        tag="tag_alert",
        action=ShowDevices(),
    )
    yield Row("go:ready", tr("Is everything ready?"), tr("Devices, network and tests"), action=ShowReady())
    yield Row("go:settings", tr("Settings"), tr("Volume and brightness"), action=ShowSettings())
    yield Row("go:about", tr("About this kiosk"), tr("Software, address, running time"), action=ShowAbout())
    yield Row("go:power", tr("Restart and switch off"), action=ShowPower())


def _concern(each: Attention, tr: Translator) -> Told:
    n = each.count
    match each.concern:
        case Concern.LONG_IN_DOUBT:
            words = tr.plural(
                "{n} question is open for more than a day", "{n} questions are open for more than a day", n
            )
            return Told(words, Mark.UNCLEAR)
        case Concern.PAYMENT_UNDECIDED:
            words = tr.plural(
                "Nobody knows yet whether {n} card payment went through",
                "Nobody knows yet whether {n} card payments went through",
                n,
            )
            return Told(words, Mark.UNCLEAR)
        case Concern.NEARLY_FULL:
            words = tr.plural(
                "{n} thing waits to be told, soon no more can be kept",
                "{n} things wait to be told, soon no more can be kept",
                n,
            )
            return Told(words, Mark.WAITS)
        case Concern.DAMAGED_FILE:
            where = embedded(clean(each.where, 80), tr.rtl)
            words = tr(
                "A file was damaged: what waited in it may never be told. It is in {where}", where=where
            )
            return Told(words, Mark.UNCLEAR)
