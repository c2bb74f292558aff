"""A PostgreSQL that falls silent without a word: whoever waits for it in the background gives up and goes on later."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from api.db import pool as pools
from api.db.engine import write_engine, write_sessions
from api.db.pool import DatabaseUnavailable, ReadPool
from api.http import deprecated_uses
from api.http.deprecated_uses import DeprecatedUses
from tests.conftest import Committed
from tests.db.sessions import ask
from tests.faults.postgres import through
from tests.faults.proxy import Proxy, Trap, Verb, Way, Weather, to_socket
from tests.people import viewer_of
from tests.worker.waiting import until

USES = "SELECT coalesce(string_agg(coordinate || ' ' || uses, ', ' ORDER BY coordinate), '') FROM deprecated_uses"


@pytest.fixture
async def proxy(committed: Committed) -> AsyncIterator[Proxy]:
    (folder,) = parse_qs(urlsplit(committed.urls.app).query)["host"]
    async with Proxy(to_socket(f"{folder}/.s.PGSQL.5432"), random.Random(1)) as made:
        yield made


async def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up(
    committed: Committed, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pools, "CONNECT_SECONDS", 0.5)
    pool = ReadPool(through(committed.urls.app, proxy.port))
    proxy.weather = Weather(blackhole=True)
    with pytest.raises(DatabaseUnavailable):
        await asyncio.wait_for(pool.open(), 5)
    proxy.weather = Weather()
    await asyncio.sleep(pools.FIRST_PAUSE)
    await pool.open()
    assert await pool.fetch("SELECT 'x'", []) == b"x"
    await pool.close()


async def test_who_is_interrupted_does_not_wait_for_the_goodbye_of_a_silent_server(committed: Committed, proxy: Proxy):
    engine = write_engine(through(committed.urls.app, proxy.port), size=1)
    trap = proxy.set(Trap(Way.THERE, Verb.BLACKHOLE, b"never said", through=False))
    loop = asyncio.get_running_loop()
    async with write_sessions(engine)() as session:
        await session.begin_as({"crm.tenant": str(committed.tenant.id)})
        asked = loop.time()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.execute(text("SELECT 'never said'")), 0.3)
    assert trap.caught.is_set()
    assert loop.time() - asked < 1.5  # SQLAlchemy itself would wait for 2 s after the interruption
    await engine.dispose()


async def test_figures_go_on_being_written_after_a_silence(
    committed: Committed, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(deprecated_uses, "SECONDS", 0.3)
    engine = write_engine(through(committed.urls.app, proxy.port), size=1)
    uses = DeprecatedUses(write_sessions(engine), lambda: datetime.now(UTC))
    viewer = viewer_of(committed.admin, "admin")
    writing = asyncio.create_task(uses.keep_writing())
    uses.note(viewer, ["A.before"], None)
    await until(lambda: ask(committed.superuser_url, USES), "A.before 1")

    trap = proxy.set(Trap(Way.THERE, Verb.BLACKHOLE, b"A.silent", through=False))
    uses.note(viewer, ["A.silent"], None)
    await asyncio.wait_for(trap.caught.wait(), 5)
    uses.note(viewer, ["A.after"], None)
    await until(lambda: ask(committed.superuser_url, USES), "A.after 1, A.before 1")

    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await engine.dispose()
