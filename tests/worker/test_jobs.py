"""Jobs: once in effect, whoever runs them and however often he dies."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api.domain import accounts
from api.domain.kernel import Invalid, Progress, Work
from api.settings import Settings
from api.worker import jobs
from api.worker.jobs import Handler, Runner, sweep_once
from api.worker.parts import loops_of
from api.worker.place import Place
from api.worker.process import work as work_until
from api.worker.queue import QUEUES
from api.worker.supervisor import supervise
from tests.conftest import Committed
from tests.db.sessions import ask
from tests.worker.waiting import until

JOBS = "SELECT string_agg(key || ' ' || state || ' ' || attempts || ' ' || crashes, ', ' ORDER BY key) FROM jobs"
NAMES = "SELECT coalesce(string_agg(name, ', ' ORDER BY name), '') FROM accounts"


async def make_account(work: Work, payload: Mapping[str, Any]) -> None:
    await accounts.create(work, {"name": payload["name"]})


async def refuse(work: Work, payload: Mapping[str, Any]) -> None:
    await make_account(work, payload)
    raise Invalid(("name",), "no", constraint="test")


async def count_up(work: Work, payload: Mapping[str, Any]) -> Progress:
    """Make the accounts 0 to 4, two at a time; every third is not asked for, and the last cannot be made."""
    begin = payload["begin"]
    end = min(begin + 2, 5)
    made = [number for number in range(begin, end) if number not in {2, 4}]
    for number in made:
        await accounts.create(work, {"name": str(number)})
    return Progress(len(made), int(begin == 2), int(end == 5), {"begin": end} if end < 5 else None)


ALL_GONE = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE usename IN ('crm_worker', 'crm_app') AND datname = current_database()"""


class RolledBack(Exception):
    pass


HANDLERS = {
    "make": Handler(make_account),
    "refuse": Handler(refuse),
    "bulk": Handler(make_account, "bulk"),
    "count": Handler(count_up),
}
COUNTS = "SELECT concat_ws(' ', state, total, applied, skipped, rejected, payload ->> 'begin') FROM jobs"


@pytest.fixture
async def place(committed: Committed, tmp_path: Path) -> AsyncIterator[Place]:
    async with Place.opened(Settings(data_dir=tmp_path), committed.urls, b"s" * 32) as place:
        yield place


async def put(committed: Committed, kind: str, key: str, due_at: datetime | None = None, **payload: Any) -> None:
    async with committed.open_as() as work:
        await work.schedule(kind, key=key, due_at=due_at or work.now, payload=payload or {"name": key})


@asynccontextmanager
async def running(place: Place, handlers: Mapping[str, Handler] = HANDLERS) -> AsyncIterator[asyncio.Task[None]]:
    stopping = asyncio.Event()
    task = asyncio.create_task(Runner(place, "maintenance", handlers).run(stopping))
    yield task
    stopping.set()
    await asyncio.wait_for(task, 12)


async def test_a_job_is_done_in_the_transaction_that_ends_it(committed: Committed, place: Place):
    await put(committed, "make", "Globex")
    async with running(place):
        await until(lambda: ask(committed.urls.worker, JOBS), "Globex DONE 1 0")
    assert await ask(committed.superuser_url, NAMES) == "Globex"
    actor = "SELECT actor ->> 'kind' FROM outbox WHERE types[1] = 'account.created'"
    assert await ask(committed.superuser_url, actor) == "SYSTEM"


async def test_a_timer_does_not_run_before_it_is_due_and_then_by_itself(committed: Committed, place: Place):
    await put(committed, "make", "Later", datetime.now(UTC) + timedelta(seconds=1.5))
    async with running(place):
        await asyncio.sleep(0.5)
        assert await ask(committed.urls.worker, JOBS) == "Later WAITING 0 0"
        await until(lambda: ask(committed.urls.worker, JOBS), "Later DONE 1 0")
        due = "SELECT extract(epoch FROM finished_at - due_at)::float BETWEEN 0 AND 2 FROM jobs"
        assert await ask(committed.urls.worker, due) is True


async def test_a_job_that_waits_is_moved_and_unscheduled_by_its_key(committed: Committed):
    tomorrow = datetime(2026, 3, 3, tzinfo=UTC)
    await put(committed, "make", "A", name="one")
    await put(committed, "make", "A", tomorrow, name="two")
    found = await ask(committed.urls.worker, "SELECT json_agg(json_build_array(payload, due_at)) FROM jobs")
    assert json.loads(found) == [[{"name": "two"}, "2026-03-03T00:00:00+00:00"]]
    async with committed.open_as() as work:
        await work.unschedule("make", key="A")
    assert await ask(committed.urls.worker, JOBS) == "A DONE 0 0"


