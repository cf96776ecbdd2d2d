"""What there is to eat: the categories beside their products, and the basket filling up."""

from __future__ import annotations

from kioskd.core.catalogue import Product
from kioskd.core.intents import ShowCategory
from kioskd.core.visit import NoticeKind, Shop, Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.basket_summary import aside_buttons, basket_aside, basket_bar, basket_strip
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room, notice_banner
from kioskd.ui.screens.lists import pager_w, scroll_area
from kioskd.ui.screens.product_card import ProductCard
from kioskd.ui.screens.sheet import Sheet, photo

_CARD_TALL = 430.0
_CARD_WIDE = 190.0


def menu(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    """Returns the category's name, which is the screen's title."""
    stage, space = sheet.stage, gap(sheet)
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet), notice=False, foot_h=sheet.u(148))
    body = layout.body
    category = next((c for c in shop.catalogue.categories if c.id == visit.category), None)
    title = sheet.tr.words(category.name) if category else shop.name
    if stage.portrait:
        basket_bar(sheet, layout.foot, visit)
        body = head(sheet, body, title, visit=visit, shop=shop)
        rail, grid = body.start(sheet.u(200), space)
    else:
        if stage.compact or stage.area.w < sheet.u(1700):
            basket_strip(sheet, layout.foot, visit)
        else:
            aside, body = body.end(sheet.u(440), space * 1.5)
            basket_aside(sheet, aside, visit)
            aside_buttons(sheet, layout.foot, visit)
        rail, grid = body.start(sheet.u(340 if stage.compact else 370), space)
        grid = head(sheet, grid, title, visit=visit, shop=shop, room=pager_w(sheet) if stage.compact else 0.0)
    _rail(sheet, rail, visit, shop)
    full_h = grid.h
    grid = notice_banner(sheet, visit, grid, quiet=(NoticeKind.ADDED,))
    _grid(sheet, grid, full_h, visit, shop)
    return title


# --- categories -----------------------------------------------------------------------------------------


def _rail(sheet: Sheet, area: Rect, visit: Visit, shop: Shop) -> None:
    categories = shop.catalogue.categories
    columns = 1 if sheet.stage.portrait else 2
    rows = -(-len(categories) // columns)
    space = 1.2 if sheet.stage.compact else max(sheet.u(10), 3.0)
    lowest = max(sheet.stage.target_mm, sheet.u(140 if not sheet.stage.compact else 0))
    fitting = (area.h - (rows - 1) * space) / rows
    if fitting >= lowest:
        height, region, top = min(fitting, sheet.u(200)), None, area
    else:
        height = lowest
        content = rows * height + (rows - 1) * space
        top, found = scroll_area(sheet, "categories", area, content, reset="")
        region = found.id
    for index, category in enumerate(categories):
        row, column = divmod(index, columns)
        cell = Rect(top.x, top.y + row * (height + space), top.w, height).columns(columns, space)[column]
        _category(
            sheet,
            cell,
            category.id,
            sheet.tr.words(category.name),
            category.picture,
            category.id == visit.category,
            region,
        )
    if region is not None:
        sheet.reveal(f"category:{visit.category}")


def _category(
    sheet: Sheet, rect: Rect, id: str, name: str, picture: str | None, chosen: bool, region: str | None
) -> None:
    widget_id = f"category:{id}"
    sheet.add(
        Widget(
            widget_id,
            Role.RADIO,
            rect,
            "card" if chosen else "flat",
            name=name,
            action=ShowCategory(id),
            selected=chosen,
            region=region,
            focus=sheet.focus(),
        )
    )
    inner = rect.inset(sheet.u(4), sheet.u(14 if not sheet.stage.compact else 8))
    label_h = sheet.measure.line_mm("pill")
    wraps = " " in name and sheet.width(name, "badge") > inner.w
    lines = 2 if wraps and inner.h > 2 * label_h + sheet.u(50) else 1
    label, top = inner.foot(label_h * lines, sheet.u(6))
    sheet.picture(top, photo(picture), part_of=widget_id, region=region)
    sheet.line(
        label,
        name,
        ("pill", "badge"),
        style="action_text" if chosen else "plain",
        align=Align.CENTRE,
        part_of=widget_id,
        region=region,
        lines=lines,
    )


# --- products -------------------------------------------------------------------------------------------


def _grid(sheet: Sheet, area: Rect, full_h: float, visit: Visit, shop: Shop) -> None:
    """The cards. Their size follows from `full_h`, so a passing notice shortens the list, not the cards."""
    products = [p for p in shop.catalogue.in_category(visit.category) if _offered(p, visit)]
    stage, space = sheet.stage, gap(sheet)
    tall = not stage.compact
    columns = 2 if stage.portrait or stage.compact else max(2, int((area.w + space) / sheet.u(330)))
    rows = -(-len(products) // columns)
    height = _card_height(sheet, full_h, rows, space)
    content = rows * height + (rows - 1) * space
    region = None
    if content > area.h + 0.01:
        controls = None if tall else head_room(sheet, pager_w(sheet))
        area, found = scroll_area(sheet, "products", area, content, reset=visit.category, controls=controls)
        region = found.id
    for index in range(rows):
        cells = Rect(area.x, area.y + index * (height + space), area.w, height).columns(columns, space)
        row = products[index * columns : (index + 1) * columns]
        cards = [
            ProductCard(sheet, product, visit, cell, region)
            for cell, product in zip(cells, row, strict=False)
        ]
        words_h = max(card.words_h() for card in cards)
        for card in cards:
            if tall:
                card.draw_upright(words_h)
            else:
                card.draw_flat()


def _card_height(sheet: Sheet, full_h: float, rows: int, space: float) -> float:
    """As many whole rows as look well; what is too much scrolls."""
    stage = sheet.stage
    wanted = sheet.u(_CARD_WIDE if stage.compact else _CARD_TALL)
    fitting = max(1, round((full_h + space) / (wanted + space)))
    if stage.compact:
        return min((full_h - (fitting - 1) * space) / fitting, sheet.u(240))
    if rows > fitting:
        return wanted  # the next row peeps out, so that it is missed by nobody
    shown = rows if stage.portrait else fitting
    return min((full_h - (shown - 1) * space) / max(1, shown), sheet.u(540 if stage.portrait else 500))


def _offered(product: Product, visit: Visit) -> bool:
    """A product for the other service is not shown at all; one that is out is shown and explained."""
    return visit.service is None or visit.service in product.availability.services
