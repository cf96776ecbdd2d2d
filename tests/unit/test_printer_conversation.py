"""A printer that is heard late, or not at the first try, is not a silent one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from kioskd.devices.printer import conversation
from kioskd.devices.printer.conversation import Conversation
from kioskd.devices.printer.profile import load_profile
from kioskd.devices.printer.transport import Connection

ALL_WELL = 0x12
DLE_EOT = b"\x10\x04"


class Line:
    """Answers status questions, but only the ones it is asked for the second time."""

    lost = False

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def listen(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        self._on_bytes = on_bytes

    async def write(self, data: bytes) -> None:
        assert data.startswith(DLE_EOT)
        if data in self.asked:
            self._on_bytes(bytes([ALL_WELL]))
        self.asked.append(data)


def test_every_question_is_asked_twice_if_need_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "ANSWER_S", 0.01)
    line = Line()

    async def scenario() -> None:
        talk = Conversation(cast(Connection, line), load_profile("epson-tm-t20iii"))
        assert await talk.refresh()
        assert talk.status.trouble == ""

    asyncio.run(scenario())
    assert len(line.asked) == 8


def test_a_late_loop_hears_the_answer_all_the_same() -> None:
    """What came true while the loop stood still counts, although the patience is over as well."""

    async def scenario() -> None:
        talk = Conversation(cast(Connection, Line()), load_profile("epson-tm-t20iii"))
        answers = iter([False, True])
        assert await talk.wait_until(lambda: next(answers), 0.0)

    asyncio.run(scenario())
