"""Roles through the API: every verb, and every refusal, which changes nothing."""

from typing import Any

import pytest

from api.domain import access
from api.domain.kernel import Work, wire
from tests.factories import a_user
from tests.graphql_client import Client
from tests.record_writes import NIL
from tests.watching import nothing_changes

SHOWN = """
outcome
role { id version name description archivedAt rights { object read write create delete export }
       fieldRights { object fieldSet access } holders { nodes { name } } }
errors { code path message ... on DuplicateError { existing { id } } }
"""
CREATE = f"mutation($input: RoleCreateInput!, $dry: Boolean! = false) {{ roleCreate(input: $input, dryRun: $dry) {{ {SHOWN} }} }}"  # noqa: E501
UPDATE = f"mutation($name: String!, $patch: RolePatch!, $at: Int) {{ roleUpdate(where: {{name: $name}}, patch: $patch, ifVersion: $at) {{ {SHOWN} }} }}"  # noqa: E501
GIVE = """
mutation($user: ID!, $roles: [RoleRef!]!) {
  userSetRoles(where: {id: $user}, roles: $roles) {
    outcome user { version roles { name } history(first: 1) { nodes { operation changedFields } } }
    errors { code path message }
  }
}
"""
AUDITOR = {
    "name": "auditor",
    "description": "Looks at deals.",
    "rights": [{"object": "opportunity", "read": "ALL", "export": True}, {"object": "account", "read": "TEAM"}],
    "fieldRights": [{"object": "*", "fieldSet": "internal_notes", "access": "READ"}],
}


async def made(graphql: Client, **values: Any) -> Any:
    payload = (await graphql(CREATE, {"input": {**AUDITOR, **values}}))["roleCreate"]
    assert (payload["outcome"], payload["errors"]) == ("CREATED", [])
    return payload["role"]


async def changed(graphql: Client, verb: str, name: str = "auditor") -> Any:
    query = f"mutation($where: RoleRef!) {{ role{verb}(where: $where) {{ {SHOWN} }} }}"
    role = await graphql(
        "query($n: String!) { roles(filter: {name: {eq: $n}}, includeArchived: true) { nodes { id } } }", {"n": name}
    )
    return (await graphql(query, {"where": {"id": role["roles"]["nodes"][0]["id"]}}))[f"role{verb}"]


async def test_a_role_is_made_with_its_cells_and_read_back(graphql: Client):
    role = await made(graphql)
    assert role["rights"] == [
        {"object": "account", "read": "TEAM", "write": "NONE", "create": False, "delete": False, "export": False},
        {"object": "opportunity", "read": "ALL", "write": "NONE", "create": False, "delete": False, "export": True},
    ]
    assert role["fieldRights"] == [{"object": "*", "fieldSet": "internal_notes", "access": "READ"}]
    assert (role["version"], role["description"], role["holders"]) == (1, "Looks at deals.", {"nodes": []})
    found = await graphql('{ role(where: {name: "AUDITOR"}) { id history { nodes { operation } } } }')
    assert found["role"] == {"id": role["id"], "history": {"nodes": [{"operation": "roleCreate"}]}}


async def test_a_dry_run_of_a_role_tells_all_and_keeps_nothing(graphql: Client):
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"input": AUDITOR, "dry": True}))["roleCreate"]
    assert (payload["outcome"], payload["role"]["name"]) == ("CREATED", "auditor")


async def test_a_patch_replaces_the_cells_it_names_and_leaves_the_others(graphql: Client):
    await made(graphql)
    patch = {"rights": [{"object": "account", "read": "ALL"}]}
    payload = (await graphql(UPDATE, {"name": "auditor", "patch": patch, "at": 1}))["roleUpdate"]
    assert (payload["outcome"], payload["role"]["version"]) == ("UPDATED", 2)
    assert [(row["object"], row["read"]) for row in payload["role"]["rights"]] == [("account", "ALL")]
    assert payload["role"]["fieldRights"] == [{"object": "*", "fieldSet": "internal_notes", "access": "READ"}]
    async with nothing_changes(graphql):
        same = (await graphql(UPDATE, {"name": "auditor", "patch": patch}))["roleUpdate"]
        stale = (await graphql(UPDATE, {"name": "auditor", "patch": {"name": "other"}, "at": 1}))["roleUpdate"]
    assert same["outcome"] == "UNCHANGED"
    assert (stale["outcome"], stale["errors"][0]["code"]) == ("FAILED", "VERSION_CONFLICT")


