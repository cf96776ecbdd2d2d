"""The receipt printer at the end of a USB serial adapter: paper, no paper, and no printer."""

from __future__ import annotations

from tests.lab.lab import Lab, NotSo, until
from tests.lab.machine import PRINTER
from tests.lab.proofs.ordering import done, order_tea, papers_with
from tests.lab.proofs.proof import Proof

LINES_LEFT = 6
"""Enough for the head of a receipt, too little for all of it."""
PLUGS = 5


async def paper_out_in_mid_job(lab: Lab) -> str:
    """The paper ends in the middle of a receipt: staff see it, nothing comes twice, the next one is whole."""
    lab.printer.change(lines_left=LINES_LEFT)
    cut_off = await order_tea(lab)
    await until(lambda: _out_of_paper(lab), bool, "receipt that is longer than the paper")
    await lab.until_device("printer", "faulty")
    await lab.picture("paper-out.png")
    await lab.tap("done")
    lab.printer.change(paper_out=False)
    await lab.until_device("printer", "ok", "degraded")
    number = await order_tea(lab)
    await until(lambda: _papers_with(lab, number), lambda found: found == 1, f"receipt {number}")
    await done(lab)
    if f"{cut_off} " in lab.papers[-1].text + " ":
        raise NotSo(f"the receipt {number} has {cut_off} on it")
    if (pieces := await _papers_with(lab, cut_off)) > 1:
        raise NotSo(f"{cut_off} came {pieces} times")
    return (
        f"{cut_off} stopped after {LINES_LEFT} lines and came no second time; {number} came alone and whole"
    )


async def unplugged_while_ordering(lab: Lab) -> str:
    """Without a printer the kiosk sells; the receipt comes at most once when the printer is back."""
    await lab.printer.unplug()
    await lab.until_device("printer", "absent")
    number = await order_tea(lab)
    await lab.picture("no-printer.png")
    await done(lab)
    await lab.printer.replug()
    await lab.until_device("printer", "ok")
    following = await order_tea(lab)
    await until(lambda: _papers_with(lab, following), lambda found: found == 1, f"receipt {following}")
    await done(lab)
    if (came := await _papers_with(lab, number)) > 1:
        raise NotSo(f"{number} was printed {came} times")
    return f"{number} was sold without a printer and printed {came} times afterwards; {following} once"


async def pulled_adapter(lab: Lab) -> str:
    """The adapter itself is pulled from the USB port, again and again."""
    for _ in range(PLUGS):
        await lab.machine.unplug(PRINTER)
        await lab.until_device("printer", "absent")
        await lab.machine.plug(PRINTER)
        await lab.until_device("printer", "ok")
    return f"{PLUGS} cycles: absent, then ok"


async def _out_of_paper(lab: Lab) -> bool:
    return lab.printer.conditions.paper_out


async def _papers_with(lab: Lab, number: str) -> int:
    return papers_with(lab, number)


PROOFS = (
    Proof("paper-out", "the paper ends in mid-job", paper_out_in_mid_job, quick=False),
    Proof(
        "no-printer",
        "the printer's cable is pulled while a guest orders",
        unplugged_while_ordering,
        quick=False,
    ),
    Proof("plug-printer", f"the printer's adapter is pulled {PLUGS} times", pulled_adapter, quick=False),
)
