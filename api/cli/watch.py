"""Keeping the embedded PostgreSQL running for as long as a process serves from it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from api import telemetry
from api.db.embedded import EmbeddedPostgres, EmbeddedPostgresFailed

SECONDS = 1.0


@contextmanager
def kept_running(embedded: EmbeddedPostgres | None) -> Iterator[None]:
    """Start it again when it was killed; meanwhile requests are answered with 503."""
    if embedded is None:
        yield
        return
    over = Event()
    watcher = Thread(target=watch, args=(embedded, over), name="watch-postgres", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def watch(embedded: EmbeddedPostgres, over: Event) -> None:
    while not over.wait(SECONDS):
        try:
            embedded.ensure_running()
        except EmbeddedPostgresFailed as error:
            telemetry.log(logging.WARNING, "database", reason=str(error))
