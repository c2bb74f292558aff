"""Tokens through the API: made, rotated, revoked; what they open, and what is told of them."""

from datetime import timedelta
from typing import Any

import pytest

from api.compiler.verifier import Reader
from api.domain import access, tokens
from api.domain.kernel import Level, Model, Right, Work
from tests.factories import a_user
from tests.graphql_client import SECRET, Client, bearer
from tests.record_writes import NIL
from tests.watching import nothing_changes

PEPPER = tokens.pepper(SECRET)
TOLD = "outcome secret token { id version name kind hint documents expiresAt revokedAt role { name } user { name } } errors { code path message }"  # noqa: E501
CREATE = f"""
mutation($input: TokenCreateInput!, $key: String, $dry: Boolean! = false) {{
  tokenCreate(input: $input, idempotencyKey: $key, dryRun: $dry) {{ {TOLD} }}
}}
"""
ROTATE = f"""
mutation($id: ID!, $hours: Int!, $at: Int, $key: String, $dry: Boolean! = false) {{
  tokenRotate(where: {{id: $id}}, keepOldFor: $hours, ifVersion: $at, idempotencyKey: $key, dryRun: $dry) {{ {TOLD} }}
}}
"""
REVOKE = "mutation($id: ID!) { tokenRevoke(where: {id: $id}) { outcome token { revokedAt } errors { code path } } }"
SHOP = {"name": "Shop", "role": {"name": "integration"}}
NOW = "2026-03-02T09:15:00Z"


async def made(graphql: Client, **values: Any) -> Any:
    payload = (await graphql(CREATE, {"input": {**SHOP, **values}}))["tokenCreate"]
    assert (payload["outcome"], payload["errors"]) == ("CREATED", [])
    return payload


async def asked_by(graphql: Client, secret: str) -> Any:
    """What the API tells the holder of a secret about himself; None if it opens nothing."""
    query = {"query": "{ viewer { id name kind roles user { name } } }"}
    response = await graphql.post(query, as_=None, headers=bearer(secret))
    return response.json()["data"]["viewer"] if response.status_code == 200 else None


async def test_a_secret_is_told_once_and_opens_what_the_role_allows(graphql: Client):
    payload = await made(graphql, expiresInDays=30, documents="TRUSTED")
    secret, token = payload["secret"], payload["token"]
    assert token == {
        "id": token["id"],
        "version": 1,
        "name": "Shop",
        "kind": "INTEGRATION",
        "hint": secret[:12] + "…",
        "documents": "TRUSTED",
        "expiresAt": "2026-04-01T09:15:00Z",
        "revokedAt": None,
        "role": {"name": "integration"},
        "user": None,
    }
    read = await graphql(
        "query($id: ID!) { token(where: {id: $id}) { name hint history { nodes { changes { field after } } } } }",
        {"id": token["id"]},
    )
    assert read["token"]["hint"] == token["hint"]
    assert secret.split("_")[2] not in str(read)
    assert secret not in str(read)


async def test_a_persons_token_allows_what_the_person_may_do(graphql: Client):
    email = graphql.admin.email
    secret = (await made(graphql, role=None, user={"email": email}))["secret"]
    assert secret.startswith("crm_pat_")
    found = await asked_by(graphql, secret)
    assert (found["kind"], found["roles"], found["user"]) == ("STAFF", ["admin"], {"name": "Ada Admin"})
    narrow = (await made(graphql, role={"name": "read_only"}, user={"email": email}))["secret"]
    assert (await asked_by(graphql, narrow))["roles"] == ["read_only"]


async def test_a_repeated_request_has_one_effect_and_does_not_tell_the_secret_again(graphql: Client):
    variables = {"input": SHOP, "key": "shop-token-1"}
    first = (await graphql(CREATE, variables))["tokenCreate"]
    async with nothing_changes(graphql):
        again = (await graphql(CREATE, variables))["tokenCreate"]
    assert first["secret"] is not None
    assert again == {**first, "secret": None}
    rotation = {"id": first["token"]["id"], "hours": 0, "key": "shop-token-2"}
    successor = (await graphql(ROTATE, rotation))["tokenRotate"]
    async with nothing_changes(graphql):
        repeated = (await graphql(ROTATE, rotation))["tokenRotate"]
    assert successor["secret"] not in {None, first["secret"]}
    assert repeated == {**successor, "secret": None}


