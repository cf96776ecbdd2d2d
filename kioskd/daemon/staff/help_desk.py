"""Tells staff that a guest needs somebody, again and again until one of them answers or the guest has left.

The webhook gets a POST with a JSON object: `call` (an id), `kiosk`, `site`, `language` (the guest's) and
`state`: "called", "overdue" (nobody answered in time) or "ended" (the guest has left; said once). It is told
again and again: a receiver knows a call by its id. It answers {"coming": true} once somebody has seen it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kioskd.core.effects import CallHelp
from kioskd.core.events import Event, HelpChanged
from kioskd.core.help import HelpState

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

REPEAT_S = 2.0
ANSWER_S = 5.0


class Webhook:
    """Where calls are told. The client is made when first needed: it takes long to import."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self._url = url
        self._headers = headers
        self._client: httpx.AsyncClient | None = None

    async def tell(self, message: dict[str, Any]) -> bool:
        """Whether somebody has said that they come. Raises OSError when it was not heard."""
        import httpx

        if self._client is None:
            self._client = await asyncio.to_thread(httpx.AsyncClient, headers=self._headers, timeout=ANSWER_S)
        try:
            answer = await self._client.post(self._url, json=message)
            answer.raise_for_status()
            said = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError) as error:
            raise OSError(type(error).__name__) from None
        return isinstance(said, dict) and said.get("coming") is True

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


@dataclass(slots=True)
class _Call:
    wish: CallHelp
    state: HelpState
    answered: asyncio.Event


class HelpDesk:
    """One call at a time, for there is one guest. `overdue_s` after it began it is told as overdue."""

    def __init__(
        self,
        webhook: Webhook | None,
        about: dict[str, Any],
        overdue_s: float,
        post: Callable[[Event], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._webhook = webhook
        self._about = about
        self._overdue_s = overdue_s
        self._post = post
        self._sleep = sleep
        self._call: _Call | None = None

    async def call(self, wish: CallHelp) -> None:
        """Returns when somebody comes or the call has ended."""
        call = self._call = _Call(wish, HelpState.CALLED, asyncio.Event())
        log.warning("a guest asks for help")
        overdue = asyncio.ensure_future(self._sleep(self._overdue_s))
        unheard = False
        try:
            while not call.answered.is_set():
                try:
                    if await self._tell(call, call.state.value):
                        self.answer()
                        break
                    unheard = False
                except OSError as error:
                    if not unheard:
                        log.warning("nobody could be told of a call for help: %s", error)
                    unheard = True
                await self._sleep(REPEAT_S)
                if overdue.done() and call.state is HelpState.CALLED:
                    call.state = HelpState.OVERDUE
                    log.warning("nobody has answered a call for help for %.0f s", self._overdue_s)
                    self._post(HelpChanged(wish.call, HelpState.OVERDUE))
        finally:
            overdue.cancel()

    def answer(self) -> bool:
        """Somebody has said that they come; whether there was a call to answer."""
        call = self._call
        if call is None or call.answered.is_set():
            return False
        call.answered.set()
        call.state = HelpState.COMING
        log.info("a call for help was answered")
        self._post(HelpChanged(call.wish.call, HelpState.COMING))
        return True

    async def end(self) -> None:
        """The guest has left. Whoever was told hears of it, if they can be reached at once."""
        call, self._call = self._call, None
        if call is None:
            return
        call.answered.set()
        try:
            await self._tell(call, "ended")
        except OSError as error:
            log.info("that a call for help has ended could not be told: %s", error)

    async def _tell(self, call: _Call, state: str) -> bool:
        if self._webhook is None:
            return False
        wish = call.wish
        return await self._webhook.tell(
            {**self._about, "call": wish.call, "language": wish.language, "state": state}
        )