async def test_a_job_of_a_change_that_is_rolled_back_does_not_exist(committed: Committed):
    with suppress(RolledBack):
        async with committed.open_as() as work:
            await work.schedule("make", key="A", due_at=work.now, payload={})
            raise RolledBack
    assert await ask(committed.urls.worker, "SELECT count(*) FROM jobs") == 0
    assert await ask(committed.urls.worker, "SELECT count(*) FROM crm_queue.pgqueuer") == 0


async def test_a_job_that_fails_leaves_nothing_and_is_tried_again_later(committed: Committed, place: Place):
    await put(committed, "refuse", "A")
    async with running(place):
        await until(lambda: ask(committed.urls.worker, JOBS), "A WAITING 1 0")
    assert await ask(committed.superuser_url, NAMES) == ""
    assert await ask(committed.urls.worker, "SELECT last_error FROM jobs") == "Invalid INVALID"
    assert await ask(committed.urls.worker, "SELECT due_at > clock_timestamp() FROM jobs") is True
    await ask(committed.urls.worker, "UPDATE jobs SET attempts = 9, due_at = clock_timestamp() RETURNING 1")
    async with running(place):
        await until(lambda: ask(committed.urls.worker, JOBS), "A FAILED 10 0")


async def test_of_one_job_taken_twice_one_run_counts(committed: Committed, place: Place):
    """As after a lease that ran out too early: the first runner has not died, it was slow."""
    await put(committed, "make", "Globex")
    runner = Runner(place, "maintenance", HANDLERS)
    async with place.connected() as connection:
        (first,) = await runner.take(connection, 5)
        assert await runner.take(connection, 5) == []
        expired = "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' RETURNING 1"
        await connection.fetchval(expired)
        assert await sweep_once(connection) == 1
        (second,) = await runner.take(connection, 5)
        await asyncio.gather(runner.do(first), runner.do(second))
        await runner.do(second)
    assert await ask(committed.urls.worker, JOBS) == "Globex DONE 2 1"
    assert await ask(committed.superuser_url, NAMES) == "Globex"


async def test_a_job_under_way_is_not_taken_for_lost_however_old_its_lease(committed: Committed, place: Place):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(work: Work, payload: Mapping[str, Any]) -> None:
        begun.set()
        await go_on.wait()
        await make_account(work, payload)

    await put(committed, "slow", "Slow")
    runner = Runner(place, "maintenance", {"slow": Handler(slow)})
    async with place.connected() as connection:
        (taken,) = await runner.take(connection, 1)
        await connection.fetchval("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 hour' RETURNING 1")
        doing = asyncio.create_task(runner.do(taken))
        await begun.wait()
        assert await sweep_once(connection) == 0
        go_on.set()
        await doing
    assert await ask(committed.urls.worker, JOBS) == "Slow DONE 1 0"


async def test_three_crashes_put_a_job_into_quarantine_and_others_go_on(committed: Committed, place: Place):
    await put(committed, "make", "Poison")
    runner = Runner(place, "maintenance", HANDLERS)
    async with place.connected() as connection:
        for crash in (1, 2, 3):
            (taken,) = await runner.take(connection, 5)
            assert taken.attempts == crash
            await connection.fetchval("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 s' RETURNING 1")
            assert await sweep_once(connection) == 1
        assert await runner.take(connection, 5) == []
    assert await ask(committed.urls.worker, JOBS) == "Poison QUARANTINED 3 3"
    await put(committed, "make", "Sound")
    async with running(place):
        await until(lambda: ask(committed.urls.worker, JOBS), "Poison QUARANTINED 3 3, Sound DONE 1 0")
    assert await ask(committed.superuser_url, NAMES) == "Sound"


async def test_jobs_of_one_key_run_one_behind_the_other(committed: Committed, place: Place):
    await put(committed, "make", "A", name="one")
    runner = Runner(place, "maintenance", HANDLERS)
    async with place.connected() as connection:
        (first,) = await runner.take(connection, 5)
        await put(committed, "make", "A", name="two")
        assert await runner.take(connection, 5) == []
        await runner.do(first)
        (second,) = await runner.take(connection, 5)
        await runner.do(second)
    assert await ask(committed.superuser_url, NAMES) == "one, two"


