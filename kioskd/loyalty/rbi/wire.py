"""What the platform answers, object by object. See `kioskd.loyalty.fields` for what is forgiven.

Line ids the platform makes up are not read: it gives the same one to several lines.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from kioskd.loyalty.fields import PART, Id, Key, MajorAmount, Text, Whole, WireModel, Word
from kioskd.loyalty.rbi.bodies import LineType

MAX_QUANTITY = 99

_PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class CamelModel(WireModel):
    model_config = ConfigDict(alias_generator=to_camel)


def _id_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value or None


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _count(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("no number")
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 9 else value


def _price(value: object) -> object:
    """None is no price. A text that is no number, or anything else, must not pass for none: it is refused."""
    if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and _PRICE.fullmatch(value.strip()):
        return value.strip()
    raise ValueError("no price")


ProductId = Annotated[Key, BeforeValidator(_id_text)]
OptionalId = Annotated[Key | None, BeforeValidator(_id_text)]
Price = Annotated[Decimal | None, Field(allow_inf_nan=False, max_digits=20), BeforeValidator(_price)]
"""As it came: the unit is for the reader to know."""


class Balance(CamelModel):
    amount: Whole = None
    currency: Word = None


class LoyaltyUser(CamelModel):
    id: Id
    name: Text = None


class PickedLine(CamelModel):
    """A reward or offer the guest chose in the app. Without a price, the kiosk's own counts."""

    product_id: ProductId
    product_type: Annotated[LineType, BeforeValidator(_lower)]
    quantity: Annotated[int, BeforeValidator(_count), Field(ge=1, le=MAX_QUANTITY)]
    incentive_id: OptionalId = None
    loyalty_engine_id: OptionalId = None
    price: Price = None

    @model_validator(mode="after")
    def _names_its_incentive(self) -> PickedLine:
        if not self.product_type.is_incentive or not (self.incentive_id or self.loyalty_engine_id):
            raise ValueError("no incentive")
        return self


class DiscountDetails(CamelModel):
    display_name: Text = None
    discount_value: MajorAmount = None
    subtype: Annotated[Word, Field(validation_alias=AliasChoices("subtype", "subType"))] = None
    type: Word = None


class Discount(CamelModel):
    """A discount the guest chose in the app. Its `reference_id` is the engine's id of the incentive."""

    reference_id: ProductId
    incentive_id: OptionalId = None
    product_id: OptionalId = None
    details: Annotated[DiscountDetails, PART] = DiscountDetails()


class Identified(CamelModel):
    """`balances`, lines and discounts are read one by one: what cannot be read costs nothing else."""

    transaction_id: Id
    loyalty_user: LoyaltyUser
    balances: Any = None
    order: Any = None
    eligible_discounts: Any = None


class Outcome(CamelModel):
    """`points` is what the guest may spend. Held or burned points are `points_redeemed`."""

    transaction_id: Id
    points: Whole = None
    points_earned: Whole = None
    points_redeemed: Whole = None


class Presentation(CamelModel):
    """Finished receipt texts in the language of the market, perhaps of several lines. Nothing to compute."""

    header: Text = None
    marketing: Text = None
    points_earned: Text = None
    points_redeemed: Text = None
    total_points: Text = None
    qr_code: Text = None
    footer: Text = None


class Claimed(Outcome):
    """What a claim is answered; what is held has neither texts nor code."""

    presentation: Annotated[Presentation, PART] = Presentation()
    receipt_code: Text = None


class Recorded(CamelModel):
    """The order of a guest nobody knows."""

    transaction_id: Id
    presentation: Annotated[Presentation, PART] = Presentation()
    receipt_code: Text = None


class Voided(CamelModel):
    transaction_id: Id


class Unlocked(CamelModel):
    """What a promo code gives: the content id of an offer."""

    sanity_id: Key
