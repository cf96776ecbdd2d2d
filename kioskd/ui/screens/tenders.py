"""How to pay: money the guest has with the merchant first, then card or counter for what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from kioskd.core.intents import AddGiftCard, EnterPromoCode, PayWith, ShowIdentify, UsePrepaid
from kioskd.core.order import StoredValue, Tender
from kioskd.core.shop import Capability, Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Align, Role, Widget
from kioskd.ui.screens.earning import earning_points
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.pair import MEDIUM, pair
from kioskd.ui.screens.sheet import Sheet, art, icon

_Draw = Callable[[Rect], None]
_SHORT = 12
"""Characters: what leaves room for a picture on a small display's tile."""
_TILE = (("strong", "small"), ("pill", "small"), ("pill", "tiny"), ("badge", "tiny"))


@dataclass(frozen=True, slots=True)
class _Part:
    """A row of the page: as high as `wished_mm` where there is room, never lower than `least_mm`."""

    wished_mm: float
    least_mm: float
    gap_mm: float
    draw: _Draw


def may_scan(visit: Visit, shop: Shop) -> bool:
    """Points can still be earned: nobody was recognised yet."""
    return shop.loyalty and visit.member is None and visit.saved_card is None and visit.lookup is None


def pay_heights(sheet: Sheet, visit: Visit, shop: Shop) -> tuple[float, float]:
    """What `tenders` would like to have, and with what it gives nothing up yet."""
    parts = list(_parts(sheet, visit, shop))
    return sum(part.wished_mm + part.gap_mm for part in parts) - parts[-1].gap_mm, _least(parts)


def tenders(sheet: Sheet, area: Rect, visit: Visit, shop: Shop) -> None:
    for economy in _Economy:
        parts = list(_parts(sheet, visit, shop, economy))
        if _least(parts) <= area.h + 0.01:
            break
    wished = sum(part.wished_mm - part.least_mm for part in parts)
    ratio = min(1.0, max(0.0, area.h - _least(parts)) / wished) if wished else 1.0
    for part in parts:
        height = part.least_mm + ratio * (part.wished_mm - part.least_mm)
        at, area = area.top(height, part.gap_mm)
        part.draw(at)


class _Economy(IntEnum):
    """What is given up, one after the other, until everything has its place."""

    NONE = 0
    TILES_SIDE_BY_SIDE = 1
    NO_HEADING = 2
    """The buttons say it too."""
    TENDERS_SIDE_BY_SIDE = 3
    NO_REASON = 4
    """Why there is no card: for as long as news take the room, the counter alone must do."""


def _least(parts: list[_Part]) -> float:
    return sum(part.least_mm + part.gap_mm for part in parts) - parts[-1].gap_mm


def _parts(sheet: Sheet, visit: Visit, shop: Shop, economy: _Economy = _Economy.NONE) -> Iterator[_Part]:
    u, target, space, compact = sheet.u, sheet.stage.target_mm, gap(sheet), sheet.stage.compact

    def row(wished: float, draw: _Draw, least: float = 0.0) -> _Part:
        least_mm = max(u(least), target)
        return _Part(max(u(wished), least_mm), least_mm, space, draw)

    scan, tiles = may_scan(visit, shop), _tiles(sheet, visit, shop)
    if scan and compact and tiles:
        tiles, scan = [partial(_scan_tile, sheet), *tiles], False
    if scan:
        yield row(126, partial(_scan_row, sheet, visit))
    nothing_due = not visit.bill.due and bool(visit.basket.lines)
    if economy < _Economy.NO_HEADING:
        height = sheet.measure.line_mm("heading")
        words = sheet.tr("Nothing is left to pay") if nothing_due else sheet.tr("How would you like to pay?")
        yield _Part(height, height, u(20 if not compact else 8), partial(_heading, sheet, words))
    if sheet.stage.portrait or compact or economy >= _Economy.TILES_SIDE_BY_SIDE:
        if tiles:
            why_not = visit.online is False  # takes a line more
            least = 118 if not compact else 148 if why_not else 0
            yield row(132, partial(_side_by_side, space, tiles), least)
    else:
        yield from (row(132, tile) for tile in tiles)
    if nothing_due:
        yield row(220, partial(_place_order, sheet))
        return
    card, counter = visit.can_pay_with(Tender.CARD, shop), visit.can_pay_with(Tender.COUNTER, shop)
    if card and counter and economy >= _Economy.TENDERS_SIDE_BY_SIDE:
        both = [partial(_card, sheet), partial(_counter, sheet, "secondary")]
        yield row(220, partial(_side_by_side, space, both))
        return
    if card:
        yield row(220, partial(_card, sheet))
    elif Tender.CARD in shop.tenders and not (counter and economy >= _Economy.NO_REASON):
        draw = partial(_no_card, sheet, counter=counter)
        yield row(200 if not sheet.stage.portrait else 150, draw, 185 if not compact else 200)
    if counter:
        style = "secondary" if card else "primary"
        yield row(150 if card else 190, partial(_counter, sheet, style))


