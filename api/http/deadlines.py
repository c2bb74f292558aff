"""Time limits that cost a request next to nothing: one timer for all that run, set to when the first may be over.

`asyncio.timeout` sets and cancels a timer each time, which is a tenth of what a read costs.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Deadlines:
    """What may take so long, and no longer, on one event loop."""

    def __init__(self) -> None:
        self._running: dict[Deadline, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def within(self, seconds: float) -> Deadline:
        """`with deadlines.within(seconds):` is left with a TimeoutError if what it awaits is not done by then."""
        return Deadline(self, seconds)

    def begin(self, deadline: Deadline, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        deadline.at = at = loop.time() + seconds
        self._running[deadline] = None
        if self._timer is None or at < self._due or loop is not self._loop:
            if self._timer is not None:
                self._timer.cancel()
            self._set(loop, at)

    def end(self, deadline: Deadline) -> None:
        self._running.pop(deadline, None)

    def _set(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        self._loop, self._due = loop, at
        self._timer = loop.call_at(at, self._look)

    def _look(self) -> None:
        """Stop what is late, and come back for what is not."""
        self._timer = None
        if self._loop is None:
            return
        now = self._loop.time()
        for late in [one for one in self._running if one.at <= now]:
            del self._running[late]
            late.stop()
        if self._running:
            self._set(self._loop, min(one.at for one in self._running))


class Deadline:
    __slots__ = ("_cancelling", "_deadlines", "_passed", "_seconds", "_task", "at")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._deadlines = deadlines
        self._seconds = seconds
        self._passed = False
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self.at = 0.0

    def __enter__(self) -> Self:
        self._task = task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline is for what runs in a task")
        self._cancelling = task.cancelling()
        self._deadlines.begin(self, self._seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.end(self)
        # As in asyncio.timeout: a cancellation that somebody else asked for goes on.
        if self._passed and self._task is not None:
            others = self._task.uncancel() > self._cancelling
            if not others and isinstance(error, asyncio.CancelledError):
                raise TimeoutError from error

    def stop(self) -> None:
        self._passed = True
        if self._task is not None:
            self._task.cancel()
