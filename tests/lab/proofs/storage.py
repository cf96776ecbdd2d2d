"""A full disk."""

from __future__ import annotations

from tests.lab.lab import Lab, NotSo
from tests.lab.proofs.ordering import books, done, order_tea
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.scanner import scan_card
from tests.lab.proofs.selling import told_once

_FILL = "/data/fill"


async def full(lab: Lab) -> str:
    """Not a byte is left for the kiosk: it still sells, in the room it has kept, and tells it once."""
    before = books(lab)
    room = "$(df --output=avail -B1 /data | tail -n 1)"
    await lab.door.run(f"fallocate -l {room} {_FILL}; cat /dev/zero >>{_FILL} || true; sync")
    try:
        left = int((await lab.door.run("df --output=avail -B1 /data | tail -n 1")).strip())
        if left:
            raise NotSo(f"{left} bytes are left")
        await scan_card(lab)
        # Not by card: what could not be written down before is not charged.
        number = await order_tea(lab, "pay:counter")
        await lab.picture("disk-full.png")
        await done(lab)
        await lab.kiosk.order_paid(number)
        await lab.until_open(0)
        told_once(lab, before.orders, number, before.points)
        reasons = (await lab.status())["reasons"]
    finally:
        await lab.door.run(f"rm {_FILL}; sync")
    if not any("free" in reason for reason in reasons):
        raise NotSo(f"staff are not told: {reasons}")
    middle = books(lab)
    await scan_card(lab)
    following = await order_tea(lab)
    await done(lab)
    await lab.until_open(0)
    told_once(lab, middle.orders, following, middle.points)
    return f"{number} was sold and told with no byte left, {following} with room again"


PROOFS = (Proof("disk-full", "the disk is full", full, quick=False),)
