"""Restarting and switching off: what, and whether it is meant."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.core.intents import GoBack
from kioskd.core.shop import Shop
from kioskd.core.staff_intents import AskPower, ConfirmPower
from kioskd.core.upkeep import PowerAct, PowerRefusal, SwitchingPower
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import calm, staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.staff_told import told_block
from kioskd.ui.screens.staff_words import Mark, Told
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean, embedded

_NAMES = {
    PowerAct.RESTART_KIOSK: later("Restart the kiosk software"),
    PowerAct.RESTART_MACHINE: later("Restart the whole machine"),
    PowerAct.SHUT_DOWN: later("Shut down"),
}
_NOTES = {
    PowerAct.RESTART_KIOSK: later("Takes a few seconds"),
    PowerAct.RESTART_MACHINE: later("Takes a minute or two"),
    PowerAct.SHUT_DOWN: later("It starts again when its power is switched off and on"),
}
_ANSWERS = {
    PowerAct.RESTART_KIOSK: later("Yes, restart it"),
    PowerAct.RESTART_MACHINE: later("Yes, restart it"),
    PowerAct.SHUT_DOWN: later("Yes, shut it down"),
}
_REFUSALS = {
    PowerRefusal.BUSY: later("A payment is still being settled. Please try again in a minute."),
    PowerRefusal.FAILED: later("The machine did not do it. Nothing was changed."),
}


def staff_power(sheet: Sheet, visit: Visit, shop: Shop, phase: SwitchingPower) -> str:
    tr = sheet.tr
    busy = phase.asking is not None
    sure = phase.wanted is not None and not busy
    layout = staff_frame(sheet, visit, shop, foot=sure)
    if phase.wanted is None:
        title = tr("Restart and switch off")
        body = head(sheet, layout.body, title, back=GoBack())
        blocks = [row_block(sheet, row, body.w) for row in _rows(shop, tr)]
        if phase.refused is not None:
            detail = embedded(clean(phase.detail, 160), tr.rtl)
            refused = [Told(" ".join(filter(None, (tr(_REFUSALS[phase.refused]), detail))), Mark.REFUSED)]
            blocks.insert(0, told_block(sheet, "refused", "", "", refused, body.w))
        stack(sheet, "power", body, blocks, gap(sheet), reset="power")
        return title
    title = tr(_NAMES[phase.wanted])
    body = layout.body if busy else head(sheet, layout.body, title, back=GoBack())
    if busy:
        waiting(sheet, body, tr(_NAMES[phase.wanted]), phase.due_s or 0.0)
        return title
    sheet.button("confirm", layout.foot, tr(_ANSWERS[phase.wanted]), ConfirmPower(), style="danger")
    calm(sheet, body, "warning", tr(_NOTES[phase.wanted]))
    return title


def _rows(shop: Shop, tr: Translator) -> Iterator[Row]:
    for act in PowerAct:
        if act is PowerAct.RESTART_KIOSK or shop.power:
            yield Row(f"power:{act}", tr(_NAMES[act]), tr(_NOTES[act]), action=AskPower(act), lines=2)
