"""Who or what is this code? Every question gets its answer, and only while somebody waits for it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import cast

import pytest

from kioskd.core import errors
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.effects import (
    Forget,
    LookUp,
    Sought,
)
from kioskd.core.events import (
    Event,
    GiftCardFound,
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    VoucherFound,
)
from kioskd.core.member import Member, Voucher
from kioskd.core.money import Money
from kioskd.core.stored_value import GiftCard
from tests.unit.backstage import (
    FakeBackend,
)
from tests.unit.office import ASKED, CARD, Office, work
from tests.unit.shopfront import SANNE


def test_a_card_that_is_known_brings_its_member(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.errands.carry_out(ASKED)
        assert await office.news.until(MemberFound) == MemberFound("r1", SANNE)

    work(tmp_path, scenario)


@pytest.mark.parametrize(
    ("problem", "failure"),
    [
        (errors.Refused("unknown_card"), LookupFailure.UNKNOWN_CARD),
        (errors.Refused("blocked_card"), LookupFailure.BLOCKED_CARD),
        (errors.Refused("something_new"), LookupFailure.UNKNOWN_CARD),
        (errors.Unreachable("no route"), LookupFailure.UNREACHABLE),
        (errors.Unclear("HTML with 200"), LookupFailure.UNREACHABLE),
        (errors.Throttled(3), LookupFailure.UNREACHABLE),
        (errors.Unauthorised("401"), LookupFailure.UNREACHABLE),
        (ValueError("KD-1001 is no number"), LookupFailure.UNREACHABLE),  # a bug ends no kiosk
        (RecursionError(), LookupFailure.UNREACHABLE),
    ],
)
def test_every_way_a_question_can_fail_is_an_answer(
    tmp_path: Path, problem: Exception, failure: LookupFailure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario(office: Office) -> None:
        office.backend.answer = problem
        office.errands.carry_out(ASKED)
        assert await office.news.until(LookupFailed) == LookupFailed("r1", failure)

    work(tmp_path, scenario)
    assert "KD-1001" not in caplog.text


CODE = Credential(CredentialKind.MEMBER_CARD, "CODE-77")
ANY = (Sought.MEMBER, Sought.VOUCHER, Sought.GIFT_CARD)
TREAT = Voucher("v-1", "Free fries", code="CODE-77")
GIFT = GiftCard("g-1", "CODE-77", Money(1000, "EUR"))


class Drawers(FakeBackend):
    """Knows the code as what `found` says, and refuses the other questions as `refusals` say."""

    def __init__(self, found: object, **refusals: str) -> None:
        super().__init__()
        self.found = found
        self.refusals = {"member": "unknown_card", "voucher": "unknown_voucher", "gift": "unknown_gift_card"}
        self.refusals |= refusals

    def _open(self, drawer: str, kind: type) -> object:
        self.asked.append(drawer)
        if isinstance(self.found, kind):
            return self.found
        if isinstance(self.found, Exception):
            raise self.found
        raise errors.Refused(self.refusals[drawer])

    async def identify(self, credential: Credential, language: str) -> Member:
        return cast(Member, self._open("member", Member))

    async def find_voucher(self, code: str, member_id: str | None) -> Voucher:
        assert (code, member_id) == ("CODE-77", "m-1")
        return cast(Voucher, self._open("voucher", Voucher))

    async def find_gift_card(self, code: str) -> GiftCard:
        return cast(GiftCard, self._open("gift", GiftCard))


@pytest.mark.parametrize(
    ("sought", "backend", "asked", "answer"),
    [
        (ANY, Drawers(SANNE), ["member"], MemberFound("r1", SANNE)),
        (ANY, Drawers(TREAT), ["member", "voucher"], VoucherFound("r1", TREAT)),
        (ANY, Drawers(GIFT), ["member", "voucher", "gift"], GiftCardFound("r1", GIFT)),
        (ANY[::-1], Drawers(GIFT), ["gift"], GiftCardFound("r1", GIFT)),
        (
            ANY,
            Drawers(None),
            ["member", "voucher", "gift"],
            LookupFailed("r1", LookupFailure.UNKNOWN_CARD),
        ),
        (
            ANY,
            Drawers(GIFT, member="blocked_card"),  # a card that is known is nothing else
            ["member"],
            LookupFailed("r1", LookupFailure.BLOCKED_CARD),
        ),
        (
            ANY,
            Drawers(errors.Unreachable("no route")),  # it could be any of them
            ["member"],
            LookupFailed("r1", LookupFailure.UNREACHABLE),
        ),
    ],
    ids=lambda value: "" if isinstance(value, tuple | Drawers) else str(value),
)
def test_a_code_is_looked_for_in_turn_until_somebody_knows_it(
    tmp_path: Path, sought: tuple[Sought, ...], backend: Drawers, asked: list[str], answer: Event
) -> None:
    office = Office()
    office.backend = backend

    async def scenario(office: Office) -> None:
        office.errands.carry_out(LookUp("r1", CODE, "en", sought, "m-1"))
        assert await office.news.until(type(answer)) == answer

    work(tmp_path, scenario, office)
    assert backend.asked == asked


def test_before_the_backend_is_there_nobody_is_reached(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.errands._courier.backend = None
        office.errands.carry_out(ASKED)
        assert await office.news.until(LookupFailed) == LookupFailed("r1", LookupFailure.UNREACHABLE)

    work(tmp_path, scenario)


def test_a_second_card_replaces_the_first_question(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.hold = asyncio.Event()
        office.errands.carry_out(ASKED)
        await asyncio.sleep(0)
        office.errands.carry_out(LookUp("r2", CARD, "en"))
        office.backend.hold.set()
        assert await office.news.until(MemberFound) == MemberFound("r2", SANNE)

    events = work(tmp_path, scenario).news.events
    assert [type(event) for event in events] == [NetworkChanged, MemberFound]


def test_when_the_visit_is_over_its_question_is_dropped(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.hold = asyncio.Event()
        office.errands.carry_out(ASKED)
        await asyncio.sleep(0)
        office.errands.carry_out(Forget())
        office.backend.hold.set()

    assert work(tmp_path, scenario).news.events == []
