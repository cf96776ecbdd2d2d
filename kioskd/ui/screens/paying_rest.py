"""A card paid a part: how much, what is left, and the ways on or back."""

from __future__ import annotations

from kioskd.core.intents import PayWith, ReturnPayment
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Tender
from kioskd.core.phases import PayingRest
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role
from kioskd.ui.screens.frame import frame, gap
from kioskd.ui.screens.sheet import Sheet, art
from kioskd.ui.screens.wait import waiting
from kioskd.ui.screens.words import notice_words


def paying_rest(sheet: Sheet, visit: Visit, shop: Shop, phase: PayingRest) -> str:
    tr, order = sheet.tr, phase.order
    failed = visit.notice is not None and visit.notice.kind is NoticeKind.REST_NOT_PAID
    layout = frame(sheet, visit, shop, leave=None, foot=False, languages=False, notice=not failed)
    paid = tr.money(order.paid_by_card)
    if phase.returning:
        title = tr("One moment, {amount} goes back to your card", amount=paid)
        waiting(sheet, layout.body, title, phase.until_s)
        return title
    title = tr("Your card has paid {amount}", amount=paid)
    words = tr("There was not enough on it for everything. Pay the rest another way, or have it all back.")
    if failed:
        assert visit.notice
        words = notice_words(visit.notice, tr)
    tenders = [tender for tender in (Tender.CARD, Tender.COUNTER) if visit.can_pay_with(tender, shop)]
    space, count = gap(sheet), len(tenders) + 1
    if sheet.stage.portrait:
        height = max(sheet.stage.target_mm, sheet.u(150))
        keys, body = layout.body.foot(count * (height + space) - space, space)
        cells = list(keys.rows(count, space))
    else:
        keys, body = layout.body.end(layout.body.w * (0.5 if sheet.stage.compact else 0.42), space * 1.5)
        cells = _cells(sheet, keys, count)
    _say(sheet, body, title, tr("{amount} is left to pay", amount=tr.money(order.due)), words)
    for tender, at in zip(tenders, cells, strict=False):
        _tender(sheet, at, tender)
    give_back = tr("Have {amount} back", amount=paid)
    types = ("button", "strong", "pill", "badge")
    sheet.button(
        "return_payment", cells[-1], give_back, ReturnPayment(), style="secondary", types=types, lines=2
    )
    return title


def _cells(sheet: Sheet, keys: Rect, count: int) -> list[Rect]:
    """One below the other; the last two beside each other where that is too high."""
    space = gap(sheet)
    height = min((keys.h - (count - 1) * space) / count, sheet.u(190))
    if height >= sheet.stage.target_mm or count < 3:
        return list(keys.around(keys.w, count * (height + space) - space).rows(count, space))
    rows = keys.rows(count - 1, space)
    return [*rows[:-1], *rows[-1].columns(2, space)]


def _tender(sheet: Sheet, rect: Rect, tender: Tender) -> None:
    if tender is Tender.CARD:
        words, picture, style = sheet.tr("Another card or phone"), art("credit-card"), "primary"
    else:
        words, picture, style = sheet.tr("At the counter"), art("counter"), "secondary"
    wide = rect.w >= sheet.u(330)
    sheet.button(
        f"pay:{tender}",
        rect,
        words,
        PayWith(tender),
        style=style,
        picture=picture if wide else None,
        types=("button", "strong", "pill"),
    )


def _say(sheet: Sheet, body: Rect, title: str, left: str, words: str) -> None:
    portrait, compact = sheet.stage.portrait, sheet.stage.compact
    align = Align.CENTRE if portrait else Align.START
    area = body.inset(sheet.u(24), 0) if portrait else body
    sizes = ("title", "heading") if compact else ("hero", "title", "heading")
    left_type = next((size for size in sizes if sheet.width(left, size) <= area.w), "heading")
    text_h = (
        sheet.height(title, "heading", area.w, 2)
        + sheet.height(left, left_type, area.w, 2)
        + sheet.height(words, "body", area.w, 4)
        + 2 * sheet.u(24)
    )
    side = min(area.w * 0.4, max(0.0, area.h - text_h - sheet.u(56))) if portrait else 0.0
    block = area.around(area.w, min(area.h, text_h + (side + sheet.u(56) if side else 0.0)))
    if side > sheet.u(120):
        at, block = block.top(side, sheet.u(56))
        sheet.picture(at.around(side, side), art("credit-card"), id="picture")
    rest = sheet.text(
        block,
        title,
        ("heading", "strong", "pill"),
        align=align,
        lines=2,
        role=Role.HEADING,
        id="title",
        gap=sheet.u(24),
    )
    rest = sheet.text(
        rest,
        left,
        (left_type, "title", "heading", "strong"),
        style="action_text",
        align=align,
        lines=2,
        role=Role.STATUS,
        id="left",
        gap=sheet.u(24),
    )
    sheet.text(rest, words, ("body", "small", "tiny"), style="quiet", align=align, role=Role.STATUS, id="why")