def _tiles(sheet: Sheet, visit: Visit, shop: Shop) -> list[_Draw]:
    tiles: list[_Draw] = []
    prepaid = visit.member is not None and visit.member.prepaid is not None
    if Capability.GIFT_CARDS in shop.capabilities:
        tiles.append(partial(_gift_card_tile, sheet, visit))
    elif Capability.PROMO_CODES in shop.capabilities:  # beside gift cards it stays on the member's page
        tiles.append(partial(_promo_code_tile, sheet, visit))
    if prepaid and Capability.PREPAID in shop.capabilities:
        tiles.append(partial(_prepaid_tile, sheet, visit))
    return tiles


def _side_by_side(space: float, tiles: Sequence[_Draw], rect: Rect) -> None:
    for cell, draw in zip(rect.columns(len(tiles), space), tiles, strict=True):
        draw(cell)


def _heading(sheet: Sheet, words: str, rect: Rect) -> None:
    sheet.line(rect, words, ("heading", "strong", "pill"), role=Role.HEADING, id="how")


# --- money the guest has already given -----------------------------------------------------------------


def _gift_card_tile(sheet: Sheet, visit: Visit, rect: Rect) -> None:
    tr = sheet.tr
    offline = visit.online is False
    more = _not_now(sheet, rect) if offline else ""
    _tile(sheet, rect, "gift_card", "ticket", tr("Gift card or voucher"), more, AddGiftCard(), not offline)


def _promo_code_tile(sheet: Sheet, visit: Visit, rect: Rect) -> None:
    offline = visit.online is False
    more = _not_now(sheet, rect) if offline else ""
    _tile(sheet, rect, "promo_code", "ticket", sheet.tr("Promo code"), more, EnterPromoCode(), not offline)


def _prepaid_tile(sheet: Sheet, visit: Visit, rect: Rect) -> None:
    """A switch. What is used and what stays is on the bill; off, it says what there is."""
    tr = sheet.tr
    assert visit.member is not None and visit.member.prepaid is not None
    balance = visit.member.prepaid
    used = next((p for p in visit.bill.payments if p.kind is StoredValue.PREPAID), None)
    on, offline = visit.use_prepaid, visit.online is False
    narrow = _narrow(sheet, rect)
    if on and used is not None:
        more = tr("{amount} used", amount=tr.money(used.amount)) if not narrow else tr.money(-used.amount)
    elif on:
        more = tr("Not needed")
    elif offline:
        more = _not_now(sheet, rect)
    else:
        more = tr("You have {amount}", amount=tr.money(balance)) if not narrow else tr.money(balance)
    name = tr("Use prepaid") if not narrow else tr("Prepaid")
    enabled = on or (not offline and balance.minor > 0)
    _tile(sheet, rect, "prepaid", "coin", name, more, UsePrepaid(not on), enabled, on=on)
    sheet.keep_private("prepaid", name)


def _narrow(sheet: Sheet, rect: Rect) -> bool:
    return rect.w < sheet.u(400)


def _not_now(sheet: Sheet, rect: Rect) -> str:
    """The reason, as long as there is room for."""
    if rect.w < sheet.u(600):
        return sheet.tr("Not right now")
    return sheet.tr("When we are online again")


