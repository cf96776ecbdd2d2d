"""Nobody is here: an appetite, two ways to start, and the promise that a card can be scanned any time."""

from __future__ import annotations

from kioskd.core.catalogue import Service
from kioskd.core.health import DeviceKind
from kioskd.core.intents import ShowIdentify, ShowMember, StartOrder
from kioskd.core.notice import NoticeKind
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Breathe, Role, Widget
from kioskd.ui.screens.frame import (
    gap,
    help_button,
    help_words,
    margin,
    notice_banner,
    notice_height,
    points_words,
)
from kioskd.ui.screens.languages import language_button, language_row, language_row_height
from kioskd.ui.screens.logo import fitted_logo, greeting_room, place_logo
from kioskd.ui.screens.offer_words import offer_title
from kioskd.ui.screens.pair import LARGE, MEDIUM, pair
from kioskd.ui.screens.scan_words import only_camera
from kioskd.ui.screens.sheet import Sheet, art, icon, photo
from kioskd.ui.screens.shortfall_banner import shortfall_banner, shortfall_height
from kioskd.ui.screens.spacing import edge
from kioskd.ui.stage import Stage
from kioskd.ui.text import clean

_SERVICES, _CARD = 220, 268
"""In units: how high the two ways to start are, and the card below them."""
_FIELD = 0.54
"""The share of a wide display that is coloured."""


