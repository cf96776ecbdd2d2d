"""The whole menu at a glance, as pictures; and letters below them that find something by its name."""

from __future__ import annotations

from kioskd.core.finding import found, keys, keys_after
from kioskd.core.intents import GoBack, ShowCategory
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.basket_summary import basket_bar, basket_strip
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room, notice_banner
from kioskd.ui.screens.keys import key_gap
from kioskd.ui.screens.lists import scroll_area
from kioskd.ui.screens.product_grid import product_grid
from kioskd.ui.screens.search_keys import board_height, columns_in, letter_board, nothing_found, typed_field
from kioskd.ui.screens.search_small import search_small
from kioskd.ui.screens.sheet import Sheet, photo
from kioskd.ui.screens.suggestion import suggestion_strip
from kioskd.ui.screens.wish_buttons import wishes_button, wishes_strip

_COLUMNS_UPRIGHT = 9
_COLUMNS_BESIDE = 6


def search(sheet: Sheet, visit: Visit, shop: Shop, typed: str) -> str:
    """Returns the title."""
    stage, space = sheet.stage, gap(sheet)
    title = sheet.tr("Find something")
    letters = keys(shop.catalogue, visit.language)
    products = found(shop.catalogue, visit.language, typed)
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet), notice=False, foot_h=sheet.u(148))
    if stage.compact:
        basket_strip(sheet, layout.foot, visit)
        following = keys_after(shop.catalogue, visit.language, typed)
        search_small(sheet, layout.body, visit, typed, following, products)
        return title
    if stage.portrait:
        basket_bar(sheet, layout.foot, visit)
        body = _head(sheet, layout.body, title, visit)
        columns = columns_in(sheet, body.w, _COLUMNS_UPRIGHT)
        board, body = body.foot(board_height(sheet, letters, columns), space)
        letter_board(sheet, board, letters, columns)
        field, body = body.foot(max(stage.least_target_mm, sheet.u(104)), space)
    else:
        basket_strip(sheet, layout.foot, visit)
        least = stage.least_target_mm * _COLUMNS_BESIDE + key_gap(sheet) * (_COLUMNS_BESIDE - 1)
        side, body = layout.body.end(max(least, layout.body.w * 0.38), space * 1.5)
        field, board = side.top(max(stage.least_target_mm, sheet.u(104)), space)
        letter_board(sheet, board, letters, _COLUMNS_BESIDE)
        body = _head(sheet, body, title, visit)
    typed_field(sheet, field, typed)
    if visit.wishes.count:
        body = wishes_strip(sheet, body, visit)
    full_h = body.h
    body = notice_banner(sheet, visit, body)
    body = suggestion_strip(sheet, visit, shop, body, least=sheet.u(430))
    if not typed:
        _categories(sheet, body, shop)
    elif products:
        product_grid(sheet, body, full_h, products, visit, reset=typed)
    else:
        nothing_found(sheet, body)
    return title


def _head(sheet: Sheet, area: Rect, title: str, visit: Visit) -> Rect:
    target = sheet.stage.target_mm
    room = 0.0 if visit.wishes.count else target
    rest = head(sheet, area, title, back=GoBack(), room=room)
    if room:
        at = head_room(sheet, room)
        wishes_button(sheet, at.around(target, target))
    return rest


def _categories(sheet: Sheet, area: Rect, shop: Shop) -> None:
    """All of them, as large as they fit."""
    categories, space = shop.catalogue.categories, gap(sheet)
    columns = max(2, min(4, int((area.w + space) / (sheet.u(220) + space))))
    rows = -(-len(categories) // columns)
    least = max(sheet.stage.least_target_mm, sheet.u(200))
    height = min((area.h - (rows - 1) * space) / rows, sheet.u(360))
    region = None
    if height < least:
        height = least
        content = rows * height + (rows - 1) * space
        area, scrolling = scroll_area(sheet, "glance", area, content, reset="")
        region = scrolling.id
    for index, category in enumerate(categories):
        row, column = divmod(index, columns)
        cell = Rect(area.x, area.y + row * (height + space), area.w, height).columns(columns, space)[column]
        name, id = sheet.tr.words(category.name), f"category:{category.id}"
        sheet.add(
            Widget(
                id,
                Role.BUTTON,
                cell,
                "card",
                name=name,
                action=ShowCategory(category.id),
                region=region,
                focus=sheet.focus(),
            )
        )
        inner = cell.inset(sheet.u(12), sheet.u(16))
        lines = 1 if sheet.width(name, "pill") <= inner.w else 2
        label, top = inner.foot(sheet.measure.line_mm("pill") * lines, sheet.u(8))
        sheet.picture(top, photo(category.picture), part_of=id, region=region)
        types = ("strong", "pill", "badge")
        sheet.line(label, name, types, align=Align.CENTRE, lines=lines, part_of=id, region=region)
