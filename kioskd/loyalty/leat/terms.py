"""What a merchant wrote about an offer, uninterpreted.

Leat does not know what a voucher or a reward is worth. The merchant says so in attributes of own names: on
the reward, or on the promotion of a voucher, or on the single voucher. What they mean is configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kioskd.loyalty.fields import Attribute
from kioskd.loyalty.leat import wire


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """Values by internal name, as they came: numbers and flags may be texts. Unset ones are not there.

    Leat's own fields (`title`, `description`, `stock`) lie among them, as Leat does not keep them apart.
    """

    attributes: Mapping[str, Attribute]


def of_reward(reward: wire.Reward) -> OfferTerms:
    return OfferTerms(reward.attributes)


def of_collectable(collectable: wire.CollectableReward) -> OfferTerms:
    return OfferTerms(collectable.reward.attributes if collectable.reward else {})


def of_voucher(voucher: wire.Voucher) -> OfferTerms:
    """Those of its promotion, but what the voucher says itself counts."""
    return OfferTerms({**voucher.promotion.attributes, **voucher.attributes})
