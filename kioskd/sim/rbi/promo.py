"""Typed codes that unlock an offer, once."""

from __future__ import annotations

from kioskd.sim.rbi.answers import Answer, Call, RbiError
from kioskd.sim.rbi.requests import PromoRequest, read_body
from kioskd.sim.rbi.state import RbiState


def redeem_promo_code(state: RbiState, call: Call) -> Answer:
    request = read_body(PromoRequest, call.body)
    guest = state.guests.get(request.loyaltyId.lower()) if request.loyaltyId else None
    if request.loyaltyId and guest is None:
        raise _refused(404, request.promoCode, "user not found")
    code = state.promo_codes.get(request.promoCode)
    if code is None:
        raise _refused(404, request.promoCode, "promo code does not exist")
    over = code.expires_at is not None and code.expires_at <= call.now
    if code.used or over or (guest is None and state.switches.guestless_promo == "refused"):
        raise _refused(422, request.promoCode, "promo code cannot be redeemed")
    vendor = request.posVendor.posType
    if state.incentives[code.content_id].product_id is None or vendor not in state.vendors:
        raise RbiError(
            422,
            "PROMO_CODE_VENDOR_CONFIG_ERROR",
            "vendor configuration missing",
            details={"vendor": vendor},
            httpCode=422,
        )
    code.used = True
    (state.unlocked_for_all if guest is None else guest.unlocked).append(code.content_id)
    return Answer({"sanityId": code.content_id})


def _refused(status: int, promo_code: str, message: str) -> RbiError:
    return RbiError(status, None, message, details={"promoCode": promo_code}, httpCode=status)
