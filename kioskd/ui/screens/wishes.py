"""What the guest does and does not eat: diets to keep to, and what to do without."""

from __future__ import annotations

from kioskd.core.catalogue import Allergen, Catalogue, Diet
from kioskd.core.intents import DropWishes, GoBack, ToggleWish
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.core.wishes import DIETS as WISHED_DIETS
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, head_room
from kioskd.ui.screens.lists import pager_w
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.stack import Block, stack
from kioskd.ui.screens.wish_buttons import kept_words
from kioskd.ui.screens.words import ALLERGENS, DIETS

_BESIDE = 2 * 20 + 44 + 12 + 56 + 16 + 12
"""In units: what of a tile is not for its words."""


def wishes(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    """Returns the title."""
    tr, stage = sheet.tr, sheet.stage
    title = tr("Diet and allergies")
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet))
    _foot(sheet, layout.foot, visit)
    room = pager_w(sheet) if stage.compact else 0.0
    body = head(sheet, layout.body, title, back=GoBack(), room=room)
    if not stage.compact:
        words = tr(
            "The menu shows what fits. Small traces are possible: please tell us about a strong allergy."
        )
        body = sheet.text(body, words, ("body", "small"), style="quiet", lines=3, gap=gap(sheet))
    controls = head_room(sheet, room) if stage.compact else None
    stack(
        sheet,
        "wishes",
        body,
        _blocks(sheet, body.w, visit, shop.catalogue),
        gap(sheet),
        reset="",
        controls=controls,
    )
    return title


def _foot(sheet: Sheet, foot: Rect, visit: Visit) -> None:
    tr, kept = sheet.tr, visit.wishes.count
    words = tr("Show the menu")
    if not kept:
        sheet.button("show", foot, words, GoBack())
        return
    left, right = foot.start(foot.w * 0.42, gap(sheet))
    clear = f"{tr('Clear')}: {kept_words(sheet, kept)}"
    sheet.button("clear", left, clear, DropWishes(), style="secondary", types=("strong", "pill", "badge"))
    sheet.button("show", right, words, GoBack(), types=("button", "strong", "pill"))


def _blocks(sheet: Sheet, width: float, visit: Visit, catalogue: Catalogue) -> list[Block]:
    """Only what occurs on this menu: nothing else would change what is shown."""
    products = catalogue.products.values()
    diets = {diet for product in products for diet in product.diets}
    inside = {a for product in products for a in product.allergens or ()} | {
        a for product in products for g in product.groups for o in g.options for a in o.allergens or ()
    }
    wanted: list[tuple[str, list[Diet | Allergen]]] = [
        (sheet.tr("I eat"), [diet for diet in WISHED_DIETS if diet in diets]),
        (sheet.tr("Without"), [allergen for allergen in Allergen if allergen in inside]),
    ]
    blocks = []
    words = [sheet.tr(DIETS[diet]) for diet in diets] + [sheet.tr(ALLERGENS[each]) for each in inside]
    longest = max((sheet.width(part, "badge") for each in words for part in each.split()), default=0.0)
    least = max(sheet.u(300), longest + sheet.u(_BESIDE))
    columns = max(1, int((width + gap(sheet)) / (least + gap(sheet))))
    for title, options in wanted:
        if not options:
            continue
        blocks.append(_title(sheet, title))
        blocks += [
            _row(sheet, options[start : start + columns], columns, visit)
            for start in range(0, len(options), columns)
        ]
    return blocks


def _title(sheet: Sheet, words: str) -> Block:
    def draw(rect: Rect, region: str | None) -> None:
        sheet.line(rect, words, ("heading", "strong"), role=Role.HEADING, region=region)

    return Block(sheet.measure.line_mm("heading"), draw)


def _row(sheet: Sheet, wishes: list[Diet | Allergen], columns: int, visit: Visit) -> Block:
    def draw(rect: Rect, region: str | None) -> None:
        for cell, wish in zip(rect.columns(columns, gap(sheet)), wishes, strict=False):
            _tile(sheet, cell, wish, visit, region)

    return Block(max(sheet.stage.target_mm, sheet.u(112)), draw)


def _tile(sheet: Sheet, rect: Rect, wish: Diet | Allergen, visit: Visit, region: str | None) -> None:
    tr = sheet.tr
    diet = isinstance(wish, Diet)
    words = tr(DIETS[wish]) if isinstance(wish, Diet) else tr(ALLERGENS[wish])
    on = wish in (visit.wishes.diets if diet else visit.wishes.without)
    id = f"wish:{wish.value}"
    sheet.add(
        Widget(
            id,
            Role.CHECKBOX,
            rect,
            "tile_on" if on else "tile",
            name=words if diet else tr("Without {name}", name=words),
            action=ToggleWish(wish),
            selected=on,
            region=region,
            focus=sheet.focus(),
        )
    )
    inner = rect.inset(sheet.u(20), sheet.u(10))
    side = sheet.u(44)
    mark, inner = inner.end(side, sheet.u(12))
    sheet.picture(
        mark.around(side, side),
        icon("check" if on else "none", side * 0.2),
        style="box_on" if on else "box_off",
        part_of=id,
        region=region,
    )
    sign, inner = inner.start(sheet.u(56), sheet.u(16))
    ink = "action_text" if on else "plain"
    sheet.picture(sign.around(sign.w, sign.w), icon(wish.value), style=ink, part_of=id, region=region)
    sheet.line(inner, words, ("strong", "pill", "badge", "tiny"), lines=2, part_of=id, region=region)
