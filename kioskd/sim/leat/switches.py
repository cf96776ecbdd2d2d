"""Where no documentation says what Leat does: what the simulator does instead, one switch per question.

The defaults are the likeliest answers. A client should survive every other position as well.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kioskd.sim.switch_list import switch_list


class Switches(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    # --- orders and returns

    duplicate_order: Literal["refused", "returned", "stored_again"] = "refused"
    """An order id that exists already: 400 with code 1003, the first one and no points, or a second one."""

    duplicate_return: Literal["refused", "returned"] = "refused"
    """A return id that exists already: 400 with code 1003, or the first one and no points."""

    process_again: Literal["same_result", "points_again"] = "same_result"
    """Processing what is processed already."""

    unknown_order: Literal["model_not_found", "invalid_input", "not_found_404"] = "model_not_found"
    """Find or get of an order that does not exist: 400 with code 60013, 400 with code 1003, or a bare 404."""

    order_action: Literal["points", "none"] = "points"
    """Whether the merchant has configured that an order gives points."""

    order_arithmetic: Literal["ignored", "checked"] = "ignored"
    """Whether an order must add up: lines, order_amount and total_order_amount; code 1003 otherwise."""

    return_points: Literal["positive", "negative"] = "positive"
    """The sign of the points a return takes back, in its answer."""

    # --- vouchers

    wrong_release_key: Literal["locked", "invalid_input"] = "locked"
    """Redeem or release of a locked voucher with no key or a wrong one: code 80017 or 1003."""

    release_unlocked: Literal["active", "refused"] = "active"
    """Releasing what is not locked: as if it had been, or code 1003."""

    inactive_voucher: Literal["inactive", "invalid_input"] = "inactive"
    """Using a voucher before its time: code 80014 or 1003."""

    voucher_of_another: Literal["refused", "ignored"] = "refused"
    """Redeeming with a contact_uuid that is not the voucher's: code 1003, or as if none was sent."""

    unlinked_voucher: Literal["needs_contact", "redeemed_without"] = "needs_contact"
    """Redeeming a voucher that is nobody's without contact_uuid: code 1003, or allowed."""

    voucher_validate: Literal["as_redeem", "empty", "not_found_404"] = "as_redeem"
    """Validate answers the voucher or the code redeem would give, or an empty 200, or does not exist."""

    voucher_reverse_by: Literal["either", "redemption", "voucher"] = "either"
    """Which uuid the reversal of a redemption takes."""

    voucher_reversed_again: Literal["refused", "no_effect"] = "refused"
    """Reversing a redemption twice: code 80004, or the same answer once more."""

    activate_unlocks: bool = False
    """Whether setting the status ACTIVE ends a lock."""

    # --- rewards

    reward_reversed_again: Literal["refused", "credits_again"] = "refused"
    """Reversing a reward reception twice: code 1003, or the points once more."""

    collected_again: Literal["refused", "no_effect"] = "refused"
    """Collecting what is collected: code 80300, or the first answer once more."""

    collect_answer: Literal["redemption", "collectable"] = "redemption"
    """Collect answers with the redemption, or with the collectable reward as it did until 2025."""

    # --- points

    credit_reversed_again: Literal["refused", "again"] = "refused"
    """Reversing a credit reception twice: code 1003, or the points are taken once more."""

    credit_reception_busy_s: float = Field(default=0.0, ge=0.0, le=3600.0)
    """How long after a credit reception another one of the same contact is refused with code 60001."""

    default_unit: bool = True
    """Whether the account has a unit for those who name none; code 55046 otherwise."""

    # --- gift cards and prepaid

    physical_giftcard_refused: bool = False
    """Spending from a physical gift card: code 1114."""

    giftcard_reversal: Literal["last_only", "any"] = "last_only"
    """Which transactions of a gift card can be reversed, and whether once only; code 55025 otherwise."""

    giftcard_attributes_shown: bool = False
    """Whether gift card transactions show the custom attributes they were sent with."""

    giftcard_reverse_needs_upgradeable: bool = False
    """Giving back to a card whose balance cannot be raised: code 5006."""

    prepaid_below_zero: Literal["refused", "allowed"] = "refused"
    """Spending more than the prepaid balance: code 1003, or a negative balance."""

    prepaid_reversed_again: Literal["refused", "refunded_again"] = "refused"
    """Reversing a prepaid transaction twice: code 1003, or a second refund."""

    prepaid_order: Literal["oldest_first", "newest_first"] = "oldest_first"
    """Which of the prepaid transactions a list begins with."""

    # --- contacts

    anonymous_with_unknown_card: Literal["refused", "created"] = "refused"
    """An anonymous contact for a card Leat does not know: code 60003, or the card is made too."""

    contact_limit: int | None = Field(default=None, ge=0)
    """How many contacts the account's plan allows; code 60000 beyond."""

    # --- everywhere

    identifiers_case_sensitive: bool = True
    """Contact identifiers."""

    codes_case_sensitive: bool = True
    """Codes of vouchers and gift cards."""

    unknown_path: Literal["json_404", "html_404"] = "json_404"
    """The answer to a path that does not exist: JSON or a page."""

    wrong_token: Literal["json_401", "html_401"] = "json_401"
    """The answer to a wrong token: JSON or a page."""

    rate_limit_per_minute: int = Field(default=5000, ge=1)
    """How many requests a minute the account may send; 429 beyond."""

    clock_skew_s: float = Field(default=0.0, ge=-(10**9), le=10**9)
    """How far the server's clock is ahead of the kiosk's. Moved on, it makes locks and vouchers run out."""

    read_lag_s: float = Field(default=0.0, ge=0.0, le=3600.0)
    """How old the state is that reads see: lists, finds, statuses and balances."""

    def to_json(self) -> list[dict[str, Any]]:
        """As the panel shows them."""
        return switch_list(self)

    def changed(self) -> list[str]:
        """The switches that are not at their default, e.g. `duplicate_order=returned`."""
        return [f"{name}={value}" for name, value in self.model_dump(exclude_defaults=True).items()]
