"""Forms of the control surfaces of simulated servers: checked before anything happens."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Text = Annotated[str, Field(min_length=1, max_length=200)]


class ControlRefused(ValueError):
    """The form is wrong, or speaks of something that does not exist. `problems` say where and why."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class ControlForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def said(self, *names: str) -> dict[str, Any]:
        """Those of the fields that were given, null included."""
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


Checked = TypeVar("Checked")


def checked_form(adapter: TypeAdapter[Checked], document: bytes | dict[str, Any]) -> Checked:
    """Raises ControlRefused naming every wrong field."""
    try:
        if isinstance(document, bytes):
            return adapter.validate_json(document)
        return adapter.validate_python(document)
    except ValidationError as error:
        raise ControlRefused(
            *(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        ) from None
