"""The phone of a guest without card: reads the code to collect points with, and opens its link."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # they are imported when the daemon is on its way
    from kioskd.sim.kiosk import Kiosk
    from kioskd.sim.leat import LeatSimulator
    from kioskd.sim.printer import PrinterSimulator

ClaimPlace = Literal["paper", "screen"]


class Phone:
    """`portal_said` is what the loyalty portal answered to the last `collect`."""

    def __init__(self, kiosk: Kiosk, printer: PrinterSimulator, leat: LeatSimulator) -> None:
        self._kiosk = kiosk
        self._printer = printer
        self._leat = leat
        self.portal_said = ""

    async def codes_on_paper(self) -> list[str]:
        """What it reads on the last piece of paper."""
        from kioskd.sim.codes import codes_on_paper

        papers = self._printer.papers
        return await asyncio.to_thread(codes_on_paper, papers[-1].png) if papers else []

    async def claims(self) -> dict[ClaimPlace, str]:
        """The links to collect points with that it reads now: off the last paper, off the screen."""
        from kioskd.sim.codes import codes_on_screen

        frame = await self._kiosk.frame()
        shown = await asyncio.to_thread(codes_on_screen, frame.rgb, frame.width_px, frame.height_px)
        printed = await self.codes_on_paper()
        places: tuple[tuple[ClaimPlace, list[str]], ...] = (("paper", printed), ("screen", shown))
        return {place: text for place, texts in places for text in texts if "/l?version=" in text}

    async def collect(self, card: str, place: ClaimPlace) -> None:
        """The card's owner opens the link in the portal. Raises KeyError when there is none at `place`."""
        from kioskd.sim.forms import ControlRefused

        link = (await self.claims())[place]
        try:
            answer = self._leat.control("loyalty-tokens", {"url": link, "card": card})
        except ControlRefused as refused:
            self.portal_said = str(refused)
        else:
            self.portal_said = f"{answer['credits']} points"
