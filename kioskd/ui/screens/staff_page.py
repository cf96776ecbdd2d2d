"""What all pages of staff have in common: one way to close them, and nothing on them that is for guests."""

from __future__ import annotations

from kioskd.core.intents import Finish
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Align, Role
from kioskd.ui.screens.frame import Frame, Leave, frame, head, head_room
from kioskd.ui.screens.lists import pager_w
from kioskd.ui.screens.sheet import Sheet, art


def staff_frame(sheet: Sheet, visit: Visit, shop: Shop, *, foot: bool = False, closes: bool = True) -> Frame:
    """The page and its bar; `closes` unless nobody is to leave it yet."""
    leave = Leave(sheet.tr("Close"), Finish(), "cross") if closes else None
    return frame(sheet, visit, shop, leave=leave, foot=foot, help=False, notice=False)


def list_head(sheet: Sheet, body: Rect, title: str, back: Action | None) -> tuple[Rect, Rect | None]:
    """The head of a page with a list: what is left of `body`, and where up and down stand beside the title.

    None where the page is too narrow for them: then they stand below the list.
    """
    if sheet.stage.portrait:
        return head(sheet, body, title, back=back), None
    room = pager_w(sheet)
    rest = head(sheet, body, title, back=back, room=room)
    return rest, head_room(sheet, room)


def calm(sheet: Sheet, body: Rect, picture: str, words: str) -> None:
    """A picture and a sentence in the middle."""
    side = min(body.w * 0.4, body.h * 0.4)
    width = min(body.w, sheet.u(800))
    text_h = sheet.height(words, "body", width)
    block = body.around(width, min(body.h, side + sheet.u(32) + text_h))
    top, below = block.top(side, sheet.u(32))
    sheet.picture(top.around(side, side), art(picture))
    sheet.text(below, words, ("body", "small"), align=Align.CENTRE, role=Role.STATUS, id="why")
