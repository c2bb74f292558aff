"""Webhook endpoints through the API."""

import base64
from typing import Any

import pytest

from api.domain import access
from api.domain.kernel import Level, Right, Work
from api.domain.webhooks import Sealer
from tests.graphql_client import SECRET, Client, bearer
from tests.people import Sessions, a_tenant
from tests.people import a_user as a_person
from tests.watching import nothing_changes
from tests.webhooks.conftest import CREATE, THIN
from tests.webhooks.hostile import Lying

NIL = "0" * 32
SHOP = {"name": "Shop", "url": "https://hooks.example.com/crm", "document": THIN}
UPDATE = """
mutation($id: ID!, $patch: WebhookEndpointPatch!, $at: Int) {
  webhookEndpointUpdate(where: {id: $id}, patch: $patch, ifVersion: $at) {
    outcome webhookEndpoint { version name url types owner { name } } errors { code message path }
  }
}
"""
ROTATE = """
mutation($id: ID!, $hours: Int!, $dry: Boolean! = false, $key: String) {
  webhookSecretRotate(where: {id: $id}, keepOldFor: $hours, dryRun: $dry, idempotencyKey: $key) {
    outcome secret webhookEndpoint { version secrets { madeAt expiresAt } } errors { code message path }
  }
}
"""
STATE = "outcome webhookEndpoint { version state disabledReason disabledAt } errors { code path }"
REPLAY = """
mutation($id: ID!, $delivery: ID, $after: String, $through: String) {
  webhookDeliveryReplay(where: {id: $id}, delivery: $delivery, after: $after, through: $through) {
    outcome jobId errors { code message path }
  }
}
"""
PREVIEW = """
mutation($endpoint: WebhookEndpointRef, $document: String, $event: ID!) {
  webhookPreview(endpoint: $endpoint, document: $document, event: $event) { body errors { code message path } }
}
"""


def refused(payload: Any) -> tuple[str, list[str]]:
    (error,) = payload["errors"]
    assert payload["outcome"] == "FAILED"
    return error["code"], error["path"]


async def made(graphql: Client, as_: str = "admin", **values: Any) -> Any:
    payload = (await graphql(CREATE, {"input": {**SHOP, **values}}, as_=as_))["webhookEndpointCreate"]
    assert (payload["outcome"], payload["errors"]) == ("CREATED", [])
    return payload


async def stored_row(graphql: Client, query: str) -> Any:
    await graphql.connection.execute("SELECT set_config('crm.tenant', $1, true)", str(graphql.admin.tenant_id))
    return await graphql.connection.fetchrow(query)


async def verb(graphql: Client, name: str, id: str, **who: Any) -> Any:
    field = f"webhookEndpoint{name}"
    return (await graphql(f"mutation($id: ID!) {{ {field}(where: {{id: $id}}) {{ {STATE} }} }}", {"id": id}, **who))[
        field
    ]


async def test_an_endpoint_belongs_to_whoever_makes_it_and_its_secret_is_told_once(graphql: Client):
    payload = await made(
        graphql,
        url="https://Hooks.Example.com:443/crm?shop=1",
        types=["contact.updated", "account.created", "contact.updated"],
        objects=["contact"],
        changedFields=["email"],
        ordering="PER_RECORD",
    )
    endpoint, secret = payload["webhookEndpoint"], payload["secret"]
    assert endpoint == {
        "id": endpoint["id"],
        "version": 1,
        "name": "Shop",
        "url": "https://hooks.example.com/crm?shop=1",
        "document": THIN,
        "types": ["account.created", "contact.updated"],
        "objects": ["contact"],
        "changedFields": ["email"],
        "ordering": "PER_RECORD",
        "state": "ACTIVE",
        "disabledReason": None,
        "disabledAt": None,
        "owner": {"name": "Ada Admin"},
        "token": None,
        "role": {"name": "admin"},
        "health": {"failures": 0, "failingSince": None, "closedUntil": None, "succeededAt": None},
        "secrets": [{"madeAt": "2026-03-02T09:15:00Z", "expiresAt": None}],
    }
    assert endpoint["id"].startswith("whk_")
    assert secret.startswith("whsec_")
    read = await graphql(
        """query($id: ID!) { webhookEndpoint(where: {id: $id}) { id
            history { nodes { changedFields changes { field after } } } deliveries { nodes { id } } } }""",
        {"id": endpoint["id"]},
    )
    (change,) = read["webhookEndpoint"]["history"]["nodes"]
    assert {"url", "document", "secrets", "types"} <= set(change["changedFields"])
    assert secret not in str(read)
    stored = await stored_row(graphql, "SELECT sealed, key_version FROM webhook_secrets")
    plain = base64.b64decode(secret.removeprefix("whsec_"))
    assert (len(plain), len(stored["sealed"])) == (32, 12 + 32 + 16)
    assert stored["key_version"] == Sealer(SECRET).number
    assert plain not in stored["sealed"]


