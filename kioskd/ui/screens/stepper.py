"""How many: minus, the number, plus."""

from __future__ import annotations

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Align, Role, Widget
from kioskd.ui.screens.sheet import Sheet, icon


def stepper(
    sheet: Sheet,
    id: str,
    rect: Rect,
    value: int,
    fewer: Action,
    more_of_it: Action,
    *,
    less: bool = True,
    more: bool = True,
    about: str = "",
    removes: bool = False,
    region: str | None = None,
) -> None:
    """`about` is what there are so many of. `removes` shows a bin for the minus: one fewer would be none."""
    tr = sheet.tr
    side = rect.h
    what, number = about or tr("Quantity"), tr.number(value)
    sheet.add(Widget(id, Role.GROUP, rect, "stepper", name=what, value=number, region=region))
    left, rest = rect.start(side)
    right, middle = rest.end(side)
    down, up = tr("One fewer"), tr("One more")
    if about:
        down = tr("Remove {name}", name=about) if removes else f"{down}: {about}"
        up = f"{up}: {about}"
    for at, word, name, action, enabled, sign in (
        (left, "fewer", down, fewer, less, "trash" if removes else "minus"),
        (right, "more", up, more_of_it, more, "plus"),
    ):
        sheet.add(
            Widget(
                f"{id}:{word}",
                Role.BUTTON,
                at,
                "step",
                name=name,
                picture=icon(sign, side * 0.3),
                action=action,
                enabled=enabled,
                region=region,
                focus=sheet.focus() if enabled else None,
            )
        )
    sheet.line(
        middle,
        number,
        ("heading", "strong"),
        align=Align.CENTRE,
        part_of=id,
        region=region,
        id=f"{id}/value",
        role=Role.STATUS,
    )
