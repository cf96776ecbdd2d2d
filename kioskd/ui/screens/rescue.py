"""What stands on the display while no kioskd runs: painted ahead, in the first language and in English."""

from __future__ import annotations

from kioskd.core.shop import Shop
from kioskd.core.visit import Place
from kioskd.ui.locale.translator import Translator, translator
from kioskd.ui.scene import Align, Role, Scene
from kioskd.ui.screens.frame import margin
from kioskd.ui.screens.sheet import Sheet, art
from kioskd.ui.stage import Stage
from kioskd.ui.text import Measure, clean

_ENGLISH = "en"


def rescue(stage: Stage, measure: Measure, shop: Shop) -> Scene:
    """Nothing on it moves or can be touched."""
    tr = translator(shop.languages[0])
    sheet = Sheet(stage, measure, tr)
    sheet.surface(stage.area, "page", id="page")
    area = stage.area.inset(margin(sheet) * 2, margin(sheet))
    said = [_words(tr, shop)]
    if tr.language != _ENGLISH:
        said.append(_words(translator(_ENGLISH), shop))
    heights = [_height(sheet, words, area.w) for words in said]
    space = sheet.u(40 if not stage.compact else 12)
    texts_h = sum(heights) + space * len(said)
    side = max(min(area.w * 0.4, sheet.u(420), area.h - texts_h), 0.0)
    block = area.around(area.w, min(area.h, side + texts_h))
    top, rest = block.top(side, space)
    if side > sheet.u(80):
        sheet.picture(top.around(side, side), art("toolbox"))
    for number, (words, height) in enumerate(zip(said, heights, strict=True)):
        at, rest = rest.top(height, space)
        title, why, team = words
        at = sheet.text(
            at,
            title,
            ("heading", "strong"),
            align=Align.CENTRE,
            lines=1,
            id=f"title:{number}",
            role=Role.HEADING,
        )
        at = sheet.text(
            at, why, ("small", "tiny"), align=Align.CENTRE, lines=3, id=f"why:{number}", role=Role.STATUS
        )
        sheet.text(
            at, team, ("small", "tiny"), style="quiet", align=Align.CENTRE, lines=3, id=f"team:{number}"
        )
    return sheet.scene(Place.OUT_OF_ORDER, said[0][0])


def _words(tr: Translator, shop: Shop) -> tuple[str, str, str]:
    """What it is, what a guest does, what staff do."""
    kiosk = tr("Kiosk {id}", id=clean(shop.kiosk, 12))
    mend = tr("It starts again by itself. If it does not, switch its power off and on.")
    team = f"{tr('For our team:')} {mend} {kiosk}"
    why = tr("This kiosk is taking a short break. Our team at the counter is happy to help you.")
    return tr("Back in a moment"), why, team


def _height(sheet: Sheet, words: tuple[str, str, str], width: float) -> float:
    title, why, team = words
    return (
        sheet.height(title, "heading", width, 1)
        + sheet.height(why, "small", width, 3)
        + sheet.height(team, "small", width, 3)
        + sheet.u(4)
    )