async def test_a_role_is_archived_and_restored_and_its_name_is_free_meanwhile(graphql: Client):
    first = await made(graphql)
    archived = await changed(graphql, "Archive")
    assert (archived["outcome"], archived["role"]["archivedAt"]) == ("UPDATED", "2026-03-02T09:15:00Z")
    assert (await graphql('{ role(where: {name: "auditor"}) { id } }'))["role"] is None
    restored = await changed(graphql, "Restore")
    assert (restored["role"]["version"], restored["role"]["archivedAt"]) == (3, None)
    await changed(graphql, "Archive")
    second = await made(graphql)
    query = f"mutation($id: ID!) {{ roleRestore(where: {{id: $id}}) {{ {SHOWN} }} }}"
    async with nothing_changes(graphql):
        refused = (await graphql(query, {"id": first["id"]}))["roleRestore"]
    assert refused["role"] is None
    assert [(one["code"], one["existing"]) for one in refused["errors"]] == [("RESTORE_CONFLICT", {"id": second["id"]})]


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"name": "Auditor"}, "INVALID", ["input", "name"]),
        ({"name": ""}, "REQUIRED", ["input", "name"]),
        ({"name": "a" * 51}, "TOO_LONG", ["input", "name"]),
        ({"name": "admin"}, "DUPLICATE", ["input", "name"]),
        ({"description": "x" * 1001}, "TOO_LONG", ["input", "description"]),
        ({"rights": [{"object": "spaceship"}]}, "INVALID", ["input", "rights"]),
        ({"rights": [{"object": "account"}, {"object": "account"}]}, "INVALID", ["input", "rights", "1"]),
        (
            {"fieldRights": [{"object": "account", "fieldSet": "secret", "access": "READ"}]},
            "INVALID",
            ["input", "fieldRights"],
        ),
    ],
)
async def test_a_role_that_cannot_be_is_refused_with_its_place(
    graphql: Client, values: dict[str, Any], code: str, path: list[str]
):
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"input": {**AUDITOR, **values}}))["roleCreate"]
    assert (payload["outcome"], payload["role"]) == ("FAILED", None)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, path)]


async def test_roles_are_given_and_taken_as_a_whole(graphql: Client, work: Work):
    grace = wire("usr", (await a_user(work, "Grace")).id)
    await work.finish()
    await made(graphql)
    given = await graphql(GIVE, {"user": grace, "roles": [{"name": "sales_rep"}, {"name": "auditor"}]})
    assert given["userSetRoles"] == {
        "outcome": "UPDATED",
        "user": {
            "version": 2,
            "roles": [{"name": "auditor"}, {"name": "sales_rep"}],
            "history": {"nodes": [{"operation": "userSetRoles", "changedFields": ["roles"]}]},
        },
        "errors": [],
    }
    held = await graphql('{ role(where: {name: "auditor"}) { holders { nodes { name } totalCount { value } } } }')
    assert held["role"]["holders"] == {"nodes": [{"name": "Grace"}], "totalCount": {"value": 1}}
    async with nothing_changes(graphql):
        again = await graphql(GIVE, {"user": grace, "roles": [{"name": "auditor"}, {"name": "sales_rep"}]})
    assert again["userSetRoles"]["outcome"] == "UNCHANGED"
    taken = await graphql(GIVE, {"user": grace, "roles": []})
    assert taken["userSetRoles"]["user"]["roles"] == []


@pytest.mark.parametrize(
    ("roles", "code", "path"),
    [
        ([{"name": "nobody"}], "NOT_FOUND", ["roles", "0"]),
        ([{"name": "admin"}, {"id": "rol_" + NIL}], "NOT_FOUND", ["roles"]),
        ([{"name": "admin"}] * 51, "LIMIT_EXCEEDED", ["roles"]),
    ],
)
async def test_roles_that_cannot_be_given_are_refused(
    graphql: Client, work: Work, roles: list[Any], code: str, path: list[str]
):
    grace = wire("usr", (await a_user(work, "Grace")).id)
    await work.finish()
    async with nothing_changes(graphql):
        payload = (await graphql(GIVE, {"user": grace, "roles": roles}))["userSetRoles"]
    assert (payload["outcome"], payload["user"]) == ("FAILED", None)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, path)]


