"""What a member has: points, what is ready, and what points can buy, cheapest first."""

from __future__ import annotations

from kioskd.core.intents import GoBack, SignOut
from kioskd.core.member import Member
from kioskd.core.phases import Attract, Overview
from kioskd.core.removal import RemovedOffer
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, CountUp, Role, Widget
from kioskd.ui.screens.attract import service_buttons
from kioskd.ui.screens.frame import Leave, frame, gap, points_words
from kioskd.ui.screens.lists import scroll_area
from kioskd.ui.screens.offer_cards import OfferCard, sections
from kioskd.ui.screens.order_again import order_again
from kioskd.ui.screens.sheet import Sheet, art, icon
from kioskd.ui.screens.undo_bar import undo_bar
from kioskd.ui.text import clean

_COUNT_STEPS = 16
_WIDE = 760.0
"""In units: from this width on there is room for a pill beside the words."""
_TWO_COLUMNS = 1140.0


def member(sheet: Sheet, visit: Visit, shop: Shop, phase: Overview) -> str:
    who = visit.member
    assert who is not None
    tr, stage = sheet.tr, sheet.stage
    name = clean(who.first_name or "", 40)
    short = 0 < len(name) <= 14 and not stage.compact
    sign_out = Leave(tr("Not {name}? Sign out", name=name) if short else tr("Sign out"), SignOut())
    layout = frame(sheet, visit, shop, leave=sign_out)
    if isinstance(phase.back, Attract):
        service_buttons(sheet, layout.foot)
    else:
        sheet.button("continue", layout.foot, tr("Continue"), GoBack())
    if stage.portrait:
        field = Rect(0, 0, stage.area.w, sheet.u(440 if who.points is not None else 330))
        body = layout.body
        rest = Rect(body.x, field.bottom + sheet.u(28), body.w, body.bottom - field.bottom - sheet.u(28))
        sheet.surface(Rect(0, -sheet.u(80), field.w, field.h + sheet.u(80)), "action_field", id="field")
        _points(sheet, field.inset(sheet.u(72), sheet.u(72)), who)
    else:
        field, rest = layout.body.start(
            layout.body.w * (0.3 if not stage.compact else 0.34), gap(sheet) * 1.5
        )
        sheet.surface(field, "action_field", id="field")
        inset = sheet.u(56 if not stage.compact else 28)
        _points(sheet, field.inset(inset, inset), who)
    if visit.last_order is not None:
        rest = order_again(sheet, rest, visit.last_order, shop)
    rest = undo_bar(sheet, rest, visit, RemovedOffer)
    _cards(sheet, rest, visit, shop, who)
    if name:
        sheet.keep_private("title", tr("Hi there"))
        sheet.keep_private("leave", tr("Sign out"))
    for id in ("tier", "points"):
        sheet.keep_private(id)
    return tr("Hi {name}", name=name) if name else tr("Hi there")


