"""Asks the loyalty backend for what a promo code gives: once, because asking uses it up."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from kioskd.core import errors
from kioskd.core.denial import Denial
from kioskd.core.effects import RedeemPromoCode
from kioskd.core.events import PromoCodeDenied, PromoCodeRedeemed
from kioskd.core.ports import LoyaltyBackend, RedeemsPromoCodes
from kioskd.daemon.journal import without_content

log = logging.getLogger(__name__)

_DENIALS: Mapping[str, Denial] = {
    denial.value: denial for denial in (Denial.UNKNOWN_CODE, Denial.CODE_OVER, Denial.CODE_NOT_SET_UP)
}


async def redeemed(
    backend: LoyaltyBackend | None, asked: RedeemPromoCode
) -> PromoCodeRedeemed | PromoCodeDenied:
    """Never raises. The code is in no log."""
    if not isinstance(backend, RedeemsPromoCodes):
        return PromoCodeDenied(asked.request, Denial.UNREACHABLE)
    try:
        voucher = await backend.redeem_promo_code(asked.code, asked.member_id, asked.language)
    except errors.LoyaltyError as error:
        return PromoCodeDenied(asked.request, _denial(error))
    except Exception as error:  # noqa: BLE001 - an answer nobody thought of must not end the kiosk
        log.error("a promo code may be used up for nothing: %s", without_content(error))
        return PromoCodeDenied(asked.request, Denial.CODE_UNCLEAR)
    if voucher is None:
        return PromoCodeDenied(asked.request, Denial.UNUSABLE)
    return PromoCodeRedeemed(asked.request, voucher)


def _denial(error: errors.LoyaltyError) -> Denial:
    match error:
        case errors.Unreachable() | errors.Throttled():
            log.info("a promo code was not asked about: %s", error)
            return Denial.UNREACHABLE
        case errors.Refused(reason=reason):
            denial = _DENIALS.get(reason, Denial.CODE_NOT_SET_UP)
        case errors.Unauthorised():
            denial = Denial.CODE_NOT_SET_UP
        case _:
            log.warning("a promo code may be used up for nothing: %s", error)
            return Denial.CODE_UNCLEAR
    level = logging.ERROR if denial is Denial.CODE_NOT_SET_UP else logging.INFO
    log.log(level, "a promo code was refused: %s", error)
    return denial
