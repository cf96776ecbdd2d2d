"""A question and its answers as buttons, below or beside what it is about."""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Role
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet

Choice = tuple[str, str, Action]
"""Id, words, and what it does."""


def choices_area(sheet: Sheet, body: Rect, count: int, columns: int) -> tuple[Rect, Rect]:
    """What `choices` of so many takes of the foot of `body`, and the rest."""
    space = gap(sheet)
    key_h = max(sheet.stage.target_mm, sheet.u(132))
    rows = -(-count // columns)
    return body.foot(_heading_h(sheet) + rows * key_h + (rows - 1) * space, space * 1.5)


def choices(sheet: Sheet, area: Rect, heading: str, answers: Sequence[Choice], columns: int) -> None:
    """The last one takes what is left of its row."""
    space = gap(sheet)
    area = sheet.text(area, heading, "strong", role=Role.HEADING, id="why", lines=1, gap=sheet.u(16))
    rows = -(-len(answers) // columns)
    area = Rect(area.x, area.y, area.w, min(area.h, rows * sheet.u(260) + (rows - 1) * space))
    cells = [cell for row in area.rows(rows, space) for cell in row.columns(columns, space)]
    last = len(answers) - 1
    cells[last] = Rect(cells[last].x, cells[last].y, area.right - cells[last].x, cells[last].h)
    for cell, (id, words, action) in zip(cells, answers, strict=False):
        sheet.button(id, cell, words, action, style="secondary", types=("strong", "pill", "badge"), lines=3)


def _heading_h(sheet: Sheet) -> float:
    return sheet.measure.line_mm("strong") + sheet.u(16)