async def test_a_dry_run_makes_no_secret(graphql: Client):
    token = (await made(graphql))["token"]
    async with nothing_changes(graphql):
        created = (await graphql(CREATE, {"input": SHOP, "dry": True}))["tokenCreate"]
        rotated = (await graphql(ROTATE, {"id": token["id"], "hours": 1, "dry": True}))["tokenRotate"]
    assert [(one["outcome"], one["secret"], one["token"]["name"]) for one in (created, rotated)] == [
        ("CREATED", None, "Shop")
    ] * 2


@pytest.mark.parametrize(("hours", "until"), [(24, "2026-03-03T09:15:00Z"), (1, "2026-03-02T10:15:00Z"), (0, NOW)])
async def test_a_rotated_token_ends_after_the_hours_that_were_asked_for(graphql: Client, hours: int, until: str):
    old = await made(graphql, expiresInDays=30)
    new = (await graphql(ROTATE, {"id": old["token"]["id"], "hours": hours, "at": 1}))["tokenRotate"]
    assert (new["outcome"], new["errors"]) == ("CREATED", [])
    assert new["secret"] != old["secret"]
    same = {"name", "kind", "documents", "role", "user", "expiresAt", "revokedAt", "version"}
    assert {key: new["token"][key] for key in same} == {key: old["token"][key] for key in same}
    read = await graphql(
        "query($id: ID!) { token(where: {id: $id}) { version expiresAt } }", {"id": old["token"]["id"]}
    )
    assert read["token"] == {"version": 2, "expiresAt": until}
    assert (await asked_by(graphql, new["secret"]))["name"] == "Shop"
    assert (await asked_by(graphql, old["secret"]) is None) is (hours == 0)


async def test_a_token_that_ends_sooner_is_not_kept_longer_by_its_rotation(work: Work):
    old, _ = await tokens.create(work, "admin", "Short", pepper=PEPPER, expires_in=timedelta(hours=2))
    await work.finish()
    ends = old.expires_at
    new, _ = await tokens.rotate(work, old.id, pepper=PEPPER)
    assert (old.expires_at, new.expires_at) == (ends, ends)


async def test_a_revoked_token_is_not_rotated_and_opens_nothing(graphql: Client):
    payload = await made(graphql)
    id = payload["token"]["id"]
    assert (await graphql(REVOKE, {"id": id}))["tokenRevoke"] == {
        "outcome": "UPDATED",
        "token": {"revokedAt": NOW},
        "errors": [],
    }
    async with nothing_changes(graphql):
        again = (await graphql(REVOKE, {"id": id}))["tokenRevoke"]
        rotated = (await graphql(ROTATE, {"id": id, "hours": 1}))["tokenRotate"]
    assert again["outcome"] == "UNCHANGED"
    assert (rotated["outcome"], rotated["secret"], rotated["token"]) == ("FAILED", None, None)
    assert [(error["code"], error["path"]) for error in rotated["errors"]] == [("INVALID", ["where"])]
    assert await asked_by(graphql, payload["secret"]) is None


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"name": " "}, "REQUIRED", ["input", "name"]),
        ({"name": "x" * 101}, "TOO_LONG", ["input", "name"]),
        ({"role": None}, "REQUIRED", ["input", "role"]),
        ({"role": {"name": "nobody"}}, "NOT_FOUND", ["input", "role"]),
        ({"user": {"id": "usr_" + NIL}}, "NOT_FOUND", ["input", "user"]),
        ({"expiresInDays": 0}, "INVALID", ["input", "expiresInDays"]),
        ({"expiresInDays": 3651}, "INVALID", ["input", "expiresInDays"]),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused_with_its_place(
    graphql: Client, values: dict[str, Any], code: str, path: list[str]
):
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"input": {**SHOP, **values}}))["tokenCreate"]
    assert (payload["outcome"], payload["token"], payload["secret"]) == ("FAILED", None, None)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, path)]


@pytest.mark.parametrize("hours", [-1, 25])
async def test_an_old_token_is_not_kept_for_longer_than_a_day(graphql: Client, hours: int):
    id = (await made(graphql))["token"]["id"]
    async with nothing_changes(graphql):
        payload = (await graphql(ROTATE, {"id": id, "hours": hours}))["tokenRotate"]
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", ["keepOldFor"])]


async def test_a_person_is_not_given_by_a_token_what_his_roles_do_not_allow(graphql: Client, work: Work):
    grace = await a_user(work, "Grace", email="grace@example.com")
    await access.set_roles(work, grace.id, [(await access.role_named(work, "read_only")).id])
    await work.finish()
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"input": {**SHOP, "user": {"email": "grace@example.com"}}}))["tokenCreate"]
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", ["input", "role"])]


