"""A clock that is years off, as on a machine without a battery."""

from __future__ import annotations

from tests.lab.lab import Lab
from tests.lab.proofs.ordering import books, done, order_tea
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.scanner import scan_card
from tests.lab.proofs.selling import told_once

YEARS_OFF = ("2001-01-01 03:04:05", "2037-12-31 23:59:30")


async def years_off(lab: Lab) -> str:
    """Whatever it says, an order is told once."""
    numbers = []
    now = (await lab.door.run("systemctl stop systemd-timesyncd && date +%s && cat /proc/uptime")).split()
    began_s, uptime_s = int(now[0]), float(now[1])
    try:
        for moment in YEARS_OFF:
            await lab.door.run(f"date --utc --set='{moment}'")
            before = books(lab)
            await scan_card(lab)
            numbers.append(await order_tea(lab))
            await done(lab)
            await lab.until_open(0)
            told_once(lab, before.orders, numbers[-1], before.points)
    finally:
        right = f"$(awk '{{printf \"%d\", {began_s} - {uptime_s} + $1}}' /proc/uptime)"
        await lab.door.run(f"date --set=@{right} && systemctl start systemd-timesyncd")
    before = books(lab)
    await scan_card(lab)
    numbers.append(await order_tea(lab))
    await done(lab)
    await lab.until_open(0)
    told_once(lab, before.orders, numbers[-1], before.points)
    years = " and ".join(moment[:4] for moment in YEARS_OFF)
    return f"orders in {years}, and back in our time: {', '.join(numbers)}, each told once"


PROOFS = (Proof("clock", "the clock is years off", years_off, quick=False),)
