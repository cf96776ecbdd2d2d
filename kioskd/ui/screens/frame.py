"""What every screen shares: the bar at the bottom that never moves, the head, the notice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kioskd.core.help import HelpState
from kioskd.core.intents import AskHelp, CancelOrder, GoBack, ShowIdentify, ShowMember
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.phases import Identifying
from kioskd.core.place import STAFF
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Role, Spin, Widget
from kioskd.ui.screens.languages import language_button
from kioskd.ui.screens.logo import logo_between
from kioskd.ui.screens.sheet import Sheet, art, icon
from kioskd.ui.screens.spacing import access_place, edge
from kioskd.ui.screens.spacing import gap as gap
from kioskd.ui.screens.spacing import margin as margin
from kioskd.ui.screens.words import PRIVATE_NOTICES, notice_art, notice_words
from kioskd.ui.text import clean


@dataclass(frozen=True, slots=True)
class Leave:
    """The button that leads away from an order, at the start of the bottom bar."""

    name: str
    action: Action
    sign: str | None = None
    """An icon that says it where there is no room for words."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is left for a screen: `body`, and `foot` for what to touch next.

    In portrait the foot is a row above the bar; in landscape it is the middle of the bar.
    """

    body: Rect
    foot: Rect


def cancel_order(sheet: Sheet) -> Leave:
    return Leave(sheet.tr("Cancel order"), CancelOrder(), "cross")


def frame(
    sheet: Sheet,
    visit: Visit,
    shop: Shop,
    *,
    leave: Leave | None,
    foot: bool = True,
    languages: bool = True,
    help: bool = True,
    notice: bool = True,
    foot_h: float | None = None,
) -> Frame:
    """Lay out the page, the bar and the notice."""
    stage = sheet.stage
    sheet.surface(stage.area, "page", id="page")
    side, space, target = margin(sheet), gap(sheet), stage.target_mm
    inner = stage.area.inset(side, 0)
    bar, above = Rect(inner.x, 0, inner.w, stage.area.h - edge(sheet)).foot(target, space)
    _, beside = bar.start(access_place(sheet).w, space)  # the composer puts the sign for the aids there
    middle = _bar(sheet, visit, shop, beside, leave, languages, help)
    top = edge(sheet)
    body = Rect(inner.x, top + (0 if stage.compact else sheet.u(12)), inner.w, above.bottom - top)
    body = Rect(body.x, body.y, body.w, above.bottom - body.y)
    foot_rect = middle
    if stage.portrait and visit.place not in STAFF:
        logo_between(sheet, middle, shop, axis=stage.area.centre[0])
    if stage.portrait and foot:
        height = foot_h if foot_h is not None else sheet.u(132)
        foot_rect, body = body.foot(max(height, target), space)
    sheet.walk_last(foot_rect)
    sheet.walk_last(bar)
    if notice:
        body = notice_banner(sheet, visit, body)
    return Frame(body, foot_rect)


def _bar(
    sheet: Sheet, visit: Visit, shop: Shop, bar: Rect, leave: Leave | None, languages: bool, help: bool
) -> Rect:
    """The bar; returns what is free between its buttons."""
    target, space = sheet.stage.target_mm, gap(sheet)
    rest = bar
    if leave is not None:
        room = bar.w * (0.42 if sheet.stage.portrait else 0.18 if sheet.stage.compact else 0.24)
        longest = max((sheet.width(word, "badge") for word in leave.name.split()), default=0.0)
        room = max(room, longest + sheet.u(44))
        width = min(max(sheet.width(leave.name, "pill") + sheet.u(72), target), room)
        if leave.sign is not None and sheet.stage.compact:
            at, rest = rest.start(target, space)
            sheet.button(
                "leave",
                at,
                leave.name,
                leave.action,
                style="pill",
                words="",
                picture=icon(leave.sign, target * 0.32),
            )
        else:
            at, rest = rest.start(width, space)
            sheet.button("leave", at, leave.name, leave.action, style="pill", types=("pill", "badge"))
    if help:
        words = help_words(sheet, visit)
        width = max(sheet.width(words, "pill") + sheet.u(64), target)
        if sheet.stage.compact:  # one word below the other, or the sign
            longest = max(sheet.width(word, "badge") for word in words.split())
            width = target if visit.help is None else max(longest + sheet.u(24), target)
        at, rest = rest.end(min(width, bar.w * 0.3), space)
        help_button(sheet, at, visit)
    if languages and len(shop.languages) > 1:
        at, rest = rest.end(max(target, sheet.u(120)), space)
        language_button(sheet, at, visit, shop, words=visit.language.upper())
    return rest


def help_words(sheet: Sheet, visit: Visit) -> str:
    """What the button for help says: how it stands with a call, too."""
    if visit.help is None:
        return sheet.tr("Help")
    return {
        HelpState.CALLED: sheet.tr("Help called"),
        HelpState.COMING: sheet.tr("Help is coming"),
        HelpState.OVERDUE: sheet.tr("Still calling"),
    }[visit.help.state]


def help_button(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    """As a sign where there is no room for the word; how it stands with a call is always said in words."""
    style = "pill" if visit.help is None else "pill_on"
    words = help_words(sheet, visit)
    if visit.help is None and sheet.width(words, "badge") + sheet.u(20) > rect.w:
        sign = icon("question", rect.h * 0.3)
        sheet.button("help", rect, words, AskHelp(), style=style, words="", picture=sign)
        return
    types, pad = ("pill", "badge"), sheet.u(10)
    sheet.button("help", rect, words, AskHelp(), style=style, types=types, pad=pad, lines=3)


def notice_banner(sheet: Sheet, visit: Visit, body: Rect, *, quiet: tuple[NoticeKind, ...] = ()) -> Rect:
    """One calm sentence at the end of the body; returns the body without it."""
    notice = visit.notice
    if notice is None or notice.kind in quiet:
        return body
    words, type, height = _notice(sheet, notice, body.w)
    at, body = body.foot(height, gap(sheet))
    sheet.add(Widget("notice", Role.STATUS, at, "notice", name=words))
    if notice.kind in PRIVATE_NOTICES:
        sheet.keep_private("notice", notice_words(replace(notice, about=""), sheet.tr))
    inner = at.inset(sheet.u(32), sheet.u(8))
    side = _notice_side(sheet)
    mark, rest = inner.start(side, sheet.u(24))
    sheet.picture(mark.around(side, side), art(notice_art(notice)), part_of="notice")
    sheet.line(rest, words, (type, "tiny"), lines=_NOTICE_LINES, part_of="notice")
    return body


_NOTICE_LINES = 4


def _notice_side(sheet: Sheet) -> float:
    return sheet.u(48 if sheet.stage.compact else 72)


def _notice(sheet: Sheet, notice: Notice, width: float) -> tuple[str, str, float]:
    """Its words, their type, and how high a banner of that width is."""
    words, compact = notice_words(notice, sheet.tr), sheet.stage.compact
    room = width - 2 * sheet.u(32) - _notice_side(sheet) - sheet.u(24)
    least, air = (sheet.u(64), sheet.u(16)) if compact else (sheet.u(110), sheet.u(40))
    type = "small" if compact else "medium"
    if sheet.height(words, type, room) > (_NOTICE_LINES + 0.1) * sheet.measure.line_mm(type):
        type = "tiny"
    return words, type, max(least, air + sheet.height(words, type, room, _NOTICE_LINES))


def notice_height(sheet: Sheet, visit: Visit, width: float) -> float:
    """What `notice_banner` takes of a body that wide, with the gap."""
    return _notice(sheet, visit.notice, width)[2] + gap(sheet) if visit.notice is not None else 0.0


def head(
    sheet: Sheet,
    area: Rect,
    title: str,
    *,
    back: Action | None = None,
    visit: Visit | None = None,
    shop: Shop | None = None,
    room: float = 0.0,
) -> Rect:
    """The title with a way back before it and the member behind it; returns what is below.

    `room` millimetres before the member are kept free for `head_room`.
    """
    tr, target = sheet.tr, sheet.stage.target_mm
    row, rest = area.top(max(target, sheet.u(104)), gap(sheet))
    if back is not None:
        at, row = row.start(target, gap(sheet))
        sheet.button(
            "back",
            at.around(target, target),
            tr("Back"),
            back,
            style="chip",
            words="",
            picture=icon("back", target * 0.28, directed=True),
        )
    if visit is not None and shop is not None and shop.loyalty:
        most = row.w * 0.62 if title else row.w
        beside = room + target + 2 * gap(sheet) if room else 0.0
        row = _member_chip(sheet, row, visit, min(most, row.w - beside))
    if room:
        _, row = row.end(room, gap(sheet))
    sizes = (
        ("title", "heading", "strong", "pill") if not sheet.stage.compact else ("heading", "strong", "pill")
    )
    sheet.line(row, title, sizes, role=Role.HEADING, id="title", lines=2)
    return rest


def head_room(sheet: Sheet, width: float) -> Rect:
    """The room kept free in the head just laid out."""
    title = sheet.find("title")
    return Rect(title.rect.right + gap(sheet), title.rect.y, width, title.rect.h)


def _member_chip(sheet: Sheet, row: Rect, visit: Visit, room: float) -> Rect:
    """Who is being served, or how to be recognised, in at most `room`; returns the rest of the row."""
    tr, target, space = sheet.tr, sheet.stage.target_mm, sheet.u(20)
    member = visit.member
    if member is None and visit.lookup is not None and not isinstance(visit.phase, Identifying):
        words = tr("One moment…")
        at, row = row.end(min(room, sheet.width(words, "pill") + sheet.u(150)), gap(sheet))
        at = at.around(at.w, target)
        sheet.add(Widget("member", Role.STATUS, at, "chip", name=words, busy=True))
        mark, text = at.inset(sheet.u(36), 0).start(sheet.u(44), space)
        sheet.picture(
            mark.around(sheet.u(44), sheet.u(44)),
            icon("spinner"),
            style="action_text",
            part_of="member",
            motion=Spin(visit.lookup.deadline_s),
        )
        sheet.line(text, words, ("pill", "badge"), lines=2, part_of="member")
        return row
    if member is None:
        saved = visit.saved_card is not None
        words = tr("Card saved") if saved else tr("Scan card")
        at, row = row.end(min(room, sheet.width(words, "pill") + sheet.u(150)), gap(sheet))
        at = at.around(at.w, target)
        if saved:
            sheet.add(Widget("member", Role.STATUS, at, "chip", name=words))
        else:
            sheet.add(
                Widget(
                    "member", Role.BUTTON, at, "chip", name=words, action=ShowIdentify(), focus=sheet.focus()
                )
            )
        mark, text = at.inset(sheet.u(36), 0).start(sheet.u(44), space)
        sheet.picture(
            mark.around(sheet.u(44), sheet.u(44)),
            icon("check" if saved else "scan"),
            style="action_text",
            part_of="member",
        )
        sheet.line(text, words, ("pill", "badge"), lines=2, part_of="member")
        return row
    name = clean(member.first_name or tr("Member"), 40)
    points = points_words(sheet, member.points, member.points_name, short=True)
    points_w = sheet.width(points, "pill") + sheet.u(4) if points else 0.0
    name_w = min(
        sheet.width(name, "pill") + sheet.u(4), max(room - points_w - 3 * space - sheet.u(72), sheet.u(80))
    )
    width = sheet.u(72) + name_w + (2 * space + points_w if points else 0)
    at, row = row.end(width, gap(sheet))
    at = at.around(at.w, target)
    spoken = f"{name}, {points}" if points else name
    sheet.add(
        Widget("member", Role.BUTTON, at, "chip", name=spoken, action=ShowMember(), focus=sheet.focus())
    )
    sheet.keep_private("member", tr("Member"))
    inner = at.inset(sheet.u(36), 0)
    left, right = inner.start(name_w, 2 * space)
    sheet.line(left, name, "pill", part_of="member")
    if points:
        rule = Rect(left.right + space, at.y + at.h * 0.3, sheet.u(3), at.h * 0.4)
        sheet.surface(rule, "rule", id="member/rule")
        sheet.line(right, points, "pill", style="action_text", part_of="member", id="member/points")
    return row


def points_words(sheet: Sheet, points: int | None, unit: str | None, *, short: bool = False) -> str:
    """ "1,240 points", in the programme's own word for them if it has one."""
    if points is None:
        return ""
    if unit:
        return f"{sheet.tr.number(points)} {clean(unit, 24)}"
    if short:
        return sheet.tr.plural("{n} pt", "{n} pts", points)
    return sheet.tr.plural("{n} point", "{n} points", points)


BACK = GoBack()
