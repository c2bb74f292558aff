"""Events on their way to receivers: what they get, under which signature, how often."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.domain import access, webhooks
from api.domain.kernel import Level, Right
from api.worker.retention import delete_old
from api.worker.webhooks.claims import claim
from api.worker.webhooks.loop import LEASE
from tests.conftest import Committed
from tests.people import a_user as a_person
from tests.webhooks.conftest import THIN, World, a_world, uuid_of
from tests.webhooks.receivers import Reader, Receiver, Writer, answer, receiving, silent

LONG_AGO = (
    "(created_at, due_at, finished_at) = (SELECT at, at, at FROM (SELECT now() - interval '31 days' AS at) AS old)"
)
GONE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE usename = 'crm_worker' AND datname = current_database()"""
RENAME = """mutation($id: ID!, $name: String!) {
  accountUpdate(where: {id: $id}, patch: {name: $name}) { outcome errors { message } } }"""
REPLAY = """mutation($id: ID!, $delivery: ID, $after: String, $through: String) {
  webhookDeliveryReplay(where: {id: $id}, delivery: $delivery, after: $after, through: $through) {
    outcome jobId errors { code path } } }"""
REPLAYS = """query($id: ID!) { webhookEndpoint(where: {id: $id}) { replays(first: 1) { nodes {
    id state total applied skipped rejected } } } }"""
STATE = (
    "query($id: ID!) { webhookEndpoint(where: {id: $id}) { state disabledReason health { failures failingSince } } }"
)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def world(committed: Committed, tmp_path: Path, receiver: Receiver) -> AsyncIterator[World]:
    async with a_world(committed, tmp_path, receiver.allowed) as one:
        yield one


async def state_of(world: World, endpoint: str) -> Any:
    return (await world(STATE, {"id": endpoint}))["webhookEndpoint"]


async def disabled_events(world: World) -> list[Any]:
    return await world.rows(
        "SELECT payload->'events'->0->>'reason' FROM outbox WHERE 'webhook_endpoint.disabled' = ANY (types)"
    )


