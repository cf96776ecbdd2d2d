"""Keypads: digits the way round they stand everywhere, and a page of letters."""

from __future__ import annotations

from string import ascii_uppercase

from kioskd.core.intents import PressKey
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet, icon

_DIGITS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("clear", "0", "back"))
_LETTERS = (*ascii_uppercase, "-", "back")
LETTER_COLUMNS = 7


def key_gap(sheet: Sheet) -> float:
    return 1.4 if sheet.stage.compact else max(gap(sheet) * 0.8, 3.0)


def digit_keys(sheet: Sheet, area: Rect) -> None:
    _keys(sheet, area, _DIGITS)


def letter_keys(sheet: Sheet, area: Rect, columns: int = LETTER_COLUMNS) -> None:
    """A to Z, the hyphen, and one key to delete."""
    rows = tuple(_LETTERS[start : start + columns] for start in range(0, len(_LETTERS), columns))
    _keys(sheet, area, rows)


def key_rows(letter_columns: int | None) -> int:
    """How many rows the letters take in so many columns, or the digits."""
    return -(-len(_LETTERS) // letter_columns) if letter_columns else len(_DIGITS)


def _keys(sheet: Sheet, area: Rect, rows: tuple[tuple[str, ...], ...]) -> None:
    space, columns = key_gap(sheet), max(map(len, rows))
    for number, (row, keys) in enumerate(zip(area.rows(len(rows), space), rows, strict=True), start=1):
        stop = f"keys:{number}"
        names = ", ".join(_name(sheet, key) for key in keys)
        sheet.add(Widget(stop, Role.GROUP, row, "plain", name=names, focus=sheet.focus()))
        cells = row.columns(columns, space)
        if len(keys) < columns:  # the last key takes what is left
            last = len(keys) - 1
            end = cells[-1].right if not sheet.tr.rtl else cells[columns - len(keys)].right
            start = cells[last].x if not sheet.tr.rtl else cells[0].x
            wide = Rect(start, row.y, end - start, row.h)
            cells = (*cells[:last], wide) if not sheet.tr.rtl else (wide, *cells[columns - last :])
        # What is mirrored for a right-to-left language afterwards must stand as it does on the keys.
        for cell, key in zip(reversed(cells) if sheet.tr.rtl else cells, keys, strict=False):
            _key(sheet, cell, key, stop)


def _name(sheet: Sheet, key: str) -> str:
    """What the key is called when it is spoken of."""
    tr = sheet.tr
    return {"back": tr("Delete the last one"), "clear": tr("Clear"), "-": tr("Hyphen")}.get(key, key)


def _key(sheet: Sheet, cell: Rect, key: str, row: str) -> None:
    side, name = min(cell.w, cell.h), _name(sheet, key)
    words, picture = key, None
    types: tuple[str, ...] = ("key", "strong")
    match key:
        case "back":
            words, picture = "", icon("backspace", side * 0.28)
        case "clear":
            words, types = name, ("strong", "pill", "badge")
    sheet.button(
        f"key:{key}",
        cell,
        name,
        PressKey(key),
        style="secondary",
        words=words,
        types=types,
        picture=picture,
        row=row,
    )
