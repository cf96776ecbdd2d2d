"""Where nobody documents what the platform does: what the simulator does instead, one switch per question.

The defaults are the likeliest answers. A client should survive every other position as well.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

IdentifierKind = Literal["code", "loyalty_id", "card"]

_LONGEST_S = 10.0 * 366 * 86_400


class Switches(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    # --- what is written how

    line_prices: Literal["major", "minor"] = "major"
    """The unit in which order lines must be sent."""

    incentive_prices: Literal["major", "minor", "minor_text"] = "major"
    """The unit of prices in answers, the last one as text."""

    numbers: Literal["number", "text"] = "number"
    """Points and quantities in answers."""

    line_types: Literal["lower", "upper"] = "lower"
    """Product types in answers. Both are read."""

    line_ids: Literal["same", "numbered"] = "same"
    """The line ids of what was picked in the app: "00" for each, or each its own."""

    user_datetime: Literal["either", "offset", "local"] = "either"
    """Whether x-user-datetime must, or must not, have an offset."""

    service_modes: Literal["either", "words", "constants"] = "either"
    """Eatin, or EAT_IN."""

    payment_types: Literal["any", "listed"] = "any"
    """Whether a means of payment must be one of those that are known."""

    payment_sum: Literal["ignored", "checked"] = "ignored"
    """Whether payments must add up to the lines and their tax."""

    incentive_children: Literal["allowed", "refused"] = "allowed"
    """Whether lines may hang below a reward or an offer."""

    error_spelling: Literal["names", "constants"] = "names"
    """TransactionNotClaimable, or TRANSACTION_NOT_CLAIMABLE."""

    # --- failed rules

    rules_status: int = Field(default=400, ge=400, le=499)

    engine_error_at: Literal["details", "top", "nowhere"] = "details"
    """Where isEngineError stands."""

    rule_values: Literal["typed", "text", "missing"] = "typed"

    incentive_named: bool = True
    """Whether a failed rule says which incentive it is about."""

    unnamed_rules: Literal["worded", "opaque"] = "worded"
    """Rules whose codes nobody prints: a code that says which rule it is, or the same one for all."""

    update_failures: Literal["codes", "full"] = "codes"
    """How much a failed update says: less than validate does, or as much."""

    leaks_request_settings: bool = True
    """Whether a failed rule comes with the server's own request to its engine."""

    max_incentives: int | None = Field(default=None, ge=1)
    """How many incentives the market allows in one order."""

    # --- repeats

    claim_again: Literal["same_answer", "books_again", "refused"] = "same_answer"
    """The same body for a claimed transaction. Another body is always refused."""

    void_again: Literal["same_answer", "not_found", "refused"] = "same_answer"

    void_unclaimed: Literal["allowed", "not_found"] = "allowed"
    """Voiding the order of a guest nobody knows."""

    unclaimed_again: Literal["stored_again", "same_answer"] = "stored_again"
    """The same order number of the same terminal once more."""

    # --- time

    rule_clock: Literal["user_datetime", "created", "server"] = "user_datetime"
    """Which time date rules see."""

    claim_within_s: float | None = Field(default=None, ge=0.0, le=_LONGEST_S)
    """How late after identification a claim may be, by the same clock."""

    code_lifetime_s: float | None = Field(default=300.0, ge=0.0, le=_LONGEST_S)
    """Of codes made by a control. None: until used."""

    identified_lifetime_s: float | None = Field(default=None, ge=0.0, le=_LONGEST_S)
    """Of a transaction nobody has put an order on. None: its points hang until it is voided."""

    pending_lifetime_s: float | None = Field(default=None, ge=0.0, le=_LONGEST_S)

    # --- content

    identifiers: tuple[IdentifierKind, ...] = ("code", "loyalty_id", "card")
    """What may be scanned or typed in this market."""

    unclaimed_status: Literal[200, 201] = 200

    unclaimed_receipt_code: bool = False

    receipt_texts: Literal["full", "sparse", "none"] = "full"

    receipt_keys: Literal["likely", "other"] = "likely"
    """What the texts for the QR code and the points spent are called, which no sample shows."""

    guestless_promo: Literal["anyone", "refused"] = "anyone"
    """Who may use the offer of a promo code typed by nobody: everybody here, or the code is refused."""

    # --- everywhere

    rate_limit_per_minute: int | None = Field(default=None, ge=1)

    clock_skew_s: float = Field(default=0.0, ge=-(10**9), le=10**9)
    """How far the server's clock is ahead of the kiosk's. Moved on, it makes codes and holds run out."""

    read_lag_s: float = Field(default=0.0, ge=0.0, le=3600.0)
    """How old the state is that validate and the balance of identify see."""

    def changed(self) -> list[str]:
        """The switches that are not at their default, e.g. `claim_again=refused`."""
        return [f"{name}={value}" for name, value in self.model_dump(exclude_defaults=True).items()]