def _tile(
    sheet: Sheet,
    rect: Rect,
    id: str,
    picture: str,
    first: str,
    second: str,
    action: Action,
    enabled: bool,
    *,
    on: bool | None = None,
) -> None:
    """A button with two sentences. `on` makes it a switch with a box to tick."""
    compact, narrow = sheet.stage.compact, _narrow(sheet, rect)
    sheet.add(
        Widget(
            id,
            Role.BUTTON if on is None else Role.CHECKBOX,
            rect,
            ("tile_on" if on else "secondary") if enabled else "soft",
            name=f"{first}. {second}" if second else first,
            action=action,
            enabled=enabled,
            selected=on,
            focus=sheet.focus() if enabled else None,
        )
    )
    inner = rect.inset(sheet.u(28 if not compact else 12), sheet.u(10 if not compact else 6))
    side = min(inner.h, sheet.u(76 if not compact else 52))
    if on is not None and enabled:
        box, sign = sheet.u(52 if not compact else 44), icon("check", sheet.u(9)) if on else None
        at, inner = inner.end(box, sheet.u(16 if not compact else 8))
        style = "box_on" if on else "box_off"
        sheet.add(Widget(f"{id}/box", Role.IMAGE, at.around(box, box), style, picture=sign, part_of=id))
    pictured = not narrow or not (second or on is not None or len(first) > _SHORT)
    if pictured:
        at, inner = inner.start(side, sheet.u(24 if not compact else 10))
        sheet.picture(at.around(side, side), art(picture, faded=not enabled), part_of=id)
    if second:
        pair(sheet, inner, first, second, id, sizes=_TILE, first_lines=2)
    else:
        align = Align.START if pictured else Align.CENTRE
        sheet.line(inner, first, ("strong", "pill", "badge"), align=align, lines=3, part_of=id)


# --- card and counter ----------------------------------------------------------------------------------


def _card(sheet: Sheet, rect: Rect) -> None:
    words = sheet.tr("Card or phone")
    picture = art("credit-card") if _wide(sheet, rect) else None
    sheet.button("pay:card", rect, words, PayWith(Tender.CARD), picture=picture)


def _counter(sheet: Sheet, style: str, rect: Rect) -> None:
    sheet.button(
        "pay:counter",
        rect,
        sheet.tr("At the counter"),
        PayWith(Tender.COUNTER),
        style=style,
        picture=art("counter") if _wide(sheet, rect) else None,
        types=("button", "strong", "pill"),
    )


def _wide(sheet: Sheet, rect: Rect) -> bool:
    """Whether there is room for a picture beside the words."""
    return rect.w >= sheet.u(330)


def _place_order(sheet: Sheet, rect: Rect) -> None:
    words = sheet.tr("Place order")
    sheet.button("pay:none", rect, words, PayWith(Tender.NONE), picture=art("take-away"))


def _no_card(sheet: Sheet, rect: Rect, *, counter: bool) -> None:
    """The reason stands where the button was."""
    tr = sheet.tr
    words = tr("Cards cannot be read right now")
    more = tr("Your order is kept; please pay at the counter.") if counter else tr("Please ask our team.")
    sheet.add(Widget("no_card", Role.STATUS, rect, "soft", name=f"{words}. {more}"))
    inner = rect.inset(sheet.u(32), sheet.u(12))
    side = min(inner.h, sheet.u(84))
    at, inner = inner.start(side, sheet.u(28))
    sheet.picture(at.around(side, side), art("credit-card"), part_of="no_card")
    pair(sheet, inner, words, more, "no_card", sizes=MEDIUM)


# --- points still to be earned -------------------------------------------------------------------------


def _scan_row(sheet: Sheet, visit: Visit, rect: Rect) -> None:
    inner = rect.inset(sheet.u(32 if not sheet.stage.compact else 20), sheet.u(10))
    side, mark = min(inner.h, sheet.u(72)), sheet.u(40)
    words = _scan_words(sheet, visit, inner.w - side - sheet.u(24) - mark - sheet.u(12))
    sheet.add(
        Widget("earn", Role.BUTTON, rect, "card", name=words, action=ShowIdentify(), focus=sheet.focus())
    )
    at, inner = inner.start(side, sheet.u(24))
    sheet.picture(at.around(side, side), art("star"), part_of="earn")
    end, inner = inner.end(mark, sheet.u(12))
    sheet.picture(
        end.around(mark, mark),
        icon("chevron_forward", directed=True),
        style="quiet",
        part_of="earn",
    )
    sheet.line(inner, words, ("strong", "pill", "badge"), part_of="earn", lines=2)


def _scan_words(sheet: Sheet, visit: Visit, width: float) -> str:
    """With the number when it is known and two lines hold it."""
    points = earning_points(sheet, visit)
    words = sheet.tr("Scan your card now and earn {points}", points=points)
    fits = sheet.height(words, "badge", width) <= 2.01 * sheet.measure.line_mm("badge")
    return words if points and fits else sheet.tr("Scan your card now and earn points")


def _scan_tile(sheet: Sheet, rect: Rect) -> None:
    """Beside others there is only room for two words."""
    _tile(sheet, rect, "earn", "star", sheet.tr("Scan card"), "", ShowIdentify(), True)
