"""Runs the terminal's scripts on a real line, with real time, on a real disk. Thin: it decides nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from kioskd.core.card_terminal import Agree, Approval
from kioskd.core.errors import DeviceError
from kioskd.devices.terminal.attempt_journal import AttemptJournal
from kioskd.devices.terminal.slip_archive import SlipArchive
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_deadlines import Deadlines, LineBroken
from kioskd.devices.terminal.zvt_link import ZvtLink
from kioskd.devices.terminal.zvt_wishes import (
    Consult,
    Dial,
    File,
    HangUp,
    Keep,
    Listen,
    Nothing,
    Now,
    Pause,
    Say,
    Script,
    Wish,
)

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Errands:
    """One at a time. `archive` None throws slips away."""

    def __init__(
        self,
        dial: Callable[[], Awaitable[ZvtLink]],
        journal: AttemptJournal,
        archive: SlipArchive | None,
        deadlines: Deadlines,
    ) -> None:
        self._dial = dial
        self._journal = journal
        self._archive = archive
        self._deadlines = deadlines
        self._link: ZvtLink | None = None

    async def run(self, script: Script[T], agree: Agree | None = None) -> T:
        """The script's result. What it raises, it raises."""
        answer: Any = None
        error: Exception | None = None
        try:
            while True:
                try:
                    wish = script.send(answer) if error is None else script.throw(error)
                except StopIteration as end:
                    result: T = end.value
                    return result
                answer = error = None
                try:
                    answer = await self._grant(wish, agree)
                except (DeviceError, OSError) as failure:
                    error = failure
        finally:
            script.close()

    def stir(self) -> None:
        if self._link is not None:
            self._link.stir()

    def hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None

    async def wait_lost(self, timeout_s: float) -> None:
        """Returns when the connection is lost, or after `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                if self._link is None:
                    await asyncio.sleep(timeout_s)
                else:
                    await self._link.wait_closed()

    async def _grant(self, wish: Wish[Any], agree: Agree | None) -> Any:
        match wish:
            case Now():
                return asyncio.get_running_loop().time()
            case Dial():
                self.hang_up()
                self._link = await self._dial()
            case HangUp():
                self.hang_up()
            case Say(apdu):
                if self._link is not None:
                    self._link.send(apdu)
            case Listen(until_s):
                return await self._listen(until_s)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Keep(attempt):
                await self._journal.put(attempt)
            case Consult(approval):
                return agree is None or await self._consult(agree, approval)
            case File(reference, slip):
                if self._archive is not None:
                    await self._archive.add(reference, slip)
            case _:
                raise TypeError(f"nobody can grant {type(wish).__name__}")
        return None

    async def _listen(self, until_s: float) -> Apdu | Nothing:
        if self._link is None:
            raise LineBroken("there is no connection to the terminal")
        try:
            async with asyncio.timeout_at(until_s):
                return await self._link.receive()
        except TimeoutError:
            return Nothing.IN_TIME

    async def _consult(self, agree: Agree, approval: Approval) -> bool:
        try:
            async with asyncio.timeout(self._deadlines.agree_s):
                return await agree(approval)
        except TimeoutError:
            _log.error("an approval was not written down in time")
        except OSError as error:
            _log.error("an approval could not be written down: %s", error.strerror)
        return False
