"""What a merchant's offers, stored value and charges are: the parts of kiosk.toml about money off and on."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from kioskd.core.bill import ChargeRule
from kioskd.core.catalogue import Service
from kioskd.core.order import ChargeKind
from kioskd.daemon.config.fields import Line, Section, matching, wrong
from kioskd.daemon.config.values import Name, Percentage, Price

_ATTRIBUTE = matching(
    r"[A-Za-z0-9_-]{1,80}", "is no name of an attribute", 'its internal name, as in "kiosk_discount_type"'
)
Attribute = Annotated[str, AfterValidator(_ATTRIBUTE)]


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in words)


OptionValues = Annotated[tuple[Line, ...], Strict(False), Field(min_length=1), AfterValidator(_words)]


class OfferAttributes(Section):
    """How the merchant named the attributes of rewards, promotions and vouchers.

    `product_code` and `category` may hold several, with commas between them; without either the offer is for
    the whole order. `location` names the shops an offer is for.
    """

    discount_type: Attribute = "kiosk_discount_type"
    discount_value: Attribute = "kiosk_discount_value"
    product_code: Attribute = "kiosk_product_code"
    category: Attribute = "kiosk_category"
    minimum_order: Attribute = "kiosk_minimum_order"
    maximum_discount: Attribute = "kiosk_maximum_discount"
    location: Attribute = "kiosk_location"

    @model_validator(mode="after")
    def _each_its_own(self) -> Self:
        names = list(self.model_dump().values())
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise wrong(f'has "{twice}" for two things', "every attribute has one meaning")
        return self


class OfferValues(Section):
    """The values of the discount type, however many mean the same; upper and lower case do not matter."""

    percentage: OptionValues = ("percentage_discount",)
    absolute: OptionValues = ("absolute_discount",)
    free_item: OptionValues = ("free_item",)

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        words = [*self.percentage, *self.absolute, *self.free_item]
        if twice := next((word for word in words if words.count(word) > 1), None):
            raise wrong(f'has "{twice}" twice', "every value means one kind of discount")
        return self


class Offers(Section):
    """What rewards and vouchers are worth, and how they are used.

    `mode`: a reward that waits to be collected stays the member's when nobody pays ("collect"), or its points
    are given back ("reverse"). `percentages` says whether 25 or 0.25 is a quarter, `amounts` whether 5 is
    five euros or five cents. `location` is this shop as offers for single shops name it. With
    `vouchers_without_card` a voucher of nobody can be used by a guest who shows no card.
    """

    enabled: bool = True
    mode: Literal["collect", "reverse"] = "collect"
    stacking: Literal["best", "one_per_order", "all"] = "best"
    percentages: Literal["percent", "fraction"] = "percent"
    amounts: Literal["major", "minor"] = "major"
    location: Line | None = None
    vouchers_without_card: bool = False
    attributes: OfferAttributes = OfferAttributes.model_construct()
    values: OfferValues = OfferValues.model_construct()


class StoredValue(Section):
    """Gift cards and prepaid accounts as tenders.

    `gift_card_reference` is the merchant's attribute of gift card transactions that takes the order's number.
    """

    gift_cards: bool = True
    prepaid: bool = True
    gift_card_reference: Attribute | None = None


class Charge(Section):
    """What every order costs on top, or every one of a service (`for`).

    `amount` is in major units; `percent` is of what is left after discounts.
    """

    kind: Literal["service", "packaging"]
    name: Name = Field(examples=["Packaging"])
    amount: Price | None = None
    percent: Percentage | None = None
    service: Annotated[Service, Strict(False)] | None = Field(default=None, alias="for")

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.amount is None) == (self.percent is None):
            raise wrong("needs either an amount or a percentage", 'write amount = "0.30", or percent = "7.5"')
        if self.amount is not None and not self.amount:
            raise wrong("has an amount of zero", "remove the charge")
        return self

    @property
    def rule(self) -> ChargeRule:
        return ChargeRule(ChargeKind(self.kind), self.name, self.amount, self.percent, self.service)
