"""A simulated device beside a command that is called as a function: it lives in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 5.0
_Step = Callable[[], Awaitable[object]]


@contextmanager
def in_own_thread(start: _Step, stop: _Step) -> Iterator[None]:
    """`start` has ended when this is entered; `stop` runs when it is left."""

    async def done(step: _Step) -> None:
        await step()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(done(start), loop).result(PATIENCE_S)
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(done(stop), loop).result(PATIENCE_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()
