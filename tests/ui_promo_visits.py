"""Visits with promo codes, and orders of guests nobody knows: for pictures and for the lints of screens."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.denial import Denial
from kioskd.core.loyalty_texts import LoyaltyTexts
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.order import Order
from kioskd.core.phases import EnteringPromoCode, Menu, Overview, Points, Thanks
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.visit import Visit
from tests.ui_offer_visits import RICH, TYPED

_DENIALS = (Denial.UNKNOWN_CODE, Denial.CODE_OVER, Denial.CODE_NOT_SET_UP, Denial.CODE_UNCLEAR)


def promo_visits(known: Visit, order: Order) -> dict[str, Visit]:
    """`known` is a visit with a basket, `order` what it may become."""
    overview = Overview(Menu())
    known = replace(known, member=replace(RICH, prepaid=None))
    typing = replace(known, phase=EnteringPromoCode(overview))
    few = replace(known.member or RICH, vouchers=(), rewards=(), collectables=())
    nobodys = replace(order, member_id=None, credential=None)
    denied = {
        f"promo-code-{denial}": replace(typing, notice=Notice(NoticeKind.DENIED, 106.0, "", denial))
        for denial in _DENIALS
    }
    return {
        "member-only-promo-code": replace(known, phase=overview, member=few),
        "promo-code": typing,
        "promo-code-typed": replace(typing, phase=EnteringPromoCode(overview, "CHICKEN")),
        "promo-code-digits": replace(typing, phase=EnteringPromoCode(overview, TYPED, letters=False)),
        "promo-code-busy": replace(
            typing, phase=EnteringPromoCode(overview, TYPED, waiting="q1", due_s=108.0)
        ),
        **denied,
        "thanks-receipt-code": replace(
            known,
            member=None,
            phase=Thanks(
                nobodys,
                Points.NONE,
                115.0,
                receipt=PrintVerdict.PRINTED,
                texts=LoyaltyTexts(receipt_code="7F3K-9921-QX"),
            ),
        ),
    }