@pytest.mark.parametrize("role", sorted(access.SHIPPED.keys() - {"admin"}))
async def test_for_those_who_may_not_make_tokens_there_are_none(graphql: Client, role: str):
    id = (await made(graphql))["token"]["id"]
    query = """
    mutation($id: ID!) {
      a: tokenCreate(input: {name: "Mine", role: {name: "read_only"}}) { errors { code } }
      b: tokenRotate(where: {id: $id}) { secret errors { code } }
      c: tokenRevoke(where: {id: $id}) { errors { code } }
    }
    """
    async with nothing_changes(graphql):
        data = await graphql(query, {"id": id}, as_=role)
        seen = await graphql(
            "query($id: ID!) { token(where: {id: $id}) { id } tokens { nodes { id } } node(id: $id) { id } }",
            {"id": id},
            as_=role,
        )
    assert seen == {"token": None, "tokens": {"nodes": []}, "node": None}
    assert data["b"] == {"secret": None, "errors": [{"code": "NOT_ALLOWED"}]}
    assert data["c"] == {"errors": [{"code": "NOT_FOUND"}]}
    assert data["a"]["errors"][0]["code"] in {"NOT_ALLOWED", "NOT_FOUND"}


async def test_a_program_that_may_make_tokens_makes_none_above_itself(graphql: Client, work: Work):
    """It sees and rotates its own kind; stronger tokens do not exist for it."""
    keeps = Right(Level.ALL, Level.ALL, create=True)
    rights = {"token": keeps, "role": Right(Level.ALL), "account": Right(Level.ALL)}
    await access.create(work, {"name": "janitor", "rights": rights})
    await access.create(work, {"name": "reader", "rights": {"account": Right(Level.OWN)}})
    await work.finish()
    strong = (await made(graphql, role={"name": "admin"}))["token"]["id"]
    whole = (await made(graphql, role=None, user={"email": graphql.admin.email}))["token"]["id"]
    weak = (await made(graphql, role={"name": "reader"}))["token"]["id"]
    janitor = bearer((await made(graphql, name="Janitor", role={"name": "janitor"}))["secret"])

    async def ask(query: str, **variables: Any) -> Any:
        return (await graphql.post({"query": query, "variables": variables}, as_=None, headers=janitor)).json()["data"]

    listed = await ask(
        "{ tokens(orderBy: [{field: CREATED_AT}]) { nodes { name role { name } } totalCount { value } } }"
    )
    assert {one["role"]["name"] for one in listed["tokens"]["nodes"]} == {"reader", "janitor"}
    assert listed["tokens"]["totalCount"] == {"value": 2}
    async with nothing_changes(graphql):
        refused = (await ask(CREATE, input=SHOP))["tokenCreate"]
        beyond = [(await ask(ROTATE, id=id, hours=1))["tokenRotate"] for id in (strong, whole)]
        kept = [(await ask(REVOKE, id=id))["tokenRevoke"] for id in (strong, whole)]
    assert refused["errors"][0]["code"] == "NOT_ALLOWED"
    assert "account: create" in refused["errors"][0]["message"]
    assert {payload["errors"][0]["code"] for payload in (*beyond, *kept)} == {"NOT_FOUND"}
    made_by_it = (await ask(CREATE, input={"name": "Child", "role": {"name": "reader"}}))["tokenCreate"]
    assert (made_by_it["outcome"], made_by_it["secret"][:8]) == ("CREATED", "crm_int_")
    rotated = (await ask(ROTATE, id=weak, hours=0))["tokenRotate"]
    assert (rotated["outcome"], rotated["token"]["role"]) == ("CREATED", {"name": "reader"})


async def test_the_rule_of_which_tokens_are_seen_is_tied_to_the_tenant(
    graphql: Client, work: Work, statements: list[str]
):
    await access.create(work, {"name": "keeper", "rights": {"token": Right(Level.ALL, create=True)}})
    await work.finish()
    await graphql.token_of("keeper")
    statements.clear()
    seen = await graphql("{ tokens { nodes { role { name } } } }", as_="keeper")
    assert seen == {"tokens": {"nodes": [{"role": None}]}}
    (sql,) = statements
    reader = Reader(sql, dict.fromkeys(Model.metadata.tables, "tenant_id"))
    assert {table for table, _ in reader.references} >= {"tokens", "role_rights", "role_field_rights", "user_roles"}
    assert reader.untied(3) == []
