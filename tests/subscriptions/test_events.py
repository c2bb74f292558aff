"""Events over a WebSocket: who hears what, from where on, for how long, and at what cost."""

import asyncio
import hashlib
import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from api import telemetry
from api.domain import access, documents, sharing, tokens
from api.domain.tokens import TokenKind
from api.domain.users import User
from api.http.subscriptions import feeds, frames, guests
from api.schema.feed import feed_page
from tests.conftest import Committed
from tests.factories import a_contact, an_account
from tests.graphql_client import SECRET
from tests.people import NOW, a_user
from tests.subscriptions.serving import Served, a_token, serving, settled, silent_reader

EVENTS = """
subscription Events($types: [String!], $changedFields: [String!], $filter: EventFilter, $after: String) {
  events(types: $types, changedFields: $changedFields, filter: $filter, after: $after) {
    position types changedFields ... on AccountChanged { account { name } }
  }
}
"""
PATCH = """
mutation Patch($id: ID!, $patch: AccountPatch!) {
  accountUpdate(where: { id: $id }, patch: $patch) { outcome }
}
"""
SOON = 0.05
NAMES = [f"Account {number:02}" for number in range(30)]


def name_of(message: Any) -> str:
    """The account's name in a `next`."""
    assert message["type"] == "next", message
    return str(message["payload"]["data"]["events"]["account"]["name"])


def place_of(message: Any) -> str:
    return str(message["payload"]["data"]["events"]["position"])


async def test_what_happens_is_heard_as_it_happens(served: Served):
    async with served.socket() as caller:
        await caller.subscribe("1", EVENTS)
        await settled()
        id = await served.account("Initech", notes="Call them")
        made = await caller.hear()
        await served.call(PATCH, {"id": id, "patch": {"name": "Initrode"}})
        changed = await caller.hear()

    assert (made["id"], made["type"]) == ("1", "next")
    first, second = made["payload"]["data"]["events"], changed["payload"]["data"]["events"]
    assert first | {"position": "", "changedFields": []} == {
        "position": "",
        "types": ["account.created"],
        "changedFields": [],
        "account": {"name": "Initech"},
    }
    assert {"name", "notes"} <= set(first["changedFields"])
    assert (second["types"], second["changedFields"]) == (["account.updated"], ["name"])
    assert int(second["position"]) == int(first["position"]) + 1


async def test_types_fields_and_records_narrow_what_is_heard(served: Served):
    id = await served.account("Umbrella")
    other = await served.account("Soylent")
    async with served.socket() as caller:
        await caller.subscribe("types", EVENTS, {"types": ["account.created"]})
        await caller.subscribe("fields", EVENTS, {"changedFields": ["industry"]})
        await caller.subscribe("record", EVENTS, {"filter": {"id": {"eq": id}}})
        await settled()
        await served.call(PATCH, {"id": id, "patch": {"name": "Umbrella Corp"}})
        await served.call(PATCH, {"id": other, "patch": {"industry": "Food"}})
        await served.account("Tyrell")
        heard = sorted([(one["id"], name_of(one)) for one in [await caller.hear() for _ in range(3)]])
        assert heard == [("fields", "Soylent"), ("record", "Umbrella Corp"), ("types", "Tyrell")]
        assert await caller.silent(SOON)


async def test_who_comes_back_gets_what_was_missed_in_order_and_once(served: Served):
    async with served.socket() as caller:
        await caller.subscribe("1", EVENTS)
        await settled()
        await served.account("Seen")
        seen = place_of(await caller.hear())
    await served.accounts(*(f"Missed {number:02}" for number in range(30)))  # more than one page
    async with served.socket() as caller:
        await caller.subscribe("1", EVENTS, {"after": seen})
        heard = [await caller.hear() for _ in range(30)]
        await served.account("Now")
        last = await caller.hear()
    assert [name_of(one) for one in heard] == [f"Missed {number:02}" for number in range(30)]
    assert [int(place_of(one)) for one in heard] == list(range(int(seen) + 1, int(seen) + 31))
    assert name_of(last) == "Now"


