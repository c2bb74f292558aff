"""How a process learns that there is something new: by notifications, without them, and after a loss of either."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.app import services
from api.http.front import Interest, News
from api.http.subscriptions import hub
from api.http.subscriptions.feeds import Turns
from api.http.subscriptions.hub import Feed, Follower, Hub
from api.settings import Settings
from api.worker.relay import Relay
from tests.conftest import Committed, silence
from tests.factories import an_account
from tests.graphql_client import SECRET
from tests.people import viewer_of

ANYTHING = Interest()


@asynccontextmanager
async def running(made: Hub) -> AsyncIterator[Hub]:
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def happen(committed: Committed, name: str = "Acme") -> None:
    async with committed.open_as() as work:
        await an_account(work, name)
    connection = await asyncpg.connect(committed.urls.worker)
    while await Relay().step(connection):
        pass
    await connection.close()


async def until(holds: Callable[[], object]) -> None:
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that within ten seconds")


async def head_of(feed: Feed) -> int:
    await until(lambda: feed.head is not None)
    return feed.head or 0


@dataclass
class Connecting:
    """Connects as the server does, and knows the connections."""

    url: str
    made: list[asyncpg.Connection] = field(default_factory=list)

    async def __call__(self) -> asyncpg.Connection:
        self.made.append(await asyncpg.connect(self.url))
        return self.made[-1]


async def test_a_notification_wakes_at_once_and_the_look_says_where_to_read(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
):
    found = Hub(partial(asyncpg.connect, committed.urls.app), committed.reads)
    async with running(found):
        with found.following(committed.tenant.id) as feed:
            await until(lambda: found.listening)
            head = await head_of(feed)
            monkeypatch.setattr(hub, "POLL_SECONDS", 60)
            await asyncio.sleep(1.1)  # the look that was under way
            waiting = asyncio.create_task(feed.grown(Follower(head, ANYTHING)))
            await asyncio.sleep(0)
            await happen(committed)
            assert await asyncio.wait_for(waiting, 2) == head
            assert feed.head == head + 1


async def test_without_a_connection_to_listen_on_it_takes_a_second(committed: Committed):
    assert hub.POLL_SECONDS == 1
    async with running(Hub(None, committed.reads)) as found:
        with found.following(committed.tenant.id) as feed:
            head = await head_of(feed)
            waiting = asyncio.create_task(feed.grown(Follower(head, ANYTHING)))
            await happen(committed)
            await asyncio.wait_for(waiting, 3)


async def test_a_connection_that_is_lost_is_replaced_at_once(committed: Committed):
    assert hub.ALIVE_SECONDS == 5
    connecting = Connecting(committed.urls.app)
    found = Hub(connecting, committed.reads)
    async with running(found):
        await until(lambda: found.listening)
        connection = await asyncpg.connect(committed.superuser_url)
        await connection.execute("SELECT pg_terminate_backend($1)", connecting.made[0].get_server_pid())
        await connection.close()
        async with asyncio.timeout(2):
            await until(lambda: len(connecting.made) == 2 and found.listening)


async def test_a_connection_that_is_half_open_is_given_up_within_fifteen_seconds(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
):
    assert 2 * hub.ALIVE_SECONDS <= 15
    monkeypatch.setattr(hub, "ALIVE_SECONDS", 0.2)
    connecting = Connecting(committed.urls.app)
    found = Hub(connecting, committed.reads)
    async with running(found):
        await until(lambda: found.listening)
        driver: Any = connecting.made[0]
        driver._transport.pause_reading()  # what PostgreSQL says does not arrive any more
        await until(lambda: len(connecting.made) == 2 and found.listening)


async def test_a_look_that_nobody_answers_does_not_end_all_looks(committed: Committed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.2)
    async with running(Hub(None, committed.reads)) as found:
        with found.following(committed.tenant.id) as feed:
            head = await head_of(feed)
            silence(committed.reads)
            waiting = asyncio.create_task(feed.grown(Follower(head, ANYTHING)))
            await happen(committed)
            assert await asyncio.wait_for(waiting, 8) == head


async def test_a_shared_read_that_nobody_answers_gives_its_turn_back(committed: Committed):
    settings = Settings(request_timeout_seconds=1)
    made = services(settings, committed.reads, committed.sessions, SECRET, outside=None)
    viewer = viewer_of(committed.admin, "admin")
    feed = made.front(viewer).feed
    assert await feed.newest(viewer) == 0
    silence(committed.reads)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(feed.newest(viewer), 4)
    assert await asyncio.wait_for(feed.newest(viewer), 4) == 0


async def test_a_tenant_that_reads_much_leaves_a_turn_to_the_others():
    turns, (many, other) = Turns(4), (uuid4(), uuid4())
    release, reading = asyncio.Event(), []

    async def read(tenant: UUID) -> None:
        async with turns.of(tenant):
            reading.append(tenant)
            await release.wait()

    tasks = [asyncio.create_task(read(tenant)) for tenant in [*[many] * 10, other]]
    await asyncio.sleep(0.01)
    assert reading == [many, many, many, other]
    release.set()
    await asyncio.gather(*tasks)


# -- who is woken -----------------------------------------------------------------------------------------------------


def news(position: int, *types: str, changed: str = "name") -> News:
    return News(position, frozenset(types), frozenset({changed}))


async def waits(waiting: asyncio.Future[int]) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.01)
        return False
    return True


async def test_what_nobody_wants_wakes_nobody_and_is_passed_over():
    feed = Feed()
    feed.reached(5, [])
    wants = Interest(types=frozenset({"account.created"}))
    fields = Interest(changed=frozenset({"industry"}))
    one, other = (asyncio.ensure_future(feed.grown(Follower(5, interest))) for interest in (wants, fields))
    await asyncio.sleep(0)
    feed.reached(7, [news(6, "account.updated"), news(7, "contact.created")])
    assert await waits(one)
    feed.reached(9, [news(8, "account.created"), news(9, "account.updated", changed="industry")])
    assert (await one, await other) == (7, 7)


async def test_who_comes_late_is_told_by_what_is_remembered():
    feed = Feed()
    feed.reached(0, [])
    feed.reached(2, [news(1, "account.created"), news(2, "account.updated")])
    assert await feed.grown(Follower(0, Interest(types=frozenset({"account.created"})))) == 0
    later = asyncio.ensure_future(feed.grown(Follower(1, Interest(types=frozenset({"account.created"})))))
    assert await waits(later)
    feed.reached(3, [news(3, "account.created")])
    assert await later == 2


@pytest.mark.parametrize("found", [[], [news(6, "x")], [news(7, "x"), news(8, "x")]], ids=len)
async def test_where_something_is_not_known_everybody_reads(found: list[News]):
    feed = Feed()
    feed.reached(5, [])
    waiting = asyncio.ensure_future(feed.grown(Follower(5, Interest(types=frozenset({"none"})))))
    await asyncio.sleep(0)
    feed.reached(8, found)
    assert await waiting == 5


async def test_no_more_is_remembered_than_a_hundred_events():
    feed = Feed()
    feed.reached(0, [])
    feed.reached(150, [news(at, "x") for at in range(1, 151)])
    nothing = Interest(types=frozenset({"none"}))
    assert await feed.grown(Follower(49, nothing)) == 49  # it may have been before
    assert await waits(asyncio.ensure_future(feed.grown(Follower(50, nothing))))


async def test_a_tenant_that_nobody_follows_any_more_is_forgotten(committed: Committed):
    found = Hub(None, committed.reads)
    tenant = uuid4()
    with found.following(tenant) as feed, found.following(tenant) as same:
        assert feed is same
    with found.following(tenant) as another:
        assert another is not feed
