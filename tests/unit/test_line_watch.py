"""One silence is enough for a guest, and so is one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from kioskd.core.denial import Denial
from kioskd.core.events import (
    Event,
    LookupFailed,
    LookupFailure,
    NetworkChanged,
    OfferDenied,
    OfferHeld,
    SettlementDenied,
)
from kioskd.daemon.line_watch import LineWatch
from kioskd.outbox.courier import Applied, NeverSent, Outcome, Unauthorised, Unclear
from tests.unit.backstage import DEADLINE_S, News

OFFLINE, ONLINE = NetworkChanged(online=False), NetworkChanged(online=True)


def watched(events: Iterable[Event], answers: Iterable[Outcome]) -> list[Event]:
    """What was posted until every answer was given."""
    left = list(answers)
    news = News()

    async def probe() -> Outcome:
        return left.pop(0)

    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
            watch = LineWatch(tasks=tasks, probe=probe, post=news, ask_again_s=0.0)
            for event in events:
                watch(event)

    asyncio.run(run())
    assert not left
    return news.events


@pytest.mark.parametrize(
    "silence",
    [
        LookupFailed("r1", LookupFailure.UNREACHABLE),
        OfferDenied("o1", Denial.UNREACHABLE),
        SettlementDenied("order-1", "o1", Denial.UNREACHABLE),
    ],
)
def test_after_a_silence_nothing_is_offered_until_somebody_answers(silence: Event) -> None:
    assert watched([silence], [NeverSent(), Unclear(), Applied()]) == [
        silence,
        OFFLINE,
        ONLINE,
    ]


def test_a_refusal_of_our_credential_is_an_answer() -> None:
    silence = OfferDenied("o1", Denial.UNREACHABLE)
    assert watched([silence], [Unauthorised()])[-1] == ONLINE


def test_two_silences_are_watched_once() -> None:
    silence = OfferDenied("o1", Denial.UNREACHABLE)
    assert watched([silence, silence], [Applied()]) == [silence, OFFLINE, silence, ONLINE]


@pytest.mark.parametrize(
    "answer",
    [
        LookupFailed("r1", LookupFailure.UNKNOWN_CARD),
        OfferDenied("o1", Denial.LOCKED_ELSEWHERE),
        OfferHeld("o1"),
    ],
)
def test_what_was_answered_is_passed_on_and_that_is_all(answer: Event) -> None:
    assert watched([answer], []) == [answer]
