"""One product: its picture, what is in it, what can be chosen, how many, and the price of exactly that."""

from __future__ import annotations

from kioskd.core.basket import MAX_QUANTITY, Line
from kioskd.core.catalogue import Allergen, Option, OptionGroup, Product
from kioskd.core.intents import GoBack, PickOption, PutInBasket, StepQuantity
from kioskd.core.phases import Choosing
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room
from kioskd.ui.screens.lists import pager_w, scroll_area
from kioskd.ui.screens.product_facts import facts
from kioskd.ui.screens.sheet import Sheet, icon, photo
from kioskd.ui.screens.stepper import stepper
from kioskd.ui.screens.words import ALLERGENS
from kioskd.ui.text import unbroken, wrap


def product(sheet: Sheet, visit: Visit, shop: Shop, phase: Choosing) -> str:
    item = shop.catalogue.products[phase.sku]
    tr, stage = sheet.tr, sheet.stage
    name = tr.words(item.name)
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet))
    _foot(sheet, layout.foot, phase, item)
    if stage.portrait:
        body = head(
            sheet, layout.body, name, back=GoBack(), visit=None if stage.compact else visit, shop=shop
        )
        if item.groups:
            # The picture takes what the choices leave, within reason.
            needed = _height_of_groups(sheet, body.w, item, phase) + gap(sheet)
            top, choices = body.top(min(max(body.h - needed, body.h * 0.26), body.h * 0.5), gap(sheet))
            at, words = top.start(top.w * (0.46 if top.h < body.h * 0.4 else 0.54), gap(sheet))
            _groups(sheet, choices, item, phase)
        else:
            at, words = body.top(body.h * 0.62, gap(sheet))
        _picture(sheet, at, item)
        facts(sheet, words, item, visit, phase)
    else:
        share = 0.3 if item.groups else 0.44
        body = layout.body
        aside, rest = body.start(body.w * share, gap(sheet) * 1.5)
        room = pager_w(sheet) if stage.compact and item.groups else 0.0
        member = None if stage.compact else visit
        rest = head(sheet, rest, name, back=GoBack(), visit=member, shop=shop, room=room)
        if item.groups:
            at, words = aside.top(aside.h * (0.5 if not stage.compact else 0.42), gap(sheet))
            _picture(sheet, at, item)
            facts(sheet, words, item, visit, phase)
            _groups(sheet, rest, item, phase, head_room(sheet, room) if room else None)
        else:
            _picture(sheet, aside, item)
            facts(sheet, rest, item, visit, phase)
    return name


def _picture(sheet: Sheet, rect: Rect, item: Product) -> None:
    sheet.surface(rect, "joy_tile", id="picture/tile")
    pad = min(rect.w, rect.h) * 0.06
    sheet.picture(rect, photo(item.picture, pad), id="picture")


def _foot(sheet: Sheet, foot: Rect, phase: Choosing, item: Product) -> None:
    tr = sheet.tr
    total = Line(0, item, phase.quantity, phase.choices).total
    target = max(sheet.stage.target_mm, min(foot.h, sheet.u(110)))
    steps_w = 2 * target + sheet.u(110 if not sheet.stage.compact else 80)
    steps, rest = foot.start(steps_w, gap(sheet))
    stepper(
        sheet,
        "quantity",
        steps.around(steps_w, target),
        phase.quantity,
        StepQuantity(-1),
        StepQuantity(1),
        less=phase.quantity > 1,
        more=phase.quantity < MAX_QUANTITY,
    )
    words = (
        tr("Save · {amount}", amount=tr.money(total))
        if phase.line is not None
        else tr("Add · {amount}", amount=tr.money(total))
    )
    sheet.button("add", rest, words, PutInBasket())


# --- choices --------------------------------------------------------------------------------------------


