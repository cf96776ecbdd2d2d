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

SILENCE = OfferDenied("o1", Denial.UNREACHABLE)
OFFLINE, ONLINE = NetworkChanged(online=False), NetworkChanged(online=True)


def watched(
    events: Iterable[Event],
    answers: Iterable[Outcome],
    *,
    pauses: list[float] | None = None,
    chance: float = 0.0,
) -> list[Event]:
    """What was posted until every answer was given. `pauses` is told how long was waited before each."""
    left = list(answers)
    news = News()

    async def probe() -> Outcome:
        return left.pop(0)

    async def pause(seconds: float) -> None:
        if pauses is not None:
            pauses.append(seconds)
        await asyncio.sleep(0)

    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
            watch = LineWatch(tasks=tasks, probe=probe, post=news, pause=pause, chance=lambda: chance)
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
    assert watched([SILENCE], [Unauthorised()])[-1] == ONLINE


def test_two_silences_are_watched_once() -> None:
    assert watched([SILENCE, SILENCE], [Applied()]) == [SILENCE, OFFLINE, SILENCE, ONLINE]


def test_the_longer_nobody_answers_the_more_rarely_is_asked() -> None:
    pauses: list[float] = []
    watched([SILENCE], [NeverSent()] * 6 + [Applied()], pauses=pauses)
    assert pauses == [3.0, 6.0, 12.0, 24.0, 30.0, 30.0, 30.0]


def test_a_thousand_kiosks_do_not_ask_at_the_same_moment() -> None:
    pauses: list[float] = []
    watched([SILENCE], [NeverSent()] * 6 + [Applied()], pauses=pauses, chance=0.99)
    assert pauses == pytest.approx([1.515, 3.03, 6.06, 12.12, 15.15, 15.15, 15.15])


def test_nothing_more_is_asked_once_somebody_else_was_answered() -> None:
    assert watched([SILENCE, ONLINE], []) == [SILENCE, OFFLINE, ONLINE]


def test_after_that_the_next_silence_is_watched_anew() -> None:
    pauses: list[float] = []
    events = watched([SILENCE, ONLINE, SILENCE], [Applied()], pauses=pauses)
    assert events == [SILENCE, OFFLINE, ONLINE, SILENCE, OFFLINE, ONLINE]
    assert pauses == [3.0]


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
