"""Queues, routing and escalation rules through the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Work, wire
from api.domain.queues import QueueRouting
from tests.factories import a_case, a_queue, a_user
from tests.graphql_client import Client
from tests.record_writes import RecordWrites
from tests.watching import nothing_changes


class TestQueue(RecordWrites):
    noun, type_name = "queue", "Queue"
    new: ClassVar[Mapping[str, Any]] = {"name": "Support", "routing": "LEAST_LOADED", "capacityPerAgent": 20}
    change: ClassVar[Mapping[str, Any]] = {"description": "What comes in by e-mail", "routing": "SKILL"}
    shown = "name description routing capacityPerAgent"
    natural: ClassVar[tuple[str, Any]] = ("name", " SUPPORT")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 6, "Archive": 4, "Restore": 5, "BulkUpsert": 4}

    def another(self, mark: str) -> dict[str, Any]:
        return {**self.new, "name": f"Support {mark}"}


class TestEscalationRule(RecordWrites):
    noun, type_name = "escalationRule", "EscalationRule"
    new: ClassVar[Mapping[str, Any]] = {"name": "Late", "trigger": "MILESTONE_VIOLATED", "toLevel": 2}
    change: ClassVar[Mapping[str, Any]] = {"toPriority": "URGENT", "isActive": False}
    shown = "name trigger toLevel toPriority isActive"
    natural: ClassVar[tuple[str, Any]] = ("name", " LATE")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 3}

    def another(self, mark: str) -> dict[str, Any]:
        return {**self.new, "name": f"Late {mark}"}


HANDLED = """
outcome errors { code path }
case {
  owner { name } queue { name } skills
  assignments { nodes { way turn reason user { name } by { name } candidates { standing user { name } openCases } } }
}"""


async def test_members_are_written_and_read_and_written_whole(graphql: Client, work: Work):
    ann, bob = [wire("usr", (await a_user(work, name)).id) for name in ("Ann", "Bob")]
    await work.finish()
    shown = "queue { members { user { name } skills isPaused } } errors { code path }"
    made = await graphql(
        f"""mutation($ann: ID!, $bob: ID!) {{ queueUpsert(
          match: {{name: "Support"}},
          values: {{members: [{{user: {{id: $ann}}, skills: ["Émail"]}}, {{user: {{id: $bob}}, isPaused: true}}]}}
        ) {{ {shown} }} }}""",
        {"ann": ann, "bob": bob},
    )
    assert made["queueUpsert"]["queue"]["members"] == [
        {"user": {"name": "Ann"}, "skills": ["email"], "isPaused": False},
        {"user": {"name": "Bob"}, "skills": [], "isPaused": True},
    ]
    update = 'mutation { queueUpsert(match: {name: "Support"}, values: {members: [{user: {id: "%s"}}%s]}) { %s } }'
    once = await graphql(update % (bob, "", shown))
    assert once["queueUpsert"]["queue"]["members"] == [{"user": {"name": "Bob"}, "skills": [], "isPaused": False}]
    async with nothing_changes(graphql):
        twice = await graphql(update % (bob, f', {{user: {{id: "{bob}"}}}}', shown))
    assert twice["queueUpsert"]["errors"][0]["path"][-1] == "user"


async def test_a_case_is_made_routed_released_and_says_why(graphql: Client, work: Work):
    ann, bob = [await a_user(work, name) for name in ("Ann", "Bob")]
    await a_queue(work, [ann, bob], QueueRouting.ROUND_ROBIN)
    await work.finish()
    made = await graphql(
        'mutation { caseCreate(input: {subject: "x", queue: {name: "Support"}, skills: ["B", "a"]}) '
        "{ case { id skills owner { name } } } }"
    )
    case = made["caseCreate"]["case"]
    assert (case["owner"], case["skills"]) == ({"name": "Ann"}, ["a", "b"])

    where = f'where: {{id: "{case["id"]}"}}'
    found = await graphql(f'mutation {{ caseRelease({where}, reason: "Off") {{ {HANDLED} }} }}')
    (second, released, first) = found["caseRelease"]["case"]["assignments"]["nodes"]
    assert [one["way"] for one in (first, released, second)] == ["CHOSEN", "RELEASED", "CHOSEN"]
    assert (released["reason"], released["by"], first["turn"]) == ("Off", {"name": "Ada Admin"}, 1)
    assert second["candidates"] == [
        {"standing": "CHOSEN", "user": {"name": "Bob"}, "openCases": 0},
        {"standing": "RELEASED", "user": {"name": "Ann"}, "openCases": 0},
    ]
    async with nothing_changes(graphql):
        taken = await graphql(f"mutation {{ caseTake({where}) {{ {HANDLED} }} }}")
    assert (taken["caseTake"]["outcome"], taken["caseTake"]["errors"][0]["path"]) == ("FAILED", ["where"])


@pytest.mark.parametrize("verb", ["caseRoute", "caseTake"])
async def test_a_dry_run_shows_the_agent_and_leaves_nothing(graphql: Client, work: Work, verb: str):
    queue = await a_queue(work, [])
    case = await a_case(work, queue_id=queue.id)
    await work.finish()

    where = f'where: {{id: "{wire("cas", case.id)}"}}'
    async with nothing_changes(graphql):
        found = await graphql(f"mutation {{ {verb}({where}, dryRun: true) {{ {HANDLED} }} }}")
    owner = {"name": "Ada Admin"} if verb == "caseTake" else None
    assert found[verb]["case"]["owner"] == owner


async def test_sellers_see_who_has_a_case_and_change_nothing(graphql: Client, work: Work):
    queue = await a_queue(work, [])
    case = await a_case(work, queue_id=queue.id)
    await work.finish()

    where = f'where: {{id: "{wire("cas", case.id)}"}}'
    seen = await graphql(f"{{ case({where}) {{ queue {{ name }} }} }}", as_="sales_rep")
    assert seen == {"case": {"queue": {"name": "Support"}}}
    async with nothing_changes(graphql):
        found = await graphql(f"mutation {{ caseTake({where}) {{ outcome errors {{ code }} }} }}", as_="sales_rep")
    assert found["caseTake"] == {"outcome": "FAILED", "errors": [{"code": "NOT_ALLOWED"}]}
