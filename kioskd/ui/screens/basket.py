"""The order so far: change it, take things out, put them back, pay."""

from __future__ import annotations

from typing import get_args

from kioskd.core.basket import MAX_QUANTITY, Line
from kioskd.core.intents import ClearBasket, EditLine, GoBack, RemoveLine, ShowCheckout, StepLine
from kioskd.core.money import Money
from kioskd.core.removal import Removal
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.earning import earning_line
from kioskd.ui.screens.extra_rows import extra_row, extra_row_height, extra_rows, fits_in
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room
from kioskd.ui.screens.lists import pager_w, scroll_area
from kioskd.ui.screens.sheet import Sheet, art, icon, photo
from kioskd.ui.screens.stepper import stepper
from kioskd.ui.screens.suggestion import suggestion_strip
from kioskd.ui.screens.undo_bar import undo_bar


def basket(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    tr, stage = sheet.tr, sheet.stage
    filled = bool(visit.basket.lines)
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet))
    _foot(sheet, layout.foot, visit)
    title = tr("Your order")
    several = len(visit.basket.lines) > 1
    controls: Rect | None
    if stage.compact and filled:
        body, controls = _small_head(sheet, layout.body, title, clear=several)
    else:
        room = 0.0 if stage.portrait else pager_w(sheet)
        guest = None if stage.compact else visit
        body = head(sheet, layout.body, title, back=GoBack(), visit=guest, shop=shop, room=room)
        controls = None if stage.portrait else head_room(sheet, pager_w(sheet))
        if several:
            _clear(sheet)
    body = undo_bar(sheet, body, visit, *get_args(Removal))
    least = 2 * _height(sheet) + _space(sheet) if stage.compact else 0.0
    body = suggestion_strip(sheet, visit, shop, body, least=least) if filled else body
    if not filled:
        _nothing(sheet, body)
        return title
    if stage.portrait or not stage.compact:
        total, body = body.foot(sheet.u(120 if not _low(sheet) else 64), sheet.u(8))
        _total(sheet, total, visit, shop)
    _lines(sheet, body, visit, shop, controls)
    return title


def _low(sheet: Sheet) -> bool:
    """A wide display on which two rows of lines only just find room."""
    stage = sheet.stage
    return not stage.portrait and not stage.compact and stage.area.h < sheet.u(1000)


def _small_head(sheet: Sheet, body: Rect, title: str, *, clear: bool) -> tuple[Rect, Rect]:
    """Where every line counts nothing to touch stands above the list, and what leads back below it is enough.

    Returns where the list may be, and its controls beside it.
    """
    target, space = sheet.stage.target_mm, gap(sheet)
    aside, body = body.end(target, space)
    controls, below = aside.top(2 * target + space, space)
    words, body = body.top(sheet.measure.line_mm("strong"), sheet.u(8))
    sheet.line(words, title, ("strong", "pill"), role=Role.HEADING, id="title")
    if clear and below.h >= target:
        _clear_button(sheet, below.foot(target)[0])
    return body, controls


def _clear(sheet: Sheet) -> None:
    """Beside the title, at its end: a way to start afresh, which can be undone."""
    target = sheet.stage.target_mm
    title = sheet.take("title")
    at, words = title.rect.end(target, gap(sheet))
    types = ("title", "heading", "strong", "pill")
    sheet.line(words, title.name, types, role=Role.HEADING, id="title", lines=2)
    _clear_button(sheet, at)


def _clear_button(sheet: Sheet, at: Rect) -> None:
    target = sheet.stage.target_mm
    sheet.button(
        "clear",
        at.around(target, target),
        sheet.tr("Remove everything"),
        ClearBasket(),
        style="chip",
        words="",
        picture=icon("trash", target * 0.3),
    )


def _foot(sheet: Sheet, foot: Rect, visit: Visit) -> None:
    tr = sheet.tr
    if not visit.basket.lines:
        sheet.button("more", foot, tr("Back to the menu"), GoBack())
        return
    left, right = foot.columns(2, gap(sheet))
    if sheet.stage.portrait or not sheet.stage.compact:
        left, right = foot.start(foot.w * 0.42, gap(sheet))
    sheet.button(
        "more", left, tr("Add more"), GoBack(), style="secondary", types=("button", "strong", "pill")
    )
    words = tr("Pay {amount}", amount=tr.money(visit.bill.total))
    sheet.button("pay", right, words, ShowCheckout(), types=("button", "strong", "pill"))