def _points(sheet: Sheet, area: Rect, who: Member) -> None:
    tr, compact = sheet.tr, sheet.stage.compact
    name = clean(who.first_name or "", 40)
    hello = tr("Hi {name}", name=name) if name else tr("Hi there")
    area = sheet.text(
        area,
        hello,
        ("title", "heading", "strong"),
        style="on_action",
        role=Role.HEADING,
        id="title",
        lines=1,
        gap=sheet.u(4),
    )
    if who.tier:
        area = sheet.text(
            area,
            tr("{tier} member", tier=clean(who.tier, 40)),
            ("body", "small"),
            style="on_action_quiet",
            lines=1,
            id="tier",
        )
    if not sheet.stage.portrait:
        needed = sheet.measure.line_mm("points" if not compact else "hero") + sheet.measure.line_mm("heading")
        area = area.foot(min(area.h, needed))[0]
    else:
        area = Rect(area.x, area.y + sheet.u(10), area.w, area.h - sheet.u(10))
    if who.points is None:
        sheet.text(
            area, tr("Your points are not known right now"), ("body", "small"), style="on_action", lines=2
        )
        return
    number = tr.number(who.points)
    unit = clean(who.points_name, 24) if who.points_name else _unit(sheet, who.points)
    spoken = points_words(sheet, who.points, who.points_name)
    sizes = ("points", "hero", "title") if not compact else ("hero", "title")
    size = next((s for s in sizes if sheet.width(number, s) <= area.w), sizes[-1])
    row, rest = area.top(sheet.measure.line_mm(size))
    sheet.add(Widget("points", Role.STATUS, row, "on_action", name=spoken))
    number_w = sheet.width(number, size) + sheet.u(6)
    at, beside = row.start(number_w, sheet.u(20))
    steps = tuple(tr.number(who.points * (i + 1) // _COUNT_STEPS) for i in range(_COUNT_STEPS))
    sheet.line(
        at, number, size, style="on_action", part_of="points", id="points/number", motion=CountUp(steps)
    )
    if beside.w >= sheet.width(unit, "heading"):
        # On the number's own base line: capitals of both stand on it.
        drop = sheet.u(0.364) * (sheet.stage.theme.types[size].size - sheet.stage.theme.types["heading"].size)
        sheet.line(
            beside.moved(dy=drop), unit, "heading", style="on_action", part_of="points", id="points/unit"
        )
    else:
        sheet.text(
            rest, unit, ("heading", "strong"), style="on_action", part_of="points", lines=1, id="points/unit"
        )


def _unit(sheet: Sheet, points: int) -> str:
    return sheet.tr.plural("point", "points", points)


def _cards(sheet: Sheet, area: Rect, visit: Visit, shop: Shop, who: Member) -> None:
    lists = list(sections(sheet, visit, shop))
    if not lists:
        words = (
            sheet.tr("Your rewards cannot be shown right now. Your points are safe.")
            if who.partial
            else sheet.tr("Every order brings you closer to your first reward.")
        )
        block = area.around(min(area.w, sheet.u(860)), min(area.h, sheet.u(420)))
        top, below = block.top(block.h * 0.5, sheet.u(24))
        sheet.picture(top, art("glowing-star"))
        sheet.text(below, words, ("heading", "strong", "pill"), align=Align.CENTRE, lines=3)
        return
    columns = 2 if area.w >= sheet.u(_TWO_COLUMNS) else 1
    height = _laid_out(sheet, area, lists, columns, None, draw=False)
    region = None
    if height > area.h:
        area, found = scroll_area(sheet, "offers", area, height, reset=who.id, aside=sheet.stage.compact)
        region = found.id
    _laid_out(sheet, area, lists, columns, region, draw=True)


def _laid_out(
    sheet: Sheet,
    area: Rect,
    lists: list[tuple[str, list[OfferCard]]],
    columns: int,
    region: str | None,
    *,
    draw: bool,
) -> float:
    y = area.y
    space = sheet.u(20)
    height = sheet.u(150)
    for index, (title, cards) in enumerate(lists):
        if index:
            y += sheet.u(28)
        title_h = sheet.measure.line_mm("heading")
        if draw:
            sheet.line(
                Rect(area.x + sheet.u(8), y, area.w - sheet.u(8), title_h),
                title,
                ("heading", "strong"),
                role=Role.HEADING,
                region=region,
            )
        y += title_h + sheet.u(14)
        rows = -(-len(cards) // columns)
        for row in range(rows):
            cells = Rect(area.x, y, area.w, height).columns(columns, space)
            for cell, card in zip(cells, cards[row * columns : (row + 1) * columns], strict=False):
                if draw:
                    _card(sheet, cell, card, region)
            y += height + (space if row < rows - 1 else 0)
    return y - area.y + sheet.u(12)  # the last card's shadow


def _card(sheet: Sheet, rect: Rect, card: OfferCard, region: str | None) -> None:
    spoken = ", ".join(part for part in (card.title, card.detail, card.tag) if part)
    sheet.add(
        Widget(
            card.id,
            Role.BUTTON if card.use else Role.GROUP,
            rect,
            "card" if card.enabled else "soft",
            name=spoken,
            action=card.use,
            enabled=card.enabled,
            region=region,
            focus=sheet.focus() if card.use else None,
        )
    )
    if card.aloud:
        sheet.keep_private(card.id, card.aloud)
    compact = sheet.stage.compact
    inner = rect.inset(sheet.u(32 if not compact else 20), sheet.u(12))
    side = min(inner.h, sheet.u(92))
    at, inner = inner.start(side, sheet.u(32 if not compact else 16))
    sheet.picture(at.around(side, side), card.picture, part_of=card.id, region=region)
    if card.use:
        mark = sheet.u(40)
        at, inner = inner.end(mark, sheet.u(16))
        sign = icon("chevron_forward", directed=True)
        sheet.picture(at.around(mark, mark), sign, style="quiet", part_of=card.id, region=region)
    elif card.remove:
        target = sheet.stage.least_target_mm
        at, inner = inner.end(target, sheet.u(20))
        sheet.button(
            f"{card.id}:remove",
            at.around(target, target),
            sheet.tr("Remove {name}", name=card.title),
            card.remove,
            style="pill",
            words="",
            picture=icon("trash", target * 0.3),
            region=region,
        )
    line_mm = sheet.measure.line_mm
    beside = rect.w >= sheet.u(_WIDE) and _leaves_room_for_the_day(sheet, inner, card)
    if card.tag and beside:
        inner = _tag(sheet, inner, card, region)
    detail_h = sheet.height(card.detail, "tiny", inner.w, 2)
    detail_h = line_mm("small") if detail_h <= 1.01 * line_mm("tiny") else detail_h
    tag_lines = 1 if sheet.width(card.tag, "badge") <= inner.w else 2
    tag_h = (line_mm("small") if tag_lines == 1 else 2 * line_mm("badge")) if card.tag and not beside else 0.0
    if tag_h + detail_h > 2 * line_mm("small"):  # it is said; what can be done is more important
        detail_h = 0.0
    room = inner.h - detail_h - tag_h
    sizes = (("strong", 1), ("pill", 1), ("pill", 2), ("badge", 2), ("badge", 1))
    size, lines = next(
        (
            (size, lines)
            for size, lines in sizes
            if lines * line_mm(size) <= room + 0.01
            and sheet.height(card.title, size, inner.w) <= lines * line_mm(size)
        ),
        ("badge", max(1, int(room / line_mm("badge") + 0.01))),
    )
    block = inner.around(inner.w, min(inner.h, lines * line_mm(size) + detail_h + tag_h))
    rest = sheet.text(block, card.title, size, lines=lines, part_of=card.id, region=region)
    if detail_h:
        types, most = (("small", "tiny"), 1) if detail_h <= line_mm("small") else (("tiny",), 2)
        rest = sheet.text(rest, card.detail, types, style="quiet", lines=most, part_of=card.id, region=region)
    if tag_h:
        style = "action_text" if card.good else "plain"
        types = ("pill", "badge")
        sheet.text(rest, card.tag, types, style=style, lines=tag_lines, part_of=card.id, region=region)


def _leaves_room_for_the_day(sheet: Sheet, inner: Rect, card: OfferCard) -> bool:
    """Dates are long in some languages: then the tag stands below."""
    room = inner.w - _tag_w(sheet, card) - sheet.u(20)
    return sheet.height(card.detail, "tiny", room) <= 2.01 * sheet.measure.line_mm("tiny")


def _tag_w(sheet: Sheet, card: OfferCard) -> float:
    return sheet.width(card.tag, "pill") + sheet.u(46) + (sheet.u(48) if card.good else 0.0)


def _tag(sheet: Sheet, inner: Rect, card: OfferCard, region: str | None) -> Rect:
    """The tag as a pill at the end; returns what is left of it."""
    width = _tag_w(sheet, card)
    tag, rest = inner.end(width, sheet.u(20))
    tag = tag.around(width, min(sheet.u(76), inner.h))
    sheet.surface(tag, "tag_good" if card.good else "page_tag", id=f"{card.id}/tag", region=region)
    words = tag.inset(sheet.u(20), 0)
    if card.good:
        at, words = words.start(sheet.u(34), sheet.u(12))
        at = at.around(sheet.u(34), sheet.u(34))
        sheet.picture(at, icon("check"), style="action_text", part_of=card.id, region=region)
    style = "action_text" if card.good else "plain"
    sheet.line(words, card.tag, "pill", style=style, part_of=card.id, region=region)
    return rest
