"""A code that is typed, or held under the scanner: digits, and letters on a page of their own."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.health import DeviceKind
from kioskd.core.intents import GoBack, ShowLetters, SubmitNumber
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import Frame, Leave, frame, gap, head, notice_banner
from kioskd.ui.screens.keys import LETTER_COLUMNS, digit_keys, key_gap, key_rows, letter_keys
from kioskd.ui.screens.scan_words import can_scan, hint_words, only_camera
from kioskd.ui.screens.sheet import Sheet, icon, seen_by_camera
from kioskd.ui.screens.wait import waiting

_LETTER_COLUMNS_UPRIGHT = 6
_CODE_LINES = 3
_LEAST_CODE, _LEAST_HINT = 104, 104
"""In units: what either of them needs."""


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A code so far, and the words around it. `busy_until_s`: it is being asked about, behind `busy`.

    `stop` is whether the guest may stop waiting for that.
    """

    title: str
    code: str
    letters: bool
    before_camera: str
    below_scanner: str
    where_it_stands: str
    submit: str
    type_first: str
    busy: str
    busy_until_s: float | None = None
    stop: bool = True


def code_entry(sheet: Sheet, visit: Visit, shop: Shop, entry: CodeEntry, leave: Leave | None) -> str:
    """Returns the title."""
    tr, stage, busy_until_s = sheet.tr, sheet.stage, entry.busy_until_s
    # Beside the keys the notice stands in the other column, for the keys need the height.
    keys_beside = not stage.portrait and busy_until_s is None
    layout = frame(sheet, visit, shop, leave=leave, notice=not keys_beside)
    if busy_until_s is not None:
        if entry.stop:
            sheet.button("stop", layout.foot, tr("Never mind"), GoBack(), style="secondary")
        waiting(sheet, layout.body, entry.busy, busy_until_s)
    elif stage.portrait:
        _upright(sheet, layout.body, visit, entry)
        _submit(sheet, layout.foot, entry)
    else:
        _beside(sheet, layout, visit, entry)
    return entry.title


def _upright(sheet: Sheet, body: Rect, visit: Visit, entry: CodeEntry) -> None:
    """Where height is short the code gives way to the keys, and the hint to both."""
    space, target = gap(sheet), sheet.stage.target_mm
    body = head(sheet, body, entry.title, back=GoBack())
    below, body = body.foot(max(target, sheet.u(104)), space)
    rows = key_rows(_LETTER_COLUMNS_UPRIGHT if entry.letters else None)
    keys_h = rows * target + (rows - 1) * key_gap(sheet)
    spare = body.h - keys_h - sheet.u(_LEAST_CODE) - 2 * space
    if can_scan(visit) and spare >= sheet.u(_LEAST_HINT):
        at, body = body.top(min(sheet.u(190), spare), space)
        _hint(sheet, at, visit, entry)
    at, body = body.top(min(sheet.u(150), body.h - keys_h - space), space)
    _code(sheet, at, entry)
    if entry.letters:
        letter_keys(sheet, body.top(min(body.h, sheet.u(900)))[0], _LETTER_COLUMNS_UPRIGHT)
    else:
        keys = body.top(min(body.h, sheet.u(900)))[0]
        digit_keys(sheet, keys.around(min(keys.w, sheet.u(840)), keys.h))
    _switch(sheet, below.around(min(below.w, sheet.u(560)), below.h), entry)


def _beside(sheet: Sheet, layout: Frame, visit: Visit, entry: CodeEntry) -> None:
    stage, space, body = sheet.stage, gap(sheet), layout.body
    keys_w = body.w * 0.5 - space
    if entry.letters:
        least = stage.least_target_mm * LETTER_COLUMNS + key_gap(sheet) * (LETTER_COLUMNS - 1)
        keys_w = max(keys_w, least)
    keys, left = body.end(keys_w, space * 1.5)
    narrow = left.w < sheet.u(420)
    left = _narrow_head(sheet, left) if narrow else head(sheet, left, entry.title, back=GoBack())
    at, left = left.foot(stage.target_mm, space)
    _switch(sheet, at, entry)
    if not stage.compact:
        left = notice_banner(sheet, visit, left)
    code_h = left.h * (0.5 if stage.compact else 0.55)
    at, left = left.top(min(code_h, sheet.u(150)) if not narrow else left.h, space)
    _code(sheet, at, entry, narrow=narrow)
    if can_scan(visit) and left.h >= sheet.u(90 if stage.compact else 130):
        _hint(sheet, left.top(min(left.h, sheet.u(220)))[0], visit, entry)
    (letter_keys if entry.letters else digit_keys)(sheet, keys)
    if stage.compact and visit.notice is not None:  # nowhere else is room for it; it is gone in seconds
        notice_banner(sheet, visit, layout.foot)
    else:
        _submit(sheet, layout.foot, entry)


