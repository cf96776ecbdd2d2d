"""The menu file, checked as strictly as the configuration, as a catalogue.

A menu has `[[category]]`, `[[group]]` with `[[group.option]]`, and `[[product]]`, in TOML or JSON:

    [[group]]
    id = "sauce"
    name = { en = "Choose your sauce", nl = "Kies je saus" }
    minimum = 1
    option = [{ sku = "S-KETCHUP", name = "Ketchup" }, { sku = "S-GARLIC", name = "Garlic", price = "0.50" }]

    [[product]]
    sku = "BURGER-1"
    name = "Harbour Classic"
    category = "burgers"
    price = "8.50"
    groups = ["sauce"]

A combo (`combo = true`) is a product with groups whose options are other products: `{ product = "FRIES" }`,
with the surcharge as `price`. A sold-out product is left out of the combos it would be a choice in.

`allergens = ["milk"]` (of products and options) are the fourteen of the European Union's law on food; left
out they are unknown, and guests are told to ask; `[]` says there are none. `diets = ["vegan"]` is what a
product keeps to. An option without `diets` leaves the dish what it is, `diets = []` (bacon) of no diet.
What goes with what is in `menu_suggestions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from kioskd.core.catalogue import (
    Allergen,
    Availability,
    Catalogue,
    Category,
    Diet,
    Option,
    OptionGroup,
    Product,
    Words,
)
from kioskd.core.errors import ConfigError
from kioskd.core.money import Money
from kioskd.core.wishes import EXCLUDED
from kioskd.daemon.config.errors import MAX_EXPLAINED, did_you_mean, problems_of, raise_problems
from kioskd.daemon.config.fields import Section
from kioskd.daemon.config.menu_fields import (
    CategoryEntry,
    GroupEntry,
    OptionEntry,
    ProductEntry,
    SuggestionEntry,
)
from kioskd.daemon.config.menu_suggestions import suggestion_rules
from kioskd.daemon.config.source import KeyPath, Source, read_source

MAX_PICTURE_BYTES = 5_000_000

_SECTIONS = ("category", "group", "product", "suggestion")
_Entry = TypeVar("_Entry", bound=Section)


MAX_PICKS = 20
"""Of one product. More would fill the screen, and a full basket of them the outbox's largest operation."""


def load_menu(file: Path, currency: str) -> Catalogue:
    """Read and check the menu at `file`, with its pictures, which stay paths relative to it.

    Raises ConfigError (ConfigErrors for several problems), each with file, line, key and remedy.
    """
    reading = _Reading(read_source(file), currency)
    catalogue = reading.catalogue()
    raise_problems(file, reading.problems)
    return catalogue


