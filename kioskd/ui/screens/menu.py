"""What there is to eat: the categories beside their products, and the basket filling up."""

from __future__ import annotations

from kioskd.core.intents import ShowCategory, ShowSearch
from kioskd.core.notice import NoticeKind
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.basket_summary import aside_buttons, basket_aside, basket_bar, basket_strip
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room, notice_banner
from kioskd.ui.screens.lists import pager_w, scroll_area
from kioskd.ui.screens.logo import logo_between
from kioskd.ui.screens.product_grid import product_grid
from kioskd.ui.screens.sheet import Sheet, icon, photo
from kioskd.ui.screens.suggestion import suggestion_strip
from kioskd.ui.screens.wish_buttons import kept_words, wishes_button, wishes_strip


def menu(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    """Returns the category's name, which is the screen's title."""
    stage, space = sheet.stage, gap(sheet)
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet), notice=False, foot_h=sheet.u(148))
    body = layout.body
    category = next((c for c in shop.catalogue.categories if c.id == visit.category), None)
    title = sheet.tr.words(category.name) if category else shop.name
    if stage.portrait:
        basket_bar(sheet, layout.foot, visit)
        body, controls = _head(sheet, body, title, visit, shop)
        rail, grid = body.start(sheet.u(200), space)
    else:
        if stage.compact or stage.area.w < sheet.u(1700):
            basket_strip(sheet, layout.foot, visit)
        else:
            aside, body = body.end(sheet.u(440), space * 1.5)
            basket_aside(sheet, aside, visit)
            aside_buttons(sheet, layout.foot, visit)
        rail, grid = body.start(_rail_width(sheet, shop), space)
        grid, controls = _head(sheet, grid, title, visit, shop)
    _rail(sheet, rail, visit, shop)
    if visit.wishes.count and not stage.compact:
        grid = wishes_strip(sheet, grid, visit)
    full_h = grid.h
    grid = notice_banner(sheet, visit, grid, quiet=(NoticeKind.ADDED,))
    grid = suggestion_strip(sheet, visit, shop, grid)
    products = shop.catalogue.in_category(visit.category)
    product_grid(sheet, grid, full_h, products, visit, reset=visit.category, controls=controls)
    return title


def _head(sheet: Sheet, area: Rect, title: str, visit: Visit, shop: Shop) -> tuple[Rect, Rect | None]:
    """The title, the ways to find something, and the member; what is below, and where a list's controls go.

    On a small panel the chosen category beside it says the title.
    """
    target, space = sheet.stage.target_mm, gap(sheet)
    if not sheet.stage.compact:
        width = (2 * target + space) if not visit.wishes.count else target
        rest = head(sheet, area, title, visit=visit, shop=shop, room=width)
        room = head_room(sheet, width)
        at, beside = room.around(room.w, target).start(target, space)
        _search_button(sheet, at)
        if not visit.wishes.count:
            wishes_button(sheet, beside)
        return rest, None
    rest = head(sheet, area, title, visit=visit, shop=shop, room=pager_w(sheet))
    controls = head_room(sheet, pager_w(sheet))
    heading = sheet.take("title")
    _search_button(sheet, heading.rect.around(heading.rect.w, target), kept=visit.wishes.count)
    return rest, controls


def _search_button(sheet: Sheet, rect: Rect, *, kept: int = 0) -> None:
    """Where it is the only way to the wishes, it also tells how many are `kept`."""
    name = sheet.tr("Find something")
    words = kept_words(sheet, kept) if kept else ""
    sheet.button(
        "search",
        rect,
        f"{name}, {words}" if kept else name,
        ShowSearch(),
        style="pill_on" if kept else "chip",
        words=words,
        types=("pill", "badge", "tiny"),
        picture=None if kept else icon("search", rect.h * 0.28),
        pad=sheet.u(8),
    )


# --- categories -----------------------------------------------------------------------------------------


def _rail_width(sheet: Sheet, shop: Shop) -> float:
    """Of two columns on a wide display. On a small one they are narrow, unless a word needs more."""
    if not sheet.stage.compact:
        return sheet.u(370)
    words = [word for category in shop.catalogue.categories for word in sheet.tr.words(category.name).split()]
    longest = max((sheet.width(word, "badge") for word in words), default=0.0)
    return min(max(sheet.u(330), 2 * longest + sheet.u(28)), sheet.u(400))


def _rail(sheet: Sheet, area: Rect, visit: Visit, shop: Shop) -> None:
    categories = shop.catalogue.categories
    columns = 1 if sheet.stage.portrait else 2
    rows = -(-len(categories) // columns)
    space = 1.2 if sheet.stage.compact else max(sheet.u(10), 3.0)
    lowest = max(sheet.stage.target_mm, sheet.u(140 if not sheet.stage.compact else 0))
    if not sheet.stage.portrait and not sheet.stage.compact:
        area = _logo(sheet, area, rows * lowest + (rows - 1) * space, shop)
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


def _logo(sheet: Sheet, area: Rect, categories_h: float, shop: Shop) -> Rect:
    """As high as the head beside it, where the categories can do without; returns what is left for them."""
    at, rest = area.top(max(sheet.stage.target_mm, sheet.u(104)), gap(sheet))
    if rest.h >= categories_h and logo_between(sheet, at, shop):
        return rest
    return area


def _category(
    sheet: Sheet, rect: Rect, id: str, name: str, picture: str | None, chosen: bool, region: str | None
) -> None:
    widget_id = f"category:{id}"
    sheet.add(
        Widget(
            widget_id,
            Role.RADIO,
            rect,
            "card_on" if chosen else "flat",
            name=name,
            action=ShowCategory(id),
            selected=chosen,
            region=region,
            focus=sheet.focus(),
        )
    )
    inner = rect.inset(sheet.u(4), sheet.u(14 if not sheet.stage.compact else 8))
    wraps = " " in name and sheet.width(name, "badge") > inner.w
    label_h = sheet.measure.line_mm("badge" if wraps else "pill")
    lines = 2 if wraps and inner.h > 2 * label_h + sheet.u(40) else 1
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