def _narrow_head(sheet: Sheet, area: Rect) -> Rect:
    """The way back with a short title below it, where the letters leave no more room."""
    target = sheet.stage.target_mm
    row, area = area.top(target, sheet.u(12))
    at, _ = row.start(target)
    sheet.button(
        "back",
        at,
        sheet.tr("Back"),
        GoBack(),
        style="chip",
        words="",
        picture=icon("back", target * 0.28, directed=True),
    )
    return sheet.text(
        area,
        sheet.tr("Your code"),
        ("strong", "pill", "badge"),
        role=Role.HEADING,
        id="title",
        lines=2,
        gap=sheet.u(12),
    )


def _hint(sheet: Sheet, rect: Rect, visit: Visit, entry: CodeEntry) -> None:
    """Where to hold it, what the camera sees of it, and what would help when it cannot be read."""
    tr, compact = sheet.tr, sheet.stage.compact
    words = hint_words(tr, visit)
    if words is None and only_camera(visit):
        words = entry.before_camera
    elif words is None:
        words = entry.below_scanner
    sheet.add(Widget("hint", Role.GROUP, rect, "card", name=words))
    inner = rect.inset(sheet.u(36 if not compact else 16), sheet.u(24 if not compact else 8))
    side = min(inner.h, sheet.u(128 if not compact else 72))
    at, inner = inner.start(side, sheet.u(36 if not compact else 16))
    tile = at.around(side, side)
    sheet.add(Widget("hint/tile", Role.GROUP, tile, "action_tile", part_of="hint"))
    sign = icon("scan", side * 0.2)
    if visit.has(DeviceKind.CAMERA):
        sign = seen_by_camera(sign, side * 0.04)
    sheet.picture(tile, sign, style="on_action", part_of="hint")
    sheet.line(inner, words, ("heading", "strong", "pill", "badge", "tiny"), lines=4, part_of="hint")


def _code(sheet: Sheet, rect: Rect, entry: CodeEntry, *, narrow: bool = False) -> None:
    tr, code = sheet.tr, entry.code
    hint = entry.where_it_stands if not narrow else ""
    # No-break spaces keep the groups in order where text runs from right to left.
    shown = "\u00a0".join(code[i : i + 4] for i in range(0, len(code), 4)) if code.isdigit() else code
    inner = rect.inset(sheet.u(32 if not sheet.stage.compact else 16), sheet.u(8))
    types = ("amount", "title", "heading", "strong", "pill", "badge")
    fitting = (t for t in types if sheet.measure.width_mm(shown, t, tabular=True) <= inner.w)
    type = next(fitting, types[-1])
    shown = _ending(sheet, shown, type, inner.w)
    sheet.add(Widget("code", Role.STATUS, rect, "secondary", name=tr("Your code"), value=shown or hint))
    if shown:
        typed = tr.plural("{n} sign typed", "{n} signs typed", len(code))
        sheet.keep_private("code", f"{tr('Your code')}, {typed}")
        sheet.line(
            inner,
            shown,
            type,
            align=Align.CENTRE,
            lines=_CODE_LINES,
            part_of="code",
            id="code/text",
            tabular=True,
        )
    else:
        sheet.line(
            inner,
            hint,
            ("body", "small", "tiny"),
            style="quiet",
            align=Align.CENTRE,
            lines=3,
            part_of="code",
            id="code/hint",
        )


def _ending(sheet: Sheet, shown: str, type: str, width: float) -> str:
    """As much of the code as the lines hold: what was typed last, for that is what is looked at."""
    most = _CODE_LINES * sheet.measure.line_mm(type) * 1.01
    ending = shown
    while sheet.height(ending, type, width) > most:
        ending = "…" + ending[2:] if ending.startswith("…") else "…" + ending[1:]
    return ending


def _switch(sheet: Sheet, rect: Rect, entry: CodeEntry) -> None:
    words = sheet.tr("Digits: 123") if entry.letters else sheet.tr("Letters: ABC")
    sheet.button("letters", rect, words, ShowLetters(), style="pill", types=("strong", "pill", "badge"))


def _submit(sheet: Sheet, foot: Rect, entry: CodeEntry) -> None:
    if entry.code:
        sheet.button("submit", foot, entry.submit, SubmitNumber())
        return
    words = entry.type_first
    sheet.add(Widget("submit", Role.BUTTON, foot, "primary", name=words, enabled=False))
    sheet.line(
        foot.inset(sheet.u(20), 0),
        words,
        ("button", "strong", "pill"),
        style="quiet",
        align=Align.CENTRE,
        part_of="submit",
        lines=2,
    )
