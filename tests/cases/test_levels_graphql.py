"""Service levels through the API."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import text

from api.domain import cases
from api.domain.cases import CaseStatus, MilestoneType
from api.domain.kernel import Work, wire
from api.domain.users import User
from tests.factories import a_case, a_policy, an_account
from tests.graphql_client import Client
from tests.record_writes import RecordWrites

TARGETS = [{"priority": "NORMAL", "milestone": "FIRST_RESPONSE", "minutes": 60}]


class TestSlaPolicy(RecordWrites):
    noun, type_name = "slaPolicy", "SlaPolicy"
    new: ClassVar[Mapping[str, Any]] = {"name": "Gold", "targets": TARGETS}
    change: ClassVar[Mapping[str, Any]] = {"warnPercent": 50, "types": ["COMPLAINT"]}
    shown = "name warnPercent types"
    natural: ClassVar[tuple[str, Any]] = ("name", " GOLD")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 6, "Archive": 4, "Restore": 5, "BulkUpsert": 3}

    async def test_what_is_created_is_answered_and_can_be_read(self, graphql: Client):
        made = await self.create(graphql)
        query = "query($id: ID!) { slaPolicy(where: {id: $id}) { versions { revision targets { minutes } } } }"

        found = await graphql(query, {"id": made["id"]})
        assert found == {"slaPolicy": {"versions": [{"revision": 1, "targets": [{"minutes": 60}]}]}}


class TestEntitlement(RecordWrites):
    noun, type_name = "entitlement", "Entitlement"
    new: ClassVar[dict[str, Any]] = {"name": "Contract"}
    change: ClassVar[Mapping[str, Any]] = {"endsOn": "2026-12-31", "remainingCases": 3}
    shown = "name endsOn remainingCases"
    statements: ClassVar[Mapping[str, int]] = {"Create": 5, "Update": 5, "Archive": 4, "Restore": 4, "BulkUpsert": 6}

    @pytest.fixture(autouse=True)
    async def ready(self, work: Work) -> None:
        account, policy = await an_account(work), await a_policy(work, {MilestoneType.FIRST_RESPONSE: 60})
        await work.finish()
        ids = {"account": {"id": wire("acc", account.id)}, "policy": {"id": wire("sla", policy.id)}}
        type(self).new = {"name": "Contract", **ids}

    async def of(self, graphql: Client, person: User) -> str:
        made = await graphql(
            """mutation { accountCreate(input: {name: "Acme"}) { account { id } }
              slaPolicyCreate(input: {name: "Theirs", targets: []}) { slaPolicy { id } } }""",
            user=person,
        )
        account, policy = made["accountCreate"]["account"], made["slaPolicyCreate"]["slaPolicy"]
        own = {**self.new, "account": {"id": account["id"]}, "policy": {"id": policy["id"]}}
        payload = await self.call(graphql, "Create", "input", {"input": own}, user=person)
        return str(payload["entitlement"]["id"])

    async def test_what_is_created_is_answered_and_can_be_read(self, graphql: Client):
        made = await self.create(graphql)
        query = "query($id: ID!) { entitlement(where: {id: $id}) { name startsOn status policy { name } } }"

        found = await graphql(query, {"id": made["id"]})
        assert found["entitlement"] == {
            "name": "Contract",
            "startsOn": "2026-03-02",
            "status": "ACTIVE",
            "policy": {"name": "Standard"},
        }


async def test_a_case_shows_its_clocks_and_the_queue_is_sorted_by_them(graphql: Client, work: Work):
    await a_policy(work, {MilestoneType.FIRST_RESPONSE: 60}, urgent={MilestoneType.FIRST_RESPONSE: 10})
    await a_case(work, "Later")
    await a_case(work, "Sooner", priority="URGENT")
    await work.finish()

    found = await graphql(
        """{ cases(orderBy: [{ field: NEXT_DUE_AT }], filter: { status: { eq: NEW } }) {
          totalCount { value } nodes { subject nextDueAt sla { revision policy { name } }
            milestones { type status minutes startAt warnAt targetAt pausedBusinessSeconds } } } }"""
    )
    assert found["cases"]["totalCount"] == {"value": 2}
    assert [case["subject"] for case in found["cases"]["nodes"]] == ["Sooner", "Later"]
    assert found["cases"]["nodes"][0] == {
        "subject": "Sooner",
        "nextDueAt": "2026-03-02T09:25:00Z",
        "sla": {"revision": 1, "policy": {"name": "Standard"}},
        "milestones": [
            {
                "type": "FIRST_RESPONSE",
                "status": "IN_PROGRESS",
                "minutes": 10,
                "startAt": "2026-03-02T09:15:00Z",
                "warnAt": "2026-03-02T09:23:00Z",
                "targetAt": "2026-03-02T09:25:00Z",
                "pausedBusinessSeconds": 0,
            }
        ],
    }


async def test_the_status_of_an_entitlement_is_that_by_which_new_cases_get_it(graphql: Client, work: Work):
    await work.session.execute(text("UPDATE tenants SET zone = 'Pacific/Pago_Pago'"))  # where it is still 1 March
    account, policy = await an_account(work), await a_policy(work, {MilestoneType.FIRST_RESPONSE: 60}, is_active=False)
    values: Any = {"name": "Contract", "policy_id": policy.id, "account_id": account.id}
    await cases.create_entitlement(work, values | {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 1)})
    await cases.create_entitlement(work, values | {"starts_on": date(2026, 3, 2)})
    await work.finish()
    await a_case(work, account_id=account.id)
    await work.finish()

    query = "{ entitlements(orderBy: [{ field: STARTS_ON }]) { nodes { status cases { nodes { subject } } } } }"
    found = (await graphql(query))["entitlements"]["nodes"]
    assert [(one["status"], len(one["cases"]["nodes"])) for one in found] == [("ACTIVE", 1), ("PLANNED", 0)]


async def test_what_a_clock_stood_still_is_told_in_whole_seconds(graphql: Client, work: Work):
    await a_policy(work, {MilestoneType.RESOLUTION: 60})
    case = await a_case(work, status=CaseStatus.WAITING_CUSTOMER)
    work.now += timedelta(seconds=90, microseconds=999_999)
    await cases.resume(work, case.id)
    await work.finish()

    found = await graphql("{ cases { nodes { milestones { pausedBusinessSeconds } } } }")
    ((milestone,),) = [one["milestones"] for one in found["cases"]["nodes"]]
    seconds = milestone["pausedBusinessSeconds"]
    assert (seconds, type(seconds)) == (90, int)
