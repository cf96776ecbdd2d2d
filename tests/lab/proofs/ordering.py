"""Guests and their orders, and the truth about them at the loyalty server and the card terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kioskd.sim.finger import texts
from tests.lab.lab import Lab, NotSo
from tests.lab.proofs.scanner import CARD

TEA = ("take_away", "category:drinks", "add:MINT-TEA")
TEA_MINOR = 310
TEA_POINTS = 3


async def order_tea(lab: Lab, pay: str = "pay:card") -> str:
    """One mint tea. The order's number, as the guest is told; the screen still says thank you."""
    await lab.tap(*TEA, "pay", pay)
    await lab.until_screen("thanks")
    return await number_told(lab)


async def number_told(lab: Lab) -> str:
    scene = await lab.kiosk.scene()
    said = " ".join(text for widget in scene["widgets"] for text in texts(widget))
    if not (found := re.search(r"\bA\d+\b", said)):
        raise NotSo(f"no order number among: {said}")
    return found[0]


async def done(lab: Lab) -> None:
    await lab.tap("done")
    await lab.until_screen("attract")


def papers_with(lab: Lab, number: str) -> int:
    return sum(bool(re.search(rf"\b{number}\b", paper.text)) for paper in lab.papers)


@dataclass(frozen=True, slots=True)
class Books:
    """What the world has: the card owner's points and her orders' numbers, and what cards were charged."""

    points: int
    orders: tuple[str, ...]
    charged_minor: int


def books(lab: Lab) -> Books:
    state = lab.leat.state
    owner = state.contacts[state.cards[CARD].contact_uuid or ""]
    orders = [order for order in state.orders.values() if order.contact_uuid == owner.uuid]
    charged = lab.terminal.state()["charged_minor"]
    assert isinstance(charged, int)
    return Books(owner.points, tuple(str(order.document["reference"]) for order in orders), charged)