async def test_a_pong_says_how_far_all_subscriptions_are(served: Served):
    async with served.socket() as caller:
        await caller.say({"type": "ping"})
        assert await caller.hear() == {"type": "pong"}
        await caller.subscribe("1", EVENTS, {"types": ["account.archived"]})
        await caller.subscribe("2", EVENTS)
        await settled()
        await served.accounts("One", "Two")
        heard = [place_of(await caller.hear()) for _ in range(2)]
        await settled()
        await caller.say({"type": "ping"})
        assert await caller.hear() == {"type": "pong", "payload": {"position": heard[-1]}}
    async with served.socket() as caller:
        await caller.subscribe("1", EVENTS, {"after": heard[0]})
        assert name_of(await caller.hear()) == "Two"


async def test_a_subscription_ends_alone(served: Served):
    async with served.socket() as caller:
        await caller.subscribe("ends", EVENTS)
        await caller.subscribe("stays", EVENTS)
        await caller.subscribe("fails", "subscription { nothing }")
        failed = await caller.hear()
        assert (failed["id"], failed["type"]) == ("fails", "error")
        assert failed["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        await caller.say({"id": "ends", "type": "complete"})
        await settled()
        await served.account("Hooli")
        heard = await caller.hear()
        assert (heard["id"], name_of(heard)) == ("stays", "Hooli")
        assert await caller.silent(SOON)
        await caller.subscribe("ends", EVENTS, {"after": str(int(place_of(heard)) - 1)})  # the id is free again
        assert (await caller.hear())["id"] == "ends"


async def test_the_twenty_first_subscription_is_refused_and_the_others_go_on(served: Served):
    async with served.socket() as caller:
        for number in range(20):
            await caller.subscribe(f"{number}", EVENTS, {"types": ["account.created" if number == 7 else "none"]})
        await caller.subscribe("20", EVENTS)
        refused = await caller.hear()
        assert (refused["id"], refused["type"]) == ("20", "error")
        assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        await settled()
        await served.account("Stark")
        heard = await caller.hear()
        assert (heard["id"], name_of(heard)) == ("7", "Stark")


async def test_an_after_that_the_feed_has_not_reached_is_refused(served: Served):
    async with served.socket() as caller:
        await caller.subscribe("1", EVENTS, {"after": "999999999"})
        refused = await caller.hear()
    assert refused["type"] == "error"
    assert refused["payload"][0]["extensions"]["code"] == "BAD_CURSOR"


# -- rights -----------------------------------------------------------------------------------------------------------


async def test_only_what_the_reader_may_see_is_heard_and_hidden_fields_are_not_named(served: Served):
    rep = await someone(served, "Robert Rep", "sales_rep")
    marketer = await someone(served, "Mary Marketer", "marketer")
    async with (
        served.socket(await a_token(served.committed, rep, "sales_rep")) as reps,
        served.socket(await a_token(served.committed, marketer, "marketer")) as marketers,
    ):
        await reps.subscribe("1", EVENTS)
        await marketers.subscribe("1", EVENTS)
        await settled()
        await served.account("Not his", notes="A secret")
        await served.account("His", owner={"id": f"usr_{rep.id.hex}"})
        assert name_of(await reps.hear()) == "His"
        assert await reps.silent(SOON)
        first = await marketers.hear()
        assert name_of(first) == "Not his"
        assert "notes" not in first["payload"]["data"]["events"]["changedFields"]


async def test_rights_that_change_count_for_the_next_event(served: Served):
    person = await someone(served, "Rita Rep", "sales_rep")
    async with served.socket(await a_token(served.committed, person)) as caller:
        await caller.subscribe("1", EVENTS, {"types": ["account.created"]})
        await settled()
        await served.account("Before")
        await give(served, person, "read_only")
        await asyncio.sleep(guests.CHECK_SECONDS + 0.5)
        await served.account("After")
        assert name_of(await caller.hear()) == "After"


async def test_a_revoked_token_is_out_within_five_seconds(served: Served):
    async with served.committed.open_as() as work:
        made, text = await tokens.create(work, "read_only", "Screen", pepper=tokens.pepper(SECRET))
    async with served.socket(text) as caller, served.socket(text) as idle, served.socket() as other:
        await caller.subscribe("1", EVENTS)
        await settled()
        async with served.committed.open_as() as work:
            await tokens.revoke(work, made.id)
        (code, reason), (second, _) = await asyncio.gather(caller.closed(5), idle.closed(5))
        assert (code, second) == (4403, 4403)
        assert reason.startswith("Send a valid token")
        await other.say({"type": "ping"})
        assert await other.hear() == {"type": "pong"}


async def test_an_expired_token_is_out_within_five_seconds(served: Served):
    clock = datetime.now(UTC) - NOW  # the tests' own stands still
    text = await a_token(served.committed, expires_in=clock + timedelta(seconds=2))
    async with served.socket(text) as caller:
        assert (await caller.closed(6))[0] == 4403


async def someone(served: Served, name: str, role: str) -> User:
    """A person with exactly this role."""
    person = await a_user(served.committed.sessions, served.committed.tenant.id, name)
    await give(served, person, role)
    return person


async def give(served: Served, person: User, role: str) -> None:
    async with served.committed.open_as() as work:
        await access.set_roles(work, person.id, [(await access.role_named(work, role)).id])
    await served.relay()


# -- documents --------------------------------------------------------------------------------------------------------


async def test_documents_by_hash_are_followed_as_they_are_over_http(served: Served):
    sha256 = hashlib.sha256(EVENTS.encode()).hexdigest()
    apq = {"persistedQuery": {"version": 1, "sha256Hash": sha256}}
    token = await a_token(served.committed, documents=tokens.DocumentMode.APQ)
    async with served.socket(token) as caller:
        await caller.say({"id": "1", "type": "subscribe", "payload": {"extensions": apq}})
        missed = await caller.hear()
        assert missed["payload"][0]["message"] == "PersistedQueryNotFound"
        await caller.subscribe("2", EVENTS, {"types": ["none"]}, extensions=apq)
        await caller.say({"id": "3", "type": "subscribe", "payload": {"extensions": apq}})
        await settled()
        await served.account("Wayne")
        assert (await caller.hear())["id"] == "3"


async def test_a_trusted_token_follows_registered_documents_only(served: Served):
    text = "subscription Registered { events { position ... on AccountChanged { account { name } } } }"
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    token = await a_token(served.committed, documents=tokens.DocumentMode.TRUSTED)
    async with served.socket(token) as caller:
        await caller.subscribe("1", EVENTS)
        assert (await caller.hear())["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        await register(served, text)
        await caller.say({"id": "2", "type": "subscribe", "payload": {"documentId": f"sha256:{sha256}"}})
        await settled()
        await served.account("Acme 2")
        heard = await caller.hear()
        assert (heard["id"], name_of(heard)) == ("2", "Acme 2")


async def register(served: Served, text: str) -> None:
    async with served.committed.open_as() as work:
        await documents.register(work, [text])


# -- limits -----------------------------------------------------------------------------------------------------------


async def test_events_beyond_the_budget_come_later_and_none_is_lost(committed: Committed, tmp_path: Path):
    async with serving(committed, tmp_path, max_cost=20, rate_points_per_second=10, rate_burst=20) as served:
        own = await a_token(committed)
        async with served.socket(own) as caller:
            await caller.subscribe("1", EVENTS)
            await settled()
            began = asyncio.get_running_loop().time()
            await served.accounts(*NAMES[:20])  # an event and its account are 2 points
            heard = [name_of(await caller.hear()) for _ in range(20)]
            took = asyncio.get_running_loop().time() - began
    assert heard == NAMES[:20]
    assert took > 1.5  # 40 points, of which 20 were there


async def test_nothing_is_read_for_an_empty_budget(
    committed: Committed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    reads: list[int] = []

    async def counted(*given: Any, **options: Any) -> Any:
        reads.append(options["after"])
        return await feed_page(*given, **options)

    monkeypatch.setattr(feeds, "feed_page", counted)
    async with serving(committed, tmp_path, max_cost=20, rate_points_per_second=2, rate_burst=20) as served:
        own = await a_token(committed)
        await served.relay()
        begin = (await served.call("{ events { position } }"))["events"]["position"]
        await served.accounts(*NAMES[:12])
        async with served.socket(own) as caller:
            await caller.subscribe("1", EVENTS, {"after": begin})
            heard = [name_of(await caller.hear()) for _ in range(9)]  # a point to begin, two for each event
            await asyncio.sleep(0.3)
            assert reads == [int(begin)]
            heard += [name_of(await caller.hear()) for _ in range(2)]
    assert heard == NAMES[:11]


async def test_who_does_not_read_is_closed_and_the_others_are_not_held_up(
    committed: Committed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert frames.SLOW_SECONDS == 5
    monkeypatch.setattr(frames, "SLOW_SECONDS", 0.5)
    monkeypatch.setattr(frames, "CLOSE_SECONDS", 0.5)
    large = EVENTS.replace("name }", "name notes }")
    async with (
        serving(committed, tmp_path, send_buffer=4_096, metrics_token="m" * 20) as served,
        served.socket() as reading,
    ):
        lazy = await asyncio.to_thread(silent_reader, served, large)
        await reading.subscribe("1", large)
        await settled()
        await served.accounts(*NAMES, notes="x" * 5_000)
        assert [name_of(await reading.hear()) for _ in NAMES] == NAMES
        await asyncio.sleep(1.2)
        with lazy:
            lazy.settimeout(5)
            said = b""
            with suppress(ConnectionResetError):
                while chunk := lazy.recv(65_536):
                    said += chunk
        assert len(said) < 200_000
        assert (await figures(served))['crm_socket_closes_total{code="4480"}'] == 1
        await served.account("Still here")
        assert name_of(await reading.hear()) == "Still here"


# -- figures ----------------------------------------------------------------------------------------------------------


async def test_connections_and_subscriptions_are_counted_and_each_end_has_its_line(
    committed: Committed, tmp_path: Path
):
    async with serving(committed, tmp_path, metrics_token="m" * 20) as served:
        log = io.StringIO()
        telemetry.configure("info", log)
        try:
            async with served.socket() as caller, served.socket():
                await caller.subscribe("1", EVENTS)
                await caller.subscribe("2", EVENTS)
                await settled()
                await served.account("Counted")
                assert {(await caller.hear())["id"] for _ in range(2)} == {"1", "2"}
                during = await figures(served)
                await caller.say("[]")
                await caller.closed()
            await asyncio.sleep(SOON)
            after = await figures(served)
        finally:
            telemetry.configure("error")
    assert (during['crm_connections{kind="socket"}'], during["crm_subscriptions"]) == (2, 2)
    assert (after['crm_connections{kind="socket"}'], after["crm_subscriptions"]) == (0, 0)
    assert after["crm_events_sent_total"] == 2
    assert (after['crm_socket_closes_total{code="4400"}'], after['crm_socket_closes_total{code="left"}']) == (1, 1)
    lines = [line for line in map(orjson.loads, log.getvalue().splitlines()) if line["event"] == "socket"]
    assert {(line["code"], line["tenant"]) for line in lines} == {
        ("4400", str(committed.tenant.id)),
        ("left", str(committed.tenant.id)),
    }
    assert served.token not in log.getvalue()


async def figures(served: Served) -> dict[str, float]:
    async with httpx.AsyncClient() as client:
        address = f"http://127.0.0.1:{served.port}/metrics"
        text = (await client.get(address, headers={"authorization": "Bearer " + "m" * 20})).text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_outsiders_have_no_events(served: Served):
    async with served.committed.open_as() as work:
        company = await an_account(work, "Brightwater")
        contact = await a_contact(work, "Pat", account_id=company.id)
        pepper = tokens.pepper(SECRET)
        _, text = await sharing.create_for_contact(work, contact.id, TokenKind.PARTNER, "Portal", pepper=pepper)
    async with served.socket(text) as caller:
        await caller.subscribe("1", EVENTS)
        refused = await caller.hear()
    assert refused["type"] == "error"
    assert {error["extensions"]["code"] for error in refused["payload"]} == {"GRAPHQL_VALIDATION_FAILED"}
