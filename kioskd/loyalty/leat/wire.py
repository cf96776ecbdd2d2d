"""What Leat answers, read tolerantly.

Numbers may be strings, anything optional may be null, missing, of a wrong type or an empty PHP array, enums
may have values nobody knows, times carry any offset. A field that cannot be used reads as None and costs
nothing else. Only an id needed in a later call must be right: without it the object is unreadable.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from kioskd.loyalty.strict_json import MAX_NUMBER


class Unreadable(ValueError):
    """An answer does not have the shape we rely on. The text names fields, never values."""


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= MAX_NUMBER else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _word(value: object) -> str | None:
    """An enum value, in upper case: the documentation and the server disagree about the case."""
    return value.strip().upper() if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        return {"1": True, "true": True, "0": False, "false": False}.get(str(value).strip().lower())
    return None


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _part(value: object) -> object:
    """A nested object whose fields are all optional."""
    return value if isinstance(value, dict | BaseModel) else {}


def _reference(value: object) -> object:
    """A nested object that is there or not: null, [] and {} all mean that it is not."""
    return value or None


def _optional(reader: Callable[[object], object]) -> BeforeValidator:
    return BeforeValidator(reader)


Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Whole = Annotated[int | None, _optional(_whole)]
MajorAmount = Annotated[Decimal | None, _optional(_number)]
Text = Annotated[str | None, _optional(_text)]
Word = Annotated[str | None, _optional(_word)]
Flag = Annotated[bool | None, _optional(_flag)]
Instant = Annotated[datetime | None, _optional(_instant)]
PART = BeforeValidator(_part)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Failure(_Answer):
    """An error body. `errors` names the fields of an invalid input, with texts nobody should read."""

    code: Whole = None
    errors: Annotated[dict[str, Any], PART] = {}

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.errors)


class ContactRef(_Answer):
    uuid: Id


class ContactIdentifier(_Answer):
    """A card. `contact` is None for a card that belongs to nobody yet."""

    active: Flag = None
    contact: Annotated[ContactRef | None, BeforeValidator(_reference)] = None


class Tier(_Answer):
    name: Text = None


class CreditBalance(_Answer):
    balance: Whole = None


class PrepaidBalance(_Answer):
    balance_in_cents: Whole = None


class CurrentValues(_Answer):
    """`prepaid_balance` is in major units here, unlike everywhere else."""

    firstname: Text = None
    loyalty_balance: Whole = None
    prepaid_balance: MajorAmount = None


class Contact(_Answer):
    uuid: Id
    tier: Annotated[Tier, PART] = Tier()
    credit_balance: Annotated[CreditBalance, PART] = CreditBalance()
    prepaid_balance: Annotated[PrepaidBalance, PART] = PrepaidBalance()
    current_values: Annotated[CurrentValues, PART] = CurrentValues()


class LoyaltyProgram(_Answer):
    custom_credit_name: Text = None


class Media(_Answer):
    value: Text = None


class Reward(_Answer):
    """`stock` None means unlimited."""

    uuid: Id
    title: Text = None
    required_credits: Whole = None
    is_active: Flag = None
    stock: Whole = None
    media: Annotated[Media, PART] = Media()


class CollectableReward(_Answer):
    """`uuid` is that of the reward reception, which is what collecting asks for."""

    uuid: Id
    title: Text = None
    expires_at: Instant = None
    has_been_collected: Flag = None


class Promotion(_Answer):
    name: Text = None


class Voucher(_Answer):
    uuid: Id
    status: Word = None
    name: Text = None
    expiration_date: Instant = None
    promotion: Annotated[Promotion, PART] = Promotion()


class StoredOrder(_Answer):
    uuid: Id
    external_identifier: Text = None


class Points(_Answer):
    points: Whole = None
    new_balance: Whole = None


class OrderResult(_Answer):
    """What the dashboard's order action did. Other types than POINTS_TRANSACTION are announced."""

    type: Word = None
    data: Annotated[Points, PART] = Points()


class ProcessedOrder(_Answer):
    """`result` is empty when no order action is configured."""

    order: StoredOrder
    result: Annotated[OrderResult, PART] = OrderResult()


Model = TypeVar("Model", bound=_Answer)


def read(model: type[Model], data: Any) -> Model:
    """`data` as a model, or Unreadable."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # Not chained: pydantic's own text and input would carry the guest's data.
        places = sorted(
            {".".join(map(str, e["loc"])) or "(whole)" for e in error.errors(include_input=False)}
        )
        raise Unreadable(f"{model.__name__}: unusable {', '.join(places)}") from None


def read_all(model: type[Model], data: Any) -> tuple[tuple[Model, ...], int]:
    """The readable items of a list and the number of the others. Unreadable when it is no list."""
    if not isinstance(data, list):
        raise Unreadable(f"list of {model.__name__}: not a list")
    items = []
    for item in data:
        try:
            items.append(read(model, item))
        except Unreadable:
            continue
    return tuple(items), len(data) - len(items)
