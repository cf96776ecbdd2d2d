"""Rewards and offers of this platform as rights of the core, and back.

The platform has no catalogue for kiosks: what an incentive is called, what it costs and which product of the
menu it hands out is in a file beside the menu. Everything a claim must say of an incentive is in the right's
own id, so that an order written down before a crash can be claimed by whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal
from urllib.parse import quote, unquote

from kioskd.core.catalogue import Catalogue, Words
from kioskd.core.discount import AmountOff, Benefit, FreeItem, PercentOff, Products, Rule, WholeOrder
from kioskd.core.errors import MoneyError
from kioskd.core.member import Reward, Right, Voucher
from kioskd.core.money import Money
from kioskd.loyalty.rbi import wire
from kioskd.loyalty.rbi.bodies import LineType
from kioskd.loyalty.rbi.client import Picked


@dataclass(frozen=True, slots=True)
class Incentive:
    """An entry of the catalogue file. `price` is what the guest pays for the product with it.

    `listed`: any member may take it here, as far as their points go; else it comes with a code only.
    """

    content_id: str
    product_id: str
    type: LineType
    title: Words
    sku: str
    price: Money
    points: int = 0
    picture: str | None = None
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """What the platform must be told of an incentive. `subtype` and `value` are those of a discount, which is
    no line of its own."""

    type: Literal["reward", "offer"]
    product_id: str = ""
    incentive_id: str = ""
    engine_id: str = ""
    subtype: str = ""
    value: str = ""
    nth: int = 1
    """Tells several of the same apart."""

    @property
    def is_line(self) -> bool:
        return not self.subtype

    def __str__(self) -> str:
        parts = (
            self.type,
            self.product_id,
            self.incentive_id,
            self.engine_id,
            self.subtype,
            self.value,
            str(self.nth),
        )
        return "|".join(quote(part, safe="") for part in parts)

    @staticmethod
    def of(text: str) -> Mark:
        """Raises ValueError for anything that no `str(mark)` gave."""
        parts = tuple(map(unquote, text.split("|")))
        if len(parts) != 7 or parts[0] not in ("reward", "offer"):
            raise ValueError("no incentive of this platform")
        type_, product_id, incentive_id, engine_id, subtype, value, nth = parts
        kind: Literal["reward", "offer"] = "reward" if type_ == "reward" else "offer"
        return Mark(kind, product_id, incentive_id, engine_id, subtype, value, int(nth))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a guest brought along; `left_out` are titles, empty where nobody knows one."""

    rights: tuple[Right, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IncentiveReader:
    """`menu` has the kiosk's own prices. `rewards_here`: whether points move in this store."""

    entries: tuple[Incentive, ...]
    menu: Catalogue
    rewards_here: bool = True
    offers_listed: bool = True
    _by_content: Mapping[str, Incentive] = field(init=False)
    _by_product: Mapping[str, Incentive] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_content", {each.content_id: each for each in self.entries})
        object.__setattr__(self, "_by_product", {each.product_id: each for each in self.entries})

    def listed_rewards(self, language: str) -> tuple[Reward, ...]:
        """Ascending by cost."""
        rewards = [
            self._reward(entry, _mark(entry), entry.price, entry.title.in_language(language))
            for entry in self.entries
            if entry.type is LineType.REWARD and entry.listed and self.rewards_here
        ]
        known = [reward for reward in rewards if reward is not None]
        return tuple(sorted(known, key=lambda reward: (reward.cost_points, reward.title)))

    def listed_offers(self, member_id: str, language: str) -> tuple[Voucher, ...]:
        offers = [
            self._offer(entry.sku, _mark(entry), entry.price, entry.title.in_language(language), member_id)
            for entry in self.entries
            if entry.type is LineType.OFFER and entry.listed and self.offers_listed
        ]
        return tuple(offer for offer in offers if offer is not None)

    def unlocked(self, content_id: str, member_id: str, language: str) -> Voucher | None:
        """What a promo code gives. None when it is no offer that is sold here."""
        entry = self._by_content.get(content_id)
        if entry is None or entry.type is not LineType.OFFER:
            return None
        title = entry.title.in_language(language)
        return self._offer(entry.sku, _mark(entry), entry.price, title, member_id)

    def chosen(
        self,
        picked: Iterable[Picked],
        discounts: Iterable[wire.Discount],
        member_id: str,
        language: str,
    ) -> Chosen:
        rights: list[Right] = []
        left_out: list[str] = []
        for one in picked:
            title = self.title_of(one.incentive_id, one.product_id, language)
            right = [self._picked(one, nth, title, member_id) for nth in range(1, one.quantity + 1)]
            rights += [each for each in right if each is not None]
            left_out += [title] if None in right else []
        for discount in discounts:
            voucher = self._discount(discount, member_id, language)
            if voucher is None:
                left_out.append(discount.details.display_name or "")
            else:
                rights.append(voucher)
        return Chosen(tuple(rights), tuple(left_out))

    def title_of(self, incentive_id: str | None, product_id: str, language: str) -> str:
        entry = self._entry(incentive_id, product_id)
        if entry:
            return entry.title.in_language(language)
        product = self.menu.products.get(product_id)
        return product.name.in_language(language) if product else ""

    def _entry(self, incentive_id: str | None, product_id: str) -> Incentive | None:
        return self._by_content.get(incentive_id or "") or self._by_product.get(product_id)

    def _picked(self, one: Picked, nth: int, title: str, member_id: str) -> Right | None:
        """None: the kiosk cannot hand it out."""
        entry = self._entry(one.incentive_id, one.product_id)
        sku = entry.sku if entry else one.product_id
        is_reward = one.type is LineType.REWARD
        mark = Mark(
            "reward" if is_reward else "offer",
            one.product_id,
            one.incentive_id or "",
            one.engine_id or "",
            nth=nth,
        )
        own = entry.price if entry else None
        price = one.price if one.price is not None else own
        if is_reward:
            free = Money.zero(self.menu.currency)
            found = entry or Incentive("", one.product_id, LineType.REWARD, Words(title), sku, free)
            return self._reward(found, mark, price or free, title) if self.rewards_here else None
        return None if price is None else self._offer(sku, mark, price, title, member_id)

    def _reward(self, entry: Incentive, mark: Mark, price: Money, title: str) -> Reward | None:
        rule = self._rule(entry.sku, price)
        if rule is None:
            return None
        picture = self._picture(entry, entry.sku)
        return Reward(str(mark), title, entry.points, rule=rule, brings=True, picture=picture)

    def _offer(self, sku: str, mark: Mark, price: Money, title: str, member_id: str) -> Voucher | None:
        rule = self._rule(sku, price)
        if rule is None:
            return None
        picture = self._picture(self._entry(mark.incentive_id, mark.product_id), sku)
        return Voucher(str(mark), title, rule=rule, member_id=member_id, brings=True, picture=picture)

    def _picture(self, entry: Incentive | None, sku: str) -> str | None:
        """That of the file, or else of the product it hands out."""
        product = self.menu.products.get(sku)
        return (entry.picture if entry else None) or (product.picture if product else None)

    def _rule(self, sku: str, price: Money) -> Rule | None:
        """One unit of the product costs `price`. None when it is not sold here, or no dearer without."""
        product = self.menu.products.get(sku)
        if product is None or price.currency != product.price.currency or not price < product.price:
            return None
        off: Benefit = AmountOff(product.price - price) if price else FreeItem()
        return Rule(off, Products((sku,)))

    def _discount(self, discount: wire.Discount, member_id: str, language: str) -> Voucher | None:
        details = discount.details
        type_ = (details.type or "OFFER").lower()
        if details.discount_value is None or (type_ == "reward" and not self.rewards_here):
            return None
        benefit = self._benefit(details.subtype or "", details.discount_value)
        if benefit is None:
            return None
        mark = Mark(
            "reward" if type_ == "reward" else "offer",
            discount.product_id or "",
            discount.incentive_id or "",
            discount.reference_id,
            details.subtype or "",
            str(details.discount_value),
        )
        sku = discount.product_id
        scope = Products((sku,)) if sku and sku in self.menu.products else WholeOrder()
        title = details.display_name or self.title_of(discount.incentive_id, sku or "", language)
        return Voucher(str(mark), title, rule=Rule(benefit, scope), member_id=member_id)

    def _benefit(self, subtype: str, value: Decimal) -> Benefit | None:
        try:
            if subtype == "PERCENTAGE_DISCOUNT":
                return PercentOff(value)
            if subtype == "AMOUNT_DISCOUNT":
                return AmountOff(Money.from_major(value, self.menu.currency))
        except (ValueError, MoneyError, InvalidOperation):
            return None
        return None


def _mark(entry: Incentive) -> Mark:
    type_: Literal["reward", "offer"] = "reward" if entry.type is LineType.REWARD else "offer"
    return Mark(type_, entry.product_id, entry.content_id)
