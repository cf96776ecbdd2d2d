"""The one thread that may use the store, and the way there and back.

Instead of an executor, because guests wait for it: a piece of work is put down once and its result comes back
with a single wake-up of the event loop, at about a third of the price.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

_T = TypeVar("_T")


class _Job(NamedTuple):
    work: Callable[[], Any]
    done: asyncio.Future[Any] | None
    tell: asyncio.Future[None] | None


class StoreThread:
    """Does what it is given, in that order. Made by, and for, a running event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="outbox")
        self._thread.start()

    def begin(self, work: Callable[[], _T], tell: asyncio.Future[None] | None = None) -> asyncio.Future[_T]:
        """What `work` will return or raise. It is done even when whoever waits for it gives up.

        `tell`, when it succeeds, is told in the same turn of the event loop, after whoever awaits the result.
        """
        done: asyncio.Future[_T] = self._loop.create_future()
        self._jobs.put(_Job(work, done, tell))
        return done

    async def run(self, work: Callable[[], _T]) -> _T:
        """Begin it, and wait for it."""
        return await self.begin(work)

    def post(self, work: Callable[[], None]) -> None:
        """Nobody waits for it, and it must not raise."""
        self._jobs.put(_Job(work, None, None))

    def close(self) -> None:
        """Returns when everything that was put down is done."""
        self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.done is None:
                job.work()
                continue
            try:
                result = job.work()
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                self._loop.call_soon_threadsafe(_fail, job.done, error)
            else:
                self._loop.call_soon_threadsafe(_succeed, job.done, result, job.tell)


def _succeed(done: asyncio.Future[Any], result: object, tell: asyncio.Future[None] | None) -> None:
    if not done.cancelled():
        done.set_result(result)
    if tell is not None and not tell.done():
        tell.set_result(None)


def _fail(done: asyncio.Future[Any], error: BaseException) -> None:
    if not done.cancelled():
        done.set_exception(error)
