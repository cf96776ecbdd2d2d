"""What a guest brings back, as Leat wants to be told about it.

A return corrects points only. Vouchers, rewards, gift cards and prepaid money have calls of their own. No
call finds a return: after an unknown outcome it is sent again with its id, which is refused when it is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from kioskd.loyalty.leat.order_parts import PartLink, Written


class ReturnedPartWrite(Written):
    """`total_amount` is after `discount_amount`. Leat would guess it without the discount if left out."""

    external_identifier: str = Field(min_length=1)
    quantity: int = Field(ge=1)
    discount_amount: int = Field(ge=0)
    total_amount: int = Field(ge=0)


class ReturnedLineWrite(ReturnedPartWrite):
    sub_line_items: tuple[ReturnedPartWrite, ...] = ()


class ReturnedDiscountWrite(Written):
    external_identifier: str = Field(min_length=1)
    amount: int = Field(ge=0)


class ReturnedChargeWrite(Written):
    external_identifier: str = Field(min_length=1)
    amount: int = Field(ge=0)
    discount_amount: Literal[0] = 0
    total_amount: int


class OrderReturnWrite(Written):
    """`external_identifier` is the return's own, and what makes sending twice harmless."""

    external_identifier: str = Field(min_length=1)
    order: PartLink
    status: Literal["COMPLETED"] = "COMPLETED"
    line_items: tuple[ReturnedLineWrite, ...] = Field(min_length=1)
    applied_discounts: tuple[ReturnedDiscountWrite, ...] = ()
    charges: tuple[ReturnedChargeWrite, ...] = ()

    @model_validator(mode="after")
    def _another_id(self) -> Self:
        if self.external_identifier == self.order.external_identifier:
            raise ValueError("a return has an id of its own")
        return self


def return_write(details: Mapping[str, Any]) -> OrderReturnWrite:
    """The body for what `core.returning.piece_document` wrote down.

    Raises KeyError, TypeError or ValueError for another shape, or when it breaks a rule.
    """
    return OrderReturnWrite(
        external_identifier=details["return_id"],
        order=PartLink(external_identifier=details["order"]),
        line_items=tuple(
            ReturnedLineWrite(
                **_part(line), sub_line_items=tuple(_returned_part(sub) for sub in line["subs"])
            )
            for line in details["lines"]
        ),
        applied_discounts=tuple(
            ReturnedDiscountWrite(external_identifier=discount["id"], amount=discount["amount_minor"])
            for discount in details["discounts"]
        ),
        charges=tuple(
            ReturnedChargeWrite(
                external_identifier=charge["id"],
                amount=charge["amount_minor"],
                total_amount=charge["amount_minor"],
            )
            for charge in details["charges"]
        ),
    )


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "external_identifier": part["id"],
        "quantity": part["quantity"],
        "discount_amount": part["discount_minor"],
        "total_amount": part["total_minor"],
    }


def _returned_part(part: Mapping[str, Any]) -> ReturnedPartWrite:
    return ReturnedPartWrite(**_part(part))
