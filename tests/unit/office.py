"""Errands with everything around them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.effects import (
    LookUp,
    PrintReceipt,
)
from kioskd.core.order_receipt import Letterhead
from kioskd.daemon.errands import Errands
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.staff.help_desk import HelpDesk
from kioskd.ui.locale.translator import translator
from tests.unit.backstage import (
    DEADLINE_S,
    FakeBackend,
    FakePrinter,
    FakeTerminal,
    News,
    listed,
    order,
    settlement,
    staff_desk,
    working,
)

CARD = Credential(CredentialKind.MEMBER_CARD, "KD-1001")
ASKED = LookUp("r1", CARD, "en")
PAPER = PrintReceipt(order(1), "Trace 7", None, None, None, None, False)


class Office:
    """Errands with everything around them, and what they posted."""

    def __init__(self) -> None:
        self.news = News()
        self.backend = FakeBackend()
        self.printer: FakePrinter | None = FakePrinter()
        self.terminal: FakeTerminal | None = FakeTerminal()
        self.errands: Errands


def work(folder: Path, scenario: Callable[[Office], Awaitable[None]], office: Office | None = None) -> Office:
    async def run() -> Office:
        place = office or Office()
        courier = LoyaltyCourier()
        courier.backend = place.backend
        async with (
            asyncio.timeout(DEADLINE_S),
            working(folder, courier) as outbox,
            asyncio.TaskGroup() as tasks,
        ):
            place.errands = Errands(
                tasks=tasks,
                post=place.news,
                courier=courier,
                settlement=settlement(outbox, place.terminal, place.news),
                staff_desk=staff_desk(outbox, place.news),
                help_desk=HelpDesk(None, {}, 60, place.news),
                printer=place.printer,
                letterhead=Letterhead("Test Kitchen"),
                translators={language: translator(language) for language in ("en", "nl")},
                read_screen=lambda: None,
            )
            await scenario(place)
            while outbox.counts().open:
                await outbox.pulse()
            assert set((await listed(outbox)).values()) <= {"confirmed"}
        return place

    return asyncio.run(run())
