"""From the card to the points: the whole way of an order, with and without the network."""

from __future__ import annotations

import time
from contextlib import suppress

from kioskd.sim.finger import texts
from tests.lab.lab import READY_S, Lab, NotSo, until
from tests.lab.proofs.ordering import TEA_MINOR, TEA_POINTS, books, done, order_tea, papers_with
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.scanner import TRIES, scan_card, type_card

CARD_KEPT = "Your points follow by themselves"
NOTED_S = 60.0
"""A lookup without an answer takes the kiosk half of that."""


async def earns(lab: Lab) -> str:
    """A member is recognised, orders, pays by card, gets paper, and has her points."""
    before, since_s = books(lab), time.monotonic()
    tries = await scan_card(lab)
    await lab.picture("overview.png")
    number = await order_tea(lab)
    await lab.picture("thanks.png")
    await until(lambda: _papers(lab, number), lambda found: found == 1, f"receipt {number}")
    took_s = time.monotonic() - since_s
    (lab.pictures / "receipt.png").write_bytes(lab.papers[-1].png)
    await lab.until_open(0)
    after = books(lab)
    if after.orders != (*before.orders, number):
        raise NotSo(
            f"the loyalty server has the orders {after.orders}, wanted {number} more than {before.orders}"
        )
    if after.points - before.points != TEA_POINTS or after.charged_minor - before.charged_minor != TEA_MINOR:
        raise NotSo(f"{before} became {after}")
    await done(lab)
    return (
        f"card read at try {tries}, {number}: {len(lab.papers[-1].raw)} bytes of paper,"
        f" {before.points} -> {after.points} points; {took_s:.1f} s in all"
    )


async def offline(lab: Lab) -> str:
    """The cable to the world is pulled: the card is kept, the order sold and told once when it is back."""
    before = books(lab)
    await lab.machine.cut_network()
    try:
        number = await sell_at_the_counter(lab)
        await lab.picture("offline.png")
        await lab.until_open(1)
        if (meanwhile := books(lab)) != before:
            raise NotSo(f"without a network {before} became {meanwhile}")
    finally:
        since_s = time.monotonic()
        await lab.machine.join_network()
    await lab.until_open(0, READY_S)
    took_s = time.monotonic() - since_s
    told_once(lab, before.orders, number, before.points)
    return f"{number} was sold without a network and told once, {took_s:.1f} s after it was back"


async def sell_at_the_counter(lab: Lab) -> str:
    """To the card's owner, whom nobody can look up; staff say that it was paid. The order's number."""
    await _card_noted(lab)
    number = await order_tea(lab, "pay:counter")
    await done(lab)
    await lab.kiosk.order_paid(number)
    return number


def told_once(lab: Lab, orders_before: tuple[str, ...], number: str, points_before: int) -> None:
    """Raises NotSo when the server does not have the order exactly once, with its points."""
    after = books(lab)
    if after.orders != (*orders_before, number):
        raise NotSo(f"the loyalty server has the orders {after.orders}, wanted {number} more")
    if after.points != points_before + TEA_POINTS:
        raise NotSo(f"{points_before} points became {after.points}")


async def _card_noted(lab: Lab) -> None:
    """As for `greeted`, a scan may have to be repeated."""
    for _ in range(TRIES):
        await type_card(lab)
        with suppress(NotSo):
            await until(lambda: _says(lab, CARD_KEPT), bool, f"screen that says {CARD_KEPT!r}", NOTED_S)
            return
    raise NotSo(f"the screen never said {CARD_KEPT!r}")


async def _says(lab: Lab, words: str) -> bool:
    scene = await lab.kiosk.scene()
    return any(words in text for widget in scene["widgets"] for text in texts(widget))


async def _papers(lab: Lab, number: str) -> int:
    return papers_with(lab, number)


PROOFS = (
    Proof("order", "card, order, paper, points", earns),
    Proof("network", "the network is cut, and back", offline, quick=False),
)