async def test_an_event_arrives_signed_so_that_the_published_package_verifies_it(world: World, receiver: Receiver):
    endpoint, secret = await world.endpoint(receiver, objects=["account"])
    account = await world.account("Initech")
    assert await world.happen() == 1
    (request,) = receiver.requests
    sent = Webhook(secret).verify(request.body, request.headers)
    (delivery,) = await world.log(endpoint)
    assert sent == {
        "type": "account.created",
        "timestamp": sent["timestamp"],
        "data": {
            "events": {
                "id": delivery["eventId"],
                "type": "account.created",
                "position": delivery["position"],
                "changedFields": sent["data"]["events"]["changedFields"],
            }
        },
    }
    assert "name" in sent["data"]["events"]["changedFields"]
    assert abs(datetime.fromisoformat(sent["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert request.headers["webhook-id"] == delivery["id"]
    assert delivery["id"].startswith("whd_")
    assert request.headers["content-type"] == "application/json"
    assert (delivery["state"], delivery["attempts"], delivery["status"], delivery["excerpt"]) == (
        "DELIVERED",
        1,
        200,
        "ok",
    )
    assert account not in str(sent)
    for at in range(0, len(request.body), 7):  # any bit that is changed on the way is found
        forged = bytearray(request.body)
        forged[at] ^= 1
        with pytest.raises((WebhookVerificationError, UnicodeDecodeError)):
            Webhook(secret).verify(bytes(forged), request.headers)


async def test_only_what_was_asked_for_is_sent(world: World, receiver: Receiver):
    account = await world.account("Initech")
    await world.relay()
    by_type, _ = await world.endpoint(receiver, types=["account.updated", "contact.created"])
    by_object, _ = await world.endpoint(receiver, objects=["contact"])
    by_field, _ = await world.endpoint(receiver, objects=["account"], changedFields=["website"])
    by_document, _ = await world.endpoint(
        receiver, objects=["account"], document='subscription { events(types: ["account.archived"]) { id } }'
    )
    await world(RENAME, {"id": account, "name": "Initrode"})
    await world.happen()
    assert [[one["state"] for one in await world.log(id)] for id in (by_type, by_object, by_field, by_document)] == [
        ["DELIVERED"],
        [],
        [],
        ["SKIPPED"],
    ]
    assert len(receiver.requests) == 1


async def test_a_rotated_secret_and_its_predecessor_both_verify(world: World, receiver: Receiver):
    endpoint, old = await world.endpoint(receiver, objects=["account"])
    rotate = "mutation($id: ID!, $hours: Int!) { webhookSecretRotate(where: {id: $id}, keepOldFor: $hours) { secret } }"
    new = (await world(rotate, {"id": endpoint, "hours": 1}))["webhookSecretRotate"]["secret"]
    await world.account("One")
    await world.happen()
    (request,) = receiver.requests
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        Webhook(secret).verify(request.body, request.headers)
    newest = (await world(rotate, {"id": endpoint, "hours": 0}))["webhookSecretRotate"]["secret"]
    await world.account("Two")
    await world.happen()
    request = receiver.requests[-1]
    Webhook(newest).verify(request.body, request.headers)
    for secret in (old, new):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(request.body, request.headers)


async def test_what_fails_is_tried_ten_times_under_one_id_and_a_new_timestamp(world: World, receiver: Receiver):
    receiver.answers = [answer(500, b"no\0pe")]
    endpoint, secret = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.relay()
    spelled = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    delays: list[float] = []
    for attempt in range(1, 11):
        assert await world.send() == 1
        (delivery,) = await world.log(endpoint)
        assert (delivery["attempts"], delivery["status"]) == (attempt, 500)
        assert delivery["excerpt"] == "no\N{REPLACEMENT CHARACTER}pe"
        if attempt < 10:
            assert delivery["state"] == "WAITING"
            delays.append((datetime.fromisoformat(delivery["dueAt"]) - datetime.now(UTC)).total_seconds())
        assert await world.send() == 0
        await world.shift(seconds=round((delays[-1] + 10) * 1.05))
    assert all(0.8 * wanted - 5 <= found <= 1.2 * wanted for wanted, found in zip(spelled, delays, strict=True))
    assert (delivery["state"], delivery["error"]) == ("FAILED", "the receiver answered 500")
    assert delivery["finishedAt"] is not None
    assert {one.headers["webhook-id"] for one in receiver.requests} == {delivery["id"]}
    for one in receiver.requests:
        Webhook(secret).verify(one.body, one.headers)
    failed = "query($id: ID!) { webhookEndpoint(where: {id: $id}) { failedDeliveries { nodes { id } } } }"
    found = await world(failed, {"id": endpoint})
    assert found["webhookEndpoint"]["failedDeliveries"]["nodes"] == [{"id": delivery["id"]}]


async def test_an_answer_that_redirects_fails_and_is_not_followed(world: World, receiver: Receiver):
    receiver.answers = [answer(301, location=f"http://127.0.0.1:{receiver.port}/elsewhere")]
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.happen()
    (delivery,) = await world.log(endpoint)
    assert (delivery["state"], delivery["status"], len(receiver.requests)) == ("WAITING", 301, 1)
    assert delivery["error"] == "the receiver redirects, which is not followed: change the URL"


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(429, "120", 120), (503, "0", 1), (503, "9" * 11, 86_400), (429, "soon", 5), (500, "120", 5)],
)
async def test_a_receiver_says_how_long_to_wait(
    world: World, receiver: Receiver, status: int, header: str, seconds: int
):
    receiver.answers = [answer(status, retry_after=header)]
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.happen()
    (delivery,) = await world.log(endpoint)
    waits = (datetime.fromisoformat(delivery["dueAt"]) - datetime.now(UTC)).total_seconds()
    assert seconds * 0.8 - 3 <= waits <= seconds * 1.2


async def test_a_receiver_that_is_gone_is_left_alone_and_the_tenant_is_told(world: World, receiver: Receiver):
    receiver.answers = [answer(410)]
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account("One")
    await world.happen()
    assert await state_of(world, endpoint) == {
        "state": "DISABLED",
        "disabledReason": "GONE",
        "health": {"failures": 1, "failingSince": (await state_of(world, endpoint))["health"]["failingSince"]},
    }
    assert await disabled_events(world) == ["GONE"]
    await world.account("Two")
    assert await world.happen() == 0
    assert (len(receiver.requests), len(await world.log(endpoint))) == (1, 1)


async def test_five_days_without_a_success_disable_and_enabling_forgets_them(world: World, receiver: Receiver):
    receiver.answers = [answer(500)]
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account("One")
    await world.happen()
    await world.shift(days=4)
    await world.send()
    assert (await state_of(world, endpoint))["state"] == "ACTIVE"
    await world.shift(days=1)
    await world.send()
    found = await state_of(world, endpoint)
    assert (found["state"], found["disabledReason"], found["health"]["failures"]) == ("DISABLED", "FAILING", 3)
    assert await disabled_events(world) == ["FAILING"]
    receiver.answers = [answer(200)]
    await world("mutation($id: ID!) { webhookEndpointEnable(where: {id: $id}) { outcome } }", {"id": endpoint})
    assert await state_of(world, endpoint) == {
        "state": "ACTIVE",
        "disabledReason": None,
        "health": {"failures": 0, "failingSince": None},
    }
    await world.shift(days=2)
    assert await world.send() == 1
    assert [one["state"] for one in await world.log(endpoint)] == ["DELIVERED"]


async def test_five_failures_in_a_row_open_the_breaker_and_one_request_tries_again(world: World, receiver: Receiver):
    receiver.answers = [answer(500)]
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    for number in range(8):
        await world.account(f"Account {number}")
    await world.relay()
    assert await world.deliveries.step() == 4
    await world.deliveries.settled()
    assert await world.deliveries.step() == 4
    await world.deliveries.settled()
    assert len(receiver.requests) == 8
    await world.shift(seconds=4)
    assert await world.deliveries.step() == 0  # what is due waits for the breaker
    await world.shift(seconds=60)
    assert await world.deliveries.step() == 1
    await world.deliveries.settled()
    receiver.answers = [answer(200)]
    await world.shift(seconds=120)
    assert await world.deliveries.step() == 1
    await world.deliveries.settled()
    assert (await state_of(world, endpoint))["health"] == {"failures": 0, "failingSince": None}
    assert await world.deliveries.step() == 4


async def test_the_events_of_a_record_arrive_in_their_order_if_that_is_asked_for(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"], ordering="PER_RECORD")
    first, second = await world.account("A0"), await world.account("B0")
    for number in range(1, 4):
        await world(RENAME, {"id": first, "name": f"A{number}"})
    receiver.answers = [answer(500), answer(200)]
    await world.relay()
    assert await world.deliveries.step() == 2  # one of each record
    await world.deliveries.settled()
    await world.shift(seconds=10)
    await world.send()
    log = await world.log(endpoint)
    assert [one["state"] for one in log] == ["DELIVERED"] * 5
    positions: dict[str, list[int]] = {}
    for request in receiver.requests:
        event = orjson.loads(request.body)["data"]["events"]
        positions.setdefault(event["id"], []).append(int(event["position"]))
    arrived = [one for (one, *_) in positions.values()]
    assert len(arrived) == 5
    of_first = [one["position"] for one in log if one["types"][0] == "account.updated"]
    assert [one for one in arrived if str(one) in of_first] == sorted(map(int, of_first))
    assert second


async def test_rights_are_those_of_the_owner_when_it_is_sent(world: World, receiver: Receiver, committed: Committed):
    async with committed.open_as() as work:
        rights = {"webhook_endpoint": Right(Level.ALL, Level.ALL, create=True), "account": Right(Level.OWN)}
        await access.create(work, {"name": "keeper", "rights": rights})
    grace = await a_person(committed.sessions, committed.tenant.id, "Grace")
    document = "subscription { events { type ... on AccountChanged { account { name } } } }"
    create = """mutation($input: WebhookEndpointCreateInput!) { webhookEndpointCreate(input: $input) {
        webhookEndpoint { id } errors { message } } }"""
    given = {"name": "Hers", "url": receiver.url, "document": document, "objects": ["account"]}
    made = (await world(create, {"input": given}, as_="keeper", user=grace))["webhookEndpointCreate"]
    assert made["errors"] == []
    await world.account("Secret Corp")
    hers = await world.account("Hers Inc")
    own = "mutation($id: ID!, $user: ID!) { accountUpdate(where: {id: $id}, patch: {owner: {id: $user}}) { outcome } }"
    await world(own, {"id": hers, "user": f"usr_{grace.id.hex}"})
    await world.happen()
    log = """query($id: ID!) { webhookEndpoint(where: {id: $id}) {
        deliveries { totalCount { value } nodes { state types } } } }"""
    seen = await world(log, {"id": made["webhookEndpoint"]["id"]}, as_="keeper", user=grace)
    delivered = [{"state": "DELIVERED", "types": [f"account.{what}"]} for what in ("updated", "created")]
    assert seen["webhookEndpoint"]["deliveries"] == {"totalCount": {"value": 2}, "nodes": delivered}
    states = [one["state"] for one in await world.log(made["webhookEndpoint"]["id"])]
    assert states == ["SKIPPED", "DELIVERED", "DELIVERED"]  # Ada sees all accounts
    assert {request.body.decode().split('"name":"')[1].split('"')[0] for request in receiver.requests} == {"Hers Inc"}
    assert all(b"Secret Corp" not in request.body for request in receiver.requests)


async def test_who_loses_the_right_to_the_api_is_sent_nothing_more(
    world: World, receiver: Receiver, committed: Committed
):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.relay()
    await world.rows("UPDATE users SET is_active = false WHERE id = $1", committed.admin.id)
    await world.send()
    assert receiver.requests == []
    (found,) = await world.rows("SELECT state, disabled_reason FROM webhook_endpoints")
    assert found == ("DISABLED", "OWNER")
    assert await disabled_events(world) == ["OWNER"]
    await world.rows("UPDATE users SET is_active = true WHERE id = $1", committed.admin.id)
    await world("mutation($id: ID!) { webhookEndpointEnable(where: {id: $id}) { outcome } }", {"id": endpoint})
    await world.shift(seconds=1)
    assert await world.send() == 1
    assert len(receiver.requests) == 1


async def test_what_a_new_owner_writes_is_not_run_with_the_rights_of_the_one_before(
    world: World, receiver: Receiver, committed: Committed
):
    async with committed.open_as() as work:
        rights = {"webhook_endpoint": Right(Level.ALL, Level.ALL), "account": Right(Level.OWN)}
        await access.create(work, {"name": "keeper", "rights": rights})
    grace = await a_person(committed.sessions, committed.tenant.id, "Grace")
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.happen()
    take = "mutation($id: ID!) { webhookEndpointTakeOver(where: {id: $id}) { outcome errors { message } } }"
    await world(take, {"id": endpoint}, as_="keeper", user=grace)
    document = "subscription { events { type ... on AccountChanged { account { name } } } }"
    write = """mutation($id: ID!, $document: String!) {
        webhookEndpointUpdate(where: {id: $id}, patch: {document: $document}) { outcome errors { message } } }"""
    await world(write, {"id": endpoint, "document": document}, as_="keeper", user=grace)
    await world.account("Secret Corp")
    await world.happen()
    assert len(receiver.requests) == 1
    assert b"Secret Corp" not in receiver.requests[0].body


async def test_a_document_that_no_longer_fits_disables(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.rows("UPDATE webhook_endpoints SET document = 'subscription { events { vanished } }'")
    await world.account()
    begun = datetime.now(UTC)
    await world.happen()
    assert (await state_of(world, endpoint))["disabledReason"] == "DOCUMENT"
    (delivery,) = await world.log(endpoint)
    assert (delivery["state"], delivery["attempts"], receiver.requests) == ("WAITING", 0, [])
    assert "Cannot query field 'vanished'" in delivery["error"]
    assert datetime.fromisoformat(delivery["dueAt"]) > begun + timedelta(seconds=1)  # nothing turns in circles


async def test_a_body_that_is_too_long_is_not_sent_and_its_log_says_what_to_do(world: World, receiver: Receiver):
    many = " ".join(f"a{number}: changedFields" for number in range(14))
    document = f"subscription {{ events {{ id {many} }} }}"
    endpoint, _ = await world.endpoint(receiver, objects=["account"], document=document)
    await world.account()
    await world.relay()
    await world.rows(
        "UPDATE outbox SET changed = ARRAY(SELECT 'field' || n FROM generate_series(1, 300) AS n) "
        "WHERE aggregate_type = 'account'"
    )
    await world.send()
    (delivery,) = await world.log(endpoint)
    assert (delivery["state"], receiver.requests) == ("FAILED", [])
    assert "at most 20,000 are sent" in delivery["error"]


async def test_the_answer_of_a_receiver_is_shown_to_the_owner_alone(
    world: World, receiver: Receiver, committed: Committed
):
    receiver.answers = [answer(200, b"internal token 12345 " + b"x" * 5_000)]
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.happen()
    grace = await a_person(committed.sessions, committed.tenant.id, "Grace")
    (mine,), (hers,) = await world.log(endpoint), await world.log(endpoint, user=grace)
    assert (mine["excerpt"][:20], len(mine["excerpt"])) == ("internal token 12345", 1_000)
    assert hers == {**mine, "excerpt": None}


async def test_one_delivery_or_a_range_is_sent_again_under_the_same_ids(world: World, receiver: Receiver):
    endpoint, secret = await world.endpoint(receiver, objects=["account"])
    for name in ("One", "Two", "Three"):
        await world.account(name)
    await world.happen()
    before = {one["id"]: one["position"] for one in await world.log(endpoint)}
    first = next(iter(before))
    payload = (await world(REPLAY, {"id": endpoint, "delivery": first}))["webhookDeliveryReplay"]
    assert payload == {"outcome": "UNCHANGED", "jobId": None, "errors": []}
    assert await world.send() == 1
    positions = sorted(map(int, before.values()))
    await world.rows("DELETE FROM webhook_deliveries WHERE position = $1", positions[2])
    given = {"id": endpoint, "after": str(positions[0]), "through": str(positions[2])}
    payload = (await world(REPLAY, given))["webhookDeliveryReplay"]
    assert (payload["outcome"], payload["errors"]) == ("UNCHANGED", [])
    assert await world.work_off() == 1
    assert (await newest_replay(world, endpoint)) == {
        "id": payload["jobId"],
        "state": "DONE",
        "total": positions[2] - positions[0],
        "applied": positions[2] - positions[0],
        "skipped": 0,
        "rejected": 0,
    }
    assert await world.send() == 2
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert {one["id"]: one["position"] for one in await world.log(endpoint)} == before
    assert sorted(ids) == sorted([*before, *(id for id, at in before.items() if int(at) > positions[0]), first])
    for request in receiver.requests:
        Webhook(secret).verify(request.body, request.headers)


async def newest_replay(world: World, endpoint: str) -> Any:
    return (await world(REPLAYS, {"id": endpoint}))["webhookEndpoint"]["replays"]["nodes"][0]


async def many_events(world: World, account: str, count: int) -> None:
    """So many more events of an account, with positions behind the last."""
    await world.rows(
        """WITH made AS (
               INSERT INTO outbox (tenant_id, event_id, aggregate_type, aggregate_id, version, types, schema_version,
                                   actor, changed, payload, occurred_at, position)
               SELECT tenant_id, gen_random_uuid(), aggregate_type, aggregate_id, version + n, types, 1, actor, changed,
                      payload, occurred_at, (SELECT h.position FROM feed_heads h WHERE h.tenant_id = o.tenant_id) + n
                 FROM outbox o, generate_series(1, $2) AS n WHERE aggregate_type = 'account' AND aggregate_id = $1
               RETURNING tenant_id)
           UPDATE feed_heads SET position = position + $2 WHERE tenant_id IN (SELECT tenant_id FROM made)""",
        uuid_of(account),
        count,
    )


async def test_a_range_is_replayed_part_by_part_and_every_event_of_it_is_counted(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    account = await world.account()
    await world.happen()
    await many_events(world, account, 1_200)
    (last,) = await world.rows("SELECT position FROM feed_heads WHERE position > 1000")
    range_ = {"id": endpoint, "after": "0", "through": str(10**12)}
    job = (await world(REPLAY, range_))["webhookDeliveryReplay"]["jobId"]
    counted = {"id": job, "total": last, "rejected": 0}
    assert await newest_replay(world, endpoint) == {**counted, "state": "WAITING", "applied": 0, "skipped": 0}

    again = (await world(REPLAY, range_))["webhookDeliveryReplay"]
    assert again == {"outcome": "FAILED", "jobId": None, "errors": [{"code": "LIMIT_EXCEEDED", "path": ["where"]}]}

    assert await world.work_off(parts=1) == 1
    first = {**counted, "state": "WAITING", "applied": 500, "skipped": 0}
    assert await newest_replay(world, endpoint) == first
    assert await world.work_off() == 2
    done = {**counted, "state": "DONE", "applied": last, "skipped": 0}
    assert await newest_replay(world, endpoint) == done
    assert await world.rows("SELECT count(*) FROM webhook_deliveries") == [1_201]


async def test_a_replay_does_not_tell_whether_a_hidden_field_changed(
    world: World, receiver: Receiver, committed: Committed
):
    async with committed.open_as() as work:
        rights = {"webhook_endpoint": Right(Level.ALL, Level.ALL, create=True), "contact": Right(Level.ALL)}
        await access.create(work, {"name": "keeper", "rights": rights})
    endpoint, _ = await world.endpoint(receiver, objects=["contact"], changedFields=["email"])
    create = "mutation($input: ContactCreateInput!) { contactCreate(input: $input) { outcome } }"
    told = []
    for values in ({"lastName": "Lovelace", "email": "ada@example.com"}, {"lastName": "Hopper"}):
        await world(create, {"input": values})
        await world.happen()
        (last,) = await world.rows("SELECT max(position) FROM feed_heads")
        given = {"id": endpoint, "after": str(last - 1), "through": str(last)}
        assert (await world(REPLAY, given, as_="keeper"))["webhookDeliveryReplay"]["errors"] == []
        await world.work_off()
        found = (await world(REPLAYS, {"id": endpoint}, as_="keeper"))["webhookEndpoint"]["replays"]["nodes"][0]
        told.append({name: value for name, value in found.items() if name != "id"})
    assert told[0] == told[1]
    assert told[0]["state"] == "DONE"


async def test_what_cannot_be_replayed_is_counted_as_rejected(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    account = await world.account()
    await world.happen()
    await many_events(world, account, 1_000)
    (last,) = await world.rows("SELECT position FROM feed_heads WHERE position > 1000")
    await world.rows("DELETE FROM outbox WHERE position <= 800")
    await world.rows("UPDATE feed_heads SET pruned = 800 WHERE position > 1000")
    await world(REPLAY, {"id": endpoint, "after": "0", "through": str(last)})
    assert await world.work_off(parts=1) == 1
    await world.work_off()
    replay = await newest_replay(world, endpoint)
    assert (replay["state"], replay["applied"], replay["rejected"]) == ("DONE", last - 800, 800)

    await world(REPLAY, {"id": endpoint, "after": "0", "through": str(last)})
    disable = "mutation($id: ID!) { webhookEndpointDisable(where: {id: $id}) { outcome } }"
    await world(disable, {"id": endpoint})
    await world.work_off()
    replay = await newest_replay(world, endpoint)
    assert (replay["state"], replay["applied"], replay["rejected"]) == ("DONE", 0, last)


async def test_at_most_a_million_events_are_replayed(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver)
    await world.happen()
    await world.rows("UPDATE feed_heads SET position = 2000000")
    payload = (await world(REPLAY, {"id": endpoint, "after": "0", "through": "1000001"}))["webhookDeliveryReplay"]
    assert payload == {
        "outcome": "FAILED",
        "jobId": None,
        "errors": [{"code": "LIMIT_EXCEEDED", "path": ["through"]}],
    }
    assert await world.rows("SELECT count(*) FROM jobs") == [0]


async def test_a_test_event_tells_nothing_and_arrives(world: World, receiver: Receiver):
    endpoint, secret = await world.endpoint(receiver)
    await world.happen()
    receiver.requests.clear()
    test = "mutation($id: ID!) { webhookTest(where: {id: $id}) { outcome deliveryId errors { code } } }"
    payload = (await world(test, {"id": endpoint}))["webhookTest"]
    assert await world.send() == 1
    (request,) = receiver.requests
    sent = Webhook(secret).verify(request.body, request.headers)
    assert (sent["type"], sent["data"]) == ("webhook_endpoint.test", {"endpoint": endpoint})
    assert payload == {"outcome": "UNCHANGED", "deliveryId": request.headers["webhook-id"], "errors": []}


async def test_a_preview_is_the_body_to_the_byte(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.happen()
    (request,), (delivery,) = receiver.requests, await world.log(endpoint)
    preview = """mutation($endpoint: WebhookEndpointRef, $document: String, $event: ID!) {
      webhookPreview(endpoint: $endpoint, document: $document, event: $event) { body errors { code message path } } }"""
    given = {"endpoint": {"id": endpoint}, "event": delivery["eventId"]}
    assert (await world(preview, given))["webhookPreview"] == {"body": request.body.decode(), "errors": []}
    given = {"document": THIN, "event": delivery["eventId"]}
    assert (await world(preview, given))["webhookPreview"] == {"body": request.body.decode(), "errors": []}
    given = {"document": "{ viewer { name } }", "event": delivery["eventId"]}
    (error,) = (await world(preview, given))["webhookPreview"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["document"])
    assert len(receiver.requests) == 1


async def test_a_preview_costs_what_its_document_costs(committed: Committed, tmp_path: Path):
    accounts = " ".join(f"a{number}: account {{ name }}" for number in range(15))
    document = f"subscription {{ events {{ ... on AccountChanged {{ {accounts} }} }} }}"
    preview = """mutation($document: String!, $event: ID!) {
      webhookPreview(document: $document, event: $event) { body errors { message } } }"""
    left = "{ rateLimit { remaining } }"
    async with a_world(committed, tmp_path, points_per_second=1) as world:
        await world.account()
        await world.relay()
        (event,) = await world.rows("SELECT event_id FROM outbox WHERE aggregate_type = 'account'")
        spent = []
        for text in (document, "{ viewer { name } }"):
            before = (await world(left))["rateLimit"]["remaining"]
            for _ in range(20):
                await world(preview, {"document": text, "event": f"evt_{event.hex}"})
            spent.append(before - (await world(left))["rateLimit"]["remaining"])
    assert spent[0] - spent[1] >= 280  # 300, and a point comes back each second


async def test_a_preview_of_a_hidden_event_is_that_of_none(world: World, receiver: Receiver, committed: Committed):
    async with committed.open_as() as work:
        rights = {"webhook_endpoint": Right(Level.ALL, Level.ALL, create=True), "account": Right(Level.OWN)}
        await access.create(work, {"name": "keeper", "rights": rights})
    grace = await a_person(committed.sessions, committed.tenant.id, "Grace")
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account("Secret Corp")
    await world.happen()
    hidden = (await world.log(endpoint))[0]["eventId"]
    preview = """mutation($document: String, $event: ID!) {
      webhookPreview(document: $document, event: $event) { body errors { code message path } } }"""

    for document in (THIN, "{ viewer { name } }"):
        answers = [
            (await world(preview, {"document": document, "event": event}, as_="keeper", user=grace))["webhookPreview"]
            for event in (hidden, f"evt_{'0' * 32}")
        ]
        assert answers[0] == answers[1]
        assert [error["code"] for error in answers[0]["errors"]] == ["NOT_FOUND"]
        assert answers[0]["body"] is None


async def test_a_delivery_whose_sender_died_is_sent_by_another_when_the_lease_ends(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.relay()
    async with world.worker.acquire() as connection:
        (dead,) = await claim(connection, 10, LEASE)
        assert await claim(connection, 10, LEASE) == []
    await world.shift(seconds=59)
    assert await world.send() == 0
    await world.shift(seconds=2)
    assert await world.send() == 1
    (delivery,) = await world.log(endpoint)
    assert (delivery["state"], delivery["attempts"]) == ("DELIVERED", 2)
    await world.sender.send(dead)  # it was only slow: the receiver gets it twice, under one id
    assert {request.headers["webhook-id"] for request in receiver.requests} == {delivery["id"]}
    assert await world.log(endpoint) == [delivery]


async def test_a_delivery_begun_anew_while_it_is_sent_is_sent_again_and_ended_by_nobody_else(
    world: World, receiver: Receiver
):
    receiver.answers = [answer(200), answer(500)]
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.relay()
    (begun,) = await world.log(endpoint)
    async with world.worker.acquire() as connection:
        (slow,) = await claim(connection, 10, LEASE)
        await world(REPLAY, {"id": endpoint, "delivery": begun["id"]})
        assert await claim(connection, 10, LEASE) == []  # it is under way, and counts as such
        await world.sender.send(slow)
        (delivery,) = await world.log(endpoint)
        assert (delivery["state"], delivery["attempts"]) == ("WAITING", 0)
        (again,) = await claim(connection, 10, LEASE)
    assert again.attempts == slow.attempts
    await world.sender.send(slow)
    (delivery,) = await world.log(endpoint)
    assert (delivery["state"], delivery["attempts"]) == ("WAITING", 1)
    assert await world.rows("SELECT lease_until > now() FROM webhook_deliveries") == [True]
    receiver.answers = [answer(200)]
    await world.sender.send(again)
    assert [one["state"] for one in await world.log(endpoint)] == ["DELIVERED"]


async def test_turns_go_round_tenants_and_endpoints(world: World, receiver: Receiver):
    """4 at a time for an endpoint, 20 for a tenant, of which half are for first requests."""
    for number in range(25):
        await world.endpoint(receiver, objects=["account"], name=f"Endpoint {number}")
    for number in range(5):
        await world.account(f"Account {number}")
    await world.relay()
    async with world.worker.acquire() as connection:
        claims = await claim(connection, 200, LEASE)
        assert await claim(connection, 200, LEASE) == []
    assert (len(claims), len({one.endpoint for one in claims})) == (20, 20)
    await world.rows("UPDATE webhook_endpoints SET archived_at = now() WHERE name > 'Endpoint 1'")
    await world.rows("UPDATE webhook_deliveries SET lease_until = NULL, attempts = 0")
    async with world.worker.acquire() as connection:
        assert len(await claim(connection, 2, LEASE)) == 2
        claims = await claim(connection, 200, LEASE)
    counts: dict[Any, int] = {}
    for one in claims:
        counts[one.endpoint] = counts.get(one.endpoint, 0) + 1
    assert sorted(counts.values()) == [2, 4] or sorted(counts.values()) == [3, 3]


async def test_two_workers_send_each_delivery_once(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    for number in range(12):
        await world.account(f"Account {number}")
    await world.relay()
    stopping = asyncio.Event()
    other = type(world.deliveries)(world.worker, world.sender.send)
    running = [asyncio.create_task(one.run(stopping)) for one in (world.deliveries, other)]
    await receiver.wait_for(12)
    await asyncio.sleep(0.3)
    stopping.set()
    await asyncio.gather(*running)
    assert len(receiver.requests) == 12
    assert {one["state"] for one in await world.log(endpoint)} == {"DELIVERED"}


async def test_stopping_waits_for_what_is_under_way_and_gives_back_what_does_not_end(
    committed: Committed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("api.worker.webhooks.loop.DRAIN_SECONDS", 0.2)
    async with receiving(silent) as slow, a_world(committed, tmp_path, slow.allowed) as world:
        endpoint, _ = await world.endpoint(slow, objects=["account"])
        await world.account()
        await world.relay()
        stopping = asyncio.Event()
        running = asyncio.create_task(world.deliveries.run(stopping))
        await slow.wait_for(1)
        began = time.monotonic()
        stopping.set()
        await running
        assert time.monotonic() - began < 1
        (delivery,) = await world.log(endpoint)
        assert (delivery["state"], delivery["attempts"]) == ("WAITING", 1)
        async with world.worker.acquire() as connection:
            assert [wire.id for wire in await claim(connection, 10, LEASE)] == [uuid_of(delivery["id"])]


async def test_a_changed_field_that_the_owner_may_not_see_does_not_send(
    world: World, receiver: Receiver, committed: Committed
):
    async with committed.open_as() as work:
        rights = {"webhook_endpoint": Right(Level.ALL, Level.ALL, create=True), "contact": Right(Level.ALL)}
        await access.create(work, {"name": "keeper", "rights": rights})
    create = """mutation($input: WebhookEndpointCreateInput!) { webhookEndpointCreate(input: $input) {
        webhookEndpoint { id } errors { message } } }"""
    given = {"name": "Mails", "url": receiver.url, "document": THIN, "changedFields": ["email"]}
    made = (await world(create, {"input": given}, as_="keeper"))["webhookEndpointCreate"]
    contact = 'mutation { contactCreate(input: {lastName: "Lovelace", email: "ada@example.com"}) { outcome } }'
    await world(contact)
    await world.happen()
    assert receiver.requests == []
    assert [one["state"] for one in await world.log(made["webhookEndpoint"]["id"])] == ["SKIPPED"]
    assert await world.log(made["webhookEndpoint"]["id"], as_="keeper") == []
    given |= {"name": "Names", "changedFields": ["email", "lastName"]}
    both = (await world(create, {"input": given}, as_="keeper"))["webhookEndpointCreate"]["webhookEndpoint"]["id"]
    await world(contact.replace("ada@", "grace@"))
    await world.happen()
    assert [one["state"] for one in await world.log(both, as_="keeper")] == ["DELIVERED"]
    assert len(receiver.requests) == 1


async def test_what_arrived_while_postgresql_went_away_is_not_sent_again(committed: Committed, tmp_path: Path):
    async def cutting(receiver: Receiver, reader: Reader, writer: Writer) -> None:
        await receiver.request(reader)
        await place.rows(GONE)
        writer.write(answer(200))
        await writer.drain()

    async with receiving(cutting) as receiver, a_world(committed, tmp_path, receiver.allowed) as place:
        endpoint, _ = await place.endpoint(receiver, objects=["account"])
        await place.account()
        assert await place.happen() == 1
        (delivery,) = await place.log(endpoint)
        assert (delivery["state"], delivery["attempts"], len(receiver.requests)) == ("DELIVERED", 1, 1)


async def test_a_loop_that_lost_postgresql_goes_on_when_it_is_back(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    stopping = asyncio.Event()
    running = asyncio.create_task(world.deliveries.run(stopping))
    await world.account("Before")
    await world.relay()
    await receiver.wait_for(1)
    for _ in range(3):
        await world.rows(GONE)
        await asyncio.sleep(0.1)
    await world.account("After")
    await world.relay()
    await receiver.wait_for(2, 5)
    stopping.set()
    await running
    assert [one["state"] for one in await world.log(endpoint)] == ["DELIVERED", "DELIVERED"]


async def test_the_log_is_kept_for_thirty_days(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    for name in ("Old", "New"):
        await world.account(name)
    await world.happen()
    await world.rows(
        f"UPDATE webhook_deliveries SET {LONG_AGO} WHERE id = $1",
        uuid_of((await world.log(endpoint))[0]["id"]),
    )
    async with world.place.connected() as connection:
        assert (await delete_old(connection, asyncio.Event()))["webhook deliveries"] == 1
    assert len(await world.log(endpoint)) == 1


async def test_what_is_sent_again_is_kept_as_long_as_what_is_new(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.happen()
    (delivery,) = await world.log(endpoint)
    await world.rows(f"UPDATE webhook_deliveries SET {LONG_AGO}")
    await world(REPLAY, {"id": endpoint, "delivery": delivery["id"]})
    async with world.place.connected() as connection:
        assert "webhook deliveries" not in await delete_old(connection, asyncio.Event())
    assert await world.send() == 1
    assert [one["state"] for one in await world.log(endpoint)] == ["DELIVERED"]


async def test_a_secret_sealed_with_another_key_holds_back_and_disables_nothing(world: World, receiver: Receiver):
    endpoint, _ = await world.endpoint(receiver, objects=["account"])
    await world.account()
    await world.relay()
    sealer, world.sender._sealer = world.sender._sealer, webhooks.Sealer(b"x" * 32)
    for _ in range(20):  # more often than anything is tried
        assert await world.send() == 1
        await world.shift(hours=1)
    (delivery,) = await world.log(endpoint)
    assert (delivery["state"], delivery["attempts"], receiver.requests) == ("WAITING", 0, [])
    assert "CRM_SECRET_KEY" in delivery["error"]
    world.sender._sealer = sealer
    await world.send()
    (delivery,) = await world.log(endpoint)
    assert (delivery["state"], delivery["attempts"], len(receiver.requests)) == ("DELIVERED", 1, 1)
    assert (await state_of(world, endpoint))["health"] == {"failures": 0, "failingSince": None}
