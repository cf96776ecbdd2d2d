"""Lines, discounts and charges as Leat wants to be told about them, in an order and in its preview.

The rules: integer minor units; a line's total is price times quantity less its discount and excludes sub
lines; a discount on lines is also in theirs; ids are unique over all orders on every level; products are
linked by SKU. Leat does not seem to check the sums, so they are checked before sending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kioskd.core.discount import OfferKind
from kioskd.core.money import Money
from kioskd.core.order import ChargeKind, OfferUse, OrderCharge, OrderDiscount, OrderLine
from kioskd.loyalty.display_text import clean

MAX_NAME_LENGTH = 120

OfferType = Literal["REWARD_REDEMPTION", "COLLECTABLE_REWARD_REDEMPTION", "VOUCHER_REDEMPTION"]
ChargeType = Literal["SERVICE_CHARGE", "WRAPPING"]

_CHARGE_TYPES: Mapping[ChargeKind, ChargeType] = {
    ChargeKind.SERVICE: "SERVICE_CHARGE",
    ChargeKind.PACKAGING: "WRAPPING",
}


class Written(BaseModel):
    """What is sent: exact, nothing more than declared, and nothing that is not set."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def to_json(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()


class Uuid(Written):
    uuid: str = Field(min_length=1)


class Identified(Written):
    """Something with an id of our own."""

    external_identifier: str = Field(min_length=1)


class PartLink(Identified):
    """A part of the order, or a product, that is described elsewhere."""


class SubLineItemWrite(Identified):
    """`price` is for one, `total_amount` for all, after `discount_amount`."""

    name: str = Field(min_length=1)
    quantity: int = Field(ge=1)
    price: int
    discount_amount: int = Field(default=0, ge=0)
    total_amount: int
    product: PartLink

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        gross = self.price * self.quantity
        if self.total_amount != gross - self.discount_amount:
            raise ValueError("total_amount is not price x quantity - discount_amount")
        if self.discount_amount > max(gross, 0):
            raise ValueError("discount_amount is more than there is")
        return self


class LineItemWrite(SubLineItemWrite):
    sub_line_items: tuple[SubLineItemWrite, ...] = ()


class OfferWrite(Written):
    """`uuid` is that of the use: the reward's reception, the collection, the voucher's redemption."""

    uuid: str = Field(min_length=1)
    type: OfferType


AppliedTo = Literal["ORDER", "ORDER_LINES", "LINE_ITEMS"]


class AppliedDiscountWrite(Identified):
    """`value` is a percentage, or an amount in minor units."""

    name: str = Field(min_length=1)
    amount: int = Field(ge=0)
    type: Literal["PERCENTAGE", "ABSOLUTE"]
    value: int | float
    applied_to: AppliedTo
    line_items: tuple[PartLink, ...] = ()
    sub_line_items: tuple[PartLink, ...] = ()
    offer: OfferWrite | None = None


class ChargeDefinition(Written):
    external_identifier: ChargeType


class ChargeWrite(Identified):
    """Nothing is ever taken off a charge."""

    name: str = Field(min_length=1)
    amount: int = Field(ge=0)
    discount_amount: Literal[0] = 0
    total_amount: int
    charge_definition: ChargeDefinition


class Content(Written):
    """What an order and its preview have in common. The amounts follow from the parts."""

    order_amount: int
    total_discount_amount: int = Field(default=0, ge=0)
    total_order_amount: int
    line_items: tuple[LineItemWrite, ...]
    applied_discounts: tuple[AppliedDiscountWrite, ...] = ()
    charges: tuple[ChargeWrite, ...] = ()

    @model_validator(mode="after")
    def _sums(self) -> Self:
        parts = list(_parts(self.line_items))
        if self.order_amount != sum(part.total_amount for part in parts):
            raise ValueError("order_amount is not the sum of all lines and sub lines")
        on_parts = sum(part.discount_amount for part in parts)
        on_order = sum(
            discount.amount for discount in self.applied_discounts if discount.applied_to == "ORDER"
        )
        if on_parts + on_order != sum(discount.amount for discount in self.applied_discounts):
            raise ValueError("the discounts of the parts are not what the applied discounts say")
        if self.total_discount_amount != on_parts + on_order:
            raise ValueError("total_discount_amount is not the sum of all discounts")
        if on_order > max(self.order_amount, 0):
            raise ValueError("the discounts on the order are more than there is")
        charged = sum(charge.total_amount for charge in self.charges)
        if self.total_order_amount != self.order_amount - on_order + charged:
            raise ValueError("total_order_amount is not what is left after discounts and charges")
        if len(set(self.ids())) != len(self.ids()):
            raise ValueError("an external_identifier occurs twice")
        return self

    def ids(self) -> list[str]:
        """Every id in here but those that only refer."""
        parts: tuple[Identified, ...] = (*_parts(self.line_items), *self.applied_discounts, *self.charges)
        return [part.external_identifier for part in parts]