async def test_a_program_owns_what_it_makes(graphql: Client):
    token = 'mutation { tokenCreate(input: {name: "Sync", role: {name: "admin"}}) { secret } }'
    secret = (await graphql(token))["tokenCreate"]["secret"]
    response = await graphql.post({"query": CREATE, "variables": {"input": SHOP}}, as_=None, headers=bearer(secret))
    endpoint = response.json()["data"]["webhookEndpointCreate"]["webhookEndpoint"]
    assert (endpoint["owner"], endpoint["token"], endpoint["role"]) == (None, {"name": "Sync"}, {"name": "admin"})


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"name": " "}, "REQUIRED", ["input", "name"]),
        ({"name": "x" * 101}, "TOO_LONG", ["input", "name"]),
        ({"url": ""}, "INVALID", ["input", "url"]),
        ({"url": "http://hooks.example.com/"}, "INVALID", ["input", "url"]),
        ({"url": "https://private.example.com/"}, "INVALID", ["input", "url"]),
        ({"url": "https://nothing.example.com/"}, "INVALID", ["input", "url"]),
        ({"document": " "}, "REQUIRED", ["input", "document"]),
        ({"document": "x" * 20_001}, "TOO_LONG", ["input", "document"]),
        ({"document": "subscription {"}, "INVALID", ["input", "document"]),
        ({"document": "{ accounts { nodes { id } } }"}, "INVALID", ["input", "document"]),
        ({"document": "subscription { events { nope } }"}, "INVALID", ["input", "document"]),
        ({"document": "subscription($a: String) { events(after: $a) { id } }"}, "INVALID", ["input", "document"]),
        ({"document": 'subscription { events(after: "1") { id } }'}, "INVALID", ["input", "document"]),
        ({"document": "subscription A { events { id } } subscription B { events { id } }"}, "INVALID", None),
        ({"document": "mutation { accountArchive(where: {id: 1}) { outcome } }"}, "INVALID", ["input", "document"]),
        ({"types": ["account.vanished"]}, "INVALID", ["input", "types"]),
        ({"types": ["account.updated"] * 101}, "TOO_LONG", ["input", "types"]),
        ({"objects": ["accounts"]}, "INVALID", ["input", "objects"]),
        ({"changedFields": ["name; DROP TABLE"]}, "INVALID", ["input", "changedFields"]),
    ],
)
async def test_an_endpoint_that_makes_no_sense_is_refused_with_its_place(
    graphql: Client, values: dict[str, Any], code: str, path: list[str] | None
):
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"input": {**SHOP, **values}}))["webhookEndpointCreate"]
    assert refused(payload) == (code, path or ["input", "document"])
    assert (payload["secret"], payload["webhookEndpoint"]) == (None, None)


async def test_the_operator_may_allow_a_host_of_his_own(graphql: Client):
    endpoint = (await made(graphql, url="http://127.0.0.1:9000/hook"))["webhookEndpoint"]
    assert endpoint["url"] == "http://127.0.0.1:9000/hook"
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"input": {**SHOP, "url": "http://127.0.0.1:9001/"}}))["webhookEndpointCreate"]
    assert refused(payload) == ("INVALID", ["input", "url"])


async def test_a_repeated_request_has_one_effect_and_does_not_tell_the_secret_again(graphql: Client):
    variables = {"input": SHOP, "key": "endpoint-1"}
    first = (await graphql(CREATE, variables))["webhookEndpointCreate"]
    async with nothing_changes(graphql):
        again = (await graphql(CREATE, variables))["webhookEndpointCreate"]
        dry = (await graphql(CREATE, {"input": SHOP, "dry": True}))["webhookEndpointCreate"]
    assert again == {**first, "secret": None}
    assert (dry["outcome"], dry["secret"], dry["webhookEndpoint"]["name"]) == ("CREATED", None, "Shop")


