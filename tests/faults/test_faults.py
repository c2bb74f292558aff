"""The fault kit: six of its rows once, a checker that finds what is planted, a proxy that does what it says."""

import asyncio
import os
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from api.db.commits import OutcomeUnknown
from api.http.errors import CODES, refusal_of
from tests.cluster import in_memory
from tests.faults import campaign
from tests.faults.campaign import ROWS, Line, Result
from tests.faults.ledger import Told
from tests.faults.load import CREATE
from tests.faults.place import Campaign, Place, a_campaign, a_place, until
from tests.faults.proxy import COMMIT, Proxy, Trap, Verb, Way, Weather, to_port
from tests.faults.row import Row
from tests.faults.rows import webhooks, workloads
from tests.faults.serving import ROOT

pytestmark = pytest.mark.proof
QUICK = ("F01", "F02", "F03", "F09", "F11", "F16")


@pytest.fixture(scope="module")
async def faults() -> AsyncIterator[Campaign]:
    async with a_campaign() as made:
        yield made


@pytest.mark.parametrize("number", QUICK)
async def test_what_is_promised_holds_through_the_fault(faults: Campaign, number: str):
    row = next(row for row in ROWS if row.number == number)
    violations, _ = await campaign.run_row(faults, row, seed=1)
    assert violations == []


async def test_histories_of_200_operations_hold_while_connections_are_ended(faults: Campaign):
    """One behind the other in one place; the queue has 200 changes, and its worker is killed."""
    faults.slowness = campaign.slowness()
    async with a_place(faults, 1, {}) as place:
        async with workloads.disturbed(place):
            for history in workloads.HISTORIES:
                await history.run(place, 200)
        await webhooks.queue(place, 1, 200)
        assert place.manner.violations + place.logged() == []


# The checker


@pytest.fixture(scope="module")
async def place(faults: Campaign) -> AsyncIterator[Place]:
    """A run in which one contact was made under a key; its server is stopped, so that its database can be copied."""
    async with a_place(faults, 1, {}) as made:
        caller = made.caller()
        await caller.write("kept", "contact", CREATE, {"input": {"lastName": "kept"}}, key="key of kept")
        await caller.write("again", "contact", CREATE, {"input": {"lastName": "again"}})
        await made.api.stop()
        yield made


async def blamed(place: Place, statement: str) -> list[str]:
    """What the checker finds in a copy of the database after the statement."""
    copy, postgres = f"{place.database}_copy", place.postgres
    place.manner.violations.clear()
    await asyncio.to_thread(postgres.embedded.create_database, copy, place.database)
    try:
        await postgres.run(statement, copy)
        await place.check(quiet=0.3, url=postgres.embedded.superuser_url(copy))
    finally:
        await asyncio.to_thread(postgres.embedded.drop_database, copy)
    return list(place.manner.violations)


async def test_the_checker_has_nothing_to_say_about_what_is_well(place: Place):
    assert place.ledger.counts[Told.DONE] == 2
    assert await blamed(place, "SELECT 1") == []