def _total(sheet: Sheet, rect: Rect, visit: Visit, shop: Shop) -> None:
    tr = sheet.tr
    amount = tr.money(visit.bill.total)
    rect = rect.inset(sheet.u(20), 0)
    size = "amount" if not _low(sheet) else "heading"
    end, rest = rect.end(sheet.width(amount, size) + sheet.u(8), sheet.u(20))
    count = tr.plural("{n} item", "{n} items", visit.basket.count)
    what = tr("Total, {count}", count=count)
    sheet.add(Widget("total", Role.STATUS, rect, "plain", name=what, value=amount))
    sheet.line(end, amount, size, align=Align.END, part_of="total", id="total/value")
    if shop.preview and _low(sheet):
        rest, note = rest.start(sheet.width(what, "heading") + sheet.u(8), sheet.u(32))
        earning_line(sheet, note, visit)
    elif shop.preview:
        name_h, note_h = sheet.measure.line_mm("heading"), sheet.measure.line_mm("small")
        rest, note = rest.around(rest.w, name_h + note_h).top(name_h)
        earning_line(sheet, note, visit)
    sheet.line(rest, what, ("heading", "strong"), part_of="total", id="total/name")


def _nothing(sheet: Sheet, area: Rect) -> None:
    tr = sheet.tr
    side = min(area.w * 0.5, area.h * 0.5)
    text_h = sheet.measure.line_mm("heading") + 2 * sheet.measure.line_mm("body")
    block = area.around(min(area.w, sheet.u(800)), side + sheet.u(24) + text_h)
    top, below = block.top(side, sheet.u(24))
    sheet.picture(top.around(side, side), art("take-away"))
    below = sheet.text(below, tr("Nothing here yet"), "heading", align=Align.CENTRE, lines=1)
    sheet.text(below, tr("The menu is one touch away."), "body", style="quiet", align=Align.CENTRE, lines=2)


def _options(sheet: Sheet, line: Line) -> str:
    names = []
    for choice in line.choices:
        group = line.product.group(choice.group)
        option = group.option(choice.sku) if group else None
        if option is not None:
            names.append(sheet.tr.words(option.name))
    return ", ".join(names)


def _each(sheet: Sheet, line: Line) -> str:
    """What one costs, where that is not plain to see."""
    if line.quantity == 1 or line.choices:
        return ""
    return sheet.tr("{amount} each", amount=sheet.tr.money(line.product.price))


