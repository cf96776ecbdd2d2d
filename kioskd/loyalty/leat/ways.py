"""Which deed is done in which way."""

from __future__ import annotations

from collections.abc import Mapping

from kioskd.core.deeds import Action
from kioskd.loyalty.leat.deeds import Way
from kioskd.loyalty.leat.money_deeds import (
    ChargeGiftCard,
    ChargePrepaid,
    RefillGiftCard,
    RefillPrepaid,
    ReverseGiftCard,
    ReversePrepaid,
)
from kioskd.loyalty.leat.offers import LeatOffers
from kioskd.loyalty.leat.order_deeds import TellOrder
from kioskd.loyalty.leat.return_deeds import TellReturn
from kioskd.loyalty.leat.reward_deeds import ClaimReward, CollectReward, ReturnReward, UndoCollection
from kioskd.loyalty.leat.stored_value import LeatStoredValue
from kioskd.loyalty.leat.told_orders import LeatOrders
from kioskd.loyalty.leat.voucher_deeds import HoldVoucher, RedeemVoucher, ReleaseVoucher, UndoRedemption


def ways(offers: LeatOffers, money: LeatStoredValue, orders: LeatOrders) -> Mapping[Action, Way]:
    return {
        Action.HOLD_VOUCHER: HoldVoucher(offers),
        Action.RELEASE_VOUCHER: ReleaseVoucher(offers),
        Action.REDEEM_VOUCHER: RedeemVoucher(offers),
        Action.UNDO_REDEMPTION: UndoRedemption(offers),
        Action.CLAIM_REWARD: ClaimReward(offers),
        Action.RETURN_REWARD: ReturnReward(offers),
        Action.COLLECT_REWARD: CollectReward(offers),
        Action.UNDO_COLLECTION: UndoCollection(offers),
        Action.CHARGE_GIFT_CARD: ChargeGiftCard(money),
        Action.REVERSE_GIFT_CARD: ReverseGiftCard(money),
        Action.REFILL_GIFT_CARD: RefillGiftCard(money),
        Action.CHARGE_PREPAID: ChargePrepaid(money),
        Action.REVERSE_PREPAID: ReversePrepaid(money),
        Action.REFILL_PREPAID: RefillPrepaid(money),
        Action.TELL_ORDER: TellOrder(orders),
        Action.TELL_RETURN: TellReturn(orders),
    }
