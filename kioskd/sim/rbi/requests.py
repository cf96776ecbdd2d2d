"""Bodies of requests, checked as strictly as they are described."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from kioskd.sim.rbi.answers import malformed
from kioskd.sim.rbi.records import JsonObject

_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"


def _aware(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time needs an offset")
    return text


Uuid = Annotated[str, StringConstraints(pattern=_UUID)]
Instant = Annotated[str, AfterValidator(_aware)]
Filled = Annotated[str, StringConstraints(min_length=1)]
Amount = Annotated[float, Field(allow_inf_nan=False)]
"""In the unit of order lines."""
LineType = Literal["combo", "item", "reward", "offer", "COMBO", "ITEM", "REWARD", "OFFER"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class PosVendor(_Body):
    operator: str | None = None
    posType: str
    storeId: str
    terminal: str | None = None
    transactionId: str
    """The kiosk's order number."""
    supportingPos: str | None = None
    matchingId: str | None = None


class PromoPosVendor(_Body):
    operator: str | None = None
    posType: str
    storeId: str
    terminal: str | None = None
    transactionId: str | None = None
    supportingPos: str | None = None


class IdentifyRequest(_Body):
    identifier: Filled
    posVendor: PosVendor


class Line(_Body):
    name: str | None = None
    price: Amount | None = None
    productId: str
    productType: LineType
    quantity: int = Field(default=1, ge=1, le=10_000)
    referenceId: str | None = None
    parentReferenceId: str | None = None
    tax: Amount | None = None
    incentiveId: str | None = None
    loyaltyEngineId: str | None = None

    @property
    def type(self) -> str:
        return self.productType.lower()


class Payment(_Body):
    amount: int = Field(ge=0)
    type: str
    ccToken: str | None = None


class DiscountDetails(_Body):
    displayName: str | None = None
    discountValue: Amount | None = None
    subtype: str | None = None
    type: str | None = None


class Discount(_Body):
    details: DiscountDetails | None = None
    incentiveId: str | None = None
    productId: str | int | None = None
    referenceId: str | None = None
    """The engine's id of the incentive."""


class TransactionDetails(_Body):
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    order: tuple[Line, ...] = Field(strict=False)
    payments: tuple[Payment, ...] = Field(strict=False)
    posVendor: PosVendor
    appliedDiscounts: tuple[Discount, ...] = Field(default=(), strict=False)


class TransactionRequest(_Body):
    channel: str
    created: Instant
    serviceMode: str
    status: Literal["CLAIMED", "PENDING"]
    loyaltyId: Uuid | None = None
    transactionId: Uuid | None = None
    transactionDetails: TransactionDetails


class PromoRequest(_Body):
    loyaltyId: Uuid | None = None
    promoCode: Filled
    posVendor: PromoPosVendor


Body = TypeVar("Body", bound=_Body)


def read_body(model: type[Body], document: JsonObject) -> Body:
    """Raises RbiError 400 naming every wrong field."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        places = sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})
        raise malformed(*places) from None
