"""The choice of language: each by its own name, in a row on the first screen or in a panel anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kioskd.core.intents import ChooseLanguage
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import OWN_NAMES
from kioskd.ui.scene import Align, ClosePanel, OpenPanel, Panel, Role
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.spacing import gap, margin
from kioskd.ui.stage import TARGET_MM

LANGUAGES = "languages"
"""The panel's name."""

_NARROW = 260
"""Below so many units the sign of what is chosen stands in the corner, not before the name."""


def language_button(sheet: Sheet, rect: Rect, visit: Visit, shop: Shop, *, words: str | None = None) -> None:
    """Opens the choice of language. Shows `words`, or a globe with the language's own name."""
    own_name = OWN_NAMES.get(visit.language, visit.language)
    name = sheet.tr("Language: {name}", name=own_name)
    picture = icon("globe") if words is None else None
    sheet.button(
        "language",
        rect,
        name,
        OpenPanel(LANGUAGES),
        style="pill",
        words=words or own_name,
        types=("pill", "badge"),
        picture=picture,
    )
    sheet.panel((LANGUAGES, visit.language), lambda page: _panel(page, visit, shop))


@dataclass(frozen=True, slots=True)
class _Plan:
    """A panel of so many columns and rows; the way out stands `aside` of the title or below, or where height
    is dear, of the languages. Sizes in mm."""

    columns: int
    rows: int
    key_h: float
    aside: bool
    pad: float
    head: float
    height: float


def _plan(sheet: Sheet, count: int, room: float) -> _Plan:
    """The fewest columns that `room` holds; where nothing fits well, what needs the least height."""
    plans = list(_plans(sheet, count))
    fits = next((plan for plan in plans if plan.height <= room), None)
    return fits or min(plans, key=lambda plan: plan.height)


def _plans(sheet: Sheet, count: int) -> Iterator[_Plan]:
    compact, space = sheet.stage.compact, gap(sheet)
    pad, title_h = sheet.u(20 if compact else 48), sheet.u(84 if compact else 110)
    fewest = 1 if count <= 3 else 2 if sheet.stage.portrait or count <= 6 else 3
    for key_h in (max(TARGET_MM, sheet.u(120)), TARGET_MM, sheet.stage.target_mm):
        for columns in range(fewest, 5):
            rows = -(-count // columns)
            for aside in (False, True):
                beside_title = aside and not compact
                head = max(title_h, _key_mm(sheet) + space) if beside_title else title_h
                height = 2 * pad + head + rows * key_h + (rows - 1) * space
                whole = height + (0 if aside else key_h + space)
                yield _Plan(columns, rows, key_h, aside, pad, head, whole)


def _key_mm(sheet: Sheet) -> float:
    return max(sheet.stage.target_mm, TARGET_MM)


def _panel(sheet: Sheet, visit: Visit, shop: Shop) -> Panel:
    stage, tr, space = sheet.stage, sheet.tr, gap(sheet)
    count = len(shop.languages)
    plan = _plan(sheet, count, stage.area.h - 2 * sheet.u(16))
    way_out = max(plan.key_h, TARGET_MM) if plan.aside and stage.compact else 0.0
    width = min(sheet.u(450) * max(plan.columns, 2) + way_out, stage.area.w - 2 * margin(sheet))
    card = stage.area.around(width, min(plan.height, stage.area.h))
    sheet.surface(stage.area, "scrim", id="scrim")
    sheet.surface(card, "dialog", id="dialog")
    title, area = card.inset(plan.pad, plan.pad).top(plan.head)
    if way_out:
        close, area = area.end(way_out, space)
        close = close.top(plan.key_h)[0]
    elif plan.aside:
        title, _ = title.top(_key_mm(sheet))
        close, title = title.end(_key_mm(sheet), space)
    else:
        close, area = area.foot(plan.key_h, space)
    sheet.line(
        title,
        tr("Choose your language"),
        ("title", "heading", "strong"),
        role=Role.HEADING,
        align=Align.START if plan.aside else Align.CENTRE,
    )
    for row, at in enumerate(area.rows(plan.rows, space)):
        for column, cell in enumerate(at.columns(plan.columns, space)):
            index = row * plan.columns + column
            if index < count:
                _choice(sheet, cell, shop.languages[index], visit)
    sheet.button(
        "close",
        close,
        tr("Close"),
        ClosePanel(),
        style="pager" if plan.aside and not way_out else "secondary",
        words="" if plan.aside else None,
        picture=icon("cross", stage.target_mm * 0.32) if plan.aside else None,
    )
    return sheet.finished_panel(LANGUAGES, tr("Choose your language"))


def _choice(sheet: Sheet, rect: Rect, language: str, visit: Visit) -> None:
    id, chosen = f"language:{language}", language == visit.language
    narrow = rect.w < sheet.u(_NARROW)
    sheet.button(
        id,
        rect,
        OWN_NAMES.get(language, language),
        ChooseLanguage(language),
        style="tile_on" if chosen else "tile",
        picture=icon("check") if chosen and not narrow else None,
        selected=chosen,
        role=Role.RADIO,
        types=("pill", "badge") if narrow else ("button", "strong", "pill", "badge"),
    )
    if chosen and narrow:
        side = sheet.u(40)
        corner = rect.inset(sheet.u(10)).end(side)[0].top(side)[0]
        sheet.picture(corner, icon("check"), style="action_text", part_of=id, id=f"{id}/chosen")


def language_row(sheet: Sheet, area: Rect, visit: Visit, shop: Shop) -> float:
    """The languages as pills, in as many rows as they need; returns the height used. Drawn from the top."""
    space, height = gap(sheet), sheet.stage.target_mm
    x, y = area.x, area.y
    for language in shop.languages:
        name = OWN_NAMES.get(language, language)
        width = max(sheet.width(name, "pill") + sheet.u(56), sheet.stage.target_mm)
        if x > area.x and x + width > area.right + 0.01:
            x, y = area.x, y + height + space
        chosen = language == visit.language
        sheet.button(
            f"language:{language}",
            Rect(x, y, width, height),
            name,
            ChooseLanguage(language),
            style="pill_on" if chosen else "pill",
            types=("pill",),
            selected=chosen,
            role=Role.RADIO,
        )
        x += width + space
    return y + height - area.y


def language_row_height(sheet: Sheet, width: float, shop: Shop) -> float:
    """What `language_row` will use of an area that wide."""
    space, height = gap(sheet), sheet.stage.target_mm
    x, rows = 0.0, 1
    for language in shop.languages:
        pill = max(
            sheet.width(OWN_NAMES.get(language, language), "pill") + sheet.u(56), sheet.stage.target_mm
        )
        if x > 0 and x + pill > width + 0.01:
            x, rows = 0.0, rows + 1
        x += pill + space
    return rows * height + (rows - 1) * space