async def test_a_change_makes_a_version_and_no_change_makes_nothing(graphql: Client, resolve: Lying):
    id = (await made(graphql))["webhookEndpoint"]["id"]
    patch = {"name": "Shop 2", "url": "https://hooks.example.com:8443/crm", "types": ["account.created"]}
    payload = (await graphql(UPDATE, {"id": id, "patch": patch, "at": 1}))["webhookEndpointUpdate"]
    assert payload == {"outcome": "UPDATED", "errors": [], "webhookEndpoint": payload["webhookEndpoint"]}
    assert payload["webhookEndpoint"] == {**patch, "version": 2, "owner": {"name": "Ada Admin"}}
    async with nothing_changes(graphql):
        same = (await graphql(UPDATE, {"id": id, "patch": patch}))["webhookEndpointUpdate"]
        old = (await graphql(UPDATE, {"id": id, "patch": {"name": "x"}, "at": 1}))["webhookEndpointUpdate"]
        null = (await graphql(UPDATE, {"id": id, "patch": {"types": None}}))["webhookEndpointUpdate"]
        bad = (await graphql(UPDATE, {"id": id, "patch": {"url": "https://private.example.com"}}))[
            "webhookEndpointUpdate"
        ]
    assert same["outcome"] == "UNCHANGED"
    assert refused(old) == ("VERSION_CONFLICT", ["ifVersion"])
    assert refused(null) == ("REQUIRED", ["patch", "types"])
    assert refused(bad) == ("INVALID", ["patch", "url"])
    assert resolve.asked == {"hooks.example.com": 3, "private.example.com": 1}


async def test_an_endpoint_is_disabled_enabled_and_archived(graphql: Client):
    id = (await made(graphql))["webhookEndpoint"]["id"]
    disabled = await verb(graphql, "Disable", id)
    assert (disabled["outcome"], disabled["webhookEndpoint"]) == (
        "UPDATED",
        {"version": 2, "state": "DISABLED", "disabledReason": "BY_HAND", "disabledAt": "2026-03-02T09:15:00Z"},
    )
    event = await stored_row(
        graphql, "SELECT types, payload FROM outbox WHERE aggregate_type = 'webhook_endpoint' AND version = 2"
    )
    assert event["types"] == ["webhook_endpoint.disabled", "webhook_endpoint.updated"]
    assert event["payload"]["events"] == [{"type": "webhook_endpoint.disabled", "reason": "BY_HAND"}]
    async with nothing_changes(graphql):
        assert (await verb(graphql, "Disable", id))["outcome"] == "UNCHANGED"
        test = "mutation($id: ID!) { webhookTest(where: {id: $id}) { outcome deliveryId errors { code path } } }"
        assert refused((await graphql(test, {"id": id}))["webhookTest"]) == ("INVALID", ["where"])
        replay = (await graphql(REPLAY, {"id": id, "after": "0", "through": "9"}))["webhookDeliveryReplay"]
        assert refused(replay) == ("INVALID", ["where"])
    enabled = await verb(graphql, "Enable", id)
    assert enabled["webhookEndpoint"] == {"version": 3, "state": "ACTIVE", "disabledReason": None, "disabledAt": None}
    async with nothing_changes(graphql):
        assert (await verb(graphql, "Enable", id))["outcome"] == "UNCHANGED"
    assert (await verb(graphql, "Archive", id))["outcome"] == "UPDATED"
    async with nothing_changes(graphql):
        for name in ("Enable", "Disable", "TakeOver"):
            assert refused(await verb(graphql, name, id)) == ("ARCHIVED", [])


@pytest.mark.parametrize(("hours", "until"), [(24, "2026-03-03T09:15:00Z"), (0, "2026-03-02T09:15:00Z")])
async def test_a_secret_is_replaced_with_an_overlap(graphql: Client, hours: int, until: str):
    first = await made(graphql)
    id = first["webhookEndpoint"]["id"]
    second = (await graphql(ROTATE, {"id": id, "hours": hours, "key": "rotate-once"}))["webhookSecretRotate"]
    assert (second["outcome"], second["errors"]) == ("UPDATED", [])
    assert second["secret"] not in {None, first["secret"]}
    assert [one["expiresAt"] for one in second["webhookEndpoint"]["secrets"]] == [until, None]
    async with nothing_changes(graphql):
        again = (await graphql(ROTATE, {"id": id, "hours": hours, "key": "rotate-once"}))["webhookSecretRotate"]
        dry = (await graphql(ROTATE, {"id": id, "hours": hours, "dry": True}))["webhookSecretRotate"]
    assert again == {**second, "secret": None}
    assert (dry["outcome"], dry["secret"]) == ("UPDATED", None)
    third = (await graphql(ROTATE, {"id": id, "hours": 1}))["webhookSecretRotate"]
    assert [one["expiresAt"] for one in third["webhookEndpoint"]["secrets"]] == ["2026-03-02T10:15:00Z", None]


