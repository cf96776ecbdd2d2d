"""What was taken out last can come back: a bar above the list that it was taken out of."""

from __future__ import annotations

from typing import assert_never

from kioskd.core.intents import UndoRemoval
from kioskd.core.removal import Removal, RemovedGiftCard, RemovedLines, RemovedOffer, RemovedPrepaid
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import Translator
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.text import clean, embedded

_LEAST_WORDS = 260.0
"""In units: what the words need beside the button's."""


def undo_bar(sheet: Sheet, body: Rect, visit: Visit, *kinds: type[Removal]) -> Rect:
    """At the top of `body`, if the latest removal is one of these `kinds`; returns what is left."""
    latest = visit.removed[-1] if visit.removed else None
    if latest is None or not isinstance(latest, kinds):
        return body
    tr = sheet.tr
    height = max(sheet.stage.target_mm + sheet.u(16), sheet.u(112))
    at, body = body.top(height, gap(sheet))
    words = _words(latest, tr)
    sheet.add(Widget("undo_bar", Role.STATUS, at, "soft", name=words))
    if isinstance(latest, RemovedGiftCard):
        sheet.keep_private("undo_bar", tr("{name} removed", name=tr("Gift card")))
    rest = _undo(sheet, at)
    sheet.line(rest, words, ("medium", "small", "tiny"), part_of="undo_bar", lines=3)
    return body


def _undo(sheet: Sheet, bar: Rect) -> Rect:
    """The button at the end, as a sign where words leave no room for others; returns what is left."""
    words, target = sheet.tr("Undo"), sheet.stage.target_mm
    inner, space = bar.inset(sheet.u(32), sheet.u(8)), sheet.u(20)
    at, rest = inner.end(max(sheet.width(words, "strong") + sheet.u(130), target), space)
    types = ("strong", "pill")
    if rest.w >= sheet.u(_LEAST_WORDS):
        sheet.button("undo", at, words, UndoRemoval(), style="pill", types=types, picture=icon("undo"))
        return rest
    at, rest = bar.inset(sheet.u(16), 0).end(target, space)
    sign = icon("undo", target * 0.3)
    sheet.button(
        "undo", at.around(target, target), words, UndoRemoval(), style="pill", words="", picture=sign
    )
    return rest


def _words(removal: Removal, tr: Translator) -> str:
    match removal:
        case RemovedLines(((_, line),)):
            return tr("{name} removed", name=tr.words(line.product.name))
        case RemovedLines():
            return tr("Everything removed")
        case RemovedOffer(taken=taken):
            title = embedded(clean(taken.right.title, 60), tr.rtl)
            about = tr("Kept for another time: {about}", about=title)
            return about if title else tr("We keep it for another time.")
        case RemovedGiftCard(card=card):
            return tr("{name} removed", name=tr("Gift card ending in {tail}", tail=card.code_tail))
        case RemovedPrepaid():
            return tr("{name} removed", name=tr("Prepaid"))
        case _:
            assert_never(removal)
