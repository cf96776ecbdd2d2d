"""What staff can turn up and down. The language has its button in the bar, as everywhere."""

from __future__ import annotations

from functools import partial

from kioskd.core.intents import GoBack
from kioskd.core.shop import Shop
from kioskd.core.staff_intents import TurnKnob
from kioskd.core.upkeep import AdjustingKiosk, Dial, Knob
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import later
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import Block, stack
from kioskd.ui.screens.staff_page import calm, staff_frame
from kioskd.ui.screens.stepper import stepper
from kioskd.ui.screens.wait import waiting

_NAMES = {Knob.VOLUME: later("Volume of the loudspeaker"), Knob.BRIGHTNESS: later("Brightness of the screen")}


def staff_settings(sheet: Sheet, visit: Visit, shop: Shop, phase: AdjustingKiosk) -> str:
    tr = sheet.tr
    title = tr("Settings")
    layout = staff_frame(sheet, visit, shop)
    body = head(sheet, layout.body, title, back=GoBack())
    if phase.failed:
        calm(sheet, body, "warning", tr("This could not be looked up. Go back and try again."))
    elif phase.dials is None:
        waiting(sheet, body, tr("One moment…"), phase.due_s or 0.0)
    elif not phase.dials:
        calm(sheet, body, "toolbox", tr("This kiosk has nothing to turn up or down."))
    else:
        blocks = [Block(_height(sheet), partial(_dial, sheet, dial)) for dial in phase.dials]
        stack(sheet, "dials", body, blocks, gap(sheet), reset="dials")
    return title


def _height(sheet: Sheet) -> float:
    return max(sheet.stage.target_mm, sheet.stage.least_target_mm) + sheet.u(48)


def _dial(sheet: Sheet, dial: Dial, rect: Rect, region: str | None) -> None:
    name, id = sheet.tr(_NAMES[dial.knob]), f"dial:{dial.knob}"
    sheet.add(Widget(f"{id}:row", Role.GROUP, rect, "card", name=name, region=region))
    inner = rect.inset(sheet.u(32 if not sheet.stage.compact else 20), sheet.u(24))
    side = inner.h
    steps, words = inner.end(2 * side + sheet.u(90), sheet.u(24))
    sheet.line(words, name, ("strong", "pill", "badge"), lines=3, part_of=f"{id}:row", region=region)
    stepper(
        sheet,
        id,
        steps,
        dial.value,
        TurnKnob(dial.knob, -1),
        TurnKnob(dial.knob, 1),
        less=dial.value > dial.least,
        more=dial.value < dial.most,
        about=name,
        region=region,
    )