def attract(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    """Returns the screen's title."""
    stage, tr = sheet.stage, sheet.tr
    sheet.surface(stage.area, "page", id="page")
    if stage.portrait:
        needed = _needed(sheet, visit, shop) + sheet.u(40)
        field, rest = stage.area.top(min(stage.area.h * 0.59, stage.area.h - needed), sheet.u(40))
        # The field's upper corners are round too: they hang over the edge.
        sheet.surface(_hung(sheet, field, up=True), "joy", id="field")
    else:
        field, rest = stage.area.start(stage.area.w * _FIELD, sheet.u(40))
        sheet.surface(_hung(sheet, field, up=False), "joy", id="field")
    _hero(sheet, field, shop)
    inset = margin(sheet) if stage.compact else sheet.u(60)
    if stage.portrait:
        area = rest.inset(margin(sheet), 0)
        area = Rect(area.x, area.y, area.w, area.h - edge(sheet))
    else:
        area = Rect(
            rest.x, inset, rest.w - inset, rest.h - 2 * inset + (sheet.u(28) if not stage.compact else 0)
        )
    _actions(sheet, area, visit, shop)
    return tr("Hungry?\nOrder here.").replace("\n", " ")


def _hung(sheet: Sheet, field: Rect, *, up: bool) -> Rect:
    over = sheet.u(80)
    if up:
        return Rect(field.x, field.y - over, field.w, field.h + over)
    return Rect(field.x - over, field.y - over, field.w + over, field.h + 2 * over)


def _hero(sheet: Sheet, field: Rect, shop: Shop) -> None:
    tr, stage = sheet.tr, sheet.stage
    area = field.around(hero_width(stage), field.h)
    top = sheet.u(96 if stage.portrait else 72 if not stage.compact else 36)
    area = Rect(area.x, field.y + top, area.w, field.h - top)
    area = _name(sheet, area, shop)
    words = tr("Hungry?\nOrder here.")
    sizes = ("hero", "title") if not stage.compact else ("title", "heading")
    area = sheet.text(area, words, sizes, role=Role.HEADING, lines=3, id="title", gap=sheet.u(10))
    # What the merchant puts first on the menu greets the guest.
    picture = next((c.picture for c in shop.catalogue.categories if c.picture), None)
    if picture is not None:
        side = min(area.h, field.w * 0.84)
        place = Rect(field.x, field.bottom - side, field.w, side)
        sheet.picture(place.around(side, side * 0.96), photo(picture), id="hero")


def hero_width(stage: Stage) -> float:
    """Of what is written on the coloured field."""
    field_w = stage.area.w * (1.0 if stage.portrait else _FIELD)
    return field_w - 2 * stage.u(72 if not stage.compact else 40)


def _name(sheet: Sheet, area: Rect, shop: Shop) -> Rect:
    """The restaurant's, as its logo or in words; returns what is below."""
    compact = sheet.stage.compact
    fitted = fitted_logo(sheet.stage, *greeting_room(sheet.stage, area.w), on="joy")
    if fitted is None:
        return sheet.text(
            area, clean(shop.name, 60), "strong", lines=1, gap=sheet.u(20 if not compact else 6)
        )
    row, rest = area.top(fitted.h, sheet.u(36 if not compact else 8))
    place_logo(sheet, row.start(fitted.w)[0], fitted, shop)
    return rest


def _wide_gap(sheet: Sheet) -> float:
    return gap(sheet) if sheet.stage.compact else sheet.u(36)


def _needed(sheet: Sheet, visit: Visit, shop: Shop) -> float:
    """The height of everything below the picture, on an upright display: news take it from the picture."""
    width = sheet.stage.area.w - 2 * margin(sheet)
    bar_h, _ = _bar_height(sheet, width, visit, shop)
    news = notice_height(sheet, visit, width) or shortfall_height(sheet, visit, shop, width)
    ways = sheet.u(_SERVICES + _CARD) + 2 * _wide_gap(sheet)
    return edge(sheet) + bar_h + news + ways


def _bar_height(sheet: Sheet, width: float, visit: Visit, shop: Shop) -> tuple[float, bool]:
    """Of the row at the foot, and whether the languages stand in it one by one."""
    help_w, space = _help_width(sheet, visit), gap(sheet)
    # In portrait the sign for the aids stands in this row; in landscape it has a corner of the picture.
    aids_w = sheet.stage.target_mm + space if sheet.stage.portrait else 0.0
    rows_h = language_row_height(sheet, width - help_w - space - aids_w, shop)
    rows = 2.5 if not sheet.stage.compact else 1.5
    in_a_row = len(shop.languages) > 1 and rows_h < rows * sheet.stage.target_mm
    return (rows_h, True) if in_a_row else (sheet.stage.target_mm, False)


def _help_width(sheet: Sheet, visit: Visit) -> float:
    return max(sheet.width(help_words(sheet, visit), "pill") + sheet.u(64), sheet.stage.target_mm)


def _actions(sheet: Sheet, area: Rect, visit: Visit, shop: Shop) -> None:
    stage, space, wide_gap = sheet.stage, gap(sheet), _wide_gap(sheet)
    help_w = _help_width(sheet, visit)
    aids_w = stage.target_mm + space if stage.portrait else 0.0
    bar_h, in_a_row = _bar_height(sheet, area.w, visit, shop)
    bar, area = area.foot(bar_h, wide_gap)
    at, languages = bar.end(help_w, space)
    _, languages = languages.start(aids_w)
    if stage.portrait:
        said_below = (NoticeKind.OFFER_ADDED,) if shop.loyalty and visit.member is None else ()
        area = notice_banner(sheet, visit, area, quiet=said_below)
    area = shortfall_banner(sheet, visit, shop, area)
    if shop.loyalty:
        ideal = sheet.u(_SERVICES + _CARD) + wide_gap
        share = (area.h - wide_gap) / ideal if not stage.portrait else 1.0
        buttons, area = area.top(min(sheet.u(_SERVICES) * share, area.h * 0.47), wide_gap)
    else:
        buttons = area.top(min(area.h, sheet.u(400)))[0]
    eat_in, take_away = buttons.columns(2, space)
    _service(sheet, "eat_in", eat_in, Service.EAT_IN)
    _service(sheet, "take_away", take_away, Service.TAKE_AWAY)
    if not stage.portrait and visit.notice is not None:
        notice_banner(sheet, visit, area)  # for a moment it stands where the card was
    elif shop.loyalty:
        _card(sheet, area.top(min(area.h, sheet.u(_CARD if stage.portrait else 330)))[0], visit)
    if in_a_row:
        language_row(sheet, languages, visit, shop)
    elif len(shop.languages) > 1:
        language_button(sheet, languages, visit, shop)
    help_button(sheet, at.foot(stage.target_mm)[0], visit)


def _service(sheet: Sheet, id: str, rect: Rect, service: Service) -> None:
    """A large button with its picture above the words."""
    words = sheet.tr("Eat in") if service is Service.EAT_IN else sheet.tr("Take away")
    source = "eat-in" if service is Service.EAT_IN else "take-away"
    sheet.add(
        Widget(id, Role.BUTTON, rect, "primary", name=words, action=StartOrder(service), focus=sheet.focus())
    )
    inner = rect.inset(sheet.u(20), sheet.u(22 if not sheet.stage.compact else 10))
    top, label = inner.top(inner.h * 0.56, sheet.u(4))
    sheet.picture(top, art(source), part_of=id)
    sheet.line(label, words, ("button", "strong", "pill"), style="on_action", align=Align.CENTRE, part_of=id)


def service_buttons(sheet: Sheet, rect: Rect) -> None:
    """Both services side by side, for whoever was recognised before choosing."""
    for at, id, service in zip(
        rect.columns(2, gap(sheet)), ("eat_in", "take_away"), (Service.EAT_IN, Service.TAKE_AWAY), strict=True
    ):
        words = sheet.tr("Eat in") if service is Service.EAT_IN else sheet.tr("Take away")
        picture = art("eat-in" if service is Service.EAT_IN else "take-away")
        sheet.button(id, at, words, StartOrder(service), picture=None if sheet.stage.compact else picture)


def _card(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    if visit.member is not None:
        _member(sheet, rect, visit)
        return
    tr, stage = sheet.tr, sheet.stage
    scanning = visit.expects(DeviceKind.SCANNER) or visit.expects(DeviceKind.CAMERA)
    if scanning:
        where = (
            tr("Hold it in front of the camera")
            if only_camera(visit)
            else tr("Hold it under the scanner below the screen")
        )
        first, second = tr("Have a card?\nScan it any time."), where
    else:
        first, second = tr("Have a card?"), tr("Type its number and collect your points")
    saved = visit.saved_card is not None or bool(visit.offers)
    if visit.offers:
        first, second = tr("On your order"), ", ".join(offer_title(each.right.title) for each in visit.offers)
    elif saved:
        first, second = tr("Your card is noted."), tr("Your points follow by themselves")
    spoken = f"{first} {second}".replace("\n", " ")
    sheet.add(
        Widget("scan", Role.BUTTON, rect, "card", name=spoken, action=ShowIdentify(), focus=sheet.focus())
    )
    compact = stage.compact
    inner = rect.inset(sheet.u(40 if not compact else 24), sheet.u(24 if not compact else 12))
    side = min(sheet.u(150 if not compact else 96), inner.h)
    tile, inner = inner.start(side, sheet.u(40 if not compact else 20))
    tile = tile.around(side, side)
    sheet.add(Widget("scan/tile", Role.GROUP, tile, "action_tile", part_of="scan"))
    sign = "check" if saved else "scan" if scanning else "keypad"
    sheet.picture(tile, icon(sign, side * 0.26), style="on_action", part_of="scan", id="scan/sign")
    if scanning and not saved and not only_camera(visit):
        arrow_w = sheet.u(72 if not compact else 48)
        arrow, inner = inner.end(arrow_w, sheet.u(24 if not compact else 10))
        tall = min(sheet.u(120), inner.h * 0.7, 1.6 * arrow_w)
        sheet.picture(
            arrow.around(tall, tall).moved(dy=-sheet.u(8)),
            icon("arrow_down"),
            style="alert_text",
            part_of="scan",
            id="scan/arrow",
            motion=Breathe(sheet.u(16)),
        )
    pair(sheet, inner, first, second, "scan", sizes=LARGE if not compact else MEDIUM, first_lines=2)


def _member(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    member = visit.member
    assert member is not None
    tr = sheet.tr
    name = clean(member.first_name or "", 40)
    hello = tr("Hi {name}", name=name) if name else tr("Hi there")
    points = points_words(sheet, member.points, member.points_name)
    spoken = f"{hello} {points}".strip()
    sheet.add(
        Widget("member", Role.BUTTON, rect, "card", name=spoken, action=ShowMember(), focus=sheet.focus())
    )
    sheet.keep_private("member", tr("Hi there"))
    compact = sheet.stage.compact
    inner = rect.inset(sheet.u(40 if not compact else 24), sheet.u(20))
    side = min(sheet.u(150 if not compact else 96), inner.h)
    tile, inner = inner.start(side, sheet.u(40 if not compact else 20))
    sheet.picture(tile.around(side, side), art("member-card"), part_of="member", id="member/picture")
    end, inner = inner.end(sheet.u(48), sheet.u(16))
    sheet.picture(
        end.around(sheet.u(48), sheet.u(48)),
        icon("chevron_forward", directed=True),
        style="quiet",
        part_of="member",
        id="member/more",
    )
    line = sheet.measure.line_mm
    block = inner.around(inner.w, min(inner.h, line("heading") + (line("body") if points else 0)))
    rest = sheet.text(block, hello, ("heading", "strong"), lines=1, part_of="member")
    sheet.text(rest, points, "body", style="quiet", lines=1, part_of="member")
