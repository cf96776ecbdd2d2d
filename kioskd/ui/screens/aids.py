"""What makes the kiosk easier to see, hear and reach: one sign on every screen, and its panel of switches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kioskd.core.access import LOUDEST, Aid
from kioskd.core.intents import ChangeVolume, SetAid
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import ACCESS, Align, ClosePanel, OpenPanel, Panel, Role, Widget
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.spacing import access_place, gap, margin

AIDS = "aids"
"""The panel's name."""


def access_button(sheet: Sheet, visit: Visit, shop: Shop) -> None:
    """Opens the switches. That some are on is said, and shown by the filled sign."""
    tr, at = sheet.tr, access_place(sheet)
    on = bool(visit.access.aids)
    name = tr("See, hear and reach")
    sheet.button(
        ACCESS,
        at,
        f"{name}, {tr('on')}" if on else name,
        OpenPanel(AIDS),
        style="round_on" if on else "round",
        words="",
        picture=icon("access", at.w * 0.2),
    )
    access = visit.access
    sheet.panel((AIDS, visit.language, access.aids, access.volume), lambda page: _panel(page, visit, shop))


@dataclass(frozen=True, slots=True)
class _Switch:
    aid: Aid
    sign: str
    name: str
    hint: str


def _switches(sheet: Sheet, shop: Shop) -> Iterator[_Switch]:
    tr = sheet.tr
    if shop.speech:
        yield _Switch(Aid.SPEECH, "speaker", tr("Read aloud"), tr("You hear everything"))
    yield _Switch(Aid.LARGE_TEXT, "letters", tr("Large text"), tr("Everything in one column"))
    yield _Switch(Aid.CONTRAST, "contrast", tr("High contrast"), tr("Bright letters on black"))
    yield _Switch(Aid.REACH, "lower", tr("Lower"), tr("Easy to reach when you sit"))
    if shop.speech:
        yield _Switch(Aid.CURTAIN, "curtain", tr("Dark screen"), tr("Goes with read aloud"))
    yield _Switch(Aid.MORE_TIME, "clock", tr("More time"), tr("We wait longer for you"))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Rows of switches in so many columns; the way out stands `aside` of the title or below."""

    columns: int
    row_h: float
    aside: bool
    hints: bool


def _plan(sheet: Sheet, count: int, room: float) -> _Plan:
    """The first that `room` holds, from the most generous to the tightest."""
    stage, space = sheet.stage, gap(sheet)
    columns = 1 if stage.portrait else 2
    rows = -(-count // columns)
    plans = (
        _Plan(columns, max(sheet.u(150), stage.target_mm), aside=False, hints=True),
        _Plan(columns, max(sheet.u(130), stage.target_mm), aside=True, hints=True),
    )
    fitting = (plan for plan in plans if _height(sheet, plan, rows, space) <= room and not stage.compact)
    return next(fitting, _Plan(columns, stage.target_mm, aside=True, hints=False))


def _pad(sheet: Sheet) -> float:
    return sheet.u(20 if sheet.stage.compact else 48)


def _height(sheet: Sheet, plan: _Plan, rows: int, space: float) -> float:
    head = max(sheet.u(100), sheet.stage.target_mm)
    below = 0.0 if plan.aside else plan.row_h + space
    return 2 * _pad(sheet) + head + space + rows * plan.row_h + (rows - 1) * space + below


def _panel(sheet: Sheet, visit: Visit, shop: Shop) -> Panel:
    stage, tr, space = sheet.stage, sheet.tr, gap(sheet)
    switches = list(_switches(sheet, shop))
    plan = _plan(sheet, len(switches), stage.area.h - 2 * sheet.u(16))
    rows = -(-len(switches) // plan.columns)
    height = min(_height(sheet, plan, rows, space), stage.area.h)
    width = min(sheet.u(900 * plan.columns), stage.area.w - 2 * margin(sheet))
    card = stage.area.around(width, height)
    if stage.portrait:  # low, where the sign was touched
        card = card.moved(dy=stage.area.h - margin(sheet) - card.bottom)
    title = tr("How can we make it easier?")
    sheet.surface(stage.area, "scrim", id="scrim")
    sheet.surface(card, "dialog", id="dialog")
    head, area = card.inset(_pad(sheet)).top(max(sheet.u(100), stage.target_mm), space)
    if plan.aside:
        close, head = head.end(stage.target_mm, space)
    else:
        close, area = area.foot(plan.row_h, space)
    if Aid.SPEECH in visit.access:
        head = _volume(sheet, head, visit)
    sheet.line(head, title, ("title", "heading", "strong", "pill"), role=Role.HEADING, lines=2)
    for at, row in zip(area.rows(rows, space), _in_rows(switches, plan.columns), strict=True):
        for cell, switch in zip(at.columns(plan.columns, space), row, strict=False):
            _switch(sheet, cell, switch, visit, plan.hints)
    sheet.button(
        "close",
        close.around(close.w, max(close.h, stage.target_mm)),
        tr("Close"),
        ClosePanel(),
        style="secondary" if not plan.aside else "pager",
        words="" if plan.aside else None,
        picture=icon("cross", stage.target_mm * 0.32) if plan.aside else None,
    )
    return sheet.finished_panel(AIDS, title)


def _volume(sheet: Sheet, row: Rect, visit: Visit) -> Rect:
    """Softer and louder at the end of the row; returns what is left of it."""
    tr, side, space = sheet.tr, sheet.stage.target_mm, gap(sheet)
    level = visit.access.volume
    now = tr("Volume {n}", n=level)
    at, row = row.end(2 * side + space, space)
    softer, louder = at.around(at.w, side).columns(2, space)
    mark, row = row.end(side * 0.5, space)
    sheet.picture(mark.around(mark.w, mark.w), icon("speaker"), id="volume/sign")
    for place, id, name, steps, sign in (
        (softer, "softer", tr("Softer"), -1, "minus"),
        (louder, "louder", tr("Louder"), 1, "plus"),
    ):
        sheet.button(
            f"volume:{id}",
            place,
            f"{name}. {now}",
            ChangeVolume(steps),
            style="pager",
            words="",
            picture=icon(sign, side * 0.32),
            enabled=0 <= level + steps <= LOUDEST,
        )
    return row


def _in_rows(switches: list[_Switch], columns: int) -> Iterator[list[_Switch]]:
    for start in range(0, len(switches), columns):
        yield switches[start : start + columns]


def _switch(sheet: Sheet, rect: Rect, switch: _Switch, visit: Visit, hints: bool) -> None:
    """A row that is touched as a whole; its state is a word, a place and a colour."""
    tr, on = sheet.tr, switch.aid in visit.access
    id = f"aid:{switch.aid}"
    enabled = switch.aid is not Aid.CURTAIN or Aid.SPEECH in visit.access
    state = tr("on") if on else tr("off")
    name = f"{switch.name}. {switch.hint}" if hints else switch.name
    sheet.add(
        Widget(
            id,
            Role.CHECKBOX,
            rect,
            "tile_on" if on else "tile",
            name=name,
            value=state,
            action=SetAid(switch.aid, not on),
            enabled=enabled,
            selected=on,
            focus=sheet.focus() if enabled else None,
        )
    )
    ink = "quiet" if not enabled else "action_text" if on else "plain"
    inner = rect.inset(sheet.u(24), sheet.u(6))
    side = min(sheet.u(64), inner.h * 0.6)
    at, inner = inner.start(side, sheet.u(24))
    sheet.picture(at.around(side, side), icon(switch.sign), style=ink, part_of=id, id=f"{id}/sign")
    track_h = min(sheet.u(60), inner.h * 0.7)
    word_w = max(sheet.width(tr("on"), "small"), sheet.width(tr("off"), "small")) + sheet.u(4)
    at, inner = inner.end(track_h * 1.8, sheet.u(16))
    _track(sheet, at.around(at.w, track_h), id, on)
    at, inner = inner.end(word_w, sheet.u(16))
    sheet.line(at, state, "small", style=ink, align=Align.END, part_of=id, id=f"{id}/state")
    sizes = ("strong", "pill", "badge")
    if not hints:
        sheet.line(inner, switch.name, sizes, style=ink, lines=2, part_of=id, id=f"{id}/name")
        return
    hint_w = inner.w
    hint_h = sheet.height(switch.hint, "tiny", hint_w, 2)
    first_h = sheet.measure.line_mm("strong")
    block = inner.around(inner.w, min(inner.h, first_h + hint_h))
    first, second = block.top(first_h)
    sheet.line(first, switch.name, sizes, style=ink, part_of=id, id=f"{id}/name")
    sheet.line(second, switch.hint, "tiny", style="quiet", lines=2, part_of=id, id=f"{id}/hint")


def _track(sheet: Sheet, rect: Rect, id: str, on: bool) -> None:
    """The switch itself: the knob stands where a line ends when it is on."""
    track, knob = ("track_on", "knob_on") if on else ("track_off", "knob_off")
    pad = rect.h * 0.12
    sheet.add(Widget(f"{id}/track", Role.IMAGE, rect, track, part_of=id))
    side = rect.h - 2 * pad
    inner = rect.inset(pad)
    at = (inner.end(side) if on else inner.start(side))[0]
    sign = icon("check", side * 0.2) if on else None
    sheet.add(Widget(f"{id}/knob", Role.IMAGE, at, knob, picture=sign, part_of=id))
