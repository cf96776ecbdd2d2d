"""asyncio in virtual time: production's coroutines, run by the world's clock, in one thread.

A loop belongs to one process of the world (or to the world outside). When that dies its tasks are cancelled
and cleaned up, but nothing they still do reaches a disk, a line or a timer.
"""

from __future__ import annotations

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

Connect = Callable[[Callable[[], asyncio.Protocol]], Awaitable[tuple[asyncio.Transport, asyncio.Protocol]]]


class VirtualLoop(asyncio.AbstractEventLoop):
    """`now_s` and `at` are the world's, `failed` hears what no task has caught.

    `connect` answers create_connection; `in_thread` does what production gives to a thread, at once.
    """

    def __init__(
        self,
        now_s: Callable[[], float],
        at: Callable[[float, Callable[[], None]], None],
        failed: Callable[[BaseException], None],
        connect: Connect | None = None,
        in_thread: Callable[[Callable[[], Any]], Any] = lambda work: work(),
    ) -> None:
        self._now_s = now_s
        self._at = at
        self._failed = failed
        self._connect = connect
        self._in_thread = in_thread
        self._ready: deque[asyncio.Handle] = deque()
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self.dead = False

    # --- the world's side --------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin a task that nobody waits for. It may end by being cancelled, not by an exception."""
        task = self.create_task(work)
        task.add_done_callback(self._watch)

    def _watch(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and not self.dead and (error := task.exception()) is not None:
            self._failed(error)

    def run_ready(self) -> None:
        """Whatever can go on without time going on."""
        if not self._ready:
            return
        outer = events._get_running_loop()
        events._set_running_loop(self)
        try:
            while self._ready:
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            events._set_running_loop(outer)

    def die(self) -> None:
        """Tasks end as soon as `run_ready` comes to them."""
        self.dead = True
        for task in list(self._tasks):
            task.cancel()

    # --- asyncio's side ----------------------------------------------------------------------------------

    def time(self) -> float:
        return self._now_s()

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        return self.call_at(self._now_s() + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        if not self.dead:
            self._at(max(when - self._now_s(), 0.0), lambda: self._ring(timer))
        return timer

    def _ring(self, timer: asyncio.TimerHandle) -> None:
        if not self.dead and not timer.cancelled():
            self._ready.append(timer)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It stays in the world's heap, and does nothing when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: str | None = None, context: Any = None) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name or "", context=context)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        if self.dead:
            task.cancel()
        return task

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            if self.dead:
                raise OSError("the process is dead")
            future.set_result(self._in_thread(lambda: func(*args)))
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            future.set_exception(error)
        return future

    async def create_connection(self, protocol_factory: Any, *_: Any, **__: Any) -> Any:
        if self.dead or self._connect is None:
            raise OSError("nobody is there")
        return await self._connect(protocol_factory)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None and not self.dead:
            self._failed(error)