def _groups(sheet: Sheet, area: Rect, item: Product, phase: Choosing, controls: Rect | None = None) -> None:
    """All groups below each other, scrolling when they are many, by buttons at `controls` or below."""
    for columns in _columns(sheet, area.w, item):
        if _laid_out(sheet, area, item, phase, None, columns, draw=False) <= area.h + 0.01:
            _laid_out(sheet, area, item, phase, None, columns, draw=True)
            return
    height = _laid_out(sheet, area, item, phase, None, columns, draw=False)
    viewport, region = scroll_area(sheet, "choices", area, height, reset=phase.sku, controls=controls)
    columns = _columns(sheet, viewport.w, item)[-1]
    height = _laid_out(sheet, viewport, item, phase, region.id, columns, draw=False)
    sheet.resize_region(region.id, height)
    _laid_out(sheet, viewport, item, phase, region.id, columns, draw=True)
    if phase.wanting is not None:
        sheet.reveal(f"group:{phase.wanting}")


def _columns(sheet: Sheet, width: float, item: Product) -> tuple[int, ...]:
    """How many tiles may stand side by side without breaking a word, the airiest first."""
    words = [w for g in item.groups for o in g.options for w in unbroken(sheet.tr.words(o.name))]
    longest = max((sheet.width(word, "badge") for word in words), default=0.0)
    pictures = any(option.picture for group in item.groups for option in group.options)
    beside = sheet.u(2 * 20 + 44 + 12 + (60 + 14 if pictures else 0))
    most = max(1, min(3, int((width + gap(sheet)) / max(sheet.u(300), longest + beside + gap(sheet)))))
    return tuple(range(min(2, most), most + 1))


def _height_of_groups(sheet: Sheet, width: float, item: Product, phase: Choosing) -> float:
    area = Rect(0, 0, width, 0)
    return _laid_out(sheet, area, item, phase, None, _columns(sheet, width, item)[0], draw=False)


