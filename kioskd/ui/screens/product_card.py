"""A product on the menu: its picture, words and price, and a plus that adds it at once."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.basket import missing_group, preset_choices
from kioskd.core.catalogue import Product, Service
from kioskd.core.events import QuickAdd, ShowProduct
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.sheet import Sheet, icon, photo


@dataclass(frozen=True, slots=True)
class ProductCard:
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
            name_lines = 1 if sheet.width(name, "pill") <= area.w else 2
            note_lines = 1 if sheet.width(why or description, "small") <= area.w else 2
            roomy = self.rect.h > sheet.u(400)
            note_lines = max(1, min(note_lines, (3 if roomy else 2) - name_lines))
            text_h = name_lines * sheet.measure.line_mm("strong") + note_lines * sheet.measure.line_mm(
                "small"
            )
            row, rest = area.foot(plus, 0)
            words, top = rest.foot(text_h, sheet.u(10))
            picture_side = min(top.h, top.w)
            at = top.around(picture_side, picture_side)
        else:
            name_lines = note_lines = 1
            picture, rest = area.start(min(area.h, sheet.u(90)), sheet.u(16))
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
            ("price", "strong", "pill"),
            part_of=self.id,
            region=self.region,
        )
        if why:
            sheet.line(
                rest.foot(row.h * 0.5)[0],
                why,
                ("small", "tiny"),
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
            at = Rect(self.rect.x + sheet.u(12), self.rect.bottom - sheet.u(54), width, sheet.u(42))
        sheet.surface(at, "badge", id=f"{self.id}/badge", region=self.region)
        sheet.line(
            at.inset(sheet.u(12), 0), words, "badge", align=Align.CENTRE, part_of=self.id, region=self.region
        )