@dataclass(slots=True)
class _Reading:
    """One pass over a menu: what is wrong is collected, what is right is kept and read on."""

    source: Source
    currency: str
    problems: list[ConfigError] = field(default_factory=list)
    _pictures: set[str] = field(default_factory=set)

    def catalogue(self) -> Catalogue:
        for key in self.source.data:
            if key not in _SECTIONS:
                self._wrong((key,), "is not a key that kioskd knows", did_you_mean(key, _SECTIONS))
        categories = self._entries("category", "id", CategoryEntry)
        groups = self._entries("group", "id", GroupEntry)
        products = self._entries("product", "sku", ProductEntry)
        if not products and not self.problems:
            self._wrong((), "sells nothing", "add at least one [[category]] and one [[product]]")
        by_sku = {entry.sku: entry for _, entry in products}
        built_groups = {entry.id: self._group(at, entry, by_sku) for at, entry in groups}
        category_ids = self._ids("category", "id")
        for at, product in products:
            if product.category not in category_ids:
                remedy = did_you_mean(product.category, category_ids)
                self._wrong((*at, "category"), "is no category of this menu", remedy)
            self._check_groups(at, product, groups, by_sku)
            self._check_diets(at, product.diets, product.allergens)
        built = {entry.sku: self._product(at, entry, built_groups) for at, entry in products}
        known = {"category": category_ids, "product": self._ids("product", "sku")}
        suggestions = self._entries("suggestion", "id", SuggestionEntry)
        return Catalogue(
            self.currency,
            tuple(Category(e.id, e.name, self._picture(at, e.picture)) for at, e in categories),
            built,
            suggestion_rules(suggestions, built, known, self._wrong),
        )

    def _entries(self, section: str, key: str, model: type[_Entry]) -> list[tuple[KeyPath, _Entry]]:
        """The valid entries of a section with their places; the others become problems."""
        listed = self.source.data.get(section, [])
        if not isinstance(listed, list):
            self._wrong((section,), "must be a list", f"each one starts with [[{section}]]")
            return []
        found: dict[str, tuple[KeyPath, _Entry]] = {}
        for index, raw in enumerate(listed):
            if len(self.problems) >= MAX_EXPLAINED:
                break
            at: KeyPath = (section, index)
            try:
                entry = model.model_validate(raw, context={"currency": self.currency})
            except ValidationError as error:
                self.problems.extend(problems_of(error, self.source, model, at))
                continue
            id = getattr(entry, key)
            if id in found:
                first = self.source.line_of(found[id][0])
                self._wrong((*at, key), f'"{id}" is already taken in line {first}', "each one once")
            else:
                found[id] = (at, entry)
        return list(found.values())

    def _ids(self, section: str, key: str) -> set[str]:
        """Every id that the section mentions, also of entries with problems of their own."""
        listed = self.source.data.get(section, [])
        entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        return {entry[key] for entry in entries if isinstance(entry.get(key), str)}

    # --- groups ---------------------------------------------------------------------------------------------

    def _group(self, at: KeyPath, entry: GroupEntry, products: dict[str, ProductEntry]) -> OptionGroup:
        options: dict[str, Option] = {}
        left_out: set[str] = set()
        for index, raw in enumerate(entry.option):
            place = (*at, "option", index)
            sku = raw.product or raw.sku or ""
            if sku in options or sku in left_out:
                self._wrong(place, f'"{sku}" is already in this group', "each option once")
            elif raw.product is not None and (product := products.get(sku)) and product.sold_out:
                left_out.add(sku)
            elif option := self._option(place, raw, products):
                options[sku] = option
        if entry.minimum > entry.maximum:
            self._wrong((*at, "minimum"), "is more than maximum", f"at most {entry.maximum}")
        elif entry.minimum > (count := len(entry.option) - len(left_out)):
            what = f"is more than the {count} options for sale"
            self._wrong((*at, "minimum"), what, "lower it or add options")
        if len(entry.preset) > entry.maximum:
            self._wrong((*at, "preset"), "picks more than maximum", f"at most {entry.maximum}")
        for sku in entry.preset:
            if sku not in options and sku not in left_out:
                self._wrong((*at, "preset"), f'"{sku}" is not in this group', did_you_mean(sku, options))
        preset = tuple(sku for sku in options if sku in entry.preset)
        return OptionGroup(
            entry.id, entry.name, tuple(options.values()), entry.minimum, entry.maximum, preset
        )

    def _option(self, at: KeyPath, entry: OptionEntry, products: dict[str, ProductEntry]) -> Option | None:
        price = entry.price or Money.zero(self.currency)
        if entry.product is None:
            sku, name = entry.sku or "", entry.name or Words("")
            if sku in products:
                self._wrong((*at, "sku"), f'"{sku}" is a product', f'write product = "{sku}" instead')
            self._check_diets(at, entry.diets or frozenset(), entry.allergens)
            picture = self._picture(at, entry.picture)
            return Option(sku, name, price, picture, entry.allergens, entry.diets)
        product = products.get(entry.product)
        if product is None:
            if entry.product not in (known := self._ids("product", "sku")):
                remedy = did_you_mean(entry.product, known)
                self._wrong((*at, "product"), "is no product of this menu", remedy)
            return None
        if product.combo:
            self._wrong((*at, "product"), "is a combo itself", "combos are made of single products")
        return Option(product.sku, product.name, price, product.picture, product.allergens, product.diets)

    # --- products -------------------------------------------------------------------------------------------

    def _check_groups(
        self,
        at: KeyPath,
        product: ProductEntry,
        groups: Iterable[tuple[KeyPath, GroupEntry]],
        products: dict[str, ProductEntry],
    ) -> None:
        if product.combo and not product.groups:
            self._wrong((*at, "combo"), "has no groups to choose from", "name them in groups = [ ]")
        if len(set(product.groups)) < len(product.groups):
            self._wrong((*at, "groups"), "names a group twice", "each one once")
        valid = {entry.id: entry for _, entry in groups}
        picks = sum(valid[id].maximum for id in product.groups if id in valid)
        if picks > MAX_PICKS:
            remedy = f"lower the groups' maximum to {MAX_PICKS} in all"
            self._wrong((*at, "groups"), f"allow {picks} choices for one product", remedy)
        known = self._ids("group", "id")
        for index, id in enumerate(product.groups):
            place = (*at, "groups", index)
            if id not in known:
                self._wrong(place, f'"{id}" is no group of this menu', did_you_mean(id, known))
            elif id in valid:
                self._check_part_of_combo(place, product, valid[id], products)

    def _check_part_of_combo(
        self, at: KeyPath, combo: ProductEntry, group: GroupEntry, products: dict[str, ProductEntry]
    ) -> None:
        """A choice must be for sale whenever and however the combo is."""
        for option in group.option:
            part = products.get(option.product or "")
            if part is None:
                continue
            if not part.services >= combo.services:
                self._wrong(
                    at, f'offers "{part.sku}", which has fewer services', "give both the same services"
                )
            if part.available and part.available != combo.available:
                self._wrong(
                    at, f'offers "{part.sku}" outside its hours', "give the combo the same available = [ ]"
                )

    def _product(self, at: KeyPath, entry: ProductEntry, groups: dict[str, OptionGroup]) -> Product:
        return Product(
            sku=entry.sku,
            name=entry.name,
            description=entry.description,
            price=entry.price,
            category=entry.category,
            picture=self._picture(at, entry.picture),
            badge=entry.badge,
            allergens=entry.allergens,
            diets=entry.diets,
            groups=tuple(groups[id] for id in entry.groups if id in groups),
            combo=entry.combo,
            availability=Availability(entry.services, entry.available, entry.sold_out),
        )

    def _check_diets(
        self, at: KeyPath, diets: frozenset[Diet], allergens: frozenset[Allergen] | None
    ) -> None:
        for diet, excluded in EXCLUDED.items():
            if diet in diets and (contradicting := sorted(excluded & (allergens or frozenset()))):
                what = f'says "{diet}", and allergens say {" and ".join(contradicting)}'
                self._wrong((*at, "diets"), what, "take one of them out")

    # --- pictures -------------------------------------------------------------------------------------------

    def _picture(self, at: KeyPath, picture: str | None) -> str | None:
        if picture is not None and picture not in self._pictures:
            self._pictures.add(picture)
            if problem := _picture_problem(self.source.file.parent / picture):
                self._wrong((*at, "picture"), *problem)
        return picture

    def _wrong(self, at: KeyPath, what: str, remedy: str) -> None:
        self.problems.append(ConfigError(self.source.where(at), what, remedy))


def _picture_problem(file: Path) -> tuple[str, str] | None:
    """What speaks against showing `file`, judged by its size and first bytes."""
    try:
        if not file.is_file():
            return "is not there", "check the spelling; it starts at the menu's folder"
        with file.open("rb") as stream:
            head = stream.read(12)
            size = stream.seek(0, 2)
    except (OSError, ValueError):
        return "cannot be read", "check its permissions"
    if size > MAX_PICTURE_BYTES:
        return f"is too large with {size / 1e6:.1f} MB", "at most 5 MB; 800 px wide is plenty"
    is_webp = head.startswith(b"RIFF") and head.endswith(b"WEBP")
    if not (is_webp or head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))):
        return "is no picture that can be shown", "save it as PNG, WebP or JPEG"
    return None
