"""Failed rules of this platform as objections in the core's words.

Codes of rules known by name only are read by their names. What nobody knows is "cannot be used with this
order". Values fill a sentence only where their types fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from kioskd.core.catalogue import Service
from kioskd.core.denial import Denial
from kioskd.core.errors import MoneyError
from kioskd.core.judgement import Objection
from kioskd.core.money import Money
from kioskd.core.order import Order
from kioskd.loyalty.rbi.amounts import Unit, incoming
from kioskd.loyalty.rbi.incentives import Mark
from kioskd.loyalty.rbi.refusals import RuleFailure, RuleValue

_DENIALS: Final[tuple[tuple[tuple[str, ...], Denial], ...]] = (
    (("insufficient-point-balance", "point-balance"), Denial.INSUFFICIENT_POINTS),
    (("minimum-spend", "min-spend", "minimum-order"), Denial.BELOW_MINIMUM),
    (("exceeds-limit-per-order", "limit-per-order"), Denial.TOO_MANY),
    (("invalid-service-mode", "service-mode"), Denial.OTHER_SERVICE),
    (("cart-requirement",), Denial.NEEDS_MORE),
    (("cart-exclusion",), Denial.NOT_TOGETHER),
    (("payment-method",), Denial.OTHER_TENDER),
    (("user-not-logged-in",), Denial.CARD_NEEDED),
    (("exceeds-max-redemption", "max-redemption"), Denial.USED),
    (("invalid-day-of-the-week", "day-of-the-week"), Denial.NOT_TODAY),
    (("invalid-start-date",), Denial.NOT_YET_ACTIVE),
    (("invalid-end-date",), Denial.EXPIRED),
    (("invalid-store-id", "store-restrictions"), Denial.NOT_HERE),
    (
        ("enrollment", "first-order", "birthday", "quest", "scope", "cooldown"),
        Denial.NOT_FOR_ACCOUNT,
    ),
)
"""By words in the code, or else in the rule's id."""


def objections(
    failures: Iterable[RuleFailure], order: Order, modes: Mapping[Service, str], unit: Unit
) -> tuple[Objection, ...]:
    """One for each failure, in their order; one at least."""
    offers: dict[str, str] = {}
    for discount in order.discounts:
        mark = Mark.of(discount.use.right_id)
        offers |= {id: discount.use.id for id in (mark.incentive_id, mark.engine_id) if id}
    found = [_objection(failure, offers, order.currency, modes, unit) for failure in failures]
    return tuple(found) or (Objection(Denial.NOT_VALID),)


def _objection(
    failure: RuleFailure,
    offers: Mapping[str, str],
    currency: str,
    modes: Mapping[Service, str],
    unit: Unit,
) -> Objection:
    denial = _denial(failure)
    plain = Objection(denial, offers.get(failure.incentive_id or ""), rule=failure.name)
    match denial:
        case Denial.INSUFFICIENT_POINTS:
            has, needs = _whole(failure.current), _whole(failure.target)
            return replace(plain, points=has, points_needed=needs)
        case Denial.BELOW_MINIMUM:
            return replace(plain, missing=_missing(failure, currency, unit))
        case Denial.OTHER_SERVICE:
            return replace(plain, service=_service(failure.target, modes))
    return plain


def _denial(failure: RuleFailure) -> Denial:
    for text in (failure.code.lower(), (failure.rule_id or "").lower()):
        for words, denial in _DENIALS:
            if any(word in text for word in words):
                return denial
    return Denial.NOT_VALID


def _whole(value: RuleValue) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _number(value: RuleValue) -> Decimal | None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and len(value) < 16 and value.replace(".", "", 1).isdecimal():
        return Decimal(value)
    return None


def _missing(failure: RuleFailure, currency: str, unit: Unit) -> Money | None:
    has, needs = _number(failure.current), _number(failure.target)
    if has is None or needs is None:
        return None
    try:
        missing = incoming(needs, currency, unit) - incoming(has, currency, unit)
    except MoneyError:
        return None
    return missing if missing.minor > 0 else None


def _service(target: RuleValue, modes: Mapping[Service, str]) -> Service | None:
    """The only one of ours that it is for."""
    words = {
        _plain(word) for word in (target if isinstance(target, tuple) else (target,)) if isinstance(word, str)
    }
    services = [service for service, mode in modes.items() if _plain(mode) in words]
    return services[0] if len(services) == 1 else None


def _plain(mode: str) -> str:
    """Eatin and EAT_IN are the same."""
    return mode.replace("_", "").replace("-", "").lower()