def _lines(sheet: Sheet, area: Rect, visit: Visit, shop: Shop, controls: Rect | None) -> None:
    """The lines, and below them the offers taken and what is charged on top."""
    lines = visit.basket.lines
    space = _space(sheet)
    columns = 2 if not sheet.stage.portrait and not sheet.stage.compact and len(lines) > 1 else 1
    height, rows = _height(sheet), -(-len(lines) // columns)
    extras = extra_rows(sheet, visit, shop)
    cell_w = area.columns(columns, gap(sheet))[0].w
    beside = columns if all(fits_in(sheet, extra, cell_w) for extra in extras) else 1
    heights = [extra_row_height(sheet, extra, cell_w if beside > 1 else area.w) for extra in extras]
    extra_hs = [max(heights[at : at + beside]) for at in range(0, len(extras), beside)]
    lines_h = rows * (height + space)
    content = lines_h + sum(extra_h + space for extra_h in extra_hs) - space
    region = None
    if content > area.h:
        area, found = scroll_area(sheet, "lines", area, content, reset="", controls=controls)
        region = found.id

    def cell(column: int, y: float, h: float, of: int = columns) -> Rect:
        return Rect(area.x, y, area.w, h).columns(of, gap(sheet))[column]

    for index, line in enumerate(lines):
        row, column = divmod(index, columns)
        at = cell(column, area.y + row * (height + space), height)
        _line(sheet, at, line, visit.bill.off_line(index), region)
    for index, extra in enumerate(extras):
        row, column = divmod(index, beside)
        y = area.y + lines_h + sum(extra_h + space for extra_h in extra_hs[:row])
        extra_row(sheet, cell(column, y, extra_hs[row], beside), extra, region)


def _space(sheet: Sheet) -> float:
    """Between two lines; what can be touched in them stands further apart."""
    return gap(sheet) * 0.75 if not sheet.stage.compact else sheet.u(14)


def _air(sheet: Sheet) -> float:
    """Above and below what is in a line."""
    return sheet.u(8 if sheet.stage.compact else 12 if _low(sheet) else 22)


def _height(sheet: Sheet) -> float:
    if sheet.stage.compact:
        return sheet.stage.target_mm + 2 * _air(sheet)
    text = sheet.measure.line_mm("strong") + 2 * sheet.measure.line_mm("small")
    return 2 * _air(sheet) + sheet.u(8) + text + max(sheet.stage.least_target_mm, sheet.u(84))


def _line(sheet: Sheet, rect: Rect, line: Line, off: Money, region: str | None) -> None:
    tr, id = sheet.tr, f"line:{line.id}"
    name, options, total = tr.words(line.product.name), _options(sheet, line), tr.money(line.total - off)
    before = tr.money(line.total) if off else ""
    price = tr("{amount} instead of {before}", amount=total, before=before) if before else total
    spoken = ", ".join(
        part for part in (f"{line.quantity} × {name}", options or _each(sheet, line), price) if part
    )
    sheet.add(Widget(id, Role.GROUP, rect, "card", name=spoken, region=region))
    if sheet.stage.compact:
        _line_compact(sheet, rect, line, total, before, region)
        return
    inner = rect.inset(sheet.u(32), _air(sheet))
    step_h = max(sheet.stage.least_target_mm, sheet.u(84))
    row, words = inner.foot(step_h, sheet.u(8))
    side = min(inner.h, sheet.u(170))
    at, _ = inner.start(side)
    sheet.picture(at.around(side, side), photo(line.product.picture), part_of=id, region=region)
    indent = side + sheet.u(32)
    _, words = words.start(indent)
    _, row = row.start(indent)
    amount_w = sheet.width(total, "price") + sheet.u(6)
    top, below = words.top(sheet.measure.line_mm("strong"))
    at, top = top.end(amount_w, sheet.u(16))
    sheet.line(at, total, "price", align=Align.END, part_of=id, region=region, id=f"{id}/total")
    if before:
        at, below = below.end(sheet.width(before, "small") + sheet.u(4), sheet.u(16))
        _before(sheet, at.top(sheet.measure.line_mm("small"))[0], before, id, region)
    sheet.line(top, name, ("strong", "pill", "badge"), part_of=id, region=region, id=f"{id}/name")
    more, lines = (options, 2) if options else (_each(sheet, line), 1)
    sheet.text(
        below, more, "small", style="quiet", lines=lines, part_of=id, region=region, id=f"{id}/options"
    )
    steps, row = row.end(2 * step_h + sheet.u(90), sheet.u(20))
    _stepper(sheet, steps, line, name, region)
    if line.product.groups:
        change = tr("Change")
        width = max(min(sheet.width(change, "pill") + sheet.u(64), row.w), sheet.stage.least_target_mm)
        at, row = row.start(width, sheet.u(16))
        _edit_button(sheet, at, line, name, change, region)
    if line.quantity > 1 and row.w >= step_h:
        at, _ = row.start(step_h)
        sheet.button(
            f"{id}:remove",
            at,
            tr("Remove {name}", name=name),
            RemoveLine(line.id),
            style="pill",
            words="",
            picture=icon("trash", step_h * 0.3),
            region=region,
        )


def _edit_button(sheet: Sheet, at: Rect, line: Line, name: str, change: str, region: str | None) -> None:
    """In words, or as a sign where they would have to be broken."""
    in_words = not sheet.stage.compact and sheet.width(change, "badge") + sheet.u(24) <= at.w
    sheet.button(
        f"line:{line.id}:edit",
        at,
        f"{change}: {name}",
        EditLine(line.id),
        style="pill",
        words=change if in_words else "",
        types=("pill", "badge"),
        picture=None if in_words else icon("pencil", at.h * 0.32),
        pad=sheet.u(10) if in_words else None,
        region=region,
    )


def _before(sheet: Sheet, rect: Rect, before: str, id: str, region: str | None) -> None:
    """The price without offers, struck through."""
    sheet.line(
        rect,
        before,
        "small",
        style="quiet",
        align=Align.END,
        struck=True,
        part_of=id,
        region=region,
        id=f"{id}/before",
    )


def _line_compact(sheet: Sheet, rect: Rect, line: Line, total: str, before: str, region: str | None) -> None:
    tr, id = sheet.tr, f"line:{line.id}"
    name = tr.words(line.product.name)
    target = sheet.stage.target_mm
    inner = rect.inset(sheet.u(16), _air(sheet))
    steps, inner = inner.end(2 * target + sheet.u(70), sheet.u(16))
    _stepper(sheet, steps, line, name, region)
    if line.product.groups:
        at, inner = inner.end(target, sheet.u(16))
        _edit_button(sheet, at, line, name, tr("Change"), region)
    at, inner = inner.start(min(inner.h, sheet.u(100)), sheet.u(16))
    sheet.picture(at, photo(line.product.picture), part_of=id, region=region)
    first, second = inner.rows(2)
    sheet.line(first, name, ("strong", "pill", "badge"), lines=2, part_of=id, region=region, id=f"{id}/name")
    at, second = second.start(sheet.width(total, "strong") + sheet.u(4), sheet.u(12))
    sheet.line(at, total, "strong", part_of=id, region=region, id=f"{id}/total")
    if before:
        _before(sheet, second.start(sheet.width(before, "small") + sheet.u(4))[0], before, id, region)


def _stepper(sheet: Sheet, rect: Rect, line: Line, name: str, region: str | None) -> None:
    stepper(
        sheet,
        f"line:{line.id}:quantity",
        rect,
        line.quantity,
        StepLine(line.id, -1) if line.quantity > 1 else RemoveLine(line.id),
        StepLine(line.id, 1),
        more=line.quantity < MAX_QUANTITY,
        about=name,
        removes=line.quantity == 1,
        region=region,
    )
