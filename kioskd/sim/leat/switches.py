"""Where no documentation says what Leat does: what the simulator does instead, one switch per question.

The defaults are the likeliest answers. A client should survive every other position as well.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    duplicate_order: Literal["refused", "returned", "stored_again"] = "refused"
    """An order id that exists already: 400 with code 1003, the first one and no points, or a second one."""

    unknown_order: Literal["model_not_found", "invalid_input", "not_found_404"] = "model_not_found"
    """Find or get of an order that does not exist: 400 with code 60013, 400 with code 1003, or a bare 404."""

    unknown_path: Literal["json_404", "html_404"] = "json_404"

    order_action: Literal["points", "none"] = "points"
    """Whether the merchant has configured that an order gives points."""

    identifiers_case_sensitive: bool = True

    rate_limit_per_minute: int = Field(default=5000, ge=1)

    read_lag_s: float = Field(default=0.0, ge=0.0)
    """How long a new order stays invisible to find, get and the list of transactions."""

    def changed(self) -> list[str]:
        """The switches that are not at their default, e.g. `duplicate_order=returned`."""
        return [f"{name}={value}" for name, value in self.model_dump(exclude_defaults=True).items()]
