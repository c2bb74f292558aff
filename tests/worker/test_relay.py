"""Positions: dense, in order, once, whatever happens to the relay."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from api.domain import accounts
from api.worker.relay import CHANNEL, Relay, RelayedEvent
from tests.conftest import Committed
from tests.db.sessions import ask
from tests.people import a_tenant, a_user, opener
from tests.worker.waiting import until

ALL = "SELECT string_agg(position || ' ' || version || ' ' || types[1], ', ' ORDER BY position) FROM outbox"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        connection.terminate()


HELD = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


async def an_account(committed: Committed, name: str = "Globex") -> accounts.Account:
    async with committed.open_as() as work:
        return await accounts.create(work, {"name": name})


async def test_events_get_positions_from_one_without_a_gap(committed: Committed):
    account = await an_account(committed)
    async with committed.open_as() as work:
        await accounts.update(work, account.id, {"name": "Globex Corporation"})

    async with connected(committed.urls.worker) as connection:
        assert await Relay().step(connection) == 2
        assert await Relay().step(connection) == 0

    assert await ask(committed.urls.worker, ALL) == "1 1 account.created, 2 2 account.updated"
    assert await ask(committed.urls.worker, "SELECT position FROM feed_heads") == 2


async def test_each_tenant_counts_for_itself(committed: Committed):
    other = await a_tenant(committed.sessions, "Globex")
    ada = await a_user(committed.sessions, other.id, "Gus Globex")
    for open_as in (committed.open_as, opener(committed.sessions, ada)):
        async with open_as() as work:
            await accounts.create(work, {"name": "One"})

    async with connected(committed.urls.worker) as connection:
        assert await Relay().step(connection) == 2

    assert await ask(committed.urls.worker, "SELECT array_agg(position) FROM outbox") == [1, 1]


async def test_a_version_never_comes_before_the_one_it_followed_whatever_the_clocks_say(committed: Committed):
    account = await an_account(committed)
    async with committed.open_as() as work:
        await accounts.update(work, account.id, {"name": "Globex Corporation"})
    late = "UPDATE outbox SET occurred_at = occurred_at - version * interval '1 hour'"
    await ask(committed.superuser_url, late)
    seen: list[RelayedEvent] = []

    async def follow(_connection: asyncpg.Connection, batch: Sequence[RelayedEvent]) -> None:
        seen.extend(batch)

    async with connected(committed.urls.worker) as connection:
        assert await Relay([follow], batch=1).step(connection) == 2  # the second version brings the first with it

    assert [(event.position, event.version, event.object) for event in seen] == [(1, 1, "account"), (2, 2, "account")]
    assert {event.subject for event in seen} == {account.id}
    assert [event.types for event in seen] == [("account.created",), ("account.updated",)]


async def test_what_a_follower_refuses_keeps_waiting_and_what_it_wrote_is_gone(committed: Committed):
    await an_account(committed)

    async def follow(connection: asyncpg.Connection, batch: Sequence[RelayedEvent]) -> None:
        await connection.execute("UPDATE feed_heads SET pruned = 1 WHERE tenant_id = $1", batch[0].tenant)
        raise ValueError("no")

    async with connected(committed.urls.worker) as connection:
        with pytest.raises(ValueError, match="no"):
            await Relay([follow]).step(connection)
        assert await connection.fetchval("SELECT count(*) FROM outbox WHERE position IS NULL") == 1
        assert await connection.fetchval("SELECT count(*) FROM feed_heads") == 0
        assert await Relay().step(connection) == 1
        assert await connection.fetchval("SELECT position FROM outbox") == 1


async def test_listeners_are_told_the_tenants_after_the_commit(committed: Committed):
    told: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
    await an_account(committed)
    async with connected(committed.urls.app) as listener, connected(committed.urls.worker) as connection:
        await listener.add_listener(CHANNEL, lambda *about: told.put_nowait((about[2], about[3])))
        await Relay().step(connection)
        assert await asyncio.wait_for(told.get(), 5) == (CHANNEL, str(committed.tenant.id))


async def test_of_two_relays_one_works_and_the_other_takes_over(committed: Committed):
    stopping = [asyncio.Event(), asyncio.Event()]
    async with connected(committed.urls.worker) as one, connected(committed.urls.worker) as other:
        first = asyncio.create_task(Relay().run(one, stopping[0]))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(Relay().run(other, stopping[1]))
        await asyncio.sleep(0.3)
        assert await ask(committed.superuser_url, HELD) == 1
        one.terminate()  # as if the process had been killed
        with pytest.raises((asyncpg.InterfaceError, asyncpg.PostgresError, OSError)):
            await first
        await an_account(committed)
        await until(lambda: ask(committed.urls.worker, "SELECT position FROM outbox"), 1)
        stopping[1].set()
        await second
    assert await ask(committed.urls.worker, ALL) == "1 1 account.created"


async def test_a_relay_whose_connection_is_silent_waits_for_one_answer_only(committed: Committed):
    connection = await asyncpg.connect(committed.urls.worker, command_timeout=2)
    relay = Relay()
    running = asyncio.create_task(relay.run(connection, asyncio.Event()))
    await asyncio.sleep(0.5)  # it has the lock by now
    assert not running.done()
    driver: Any = connection
    driver._transport.pause_reading()
    await asyncio.wait({running}, timeout=3.5)
    assert running.done()
    assert isinstance(running.exception(), OSError | asyncpg.InterfaceError)
    assert connection.is_closed()
