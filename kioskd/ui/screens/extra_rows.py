"""What changes a basket's price, as rows below its lines: offers that were taken, and charges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kioskd.core.bill import TakenOffer
from kioskd.core.catalogue import Service
from kioskd.core.denial import Denial
from kioskd.core.intents import ChangeService, RemoveOffer
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Picture, Role, Widget
from kioskd.ui.screens.offer_cards import picture_of
from kioskd.ui.screens.offer_words import idle_words, offer_title
from kioskd.ui.screens.sheet import Sheet, art, icon


@dataclass(frozen=True, slots=True)
class ExtraRow:
    """`amount` is what it takes off or adds, empty when it does neither: then `why` says the reason."""

    id: str
    title: str
    amount: str
    picture: Picture
    why: str = ""
    remove: RemoveOffer | None = None
    switch: ChangeService | None = None
    """What would let it take something off."""


def extra_rows(sheet: Sheet, visit: Visit, shop: Shop) -> list[ExtraRow]:
    tr = sheet.tr
    charges = [
        ExtraRow(f"charge:{charge.id}", tr.words(charge.name), tr.money(charge.amount), art("receipt"))
        for charge in visit.bill.charges
    ]
    return [_offer(sheet, taken, visit, shop) for taken in visit.offers] + charges


def _offer(sheet: Sheet, taken: TakenOffer, visit: Visit, shop: Shop) -> ExtraRow:
    discount = visit.bill.discount(taken.id)
    amount = sheet.tr.money(-discount.amount) if discount else ""
    why = idle_words(visit, taken, shop, sheet.tr)
    title, picture = offer_title(taken.right.title), picture_of(taken.right, shop)
    objection = visit.judging.of(taken.id)
    other = objection.service if objection and objection.denial is Denial.OTHER_SERVICE else None
    switch = ChangeService(other) if other is not None and other is not visit.service else None
    return ExtraRow(f"offer:{taken.id}", title, amount, picture, why, RemoveOffer(taken.id), switch)


def fits_in(sheet: Sheet, row: ExtraRow, width: float) -> bool:
    """Whether the words keep room beside everything else."""
    return width - sum(_taken(sheet, row)) >= sheet.u(_LEAST_WORDS)


def extra_row_height(sheet: Sheet, row: ExtraRow, width: float) -> float:
    """The usual, or more when the reason needs it."""
    usual = max(sheet.stage.least_target_mm + 2 * _AIR * sheet.u(1), sheet.u(150))
    words = width - sum(_taken(sheet, row))
    title_h = sheet.height(row.title, "pill", words, 2)
    why_h = sheet.height(row.why, "tiny", words) if row.why else 0.0
    return max(usual, title_h + why_h + 2 * _AIR * sheet.u(1))


_AIR, _SIDE, _LEAST_WORDS = 12, 84, 260
"""In units: above and below a row's words, its picture, and the least width of the words."""


def _taken(sheet: Sheet, row: ExtraRow) -> Iterator[float]:
    """The widths of all that is beside the words."""
    compact, target = sheet.stage.compact, sheet.stage.least_target_mm
    yield 2 * sheet.u(32 if not compact else 16)
    yield sheet.u(_SIDE) + sheet.u(28 if not compact else 16)
    if row.remove is not None:
        yield target + sheet.u(24 if not compact else 16)
    if row.switch is not None:
        yield _switch_w(sheet, row.switch) + sheet.u(20)
    if row.amount:
        yield sheet.width(row.amount, "price") + sheet.u(6 + 20)


def _switch_words(sheet: Sheet, switch: ChangeService) -> str:
    return sheet.tr("Eat in") if switch.service is Service.EAT_IN else sheet.tr("Take away")


def _switch_w(sheet: Sheet, switch: ChangeService) -> float:
    width = sheet.width(_switch_words(sheet, switch), "pill") + sheet.u(52 if not sheet.stage.compact else 28)
    return max(width, sheet.stage.least_target_mm)


def extra_row(sheet: Sheet, rect: Rect, row: ExtraRow, region: str | None) -> None:
    compact = sheet.stage.compact
    spoken = ", ".join(part for part in (row.title, row.amount, row.why) if part)
    sheet.add(Widget(row.id, Role.GROUP, rect, "card", name=spoken, region=region))
    inner = rect.inset(sheet.u(32 if not compact else 16), sheet.u(_AIR))
    side = min(inner.h, sheet.u(_SIDE))
    at, inner = inner.start(side, sheet.u(28 if not compact else 16))
    sheet.picture(at.around(side, side), row.picture, part_of=row.id, region=region)
    if row.remove is not None:
        target = sheet.stage.least_target_mm
        at, inner = inner.end(target, sheet.u(24 if not compact else 16))
        sheet.button(
            f"{row.id}:remove",
            at.around(target, target),
            sheet.tr("Remove {name}", name=row.title),
            row.remove,
            style="pill",
            words="",
            picture=icon("trash", target * 0.3),
            region=region,
        )
    if row.switch is not None:
        words = _switch_words(sheet, row.switch)
        at, inner = inner.end(_switch_w(sheet, row.switch), sheet.u(20))
        at = at.around(at.w, sheet.stage.least_target_mm)
        types = ("pill", "badge")
        sheet.button(f"{row.id}:switch", at, words, row.switch, style="pill", types=types, region=region)
    if row.amount:
        at, inner = inner.end(sheet.width(row.amount, "price") + sheet.u(6), sheet.u(20))
        style = "action_text" if row.remove else "plain"
        sheet.line(at, row.amount, "price", style=style, align=Align.END, part_of=row.id, region=region)
    _words(sheet, inner, row, region)


def _words(sheet: Sheet, area: Rect, row: ExtraRow, region: str | None) -> None:
    """The title whole if it can be, and the reason always."""
    line_mm = sheet.measure.line_mm
    why_type = "small" if sheet.height(row.why, "small", area.w) <= 1.01 * line_mm("small") else "tiny"
    why_h = sheet.height(row.why, why_type, area.w) if row.why else 0.0
    title_room = max(area.h - why_h, line_mm("badge"))
    sizes = ("strong", "pill", "badge")
    size = next((s for s in sizes if sheet.height(row.title, s, area.w) <= title_room + 0.01), "badge")
    lines = max(1, int(title_room / line_mm(size) + 0.01))
    title_h = sheet.height(row.title, size, area.w, lines)
    block = area.around(area.w, min(area.h, title_h + why_h))
    rest = sheet.text(block, row.title, size, lines=lines, part_of=row.id, region=region)
    sheet.text(rest, row.why, why_type, style="quiet", part_of=row.id, region=region)