def content(
    lines: Iterable[OrderLine],
    discounts: Iterable[OrderDiscount],
    charges: Iterable[OrderCharge],
    currency: str,
    language: str,
    on_lines: AppliedTo,
    used: Mapping[str, str],
) -> Content:
    """What is ordered, in Leat's fields. `on_lines` is its word for a discount that is not on the order.

    `used` has Leat's ids of the uses of offers, by the use's id; a discount whose use it does not name is
    told without. Raises MoneyError for another currency, ValueError (pydantic's among them) for what breaks a
    rule above.
    """
    lines, discounts, charges = tuple(lines), tuple(discounts), tuple(charges)
    _one_currency(lines, discounts, charges, currency)
    taken = taken_off(discounts)
    items = tuple(_line(line, language, taken) for line in lines)
    if taken.keys() - {part.external_identifier for part in _parts(items)}:
        raise ValueError("a discount takes something off a part that is not in the order")
    order_amount = sum(part.total_amount for part in _parts(items))
    on_order = sum(discount.amount.minor for discount in discounts if not discount.shares)
    return Content(
        order_amount=order_amount,
        total_discount_amount=sum(taken.values()) + on_order,
        total_order_amount=order_amount - on_order + sum(charge.amount.minor for charge in charges),
        line_items=items,
        applied_discounts=tuple(_discount(discount, items, on_lines, used) for discount in discounts),
        charges=tuple(_charge(charge, language) for charge in charges),
    )


def _one_currency(
    lines: Iterable[OrderLine],
    discounts: Iterable[OrderDiscount],
    charges: Iterable[OrderCharge],
    currency: str,
) -> None:
    prices = [part.unit_price for line in lines for part in (line, *line.subs)]
    off = [discount.amount for discount in discounts]
    shares = [share.amount for discount in discounts for share in discount.shares]
    Money.total((*prices, *off, *shares, *(charge.amount for charge in charges)), currency)


def taken_off(discounts: Iterable[OrderDiscount]) -> Mapping[str, int]:
    """What is taken off each part, in minor units."""
    taken: dict[str, int] = {}
    for discount in discounts:
        for share in discount.shares:
            taken[share.part_id] = taken.get(share.part_id, 0) + share.amount.minor
    return taken


def _line(line: OrderLine, language: str, taken: Mapping[str, int]) -> LineItemWrite:
    subs = tuple(_sub_line(sub, language, taken) for sub in line.subs)
    return LineItemWrite(**dict(_sub_line(line, language, taken)), sub_line_items=subs)


def _sub_line(line: OrderLine, language: str, taken: Mapping[str, int]) -> SubLineItemWrite:
    discount = taken.get(line.id, 0)
    return SubLineItemWrite(
        external_identifier=line.id,
        name=clean(line.name.in_language(language), MAX_NAME_LENGTH) or line.sku,
        quantity=line.quantity,
        price=line.unit_price.minor,
        discount_amount=discount,
        total_amount=line.total.minor - discount,
        product=PartLink(external_identifier=line.sku),
    )


def _charge(charge: OrderCharge, language: str) -> ChargeWrite:
    return ChargeWrite(
        external_identifier=charge.id,
        name=clean(charge.name.in_language(language), MAX_NAME_LENGTH) or charge.kind.value,
        amount=charge.amount.minor,
        total_amount=charge.amount.minor,
        charge_definition=ChargeDefinition(external_identifier=_CHARGE_TYPES[charge.kind]),
    )


def _discount(
    discount: OrderDiscount, items: tuple[LineItemWrite, ...], on_lines: AppliedTo, used: Mapping[str, str]
) -> AppliedDiscountWrite:
    lines = {item.external_identifier for item in items}
    subs = {sub.external_identifier for item in items for sub in item.sub_line_items}
    touched = [share.part_id for share in discount.shares]
    use = used.get(discount.use.id)
    return AppliedDiscountWrite(
        external_identifier=discount.id,
        name=clean(discount.use.title, MAX_NAME_LENGTH) or discount.id,
        amount=discount.amount.minor,
        type="ABSOLUTE" if discount.percent is None else "PERCENTAGE",
        value=discount.amount.minor if discount.percent is None else _plain(discount.percent),
        applied_to=on_lines if discount.shares else "ORDER",
        line_items=_links(id for id in touched if id in lines),
        sub_line_items=_links(id for id in touched if id in subs),
        offer=OfferWrite(uuid=use, type=_offer_type(discount.use)) if use is not None else None,
    )


def _offer_type(use: OfferUse) -> OfferType:
    if use.kind is OfferKind.VOUCHER:
        return "VOUCHER_REDEMPTION"
    if use.kind is OfferKind.COLLECTABLE or use.waits or use.keeps:
        return "COLLECTABLE_REWARD_REDEMPTION"
    return "REWARD_REDEMPTION"


def _links(ids: Iterable[str]) -> tuple[PartLink, ...]:
    return tuple(PartLink(external_identifier=id) for id in ids)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _parts(items: Iterable[LineItemWrite]) -> Iterator[SubLineItemWrite]:
    for item in items:
        yield item
        yield from item.sub_line_items