async def test_an_archived_role_is_not_given(graphql: Client, work: Work):
    grace = wire("usr", (await a_user(work, "Grace")).id)
    role = await access.create(work, {"name": "old"})
    await access.archive(work, role.id)
    await work.finish()
    async with nothing_changes(graphql):
        payload = (await graphql(GIVE, {"user": grace, "roles": [{"id": wire("rol", role.id)}]}))["userSetRoles"]
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("ARCHIVED", ["roles"])]


@pytest.mark.parametrize("role", sorted(access.SHIPPED.keys() - {"admin"}))
async def test_who_administers_nothing_changes_nothing(graphql: Client, work: Work, role: str):
    grace = await a_user(work, "Grace")
    held = await access.role_named(work, "marketer")
    await work.finish()
    wheres = {"role": {"id": wire("rol", held.id)}, "user": {"id": wire("usr", grace.id)}}
    query = """
    mutation($role: RoleRef!, $user: UserRef!) {
      a: roleCreate(input: {name: "mine"}) { outcome role { id } errors { code } }
      b: roleUpdate(where: $role, patch: {description: "mine"}) { outcome role { id } errors { code } }
      c: roleArchive(where: $role) { outcome role { id } errors { code } }
      d: roleRestore(where: $role) { outcome role { id } errors { code } }
      e: userSetRoles(where: $user, roles: [$role]) { outcome user { id } errors { code } }
    }
    """
    async with nothing_changes(graphql):
        data = await graphql(query, wheres, as_=role)
    codes = {key: payload["errors"][0]["code"] for key, payload in data.items()}
    seen = "NOT_ALLOWED" if role == "read_only" else "NOT_FOUND"
    assert codes == {"a": "NOT_ALLOWED", "b": seen, "c": seen, "d": seen, "e": "NOT_ALLOWED"}
    assert {payload["outcome"] for payload in data.values()} == {"FAILED"}


async def test_a_refusal_names_the_rights_that_are_missing(graphql: Client, work: Work):
    """A clerk who keeps roles cannot make one that reads accounts, and is told why and what to do."""
    clerk = {"object": "role", "read": "ALL", "write": "ALL", "create": True, "delete": True}
    await made(graphql, name="clerk", rights=[clerk], fieldRights=[])
    wanted = [{"object": "account", "read": "OWN", "delete": True}]
    async with nothing_changes(graphql):
        await graphql("{ viewer { id } }", as_="clerk")
        payload = (await graphql(CREATE, {"input": {"name": "king", "rights": wanted}}, as_="clerk"))["roleCreate"]
    assert [(error["code"], error["path"], error["message"]) for error in payload["errors"]] == [
        (
            "NOT_ALLOWED",
            [],
            (
                "you cannot make this role: it holds rights that you have not (account: delete, account: read OWN); "
                "ask somebody who has them, or leave them out"
            ),
        )
    ]


async def test_the_viewer_is_told_all_that_it_may_do(graphql: Client):
    query = "{ viewer { capability { rights { object read write create delete export } fieldRights { object fieldSet access } } } }"  # noqa: E501
    rep = (await graphql(query, as_="sales_rep"))["viewer"]["capability"]
    assert {row["object"]: row["write"] for row in rep["rights"]} == {
        **dict.fromkeys(("account", "contact", "lead", "opportunity"), "OWN"),
        **dict.fromkeys(("business_hours", "case", "holiday_calendar", "sla_policy"), "NONE"),
        **dict.fromkeys(("escalation_rule", "knowledge_article", "queue"), "NONE"),
        **dict.fromkeys(("exchange_rate", "pipeline", "product", "stage", "team", "user"), "NONE"),
    }
    assert {row["access"] for row in rep["fieldRights"]} == {"WRITE"}
    admin = (await graphql(query))["viewer"]["capability"]
    assert [row["object"] for row in admin["rights"]] == [*sorted(access.objects()), "*"]
    assert admin["rights"][-1] == {
        "object": "*", "read": "ALL", "write": "ALL", "create": True, "delete": True, "export": True
    }  # fmt: skip
