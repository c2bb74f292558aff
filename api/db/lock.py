"""Who uses the embedded database: locks the kernel drops by itself when a process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.db.failure import EmbeddedPostgresFailed

PAUSE = 0.02


@contextmanager
def one_at_a_time(path: Path, seconds: float) -> Iterator[int]:
    """Hold the exclusive lock of making, starting and stopping; wait for it at most `seconds`.

    The descriptor is yielded for a child process that must keep the lock even when we are killed.
    """
    descriptor = _open(path)
    try:
        deadline = time.monotonic() + seconds
        while not _try(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresFailed(
                    f"Another process has been starting or stopping the database for {seconds:.0f} seconds "
                    f"({path}): wait for it, or end it and start again."
                )
            time.sleep(PAUSE)
        yield descriptor
    finally:
        os.close(descriptor)


class Use:
    """A share in the running database. Every method is called while holding `one_at_a_time`."""

    def __init__(self, path: Path) -> None:
        self._descriptor = _open(path)
        # Nobody keeps the exclusive form beyond the section that `one_at_a_time` guards, so it tells who is here.
        self.first = _try(self._descriptor, fcntl.LOCK_EX)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """Ask right before `end` only: a refused lock loses the share, too."""
        return _try(self._descriptor, fcntl.LOCK_EX)

    def end(self) -> None:
        os.close(self._descriptor)


def _open(path: Path) -> int:
    # Python opens it close-on-exec, so PostgreSQL does not inherit the lock.
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