@pytest.mark.parametrize("hours", [-1, 25, 2**31 - 1])
async def test_an_old_secret_goes_on_for_a_day_at_most(graphql: Client, hours: int):
    id = (await made(graphql))["webhookEndpoint"]["id"]
    async with nothing_changes(graphql):
        payload = (await graphql(ROTATE, {"id": id, "hours": hours}))["webhookSecretRotate"]
    assert refused(payload) == ("INVALID", ["keepOldFor"])


async def test_only_the_owner_says_what_his_rights_send_where(graphql: Client, work: Work, sessions: Sessions):
    """Else whoever may write endpoints could read whatever their owners may read."""
    keeps = Right(Level.ALL, Level.ALL, create=True, delete=True)
    await access.create(work, {"name": "keeper", "rights": {"webhook_endpoint": keeps, "user": Right(Level.ALL)}})
    await work.finish()
    grace = await a_person(sessions, graphql.admin.tenant_id, "Grace")
    id = (await made(graphql))["webhookEndpoint"]["id"]
    who: Any = {"as_": "keeper", "user": grace}
    async with nothing_changes(graphql):
        for patch in ({"url": "https://evil.example.com"}, {"document": "subscription { events { id } }"}):
            payload = (await graphql(UPDATE, {"id": id, "patch": patch}, **who))["webhookEndpointUpdate"]
            assert refused(payload) == ("NOT_ALLOWED", [])
            assert "webhookEndpointTakeOver" in payload["errors"][0]["message"]
        payload = (await graphql(ROTATE, {"id": id, "hours": 0}, **who))["webhookSecretRotate"]
        assert (refused(payload), payload["secret"]) == (("NOT_ALLOWED", []), None)
    renamed = (await graphql(UPDATE, {"id": id, "patch": {"name": "Mine"}}, **who))["webhookEndpointUpdate"]
    assert renamed["webhookEndpoint"]["owner"] == {"name": "Ada Admin"}
    assert (await verb(graphql, "TakeOver", id, **who))["outcome"] == "UPDATED"
    moved = (await graphql(UPDATE, {"id": id, "patch": {"url": "https://her.example.com"}}, **who))[
        "webhookEndpointUpdate"
    ]
    assert moved["webhookEndpoint"]["owner"] == {"name": "Grace"}
    async with nothing_changes(graphql):
        assert (await verb(graphql, "TakeOver", id, **who))["outcome"] == "UNCHANGED"


async def test_a_narrower_token_of_the_owner_is_somebody_else(graphql: Client, work: Work):
    keeps = Right(Level.ALL, Level.ALL, create=True, delete=True)
    await access.create(work, {"name": "keeper", "rights": {"webhook_endpoint": keeps}})
    await work.finish()
    id = (await made(graphql))["webhookEndpoint"]["id"]
    async with nothing_changes(graphql):
        patch = {"url": "https://evil.example.com"}
        payload = (await graphql(UPDATE, {"id": id, "patch": patch}, as_="keeper"))["webhookEndpointUpdate"]
    assert refused(payload) == ("NOT_ALLOWED", [])


async def test_a_document_asks_for_nothing_that_its_owner_may_not_see(graphql: Client, work: Work):
    """Hidden means unknown: the refusal is that of a field that does not exist."""
    keeps = Right(Level.ALL, Level.ALL, create=True, delete=True)
    rights = {"webhook_endpoint": keeps, "contact": Right(Level.ALL)}
    await access.create(work, {"name": "keeper", "rights": rights})
    await work.finish()
    hidden = "subscription { events { ... on ContactChanged { contact { email } } } }"
    id = (await made(graphql, document=hidden))["webhookEndpoint"]["id"]
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"input": {**SHOP, "document": hidden}}, as_="keeper"))[
            "webhookEndpointCreate"
        ]
        taken = await verb(graphql, "TakeOver", id, as_="keeper")
    assert refused(payload) == ("INVALID", ["input", "document"])
    assert "Cannot query field 'email' on type 'Contact'" in payload["errors"][0]["message"]
    assert refused(taken) == ("INVALID", ["where", "document"])


