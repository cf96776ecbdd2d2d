"""What would this basket earn? Told when it is known in time, and never in the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core import errors
from kioskd.core.basket import Basket
from kioskd.core.effects import (
    Forget,
    PreviewPoints,
)
from kioskd.core.events import (
    PointsPreviewed,
)
from kioskd.core.order import OrderCharge, OrderDiscount, OrderLine, order_lines
from kioskd.core.preview import BasketPoints
from kioskd.daemon import errands as errands_module
from tests.unit.backstage import (
    FakeBackend,
)
from tests.unit.office import Office, work
from tests.unit.shopfront import BURGER


class ForeseeingBackend(FakeBackend):
    """One that has the capability."""

    async def preview_points(
        self,
        lines: Sequence[OrderLine],
        discounts: Sequence[OrderDiscount],
        charges: Sequence[OrderCharge],
        member_id: str | None,
        language: str,
    ) -> BasketPoints | None:
        said = await self._say(lines)
        assert said is None or isinstance(said, BasketPoints)
        return said


WONDERED = PreviewPoints("p1", order_lines("draft", Basket("EUR").add(BURGER)), (), (), None, "en")


def foreseeing(answer: object) -> Office:
    office = Office()
    office.backend = ForeseeingBackend(answer)
    return office


async def wondering(office: Office) -> None:
    office.errands.carry_out(WONDERED)
    await office.news.until(PointsPreviewed)


def test_what_the_basket_would_earn_is_told(tmp_path: Path) -> None:
    office = work(tmp_path, wondering, foreseeing(BasketPoints(8, "Shells")))
    assert office.news.events == [PointsPreviewed("p1", BasketPoints(8, "Shells"))]
    assert office.backend.asked == [WONDERED.lines]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        errors.Refused("invalid"),
        errors.Unreachable("no route"),
        errors.Unclear("HTML with 200"),
        errors.Throttled(3),
        errors.Unauthorised("401"),
        ValueError("Sanne has no points"),  # a bug ends no kiosk
    ],
)
def test_no_preview_is_a_silent_answer(
    tmp_path: Path, answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    office = work(tmp_path, wondering, foreseeing(answer))
    assert office.news.events == [PointsPreviewed("p1", None)]
    assert "Sanne" not in caplog.text
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == [
        r for r in caplog.records if isinstance(answer, ValueError)
    ]


def test_a_backend_without_preview_or_none_at_all_tells_nothing(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        await wondering(office)
        office.errands._courier.backend = None
        office.errands.carry_out(replace(WONDERED, request="p2"))
        assert await office.news.until(PointsPreviewed, 2) == PointsPreviewed("p2", None)

    office = work(tmp_path, scenario)
    assert office.news.events[0] == PointsPreviewed("p1", None)
    assert office.backend.asked == []


def test_a_slow_preview_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands_module, "PREVIEW_S", 0.0)
    office = foreseeing(BasketPoints(8))
    office.backend.hold = asyncio.Event()  # never set
    assert work(tmp_path, wondering, office).news.events == [PointsPreviewed("p1", None)]


def test_a_preview_for_a_guest_who_left_is_dropped(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.hold = asyncio.Event()
        office.errands.carry_out(WONDERED)
        await asyncio.sleep(0)
        office.errands.carry_out(Forget())
        office.backend.hold.set()

    assert work(tmp_path, scenario, foreseeing(BasketPoints(8))).news.events == []