WITHOUT_KEYS = "SET session_replication_role = replica; "
PLANTED = {
    "an acknowledged record is gone": (
        WITHOUT_KEYS + "DELETE FROM contacts WHERE last_name = 'kept'",
        "I1: kept was acknowledged and is not in contacts",
    ),
    "a record is older than what was told": (
        "UPDATE contacts SET version = 0 WHERE last_name = 'kept'",
        "I1: kept made version 1, contacts has 0",
    ),
    "something was done twice": (
        "UPDATE contacts SET last_name = 'kept'",
        "I2: kept was asked for once and is there 2 times",
    ),
    "a key has no result": (
        "UPDATE idempotency_keys SET result = NULL",
        "I6: 1 idempotency keys have no result",
    ),
    "a key stands for another record": (
        """UPDATE idempotency_keys SET result = result || '{"id": "00000000-0000-0000-0000-000000000000"}'""",
        "I2: kept was told con_",
    ),
    "an event is missing": ("DELETE FROM outbox WHERE aggregate_type = 'contact'", "I3: contacts "),
    "an event has no change": (
        WITHOUT_KEYS + "DELETE FROM contacts; DELETE FROM change_events WHERE object_type = 'contact'",
        "I3: an event of contact",
    ),
    "an audit row is missing": (
        WITHOUT_KEYS + "DELETE FROM change_events WHERE object_type = 'contact'",
        "I11: ",
    ),
    "a job has lost count": (
        """INSERT INTO jobs (tenant_id, id, kind, key, payload, due_at, state, attempts, crashes, created_at, total,
                             applied)
           SELECT id, id, 'import', '', '{}', now(), 'DONE', 1, 0, now(), 3, 2 FROM tenants""",
        "I8: import ",
    ),
    "a canary is in another tenant": (
        "UPDATE accounts SET name = 'canary of Acme'",
        "I10: the account 'canary of Acme' is in 2 tenants",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
async def test_the_checker_finds_what_is_planted(place: Place, fault: str):
    statement, expected = PLANTED[fault]
    assert [one for one in await blamed(place, statement) if one.startswith(expected)] != []


async def test_the_checker_finds_who_stays_in_a_transaction(place: Place):
    connection = await asyncpg.connect(place.postgres.embedded.urls(place.database).app)
    await connection.execute("BEGIN")
    try:
        place.manner.violations.clear()
        await place.check(quiet=0.3)
    finally:
        await connection.close()
    assert [one for one in place.manner.violations if "is idle in transaction: BEGIN" in one] != []


# The proxy


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Before a server that sends back what it gets."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with Proxy(to_port(server.sockets[0].getsockname()[1]), random.Random(1)) as made:
        yield made
    server.close()


async def said(proxy: Proxy, *words: bytes, seconds: float = 0.3) -> bytes | None:
    """What comes back for the words, one after the other; None if the connection was reset."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    found = b""
    try:
        for word in words:
            writer.write(word)
            await writer.drain()
            try:
                async with asyncio.timeout(seconds):
                    found += await reader.read(100)
            except TimeoutError:
                found += b"(silence)"
    except ConnectionResetError:
        return None
    finally:
        writer.transport.abort()
    return found


async def test_the_proxy_lets_pass_what_nothing_is_said_about(proxy: Proxy):
    assert await said(proxy, b"one ", b"two") == b"one two"


async def test_a_connection_is_cut_after_its_bytes_or_before_them(proxy: Proxy):
    trap = proxy.set(Trap(Way.THERE, Verb.CUT, b"COMMIT", through=False))
    assert await said(proxy, b"begin ", b"COMMIT") == b"begin "
    assert trap.caught.is_set()
    assert await said(proxy, b"COMMIT") == b"COMMIT"  # the trap had one time
    proxy.set(Trap(Way.BACK, Verb.RESET, b"do"))
    assert await said(proxy, b"do", b"more") in {b"do", None}


async def test_bytes_are_found_across_packets(proxy: Proxy):
    proxy.set(Trap(Way.THERE, Verb.BLACKHOLE, COMMIT))
    assert await said(proxy, COMMIT[:5], COMMIT[5:], b"more") == COMMIT[:5] + b"(silence)(silence)"


async def test_a_connection_is_cut_after_so_many_bytes(proxy: Proxy):
    proxy.set(Trap(Way.BACK, Verb.CUT, after=4))
    assert await said(proxy, b"ab", b"cdef", b"gh") == b"abcd"


async def test_silence_and_refusal(proxy: Proxy):
    proxy.weather = Weather(blackhole=True)
    assert await said(proxy, b"anybody?") == b"(silence)"
    proxy.weather = Weather(refusing=True)
    assert await said(proxy, b"anybody?") in {None, b""}


async def test_latency_and_bandwidth(proxy: Proxy):
    loop = asyncio.get_running_loop()
    proxy.weather = Weather(latency=0.1)
    began = loop.time()
    assert await said(proxy, b"slow", seconds=5) == b"slow"
    assert loop.time() - began >= 0.2
    proxy.weather = Weather(bandwidth=100)
    began = loop.time()
    assert await said(proxy, b"x" * 20, seconds=5) == b"x" * 20
    assert loop.time() - began >= 0.4


# What is told of a COMMIT in doubt


def test_what_is_not_known_is_not_offered_for_repetition():
    refused = refusal_of(OutcomeUnknown())
    assert (refused.code, CODES[refused.code].retryable) == ("OUTCOME_UNKNOWN", False)


async def test_a_commit_that_stays_in_doubt_is_told_as_such_without_a_key_only(faults: Campaign):
    async with a_place(faults, 2, {"CRM_REQUEST_TIMEOUT_SECONDS": "2"}) as place:
        caller = place.caller()
        assert (await caller.ask("{ viewer { name } }")).data is not None
        for key, code, retryable in ((None, "OUTCOME_UNKNOWN", False), ("key of silence", "UNAVAILABLE", True)):
            trap = place.proxy.set(Trap(Way.THERE, Verb.BLACKHOLE, COMMIT))
            answer = await caller.ask(CREATE, {"input": {"lastName": f"silent {key}"}}, key)
            assert trap.caught.is_set()
            assert (answer.status, answer.code, answer.retryable) == (503, code, retryable)
        again = await caller.ask(CREATE, {"input": {"lastName": "silent key of silence"}}, "key of silence")
        assert again.replayed
        names = [row["last_name"] for row in await place.sql("SELECT last_name FROM contacts ORDER BY id")]
        assert names == ["silent None", "silent key of silence"]


# The table


def test_the_last_line_counts_runs_and_violations():
    line = Line(Row("F01", "kill"), runs=2, violations=["I1: lost"])
    built = Line(Row("F04", "bulk", missing="bulk jobs"))
    result = Result([line, built])
    assert result.last_line == "faults: 2 runs, 1 violations"
    assert result.table() == [
        "row  fault  runs  time  state          seen last",
        "F01  kill   2     0 s   1 violations",
        "F04  bulk   0           not built yet  bulk jobs",
    ]


# The lanes


def running(mark: str) -> set[str]:
    """The programs of all processes that have the mark in their environment, or in their arguments."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment, program = ((process / name).read_bytes() for name in ("environ", "cmdline"))
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
        if mark.encode() in environment or mark.encode() in program:
            found.add(program.replace(b"\0", b" ").decode())
    return found


async def test_a_campaign_that_is_killed_leaves_nothing_running():
    with tempfile.TemporaryDirectory(prefix="crm-lane-", dir=in_memory()) as folder:
        os.chmod(folder, 0o711)  # noqa: PTH101, S103 - PostgreSQL may run as another user, who passes through
        campaign = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults"),
            env={**os.environ, "ROWS": "F13", "REPEAT": "1", "LANES": "1", "FAULTS_FOLDER": folder},
            stdout=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
        )

        async def seen(*programs: str) -> bool:
            found = running(folder)
            return all(any(program in one for one in found) for program in programs) and bool(found) is bool(programs)

        assert await until(lambda: seen("tests.faults --lane", "serve --port", "postgres"), 60)
        campaign.kill()
        await campaign.wait()
        assert await until(seen, 60), running(folder)
        assert os.listdir(folder) == []  # noqa: PTH208