@pytest.mark.parametrize("role", sorted(access.SHIPPED.keys() - {"admin"}))
async def test_for_those_without_the_right_there_are_no_endpoints(graphql: Client, role: str, resolve: Lying):
    id = (await made(graphql))["webhookEndpoint"]["id"]
    asked = dict(resolve.asked)
    query = """
    mutation($id: ID!, $input: WebhookEndpointCreateInput!) {
      a: webhookEndpointCreate(input: $input) { secret errors { code } }
      b: webhookSecretRotate(where: {id: $id}) { secret errors { code } }
      c: webhookEndpointUpdate(where: {id: $id}, patch: {url: "https://x.example.com"}) { errors { code } }
      d: webhookTest(where: {id: $id}) { deliveryId errors { code } }
      e: webhookEndpointTakeOver(where: {id: $id}) { errors { code } }
    }
    """
    gone = {"secret": None, "errors": [{"code": "NOT_FOUND"}]}
    async with nothing_changes(graphql):
        data = await graphql(query, {"id": id, "input": SHOP}, as_=role)
        seen = await graphql(
            "query($id: ID!) { webhookEndpoint(where: {id: $id}) { id } webhookEndpoints { nodes { id } } }",
            {"id": id},
            as_=role,
        )
    assert seen == {"webhookEndpoint": None, "webhookEndpoints": {"nodes": []}}
    assert data == {
        "a": {"secret": None, "errors": [{"code": "NOT_ALLOWED"}]},
        "b": gone,
        "c": {"errors": [{"code": "NOT_FOUND"}]},
        "d": {"deliveryId": None, "errors": [{"code": "NOT_FOUND"}]},
        "e": {"errors": [{"code": "NOT_FOUND"}]},
    }
    assert resolve.asked == asked  # nobody's name server is asked for them


async def test_another_tenant_knows_nothing_of_it(graphql: Client, sessions: Sessions):
    id = (await made(graphql))["webhookEndpoint"]["id"]
    stranger = await a_person(sessions, (await a_tenant(sessions, "Stranger")).id)
    async with nothing_changes(graphql):
        seen = await graphql("query($id: ID!) { node(id: $id) { id } }", {"id": id}, user=stranger)
        payload = (await graphql(UPDATE, {"id": id, "patch": {"name": "x"}}, user=stranger))["webhookEndpointUpdate"]
    assert (seen, refused(payload)) == ({"node": None}, ("NOT_FOUND", ["where"]))


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({}, "REQUIRED", ["delivery"]),
        ({"after": "0"}, "REQUIRED", ["delivery"]),
        ({"through": "5"}, "REQUIRED", ["delivery"]),
        ({"delivery": "whd_" + NIL, "after": "0", "through": "5"}, "REQUIRED", ["delivery"]),
        ({"delivery": "whd_" + NIL}, "NOT_FOUND", ["delivery"]),
        ({"after": "5", "through": "5"}, "INVALID", ["through"]),
        ({"after": "x", "through": "5"}, "INVALID", ["after"]),
        ({"after": "-1", "through": "5"}, "INVALID", ["after"]),
        ({"after": "0", "through": "9" * 19}, "INVALID", ["through"]),
    ],
)
async def test_a_replay_that_makes_no_sense_is_refused_with_its_place(
    graphql: Client, given: dict[str, Any], code: str, path: list[str]
):
    id = (await made(graphql))["webhookEndpoint"]["id"]
    async with nothing_changes(graphql):
        payload = (await graphql(REPLAY, {"id": id, **given}))["webhookDeliveryReplay"]
    assert (refused(payload), payload["jobId"]) == ((code, path), None)


async def test_a_preview_names_an_event_and_one_document(graphql: Client):
    id = (await made(graphql))["webhookEndpoint"]["id"]
    async with nothing_changes(graphql):
        for given, code, path in (
            ({}, "REQUIRED", ["document"]),
            ({"endpoint": {"id": id}, "document": THIN}, "REQUIRED", ["document"]),
            ({"endpoint": {"id": id}}, "NOT_FOUND", ["event"]),
            ({"document": "subscription {"}, "NOT_FOUND", ["event"]),
        ):
            payload = (await graphql(PREVIEW, {"event": "evt_" + NIL, **given}))["webhookPreview"]
            assert (payload["body"], [(one["code"], one["path"]) for one in payload["errors"]]) == (
                None,
                [(code, path)],
            )
