"""A product on the menu: its picture, words and price, and a plus that adds it at once."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.basket import missing_group, preset_choices
from kioskd.core.catalogue import Product, Service
from kioskd.core.intents import QuickAdd, ShowProduct
from kioskd.core.visit import Visit
from kioskd.core.wishes import Fit, Suitability, suitability
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.sheet import Sheet, icon, photo
from kioskd.ui.screens.words import suitability_words

_ROOMY = 400.0
"""In units: a card of that height has room for three lines of words."""


def suits(product: Product, visit: Visit) -> Suitability:
    """Whether it is for this guest as it is usually had."""
    return suitability(product, preset_choices(product), visit.wishes)


@dataclass(frozen=True, slots=True)
class ProductCard:
    """One product in its rectangle. What is not to be had, or not for this guest, is shown and says why."""

    sheet: Sheet
    product: Product
    visit: Visit
    rect: Rect
    region: str | None

    @property
    def id(self) -> str:
        return f"product:{self.product.sku}"

    @property
    def here(self) -> bool:
        """Whether it can be ordered now."""
        return self.product.availability.at(self.visit.service or Service.EAT_IN, self.visit.now)

    @property
    def welcome(self) -> bool:
        """To be had, and as far as anybody knows for this guest: then one touch adds it."""
        return self.here and suits(self.product, self.visit).fit is Fit.YES

    @property
    def name(self) -> str:
        return self.sheet.tr.words(self.product.name)

    @property
    def note(self) -> str:
        """What is in it, or why it cannot be had."""
        sheet, availability = self.sheet, self.product.availability
        if self.here:
            why_not = suitability_words(suits(self.product, self.visit), sheet.tr, brief=True)
            return why_not or sheet.tr.words(self.product.description)
        if availability.sold_out is not None:
            return sheet.tr.words(availability.sold_out)
        if self.visit.service not in availability.services:
            take_away = Service.TAKE_AWAY in availability.services
            return sheet.tr("Only to take away") if take_away else sheet.tr("Only to eat here")
        today = [window for window in availability.windows if self.visit.now.weekday() in window.weekdays]
        if not today:
            return sheet.tr("Not today")
        start, end = f"{today[0].start:%H:%M}", f"{today[0].end:%H:%M}"
        return sheet.tr("Only from {start} to {end}", start=start, end=end)

    # --- upright: the picture above the words ----------------------------------------------------------

    def words_h(self) -> float:
        """How high name and note want to be; the cards of a row take the most of any."""
        name, note = self._lines()
        return name * self.sheet.measure.line_mm("strong") + note * self.sheet.measure.line_mm("small")

    def draw_upright(self, words_h: float) -> None:
        self._surface()
        sheet = self.sheet
        row, rest = self._upright_area().foot(self._plus)
        words, top = rest.foot(words_h, sheet.u(10))
        side = min(top.h, top.w)
        picture = self._picture(top.around(side, side))
        name_lines, note_lines = self._lines()
        below = sheet.text(
            words,
            self.name,
            ("strong", "pill", "badge"),
            lines=name_lines,
            part_of=self.id,
            region=self.region,
        )
        sheet.text(
            below,
            self.note,
            ("small", "tiny") if not self.welcome else "small",
            style=self._note_ink,
            lines=note_lines,
            part_of=self.id,
            region=self.region,
        )
        self._price(row.start(row.w - self._plus if self.welcome else row.w)[0])
        self._add(row, picture)
        self._badge(Rect(self.rect.x + sheet.u(22), self.rect.y + sheet.u(22), 0, sheet.u(46)))

    def _upright_area(self) -> Rect:
        return self.rect.inset(self.sheet.u(28), self.sheet.u(22))

    def _lines(self) -> tuple[int, int]:
        width = self._upright_area().w
        name = 1 if self.sheet.width(self.name, "pill") <= width else 2
        sheet = self.sheet
        note = round(sheet.height(self.note, "small", width) / sheet.measure.line_mm("small"))
        room = 5 if not self.welcome else 3 if self.rect.h > sheet.u(_ROOMY) else 2
        return name, max(1, min(note, room - name, 3 if not self.welcome else 2))

    # --- flat: the picture beside them -----------------------------------------------------------------

    def draw_flat(self) -> None:
        self._surface()
        sheet = self.sheet
        area = self.rect.inset(sheet.u(20), sheet.u(14))
        at, rest = area.start(min(area.h, sheet.u(90)), sheet.u(16))
        picture = self._picture(at.around(at.w, at.w))
        top, below = rest.top(sheet.measure.line_mm("pill"))
        sheet.line(top, self.name, ("pill", "badge"), part_of=self.id, region=self.region)
        row = rest.foot(self._plus)[0]
        if self.welcome:
            self._price(row.start(row.w - self._plus)[0])
            self._add(row, picture)
        else:
            price, why = below.top(sheet.measure.line_mm("pill"))
            self._price(price)
            sheet.line(
                why,
                self.note,
                ("small", "tiny"),
                style=self._note_ink,
                lines=3,
                part_of=self.id,
                region=self.region,
            )
        self._badge(Rect(self.rect.x + sheet.u(12), self.rect.bottom - sheet.u(54), 0, sheet.u(42)))

    # --- parts -----------------------------------------------------------------------------------------

    @property
    def _plus(self) -> float:
        return max(self.sheet.u(92), self.sheet.stage.least_target_mm)

    @property
    def _note_ink(self) -> str:
        return "quiet" if self.welcome else "alert_text"

    def _surface(self) -> None:
        sheet, product = self.sheet, self.product
        price = sheet.tr.money(product.price)
        badge = sheet.tr.words(product.badge) if product.badge and self.here else ""
        sheet.add(
            Widget(
                self.id,
                Role.BUTTON,
                self.rect,
                "card" if self.welcome else "card_off",
                name=", ".join(part for part in (self.name, badge, self.note, price) if part),
                action=ShowProduct(product.sku),
                enabled=self.here,
                region=self.region,
                focus=sheet.focus() if self.here else None,
            )
        )

    def _picture(self, at: Rect) -> str:
        picture = photo(self.product.picture, faded=not self.welcome)
        return self.sheet.picture(at, picture, part_of=self.id, region=self.region, id=f"{self.id}/picture")

    def _price(self, rect: Rect) -> None:
        price = self.sheet.tr.money(self.product.price)
        self.sheet.line(rect, price, ("price", "strong", "pill"), part_of=self.id, region=self.region)

    def _add(self, row: Rect, picture: str) -> None:
        if not self.welcome:
            return
        sheet, product = self.sheet, self.product
        # It leans into the card's corner, where a thumb finds it.
        at = row.end(self._plus)[0].moved(sheet.u(8), sheet.u(6))
        asks = product.combo or missing_group(product, preset_choices(product)) is not None
        sheet.add(
            Widget(
                f"add:{product.sku}",
                Role.BUTTON,
                at,
                "round_primary",
                name=sheet.tr("Add {name}", name=self.name),
                picture=icon("plus", self._plus * 0.3),
                action=QuickAdd(product.sku),
                region=self.region,
                focus=sheet.focus(),
                launches=None if asks else picture,
            )
        )

    def _badge(self, at: Rect) -> None:
        if self.product.badge is None or not self.here:
            return
        sheet = self.sheet
        words = sheet.tr.words(self.product.badge)
        width = min(sheet.width(words, "badge") + sheet.u(40), self.rect.w - sheet.u(48))
        pill = Rect(at.x, at.y, width, at.h)
        sheet.surface(pill, "badge", id=f"{self.id}/badge", region=self.region)
        sheet.line(
            pill.inset(sheet.u(12), 0),
            words,
            "badge",
            align=Align.CENTRE,
            part_of=self.id,
            region=self.region,
        )
