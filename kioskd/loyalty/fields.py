"""How single fields of a backend's answers are read: tolerantly.

Numbers may be strings, anything optional may be null, missing, of a wrong type or an empty array where an
object should be, enums may have values nobody knows, times carry any offset. A field that cannot be used
reads as None and costs nothing else. Only an id needed in a later call must be right: without it the object
is unreadable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from kioskd.loyalty.strict_json import MAX_NUMBER

_MAX_DIGITS = 64
_MAX_CODE_LENGTH = 200
_MAX_ATTRIBUTES = 300
_MAX_ATTRIBUTE_LENGTH = 500


class Unreadable(ValueError):
    """An answer does not have the shape we rely on. The text names fields, never values."""


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and len(value) > _MAX_DIGITS:
        return None
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.copy_abs() <= MAX_NUMBER else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _code(value: object) -> str | None:
    """What is printed on a voucher or a card: sent back as it came, or not at all."""
    usable = isinstance(value, str) and 0 < len(value) <= _MAX_CODE_LENGTH and value.isprintable()
    return value if isinstance(value, str) and usable else None


def _word(value: object) -> str | None:
    """An enum value, in upper case: documentation and servers disagree about the case."""
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


Attribute = str | int | Decimal | bool


def attributes(value: object) -> Mapping[str, Attribute]:
    """The plain values of an object, by name, as they came; what is unset (null, "", []) is left out.

    A multiple choice reads as "a,b", which is how others write several product codes into one text.
    """
    if not isinstance(value, dict):
        return {}
    plain = {name: _attribute(content) for name, content in list(value.items())[:_MAX_ATTRIBUTES]}
    return {name: content for name, content in plain.items() if content is not None}


def _attribute(value: object) -> Attribute | None:
    if isinstance(value, list) and all(isinstance(choice, str) for choice in value):
        value = ",".join(value)
    if isinstance(value, str):
        value = value.strip()
        return value if 0 < len(value) <= _MAX_ATTRIBUTE_LENGTH and value.isprintable() else None
    return value if isinstance(value, bool | int | Decimal) else None


def _part(value: object) -> object:
    """A nested object whose fields are all optional."""
    return value if isinstance(value, dict | BaseModel) else {}


def _reference(value: object) -> object:
    """A nested object that is there or not: null, [] and {} all mean that it is not."""
    return value or None


def _if_readable(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


def _optional(reader: Callable[[object], object]) -> BeforeValidator:
    return BeforeValidator(reader)


Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
Whole = Annotated[int | None, _optional(_whole)]
MajorAmount = Annotated[Decimal | None, _optional(_number)]
Text = Annotated[str | None, _optional(_text)]
Code = Annotated[str | None, _optional(_code)]
Word = Annotated[str | None, _optional(_word)]
Flag = Annotated[bool | None, _optional(_flag)]
Instant = Annotated[datetime | None, _optional(_instant)]
Attributes = Annotated[Mapping[str, Attribute], PlainValidator(attributes)]
PART = BeforeValidator(_part)
REFERENCE = BeforeValidator(_reference)
IF_READABLE = WrapValidator(_if_readable)
"""For something nice to know: None when it is not there or cannot be read."""


class WireModel(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


Model = TypeVar("Model", bound=WireModel)


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