async def test_a_runner_that_is_cancelled_gives_back_what_it_has(committed: Committed, place: Place):
    begun = asyncio.Event()

    async def endless(work: Work, payload: Mapping[str, Any]) -> None:
        await make_account(work, payload)
        begun.set()
        await asyncio.Event().wait()

    await put(committed, "endless", "A")
    stopping = asyncio.Event()
    task = asyncio.create_task(Runner(place, "maintenance", {"endless": Handler(endless)}).run(stopping))
    await asyncio.wait_for(begun.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await ask(committed.urls.worker, JOBS) == "A WAITING 0 0"  # that was no attempt
    assert await ask(committed.superuser_url, NAMES) == ""


@pytest.mark.parametrize(("pauses", "told"), [((0.2,) * 10, "A WAITING 1 0"), ((), "A RUNNING 1 0")])
async def test_an_end_that_cannot_be_written_down_is_tried_again_and_harms_no_runner(
    committed: Committed, place: Place, monkeypatch: pytest.MonkeyPatch, pauses: tuple[float, ...], told: str
):
    monkeypatch.setattr(jobs, "TOLD_AGAIN", pauses)
    await put(committed, "refuse", "A")
    await put(committed, "make", "B")  # opens a connection for the work
    runner = Runner(place, "maintenance", HANDLERS)
    limit = f"ALTER DATABASE {await ask(committed.superuser_url, 'SELECT current_database()')} CONNECTION LIMIT"
    async with place.connected() as connection:
        taken = {one.key: one for one in await runner.take(connection, 2)}
        await runner.do(taken["B"])
        await ask(committed.superuser_url, f"{limit} 0")
        try:
            doing = asyncio.create_task(runner.do(taken["A"]))
            await asyncio.sleep(0.5)
        finally:
            await ask(committed.superuser_url, f"{limit} -1")
        await asyncio.wait_for(doing, 5)
    assert await ask(committed.urls.worker, JOBS) == f"{told}, B DONE 1 0"


@asynccontextmanager
async def a_worker(place: Place) -> AsyncIterator[asyncio.Task[None]]:
    """The whole of it, as `crm worker` runs it."""
    stopping = asyncio.Event()
    task = asyncio.create_task(work_until(place.settings, place.urls, place.secret, stopping, HANDLERS))
    try:
        yield task
    finally:
        stopping.set()
        await asyncio.wait_for(task, 15)


async def test_the_whole_worker_is_woken_by_the_queue_and_goes_on_after_a_lost_connection(
    committed: Committed, place: Place
):
    listening = "SELECT count(*) > 0 FROM pg_stat_activity WHERE query ILIKE '%crm_queue.%' AND usename = 'crm_worker'"
    relayed = "SELECT count(*) FROM outbox WHERE position IS NULL"
    async with a_worker(place):
        await until(lambda: ask(committed.superuser_url, listening), True, 10)
        await put(committed, "make", "One")
        await until(lambda: ask(committed.urls.worker, JOBS), "One DONE 1 0", 5)  # the sweeper would need 30 seconds
        await until(lambda: ask(committed.urls.worker, relayed), 0)

        await ask(committed.superuser_url, ALL_GONE)
        await until(lambda: ask(committed.superuser_url, listening), True, 10)
        await put(committed, "make", "Two")
        await until(lambda: ask(committed.urls.worker, JOBS), "One DONE 1 0, Two DONE 1 0", 10)
        await until(lambda: ask(committed.urls.worker, relayed), 0)


async def test_what_no_queue_tells_is_found_by_the_sweeper(committed: Committed, tmp_path: Path):
    settings = Settings(data_dir=tmp_path, job_lease_seconds=2)  # it looks twice in that time, else every 30 seconds
    async with Place.opened(settings, committed.urls, b"s" * 32) as place, a_worker(place):
        idle = "SELECT count(*) > 0 FROM pg_stat_activity WHERE query ILIKE '%crm_queue.%' AND usename = 'crm_worker'"
        await until(lambda: ask(committed.superuser_url, idle), True, 10)
        told_nobody = (
            "ALTER TABLE crm_queue.pgqueuer DISABLE TRIGGER ALL",
            "CREATE RULE lost AS ON INSERT TO crm_queue.pgqueuer DO INSTEAD NOTHING",
            "SELECT 1",
        )
        await ask(committed.superuser_url, *told_nobody)
        await put(committed, "make", "Silent")
        assert await ask(committed.superuser_url, "SELECT count(*) FROM crm_queue.pgqueuer") == 0
        await until(lambda: ask(committed.urls.worker, JOBS), "Silent DONE 1 0", 10)


async def test_every_queue_has_a_runner(place: Place):
    assert [name for name in loops_of(place, HANDLERS) if name.startswith("jobs")] == ["jobs bulk", "jobs maintenance"]
    assert {"relay", "maintenance", "bulk"} <= place.wakes.keys()


async def test_whoever_may_be_woken_has_a_queue_that_is_listened_to(place: Place):
    async def names() -> set[str]:
        return set(place.wakes)

    stopping = asyncio.Event()
    task = asyncio.create_task(supervise(loops_of(place, HANDLERS), stopping))
    try:
        await until(names, set(QUEUES), 10)
    finally:
        stopping.set()
        await asyncio.wait_for(task, 15)


async def test_a_job_whose_worker_has_ended_before_is_run_alone(committed: Committed, place: Place):
    owner = await asyncpg.connect(committed.superuser_url)
    for key in ("Globex", "Initech", "Umbrella"):
        await put(committed, "make", key)
    await owner.execute("UPDATE jobs SET crashes = 1 WHERE key = 'Initech'")
    runner = Runner(place, "maintenance", HANDLERS)
    async with place.connected() as connection:
        first = await runner.take(connection, 4)
        second = await runner.take(connection, 4)
    assert [one.key for one in first] == ["Initech"]
    assert sorted(one.key for one in second) == ["Globex", "Umbrella"]
    await owner.close()


async def count(committed: Committed) -> None:
    async with committed.open_as() as work:
        await work.schedule("count", key="A", due_at=work.now, payload={"begin": 0}, total=5)


async def test_a_long_job_is_done_in_parts_and_goes_on_behind_the_last_that_was_committed(
    committed: Committed, place: Place
):
    await count(committed)
    runner = Runner(place, "maintenance", HANDLERS)
    lost = "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' RETURNING 1"
    async with place.connected() as connection:
        (first,) = await runner.take(connection, 1)
        await runner.do(first)
        assert await ask(committed.urls.worker, COUNTS) == "WAITING 5 2 0 0 2"
        assert await runner.take(connection, 1) != []
        await connection.fetchval(lost)
        assert await sweep_once(connection) == 1
        assert await ask(committed.urls.worker, JOBS) == "A WAITING 1 1"
        (second,) = await runner.take(connection, 1)
        await runner.do(second)
    assert await ask(committed.urls.worker, COUNTS) == "WAITING 5 3 1 0 4"
    assert await ask(committed.urls.worker, JOBS) == "A WAITING 0 0"  # what it has survived is forgiven
    async with running(place):
        await until(lambda: ask(committed.urls.worker, COUNTS), "DONE 5 3 1 1 4")
    assert await ask(committed.superuser_url, NAMES) == "0, 1, 3"


async def test_a_runner_that_was_slow_never_does_a_part_again(committed: Committed, place: Place):
    """`attempts` begins anew with each part, so that of the slow one may be that of another's part."""
    await count(committed)
    runner = Runner(place, "maintenance", HANDLERS)
    async with place.connected() as connection:
        (slow,) = await runner.take(connection, 1)
        await connection.fetchval("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' RETURNING 1")
        assert await sweep_once(connection) == 1
        (second,) = await runner.take(connection, 1)
        await runner.do(second)
        (third,) = await runner.take(connection, 1)
        assert (slow.attempts, third.attempts) == (1, 1)
        await asyncio.gather(runner.do(slow), runner.do(third))
    assert await ask(committed.urls.worker, COUNTS) == "WAITING 5 3 1 0 4"
    assert await ask(committed.superuser_url, NAMES) == "0, 1, 3"


async def test_an_attempt_that_takes_too_long_is_given_up_and_made_again_later(
    committed: Committed, place: Place, monkeypatch: pytest.MonkeyPatch
):
    async def endless(work: Work, payload: Mapping[str, Any]) -> None:
        await make_account(work, payload)
        await asyncio.Event().wait()

    monkeypatch.setattr(jobs, "ATTEMPT_SECONDS", 0.3)
    await put(committed, "endless", "A")
    async with running(place, {"endless": Handler(endless)}):
        await until(lambda: ask(committed.urls.worker, JOBS), "A WAITING 1 0")
    assert await ask(committed.urls.worker, "SELECT last_error FROM jobs") == "TimeoutError"
    assert await ask(committed.superuser_url, NAMES) == ""
