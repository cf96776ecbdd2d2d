"""What there is to eat: categories, product cards, and the basket filling up."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.basket import missing_group, preset_choices
from kioskd.core.catalogue import Product, Service
from kioskd.core.events import QuickAdd, ShowBasket, ShowCategory, ShowCheckout, ShowProduct
from kioskd.core.visit import NoticeKind, Shop, Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, notice_banner
from kioskd.ui.screens.lists import scroll_area
from kioskd.ui.screens.sheet import Sheet, icon, photo

_CARD_TALL = 430.0
_CARD_WIDE = 190.0


def menu(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    stage = sheet.stage
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet), notice=False, foot_h=sheet.u(148))
    body = layout.body
    if stage.portrait:
        basket_bar(sheet, layout.foot, visit)
    elif stage.compact:
        _basket_strip(sheet, layout.foot, visit)
    else:
        aside, body = body.end(sheet.u(460), gap(sheet) * 1.5)
        _basket_aside(sheet, aside, visit)
        _aside_buttons(sheet, layout.foot, visit)
    body = notice_banner(sheet, visit, body, quiet=(NoticeKind.ADDED,))
    category = next((c for c in shop.catalogue.categories if c.id == visit.category), None)
    title = sheet.tr.words(category.name) if category else shop.name
    rail_w = sheet.u(200 if stage.portrait else 330 if not stage.compact else 300)
    if stage.portrait:
        body = head(sheet, body, title, visit=visit, shop=shop)
        rail, grid = body.start(rail_w, gap(sheet))
    else:
        rail, grid = body.start(rail_w, gap(sheet))
        grid = head(sheet, grid, title, visit=visit, shop=shop)
    _rail(sheet, rail, visit, shop)
    _grid(sheet, grid, visit, shop)
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
    inner = rect.inset(sheet.u(8), sheet.u(14 if not sheet.stage.compact else 8))
    label_h = sheet.measure.line_mm("pill")
    lines = 2 if inner.h > 2 * label_h + sheet.u(70) and sheet.width(name, "badge") > inner.w else 1
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


def _grid(sheet: Sheet, area: Rect, visit: Visit, shop: Shop) -> None:
    products = [p for p in shop.catalogue.in_category(visit.category) if _offered(p, visit)]
    stage, space = sheet.stage, gap(sheet)
    tall = not stage.compact
    columns = 2 if stage.portrait or stage.compact else max(2, int((area.w + space) / sheet.u(330)))
    rows = -(-len(products) // columns)
    wanted = sheet.u(_CARD_TALL if tall else _CARD_WIDE)
    fitting = max(1, round((area.h + space) / (wanted + space)))
    height = (area.h - (fitting - 1) * space) / fitting
    height = min(height, sheet.u(500 if tall else 240))
    if tall and rows < fitting:
        height = min((area.h - (rows - 1) * space) / rows, sheet.u(540)) if stage.portrait else height
    region = None
    content = rows * height + (rows - 1) * space
    if rows > fitting:
        if tall:
            # Leave room for the pages, and let the next row peep out so that it is missed by nobody.
            height = min(height, sheet.u(_CARD_TALL))
            content = rows * height + (rows - 1) * space
        area, found = scroll_area(sheet, "products", area, content, reset=visit.category, aside=not tall)
        region = found.id
    for index, product in enumerate(products):
        row, column = divmod(index, columns)
        cell = Rect(area.x, area.y + row * (height + space), area.w, height).columns(columns, space)[column]
        _Card(sheet, product, visit, cell, region).draw(tall=tall)


def _offered(product: Product, visit: Visit) -> bool:
    """A product for the other service is not shown at all; one that is out is shown and explained."""
    return visit.service is None or visit.service in product.availability.services


@dataclass(frozen=True, slots=True)
class _Card:
    """One product: its picture, words and price, and a plus that adds it at once."""

    sheet: Sheet
    product: Product
    visit: Visit
    rect: Rect
    region: str | None

    @property
    def id(self) -> str:
        return f"product:{self.product.sku}"

    def draw(self, *, tall: bool) -> None:
        sheet, product = self.sheet, self.product
        service = self.visit.service or Service.EAT_IN
        here = product.availability.at(service, self.visit.now)
        why = "" if here else self._why_not()
        name, price = sheet.tr.words(product.name), sheet.tr.money(product.price)
        description = sheet.tr.words(product.description)
        spoken = ", ".join(part for part in (name, description, why, price) if part)
        badge = sheet.tr.words(product.badge) if product.badge and here else ""
        spoken = f"{badge}: {spoken}" if badge else spoken
        sheet.add(
            Widget(
                self.id,
                Role.BUTTON,
                self.rect,
                "card" if here else "card_off",
                name=spoken,
                action=ShowProduct(product.sku),
                enabled=here,
                region=self.region,
                focus=sheet.focus() if here else None,
            )
        )
        pad = sheet.u(28 if tall else 20)
        area = self.rect.inset(pad, sheet.u(22 if tall else 14))
        plus = max(sheet.u(92), sheet.stage.least_target_mm)
        if tall:
            name_lines = 1 if sheet.width(name, "strong") <= area.w else 2
            note_lines = 1 if sheet.width(why or description, "small") <= area.w else 2
            note_lines = min(note_lines, 3 - name_lines)
            text_h = name_lines * sheet.measure.line_mm("strong") + note_lines * sheet.measure.line_mm(
                "small"
            )
            row, rest = area.foot(plus, 0)
            words, top = rest.foot(text_h, sheet.u(10))
            picture_side = min(top.h, top.w)
            at = top.around(picture_side, picture_side)
        else:
            name_lines = note_lines = 1
            picture, rest = area.start(min(area.h, sheet.u(110)), sheet.u(16))
            at = picture.around(picture.w, picture.w)
            row, _ = rest.foot(plus)
            words = Rect(rest.x, area.y, rest.w, sheet.measure.line_mm("pill"))
        picture_id = sheet.picture(
            at,
            photo(product.picture, faded=not here),
            part_of=self.id,
            region=self.region,
            id=f"{self.id}/picture",
        )
        types = ("strong", "pill", "badge") if tall else ("pill", "badge")
        below = sheet.text(words, name, types, lines=name_lines, part_of=self.id, region=self.region)
        if tall:
            note, style = (why, "alert_text") if why else (description, "quiet")
            sheet.text(
                below, note, "small", style=style, lines=note_lines, part_of=self.id, region=self.region
            )
        self._price_row(row, price, why if not tall else "", here, plus, picture_id)
        if badge:
            self._badge(badge, tall)

    def _why_not(self) -> str:
        sold_out = self.product.availability.sold_out
        if sold_out is not None:
            return self.sheet.tr.words(sold_out)
        windows = self.product.availability.windows
        if windows:
            start, end = (f"{at:%H:%M}" for at in (windows[0].start, windows[0].end))
            return self.sheet.tr("Only from {start} to {end}", start=start, end=end)
        return self.sheet.tr("Not right now")

    def _price_row(self, row: Rect, price: str, why: str, here: bool, plus: float, picture_id: str) -> None:
        sheet = self.sheet
        if here:
            at, rest = row.end(plus, sheet.u(8))
            at = at.moved(sheet.u(8), sheet.u(6))
        else:
            at, rest = row, row
        sheet.line(
            Rect(rest.x, row.y, rest.w, row.h) if not why else rest.top(row.h * 0.45)[0],
            price,
            ("price", "strong"),
            part_of=self.id,
            region=self.region,
        )
        if why:
            sheet.line(
                rest.foot(row.h * 0.5)[0],
                why,
                ("small", "badge"),
                style="alert_text",
                part_of=self.id,
                region=self.region,
                lines=2,
            )
        if here:
            name = sheet.tr("Add {name}", name=sheet.tr.words(self.product.name))
            chooses = (
                self.product.combo or missing_group(self.product, preset_choices(self.product)) is not None
            )
            sheet.add(
                Widget(
                    f"add:{self.product.sku}",
                    Role.BUTTON,
                    at,
                    "round_primary",
                    name=name,
                    picture=icon("plus", plus * 0.3),
                    action=QuickAdd(self.product.sku),
                    region=self.region,
                    focus=sheet.focus(),
                    launches=None if chooses else picture_id,
                )
            )

    def _badge(self, words: str, tall: bool) -> None:
        sheet = self.sheet
        width = min(sheet.width(words, "badge") + sheet.u(40), self.rect.w - sheet.u(48))
        at = Rect(self.rect.x + sheet.u(22), self.rect.y + sheet.u(22), width, sheet.u(46))
        if not tall:
            at = Rect(self.rect.right - width - sheet.u(14), self.rect.y - sheet.u(6), width, sheet.u(42))
        sheet.surface(at, "badge", id=f"{self.id}/badge", region=self.region)
        sheet.line(
            at.inset(sheet.u(12), 0), words, "badge", align=Align.CENTRE, part_of=self.id, region=self.region
        )


# --- the basket, wherever there is room for it ----------------------------------------------------------


def _summary(sheet: Sheet, visit: Visit) -> str:
    count = sheet.tr.plural("{n} item", "{n} items", visit.basket.count)
    return f"{count} · {sheet.tr.money(visit.basket.total)}"


def _second_line(sheet: Sheet, visit: Visit) -> str:
    if visit.notice is not None and visit.notice.kind is NoticeKind.ADDED:
        return sheet.tr("Added: {about}", about=visit.notice.about)
    if visit.service is Service.TAKE_AWAY:
        return sheet.tr("To take away")
    return sheet.tr("To eat in")


def basket_bar(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    """Portrait: a card over the bottom bar."""
    wide = Rect(rect.x - sheet.u(16), rect.y, rect.w + sheet.u(32), rect.h)
    tr, lines = sheet.tr, visit.basket.lines
    if not lines:
        sheet.add(
            Widget(
                "basket",
                Role.STATUS,
                wide,
                "card",
                name=tr("Your order is still empty"),
                lands=True,
                value="0",
            )
        )
        inner = wide.inset(sheet.u(44), sheet.u(16))
        sheet.line(
            inner,
            tr("Touch + to add what you like"),
            ("medium", "small"),
            style="quiet",
            part_of="basket",
            align=Align.CENTRE,
        )
        return
    summary = _summary(sheet, visit)
    sheet.add(
        Widget("basket", Role.STATUS, wide, "card", name=summary, lands=True, value=str(visit.basket.count))
    )
    inner = wide.inset(sheet.u(20), sheet.u(18))
    pay, rest = inner.end(sheet.u(264), sheet.u(20))
    view, rest = rest.end(
        max(sheet.u(250), min(sheet.width(tr("View order"), "strong") + sheet.u(60), sheet.u(310))),
        sheet.u(20),
    )
    sheet.button(
        "view_order", view, tr("View order"), ShowBasket(), style="secondary", types=("strong", "pill")
    )
    sheet.button("pay", pay, tr("Pay"), ShowCheckout(), types=("button", "strong", "pill"))
    text = Rect(rest.x + sheet.u(24), rest.y, rest.w - sheet.u(24), rest.h)
    first, second = text.rows(2)
    sheet.line(first, summary, ("price", "strong", "pill"), part_of="basket", id="basket/total")
    added = visit.notice is not None and visit.notice.kind is NoticeKind.ADDED
    sheet.line(
        second,
        _second_line(sheet, visit),
        "small",
        style="action_text" if added else "quiet",
        part_of="basket",
        role=Role.STATUS,
        id="basket/note",
    )


def _basket_strip(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    """Small landscape: the middle of the bottom bar."""
    tr = sheet.tr
    if not visit.basket.lines:
        sheet.line(
            rect,
            tr("Touch + to add what you like"),
            ("medium", "small"),
            style="quiet",
            align=Align.CENTRE,
            id="basket",
            lines=2,
        )
        return
    pay, rest = rect.end(rect.w * 0.56, gap(sheet))
    amount = sheet.tr.money(visit.basket.total)
    sheet.button("pay", pay, tr("Pay {amount}", amount=amount), ShowCheckout(), types=("strong", "pill"))
    count = sheet.tr.plural("{n} item", "{n} items", visit.basket.count)
    sheet.button(
        "view_order",
        rest,
        f"{tr('View order')}, {count}",
        ShowBasket(),
        style="secondary",
        words=count,
        types=("strong", "pill"),
    )
    sheet.add(
        Widget(
            "basket",
            Role.STATUS,
            rest,
            "plain",
            name=_summary(sheet, visit),
            lands=True,
            value=str(visit.basket.count),
            part_of="view_order",
        )
    )


def _basket_aside(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    """Wide landscape: the order so far stands beside the menu."""
    tr, basket = sheet.tr, visit.basket
    count = tr.plural("{n} item", "{n} items", basket.count)
    name = _summary(sheet, visit) if basket.lines else tr("Your order is still empty")
    sheet.add(Widget("basket", Role.STATUS, rect, "card", name=name, lands=True, value=str(basket.count)))
    area = rect.inset(sheet.u(36), sheet.u(32))
    area = sheet.text(area, tr("Your order"), "heading", lines=1, part_of="basket", role=Role.HEADING)
    area = sheet.text(
        area, _second_line(sheet, visit), "small", style="quiet", lines=1, part_of="basket", gap=sheet.u(20)
    )
    if not basket.lines:
        side = min(area.w * 0.5, area.h * 0.4)
        block = area.around(area.w, side + sheet.u(30) + 2 * sheet.measure.line_mm("medium"))
        top, below = block.top(side, sheet.u(30))
        sheet.picture(top.around(side, side), icon("basket", side * 0.18), style="quiet", part_of="basket")
        sheet.text(
            below,
            tr("Touch + to add what you like"),
            "medium",
            style="quiet",
            align=Align.CENTRE,
            lines=2,
            part_of="basket",
        )
        return
    total, area = area.foot(sheet.u(150), sheet.u(16))
    row_h = sheet.u(62)
    fitting = max(1, int(area.h / row_h))
    shown = basket.lines if len(basket.lines) <= fitting else basket.lines[-(fitting - 1) :]
    hidden = len(basket.lines) - len(shown)
    rows = list(Rect(area.x, area.y + i * row_h, area.w, row_h) for i in range(fitting))
    if hidden:
        sheet.line(
            rows[0],
            tr.plural("and {n} more", "and {n} more", hidden),
            "small",
            style="quiet",
            part_of="basket",
        )
        rows = rows[1:]
    for row, line in zip(rows, shown, strict=False):
        amount = tr.money(line.total)
        end, left = row.end(sheet.width(amount, "medium") + sheet.u(8), sheet.u(16))
        sheet.line(left, f"{line.quantity} × {tr.words(line.product.name)}", "medium", part_of="basket")
        sheet.line(end, amount, "medium", align=Align.END, part_of="basket", tabular=True)
    rule, total = total.top(sheet.u(3), sheet.u(20))
    sheet.surface(rule, "rule", id="basket/rule")
    first, second = total.top(sheet.measure.line_mm("small"))
    sheet.line(first, count, "small", style="quiet", part_of="basket", align=Align.START)
    sheet.line(second, tr.money(basket.total), ("amount", "title"), part_of="basket", id="basket/total")


def _aside_buttons(sheet: Sheet, foot: Rect, visit: Visit) -> None:
    if not visit.basket.lines:
        return
    tr = sheet.tr
    at, rest = foot.end(min(foot.w * 0.55, sheet.u(460)), gap(sheet))
    sheet.button("pay", at, tr("Pay {amount}", amount=tr.money(visit.basket.total)), ShowCheckout())
    view, _ = rest.end(min(rest.w, sheet.u(300)))
    sheet.button(
        "view_order", view, tr("View order"), ShowBasket(), style="secondary", types=("strong", "pill")
    )
