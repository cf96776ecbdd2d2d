"""Leat's rewards, vouchers and collectable rewards as what a guest may use for an order.

What cannot be shown (no title, no cost, no longer active) is left out rather than guessed. An offer whose
rule nobody can tell is shown without one, and staff find the reason in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import tzinfo

from kioskd.core.denial import Denial
from kioskd.core.discount import Rule
from kioskd.core.member import CollectableReward, Reward, Voucher
from kioskd.loyalty.leat import overview, terms, wire
from kioskd.loyalty.leat.rules import OfferMapping, Unusable, rule_from
from kioskd.loyalty.leat.terms import OfferTerms

logger = logging.getLogger(__name__)

_MOST_NOTED = 500

_DENIED = {
    "REDEEMED": Denial.USED,
    "EXPIRED": Denial.EXPIRED,
    "DEACTIVATED": Denial.DEACTIVATED,
    "INACTIVE": Denial.NOT_YET_ACTIVE,
    "LOCKED": Denial.LOCKED_ELSEWHERE,
}


class OfferReader:
    """`mapping` None: offers are shown and cannot be used. `time_zone` decides on which day one ends."""

    def __init__(self, mapping: OfferMapping | None, currency: str, time_zone: tzinfo | None) -> None:
        self._mapping = mapping
        self._currency = currency
        self._time_zone = time_zone
        self._noted: set[str] = set()

    def rewards(self, answers: Iterable[wire.Reward]) -> tuple[Reward, ...]:
        """Ascending by cost. What is sold out or another shop's is shown as not available."""
        offered = []
        for answer in answers:
            title = overview.shown_title(answer.title)
            cost = answer.required_credits
            if title and cost is not None and cost >= 0 and answer.is_active is not False:
                offer = terms.of_reward(answer)
                in_stock = answer.stock is None or answer.stock > 0
                waits = answer.pre_redeemable is True
                offered.append(
                    Reward(
                        id=answer.uuid,
                        title=title,
                        cost_points=cost,
                        picture_url=overview.picture_url(answer.media.value),
                        available=in_stock and self._is_here(offer),
                        rule=self._rule(title, offer),
                        waits=waits,
                        keeps=waits and self._mapping is not None and self._mapping.collect,
                    )
                )
        return tuple(sorted(offered, key=lambda reward: (reward.cost_points, reward.title, reward.id)))

    def vouchers(self, answers: Iterable[wire.Voucher], member_id: str) -> tuple[Voucher, ...]:
        """Those that are active."""
        return tuple(
            self.voucher(answer, member_id)
            for answer in answers
            if answer.status == "ACTIVE" and overview.voucher_title(answer)
        )

    def voucher(self, answer: wire.Voucher, member_id: str | None, code: str | None = None) -> Voucher:
        """For the guest `member_id`; `code` is how it was found, if it was not told."""
        title, offer = overview.voucher_title(answer) or "\N{HORIZONTAL ELLIPSIS}", terms.of_voucher(answer)
        owner = answer.contact.uuid if answer.contact else None
        code, rule = answer.code or code, self._rule(title, offer)
        denial = None if answer.status == "ACTIVE" else _DENIED.get(answer.status or "", Denial.NOT_VALID)
        if denial is None and None not in (owner, member_id) and owner != member_id:
            denial = Denial.OTHER_MEMBER
        if denial is None and not self._is_here(offer):
            denial = Denial.NOT_HERE
        if denial is None and self._mapping and (rule is None or code is None):
            denial = Denial.UNUSABLE
        return Voucher(
            id=answer.uuid,
            title=title,
            expires_on=overview.day(answer.expiration_date, self._time_zone),
            code=code,
            rule=rule,
            member_id=owner,
            starts_on=overview.day(answer.activation_date, self._time_zone),
            reusable=answer.total_redemptions_allowed is not None and answer.total_redemptions_allowed > 1,
            denial=denial,
        )

    def collectables(self, answers: Iterable[wire.CollectableReward]) -> tuple[CollectableReward, ...]:
        """Those not collected yet. One that is for another shop has no rule here."""
        waiting = []
        for answer in answers:
            title, offer = overview.shown_title(answer.title), terms.of_collectable(answer)
            if title and not answer.has_been_collected:
                rule = self._rule(title, offer) if self._is_here(offer) else None
                expires_on = overview.day(answer.expires_at, self._time_zone)
                waiting.append(CollectableReward(answer.uuid, title, expires_on, rule))
        return tuple(waiting)

    def _is_here(self, offer: OfferTerms) -> bool:
        return self._mapping is None or self._mapping.is_here(offer)

    def _rule(self, title: str, offer: OfferTerms) -> Rule | None:
        if self._mapping is None:
            return None
        rule = rule_from(offer, self._mapping, self._currency)
        if not isinstance(rule, Unusable):
            return rule
        if title not in self._noted and len(self._noted) < _MOST_NOTED:
            self._noted.add(title)
            logger.warning('the offer "%s" cannot be used here: %s', title, rule.why)
        return None
