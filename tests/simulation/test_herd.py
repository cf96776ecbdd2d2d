"""A chain of kiosks after an outage: one limit for all, and guests who stand there now."""

from __future__ import annotations

import pytest

from kioskd.outbox.policy import Policy
from tests.simulation.herd import Herd


def test_the_queues_drain_as_fast_as_the_limit_allows_and_guests_go_first() -> None:
    herd = Herd(1, 50).run()
    assert herd.good
    assert herd.ratio <= 1.2
    assert herd.fresh_p95_s < 60.0


@pytest.mark.parametrize("seed", range(30))
def test_few_kiosks_are_done_in_two_minutes_although_each_waits_for_up_to_one(seed: int) -> None:
    """Whoever could serve a guest meanwhile waits half as long, or the limit would lie idle."""
    assert Herd(seed, 10).run().good


def test_a_herd_that_asks_again_at_once_leaves_no_room_for_guests() -> None:
    """Break the pace to see what it is good for."""
    polite = Herd(1, 30).run()
    rude = Herd(1, 30, policy=Policy(pace_first_s=0.001, pace_cap_s=0.001)).run()
    assert rude.throttled_per_call > 2 * polite.throttled_per_call
    assert rude.fresh_longest_s > 2 * polite.fresh_longest_s


def test_a_kiosk_that_rarely_asks_whether_the_network_is_back_is_late() -> None:
    rarely = Policy(probe_cap_s=300.0)
    assert max(Herd(seed, 10, policy=rarely).run().ratio for seed in range(5)) > 1.5