def _laid_out(
    sheet: Sheet,
    area: Rect,
    item: Product,
    phase: Choosing,
    region: str | None,
    columns: int,
    *,
    draw: bool,
) -> float:
    """Lay the groups out from the top of `area`; returns their height."""
    y = area.y
    space = max(sheet.u(14), 3.0)
    tile_h = max(sheet.u(124), sheet.stage.target_mm)
    for index, group in enumerate(item.groups):
        if index:
            y += sheet.u(26)
        head_h = sheet.measure.line_mm("heading") + sheet.u(4)
        rows = -(-len(group.options) // columns)
        if draw:
            total = head_h + sheet.u(8) + rows * tile_h + (rows - 1) * space
            _group_head(
                sheet, Rect(area.x, y, area.w, head_h), Rect(area.x, y, area.w, total), group, phase, region
            )
        y += head_h + sheet.u(8)
        for row in range(rows):
            cells = Rect(area.x, y, area.w, tile_h).columns(columns, space)
            for cell, option in zip(cells, group.options[row * columns : (row + 1) * columns], strict=False):
                if draw:
                    _tile(sheet, cell, group, option, phase, region)
            y += tile_h + (space if row < rows - 1 else 0)
    return y - area.y


def _group_head(
    sheet: Sheet, rect: Rect, whole: Rect, group: OptionGroup, phase: Choosing, region: str | None
) -> None:
    tr = sheet.tr
    name = tr.words(group.name)
    wanting = phase.wanting == group.id
    hint = _hint(sheet, group, phase)
    sheet.add(Widget(f"group:{group.id}", Role.GROUP, whole, "plain", name=f"{name}. {hint}", region=region))
    hint_w = min(sheet.width(hint, "badge") + sheet.u(48), rect.w * 0.5)
    name_w = min(sheet.width(name, "heading") + sheet.u(4), rect.w - hint_w - sheet.u(20))
    at, rest = rect.start(name_w, sheet.u(20))
    sheet.line(
        at, name, ("heading", "strong", "pill"), role=Role.HEADING, region=region, part_of=f"group:{group.id}"
    )
    tag = Rect(rest.x, rest.y, hint_w, rest.h).around(hint_w, sheet.u(46))
    style = "tag_alert" if wanting else "tag"
    sheet.surface(tag, style, id=f"group:{group.id}/tag", region=region)
    ink = "alert_text" if wanting else "plain"
    sheet.line(
        tag.inset(sheet.u(20), 0), hint, "badge", style=ink, region=region, part_of=f"group:{group.id}"
    )


def _hint(sheet: Sheet, group: OptionGroup, phase: Choosing) -> str:
    tr = sheet.tr
    chosen = sum(1 for choice in phase.choices if choice.group == group.id)
    if phase.wanting == group.id:
        return tr("Please choose")
    if group.maximum == 1:
        return tr("Choose one") if group.minimum else tr("If you like")
    if group.minimum and chosen < group.minimum:
        return tr("Choose {n} or more", n=group.minimum)
    if chosen:
        return tr("{n} of {max} chosen", n=chosen, max=group.maximum)
    return tr("Up to {n}", n=group.maximum)


def _tile(
    sheet: Sheet, rect: Rect, group: OptionGroup, option: Option, phase: Choosing, region: str | None
) -> None:
    tr = sheet.tr
    chosen_skus = {choice.sku for choice in phase.choices if choice.group == group.id}
    chosen = option.sku in chosen_skus
    radio = group.maximum == 1 and group.minimum == 1
    full = not chosen and group.maximum > 1 and len(chosen_skus) >= group.maximum
    name = tr.words(option.name)
    price = tr.surcharge(option.price) if option.price else ""
    id = f"option:{group.id}:{option.sku}"
    sheet.add(
        Widget(
            id,
            Role.RADIO if radio else Role.CHECKBOX,
            rect,
            "tile_on" if chosen else "tile",
            name=", ".join(part for part in (name, price, _contains(sheet, option)) if part),
            action=PickOption(group.id, option.sku),
            enabled=not full,
            selected=chosen,
            region=region,
            focus=None if full else sheet.focus(),
        )
    )
    inner = rect.inset(sheet.u(20), sheet.u(10))
    side = sheet.u(44)
    mark, inner = inner.end(side, sheet.u(12))
    box = "mark" if radio else "box"
    style = f"{box}_on" if chosen else f"{box}_off"
    sheet.picture(
        mark.around(side, side),
        icon("check" if chosen else "none", side * 0.2),
        style=style,
        part_of=id,
        region=region,
        id=f"{id}/mark",
    )
    if option.picture is not None:
        pic_side = min(inner.h, sheet.u(84 if rect.w > sheet.u(400) else 60))
        at, inner = inner.start(pic_side, sheet.u(14))
        sheet.picture(
            at.around(pic_side, pic_side), photo(option.picture, faded=full), part_of=id, region=region
        )
    ink = "quiet" if full else "plain"
    price_h = sheet.measure.line_mm("small") if price else 0.0
    types = ("strong", "pill", "badge")
    lines = 1
    size = next((t for t in types if sheet.width(name, t) <= inner.w), None)
    if size is None:
        lines = 2
        size = next(
            (t for t in ("pill", "badge") if len(wrap(name, t, inner.w, sheet.measure)) <= 2), "badge"
        )
    text_h = sheet.measure.line_mm(size) * lines
    block = inner.around(inner.w, min(inner.h, text_h + price_h))
    below = sheet.text(block, name, size, style=ink, lines=lines, part_of=id, region=region)
    sheet.text(
        below,
        price,
        "small",
        style="quiet" if full else "action_text" if chosen else "quiet",
        lines=1,
        part_of=id,
        region=region,
    )


def _contains(sheet: Sheet, option: Option) -> str:
    """Its allergens, to be said: they are seen beside the product's own as soon as it is chosen."""
    tr = sheet.tr
    if not option.allergens:
        return ""
    names = (tr(ALLERGENS[allergen]) for allergen in Allergen if allergen in option.allergens)
    return tr("Contains {list}", list=", ".join(names))
