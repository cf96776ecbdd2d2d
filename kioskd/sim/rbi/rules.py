"""The rules engine: which incentives of an order may not be used, and why.

The codes of the first part are documented. Of the others only the names of the rules are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kioskd.sim.rbi.answers import RULES_ERROR, RbiError
from kioskd.sim.rbi.orders import Order
from kioskd.sim.rbi.records import Guest, Incentive, JsonObject
from kioskd.sim.rbi.state import RbiState

_OPAQUE = "rule-not-satisfied"
_DAYS = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY".split()


@dataclass(frozen=True, slots=True)
class Failure:
    code: str
    rule_id: str
    message: str
    incentive_id: str
    current: Any = None
    target: Any = None
    documented: bool = True

    def to_json(self, state: RbiState, *, full: bool) -> JsonObject:
        switches = state.switches
        opaque = not self.documented and switches.unnamed_rules == "opaque"
        said: JsonObject = {"code": _OPAQUE if opaque else self.code, "ruleId": self.rule_id}
        if not full:
            return said
        said["message"] = self.message
        if switches.rule_values != "missing":
            for name, value in (("currentValue", self.current), ("targetValue", self.target)):
                if value is not None:
                    said[name] = str(value) if switches.rule_values == "text" else value
        return said | ({"incentiveId": self.incentive_id} if switches.incentive_named else {})


def failures(state: RbiState, order: Order, guest: Guest | None, available_points: int) -> list[Failure]:
    """Every failed rule of every incentive, in the order of the lines. `guest` None: nobody is known."""
    found: list[Failure] = []
    quantities: Counter[str] = Counter()
    for incentive, quantity in order.incentives:
        quantities[incentive.content_id] += quantity
    left = available_points
    allowed = state.switches.max_incentives
    for number, content_id in enumerate(quantities, start=1):
        incentive, quantity = state.incentives[content_id], quantities[content_id]
        about = _About(state, order, guest, incentive, quantity)
        cost = incentive.points * quantity
        if cost > max(left, 0):
            found.append(about.failed("insufficient-point-balance", "point-balance", max(left, 0), cost))
        left -= cost
        if allowed is not None and number > allowed:
            found.append(about.failed("exceeds-limit-per-order", "limit-per-order", number, allowed))
        found += about.documented()
        found += about.named_only()
    return found


def rules_error(state: RbiState, failed: list[Failure], *, full: bool) -> RbiError:
    """The error for failed rules. An update says less: not `full`."""
    switches = state.switches
    details: JsonObject = {"ruleEvaluation": [failure.to_json(state, full=full) for failure in failed]}
    extra: JsonObject = {}
    if switches.engine_error_at == "top":
        extra["isEngineError"] = True
    elif switches.engine_error_at == "details":
        details["isEngineError"] = True
    if switches.leaks_request_settings:
        details["errorConfig"] = {
            "method": "post",
            "url": "http://loyalty-engine.internal.invalid/v1/evaluate",
            "headers": {"x-api-key": "****************9f2c", "user-agent": "axios/0.27.2"},
            "data": "{}",
        }
    return RbiError(switches.rules_status, RULES_ERROR, "Rule evaluation failed", details=details, **extra)


@dataclass(frozen=True, slots=True)
class _About:
    """The rules of one incentive of the order."""

    state: RbiState
    order: Order
    guest: Guest | None
    incentive: Incentive
    quantity: int

    def failed(
        self, code: str, rule_id: str, current: Any = None, target: Any = None, *, documented: bool = True
    ) -> Failure:
        incentive = self.incentive
        known_as = incentive.engine_id if incentive.personal else incentive.content_id
        return Failure(code, rule_id, f"rule {rule_id} is not met", known_as, current, target, documented)

    def documented(self) -> Iterator[Failure]:
        rules, order = self.incentive.rules, self.order
        if rules.limit_per_order is not None and self.quantity > rules.limit_per_order:
            yield self.failed(
                "exceeds-limit-per-order", "limit-per-order", self.quantity, rules.limit_per_order
            )
        if rules.max_redemptions is not None:
            before = len(self._redeemed_at())
            if before + self.quantity > rules.max_redemptions:
                yield self.failed("exceeds-max-redemption", "max-redemption", before, rules.max_redemptions)
        if rules.service_modes and order.mode not in rules.service_modes:
            yield self.failed("invalid-service-mode", "service-mode", order.mode, list(rules.service_modes))
        today = _DAYS[order.at.weekday()]
        if rules.days and today not in rules.days:
            yield self.failed("invalid-day-of-the-week", "day-of-the-week", today, list(rules.days))
        if rules.starts_at is not None and order.at < rules.starts_at:
            yield self._date("invalid-start-date", "date-span", order.at, rules.starts_at)
        if rules.ends_at is not None and order.at >= rules.ends_at:
            yield self._date("invalid-end-date", "date-span", order.at, rules.ends_at)
        if rules.stores and order.store.id not in rules.stores:
            yield self.failed("invalid-store-id", "store-restrictions", order.store.id, list(rules.stores))
        since = rules.enrolled_from
        if since is not None and self.guest is not None and self.guest.created_at < since:
            yield self._date("invalid-enrollment-start-date", "user-enrollment", self.guest.created_at, since)

    def named_only(self) -> Iterator[Failure]:
        rules, order, guest = self.incentive.rules, self.order, self.guest
        if rules.minimum_minor is not None and order.plain_minor < rules.minimum_minor:
            yield self._named(
                "minimum-spend", order.major(order.plain_minor), order.major(rules.minimum_minor)
            )
        if rules.needs_products and not order.product_ids.intersection(rules.needs_products):
            yield self._named("cart-requirement", target=list(rules.needs_products))
        if unwanted := sorted(order.product_ids.intersection(rules.excludes_products)):
            yield self._named("cart-exclusion", unwanted, list(rules.excludes_products))
        if rules.payment_types and order.payment_types - set(rules.payment_types):
            yield self._named("payment-method", sorted(order.payment_types), list(rules.payment_types))
        if guest is None:
            if rules.needs_login or self.incentive.points:
                yield self._named("user-not-logged-in")
            if rules.promo_only and self.incentive.content_id not in self.state.unlocked_for_all:
                yield self._named("scope")
            return
        unlocked = (*guest.unlocked, *self.state.unlocked_for_all)
        if rules.promo_only and self.incentive.content_id not in unlocked:
            yield self._named("scope")
        if rules.first_order and self.state.claimed_by(guest):
            yield self._named("first-order", len(self.state.claimed_by(guest)), 0)
        if rules.birthday and order.at.strftime("%m-%d") != guest.birthday:
            yield self._named("birthday")
        if rules.quest is not None and rules.quest not in guest.quests:
            yield self._named("quest")
        if rules.scope is not None and rules.scope not in guest.scopes:
            yield self._named("scope")
        used_at = self._redeemed_at() if rules.cooldown_s is not None else []
        if used_at and order.at < max(used_at) + timedelta(seconds=rules.cooldown_s or 0):
            yield self._named("cooldown")

    def _named(self, rule: str, current: Any = None, target: Any = None) -> Failure:
        return self.failed(rule, rule, current, target, documented=False)

    def _date(self, code: str, rule_id: str, current: datetime, target: datetime) -> Failure:
        return self.failed(code, rule_id, current.isoformat(), target.isoformat())

    def _redeemed_at(self) -> list[datetime]:
        """When the guest has used this incentive, once for each."""
        if self.guest is None:
            return []
        return [
            transaction.changed_at
            for transaction in self.state.claimed_by(self.guest)
            for used in transaction.used
            if used.content_id == self.incentive.content_id
            for _ in range(used.quantity)
        ]
