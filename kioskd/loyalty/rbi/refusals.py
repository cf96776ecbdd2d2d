"""The platform's refusals, in the words of the core.

Codes count, numbers do not: nobody prints the HTTP number of failed rules, and codes are spelled in two ways.
A refusal may carry the server's own request to its engine, settings and all, and texts that are not for
guests: nothing of a body is kept but what is named here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from kioskd.core.errors import LoyaltyError, Refused, Unauthorised, Unclear
from kioskd.loyalty.fields import Unreadable, read
from kioskd.loyalty.rbi.wire import CamelModel, OptionalId

MAX_FAILURES: Final = 50
_MAX_LIST: Final = 50
_MAX_NAMED: Final = 5
_MAX_TEXT: Final = 200
_PRINTABLE_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")

RULES: Final = "rules"
_STORE_NOT_FOUND: Final = "storenotfound"
_VENDOR_CONFIG: Final = "promocodevendorconfig"

_REASONS: Final[Mapping[str, str]] = {
    "hashsetnotfound": "unknown_card",
    "identificationfailed": "unknown_card",
    "usernotfound": "unknown_card",
    "orderselectionstatusunclaimable": "used",
    "invalididentifier": "wrong_kind",
    "identifiertypedisabled": "wrong_kind",
    "rewardnotfound": "not_available",
    "offernotfound": "not_available",
    "transactionnotclaimable": "not_claimable",
    "transactionnotvoidable": "not_voidable",
    "transactioninsufficientpoints": "insufficient_points",
    "redeemreward": "not_here",
    "transactionnotfound": "unknown_transaction",
    _VENDOR_CONFIG: "code_not_set_up",
}
_PROMO_REASONS: Final[Mapping[int, str]] = {404: "unknown_code", 422: "code_over"}

RuleValue = int | Decimal | str | tuple[str, ...] | None


class RbiRefused(Refused):
    """A definite no. `code` is the platform's own, empty where it gave none that can be printed."""

    def __init__(self, name: str, reason: str, code: str, status: int) -> None:
        self.code = code
        self.status = status
        super().__init__(reason, f"{name}: status {status}, code {code or '(none)'}")


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """Why an incentive cannot be used with this order. Values are None unless they are plain."""

    code: str
    """Empty when it cannot be read."""
    rule_id: str | None = None
    incentive_id: str | None = None
    """None: nobody says which incentive it is about."""
    current: RuleValue = field(default=None, repr=False)
    target: RuleValue = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The rule's, for the merchant."""
        return self.rule_id or self.code


class RulesFailed(RbiRefused):
    """The order as it is breaks rules of its incentives. Plain food never does. `reason` names them."""

    def __init__(self, name: str, failures: tuple[RuleFailure, ...], status: int) -> None:
        self.failures = failures
        rules = sorted({failure.name for failure in failures if failure.name})[:_MAX_NAMED]
        super().__init__(
            name, ": ".join(("rules_failed", *filter(None, [", ".join(rules)]))), "RulesError", status
        )


class _Failure(CamelModel):
    code: OptionalId = None
    rule_id: OptionalId = None
    incentive_id: OptionalId = None


def failed_rules(name: str, document: Any, status: int) -> RulesFailed | None:
    """The failed rules in any answer, whatever its status; None when it speaks of none."""
    if not isinstance(document, dict) or _normal(document.get("code")) != RULES:
        return None
    details = document.get("details")
    listed = details.get("ruleEvaluation") if isinstance(details, dict) else None
    listed = listed[:MAX_FAILURES] if isinstance(listed, list) else []
    return RulesFailed(name, tuple(map(_failure, listed)), status)


def error_for(name: str, document: Any, status: int, *, promo: bool = False) -> LoyaltyError:
    """The error that a refusal means as the answer to the call `name`; `promo` for that of a promo code."""
    if not isinstance(document, dict):
        return Unclear(f"{name}: status {status} without an error object")
    if failed := failed_rules(name, document, status):
        return failed
    normal, code = _normal(document.get("code")), _printable(document.get("code"))
    if normal == _STORE_NOT_FOUND:
        return Unauthorised(f"{name}: code {code}, the store is not set up for this")
    details = document.get("details")
    if promo and isinstance(details, dict) and "vendor" in details:
        normal = _VENDOR_CONFIG
    if normal in _REASONS:
        return RbiRefused(name, _REASONS[normal], code, status)
    if promo and status in _PROMO_REASONS and not normal:
        return RbiRefused(name, _PROMO_REASONS[status], code, status)
    if normal or status in (400, 422):
        return RbiRefused(name, "invalid", code, status)
    # Not the platform speaking: a proxy, or a path that does not exist.
    return Unclear(f"{name}: status {status} without a code")


def _normal(code: object) -> str:
    """RedeemRewardError and REDEEM_REWARD_ERROR are the same."""
    if not isinstance(code, str) or len(code) > _MAX_TEXT:
        return ""
    return re.sub(r"[^a-z0-9]", "", code.lower()).removesuffix("error")


def _printable(code: object) -> str:
    return code if isinstance(code, str) and _PRINTABLE_CODE.fullmatch(code) else ""


def _failure(item: object) -> RuleFailure:
    if not isinstance(item, dict):
        return RuleFailure("")
    said = {name: item.get(name) for name in ("code", "ruleId", "incentiveId")}
    try:
        read_ = read(_Failure, said)
    except Unreadable:
        read_ = _Failure()
    return RuleFailure(
        code=_printable(read_.code),
        rule_id=_printable(read_.rule_id) or None,
        incentive_id=read_.incentive_id,
        current=_value(item.get("currentValue")),
        target=_value(item.get("targetValue")),
    )


def _value(value: object) -> RuleValue:
    if isinstance(value, list) and len(value) <= _MAX_LIST:
        texts = [part for part in value if isinstance(part, str) and len(part) <= _MAX_TEXT]
        return tuple(texts) if len(texts) == len(value) else None
    if isinstance(value, bool) or (isinstance(value, str) and len(value) > _MAX_TEXT):
        return None
    return value if isinstance(value, int | Decimal | str) else None
