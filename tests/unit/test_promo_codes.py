"""What becomes of a promo code between the visit and the backend: asked about once, said as it is."""

from __future__ import annotations

import asyncio
import logging

import pytest

from kioskd.core import errors
from kioskd.core.denial import Denial
from kioskd.core.effects import RedeemPromoCode
from kioskd.core.events import PromoCodeDenied, PromoCodeRedeemed
from kioskd.core.member import Voucher
from kioskd.core.ports import LoyaltyBackend
from kioskd.daemon.selling.promo_codes import redeemed
from kioskd.loyalty.rbi.adapter import RbiBackend
from kioskd.loyalty.rbi.guessing import MISSES
from tests.unit.backstage import FakeBackend
from tests.unit.test_rbi_adapter import Desk, code

ASKED = RedeemPromoCode("q", "SECRET-26", "m-1", "en")
TREAT = Voucher("v", "A treat")


class Generous(FakeBackend):
    def __init__(self, answer: Voucher | Exception | None) -> None:
        super().__init__()
        self.answer = answer
        self.asked = 0

    async def redeem_promo_code(self, code: str, member_id: str, language: str) -> Voucher | None:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def outcome(backend: LoyaltyBackend | None) -> PromoCodeRedeemed | PromoCodeDenied:
    return asyncio.run(redeemed(backend, ASKED))


def test_what_it_gives_comes_back() -> None:
    assert outcome(Generous(TREAT)) == PromoCodeRedeemed("q", TREAT)


@pytest.mark.parametrize(
    ("answer", "denial"),
    [
        (None, Denial.UNUSABLE),
        (errors.Refused("unknown_code"), Denial.UNKNOWN_CODE),
        (errors.Refused("code_over"), Denial.CODE_OVER),
        (errors.Refused("code_not_set_up"), Denial.CODE_NOT_SET_UP),
        (errors.Refused("invalid"), Denial.CODE_NOT_SET_UP),
        (errors.Unauthorised("key"), Denial.CODE_NOT_SET_UP),
        (errors.Unreachable("nobody"), Denial.UNREACHABLE),
        (errors.Throttled(9.0), Denial.UNREACHABLE),
        (errors.Unclear("reset"), Denial.CODE_UNCLEAR),
        (ZeroDivisionError("SECRET-26"), Denial.CODE_UNCLEAR),
    ],
)
def test_every_other_answer_is_said_as_what_it_is_and_nothing_is_asked_again(
    answer: Exception | None, denial: Denial, caplog: pytest.LogCaptureFixture
) -> None:
    backend = Generous(answer)
    with caplog.at_level(logging.DEBUG):
        assert outcome(backend) == PromoCodeDenied("q", denial)
    assert backend.asked == 1
    assert "SECRET-26" not in caplog.text


@pytest.mark.parametrize("backend", [None, FakeBackend()])
def test_where_nobody_redeems_codes_nothing_is_used(backend: LoyaltyBackend | None) -> None:
    assert outcome(backend) == PromoCodeDenied("q", Denial.UNREACHABLE)


# --- the platform that keeps whole orders ---


def test_the_platform_gives_what_the_incentive_file_knows() -> None:
    async def visit(backend: RbiBackend) -> Voucher | None:
        member = await backend.identify(code("471100"), "en")
        return await backend.redeem_promo_code("CHICKEN", member.id, "nl")

    voucher = Desk().use(visit)
    assert voucher is not None and voucher.rule is not None
    assert (voucher.title, voucher.brings, voucher.member_id is not None) == ("Geheime kip", True, True)
    assert voucher.picture == "pictures/crispy-chicken.webp"


def test_what_the_file_does_not_know_cannot_be_used_here() -> None:
    desk = Desk()
    desk.reader = type(desk.reader)((), desk.reader.menu)

    async def visit(backend: RbiBackend) -> Voucher | None:
        member = await backend.identify(code("471100"), "en")
        return await backend.redeem_promo_code("CHICKEN", member.id, "en")

    assert desk.use(visit) is None


def test_guessing_promo_codes_is_stopped_and_guests_are_recognised_all_the_same() -> None:
    async def guess(backend: RbiBackend) -> None:
        member = await backend.identify(code("471100"), "en")
        for n in range(MISSES):
            with pytest.raises(errors.Refused):
                await backend.redeem_promo_code(f"GUESS-{n}", member.id, "en")
        with pytest.raises(errors.Throttled):
            await backend.redeem_promo_code("CHICKEN", member.id, "en")
        assert await backend.identify(code("471200"), "en")

    desk = Desk()
    desk.use(guess)
    assert len([body for body in desk.bodies if "promoCode" in body]) == MISSES
