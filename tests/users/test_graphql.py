"""Users and teams through the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Work
from tests.factories import a_team
from tests.graphql_client import Client
from tests.record_writes import NIL, RecordWrites
from tests.watching import nothing_changes


class TestUser(RecordWrites):
    noun, type_name = "user", "User"
    new: ClassVar[Mapping[str, Any]] = {"name": "Grace Hopper", "email": "Grace@Example.com"}
    change: ClassVar[Mapping[str, Any]] = {"title": "Rear admiral", "zone": "Europe/Berlin"}
    shown = "name email title zone isActive team { name }"
    natural: ClassVar[tuple[str, Any]] = ("email", "grace@EXAMPLE.com")
    duplicate: ClassVar[list[str]] = ["input", "email"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 5, "Restore": 5, "BulkUpsert": 4}

    def another(self, mark: str) -> dict[str, Any]:
        return {**super().another(mark), "email": f"{mark.replace(' ', '.')}@example.com"}


class TestTeam(RecordWrites):
    noun, type_name = "team", "Team"
    new: ClassVar[Mapping[str, Any]] = {"name": "Équipe"}
    change: ClassVar[Mapping[str, Any]] = {"name": "Équipe 2"}
    shown = "name parent { name } manager { name } members { nodes { name } }"
    natural: ClassVar[tuple[str, Any]] = ("name", "equipe")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 5, "Archive": 4, "Restore": 5, "BulkUpsert": 4}

    def changed(self, mark: str) -> dict[str, Any]:
        return {"name": f"Équipe changed {mark}"}

    async def test_a_record_is_named_by_an_external_id_or_its_natural_key(self, graphql: Client):
        """The change of a team is its name, so the natural key is shown before it."""
        made = await self.create(graphql)
        by_name = {"where": {"name": "EQUIPE"}, "patch": self.change}
        changed = await self.call(graphql, "Update", "where patch", by_name)
        assert changed["team"] == {**made, "name": "Équipe 2", "version": 2}
        assert self.refusal(await self.call(graphql, "Update", "where patch", by_name)) == ("NOT_FOUND", ["where"])


async def test_a_user_joins_a_team_and_leaves_it_by_null(graphql: Client):
    await graphql('mutation { teamCreate(input: {name: "East"}) { outcome } }')
    joined = await graphql(
        'mutation { userCreate(input: {name: "Rita", team: {name: "east"}}) { user { id team { name } } } }'
    )
    user = joined["userCreate"]["user"]
    assert user["team"] == {"name": "East"}
    left = await graphql(
        "mutation($id: ID!) { userUpdate(where: {id: $id}, patch: {team: null}) { outcome user { team { name } } } }",
        {"id": user["id"]},
    )
    assert left["userUpdate"] == {"outcome": "UPDATED", "user": {"team": None}}


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({}, None, None),
        ({"name": "  "}, "REQUIRED", ["input", "name"]),
        ({"name": "x" * 256}, "TOO_LONG", ["input", "name"]),
        ({"name": "a\tb\x07"}, "INVALID", ["input", "name"]),
        ({"name": "x", "email": "no address"}, "INVALID", ["input", "email"]),
        ({"name": "x", "team": {"name": "nobody's"}}, "NOT_FOUND", ["input", "team"]),
        ({"name": "x", "team": {"id": "tea_" + NIL}}, "NOT_FOUND", ["input", "team"]),
        ({"name": "x", "isActive": None}, "REQUIRED", ["input", "isActive"]),
        ({"name": "x", "externalIds": [{"source": " ", "value": "1"}]}, "REQUIRED", ["input", "externalIds"]),
    ],
)
async def test_a_wrong_value_is_refused_with_its_place(
    graphql: Client, values: dict[str, Any], code: str | None, path: list[str] | None
):
    query = "mutation($v: UserCreateInput!) { userCreate(input: $v) { outcome user { id } errors { code path } } }"
    async with nothing_changes(graphql):
        if code is None:
            answer = await graphql.post({"query": query, "variables": {"v": values}})
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        else:
            payload = (await graphql(query, {"v": values}))["userCreate"]
            assert payload == {"outcome": "FAILED", "user": None, "errors": [{"code": code, "path": path}]}


async def test_a_team_cannot_come_under_itself(graphql: Client, work: Work):
    europe = await a_team(work, "Europe")
    await a_team(work, "East", parent_id=europe.id)
    await work.finish()
    async with nothing_changes(graphql):
        data = await graphql(
            """mutation { teamUpdate(where: {name: "Europe"}, patch: {parent: {name: "East"}}) {
                 outcome errors { code path ... on ValidationError { constraint } } } }"""
        )
    assert data["teamUpdate"] == {
        "outcome": "FAILED",
        "errors": [{"code": "INVALID", "path": ["patch", "parent"], "constraint": "circle"}],
    }


async def test_a_sales_representative_changes_neither_users_nor_teams(graphql: Client, work: Work):
    await a_team(work, "East")
    await work.finish()
    async with nothing_changes(graphql):
        data = await graphql(
            """mutation {
              a: userCreate(input: {name: "x"}) { errors { code } }
              b: teamUpdate(where: {name: "East"}, patch: {name: "West"}) { errors { code } }
              c: teamArchive(where: {name: "East"}) { errors { code } }
            }""",
            as_="sales_rep",
        )
    assert [payload["errors"] for payload in data.values()] == [[{"code": "NOT_ALLOWED"}]] * 3


async def test_the_archived_manager_of_a_team_is_still_named(graphql: Client):
    data = await graphql(
        """mutation {
          userCreate(input: {name: "Rita", email: "rita@example.com"}) { outcome }
          teamCreate(input: {name: "East", manager: {email: "rita@example.com"}}) { outcome }
          userArchive(where: {email: "rita@example.com"}) { outcome }
          teamUpdate(where: {name: "East"}, patch: {}) { outcome team { manager { name archivedAt } } }
        }"""
    )
    assert data["teamUpdate"] == {
        "outcome": "UNCHANGED",
        "team": {"manager": {"name": "Rita", "archivedAt": "2026-03-02T09:15:00Z"}},
    }
