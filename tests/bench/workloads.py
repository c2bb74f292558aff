"""What the servers are asked, each in its own words, and the ratios that the product is to reach.

The documents are those of the product; the baseline has a schema of the same names and takes them as they are. The
bare limit gets the same requests. PostGraphile names fields after tables and keys; aliases make its answer comparable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.bench import world

OURS, BASELINE, LIMIT = "ours", "Strawberry", "limit"
POSTGRAPHILE, POSTGRAPHILE_RLS = "PostGraphile", "PostGraphile with RLS"
EACH = 40  # different requests of a tenant where the answer depends on an id

Variables = dict[str, Any]


@dataclass(frozen=True)
class Ask:
    """One request: whose, and with which variables by server."""

    tenant: int
    variables: Variables
    others: Variables  # what PostGraphile takes


@dataclass(frozen=True)
class Workload:
    """`goals`: our requests a second over those of a server, at least. `{n}` in a variable is a number used once."""

    name: str
    title: str
    document: str
    others: str
    asks: tuple[Ask, ...]
    goals: Mapping[str, float] = field(default_factory=dict)
    comparable: Callable[[Any], Any] = lambda data: data
    writes: bool = False
    with_rls: bool = False


Q1 = """
query Newest($first: Int!) {
  contacts(first: $first) {
    nodes { id firstName lastName email createdAt account { id name owner { id name } } }
  }
}"""
Q1_OTHERS = """
query Newest($tenant: UUID!, $first: Int!) {
  contacts: allContacts(
    first: $first, orderBy: [CREATED_AT_DESC, ROW_ID_DESC], condition: {tenantId: $tenant, archivedAt: null}
  ) {
    nodes {
      id: rowId firstName lastName email createdAt
      account: accountByTenantIdAndAccountId { id: rowId name owner: userByTenantIdAndOwnerId { id: rowId name } }
    }
  }
}"""

Q2 = """
query Overview($first: Int!) {
  accounts(first: $first, orderBy: [{field: NAME}]) {
    nodes {
      id name owner { id name }
      contacts(first: 10, orderBy: [{field: CONTACT_NAME}]) { nodes { contact { id lastName } } }
      opportunities(first: 5, orderBy: [{field: CLOSE_DATE}]) { nodes { id name closeDate stage { id name } } }
    }
  }
}"""
# It cannot order jobs by the contact's name, so it reads contacts by their account: one table less.
Q2_OTHERS = """
query Overview($tenant: UUID!, $first: Int!) {
  accounts: allAccounts(
    first: $first, orderBy: [NAME_SORT_ASC, ROW_ID_ASC], condition: {tenantId: $tenant, archivedAt: null}
  ) {
    nodes {
      id: rowId name owner: userByTenantIdAndOwnerId { id: rowId name }
      contacts: contactsByTenantIdAndAccountId(
        first: 10, orderBy: [NAME_SORT_ASC, ROW_ID_ASC], condition: {archivedAt: null}
      ) { nodes { id: rowId lastName } }
      opportunities: opportunitiesByTenantIdAndAccountId(
        first: 5, orderBy: [CLOSE_DATE_ASC, ROW_ID_ASC], condition: {archivedAt: null}
      ) { nodes { id: rowId name closeDate stage: stageByTenantIdAndStageId { id: rowId name } } }
    }
  }
}"""

Q3 = """
query One($id: ID!) {
  account(where: {id: $id}) { id name type industry owner { id name email } }
}"""
Q3_OTHERS = """
query One($tenant: UUID!, $id: UUID!) {
  account: accountByTenantIdAndRowId(tenantId: $tenant, rowId: $id) {
    id: rowId name type industry owner: userByTenantIdAndOwnerId { id: rowId name email }
  }
}"""

PAGE = """
query Open($owner: ID!, $first: Int!) {
  opportunities(
    first: $first, filter: {status: {eq: OPEN}, owner: {id: {eq: $owner}}}, orderBy: [{field: CLOSE_DATE}]
  ) {
    nodes { id name closeDate account { id name } stage { id name } }
    totalCount { value }
  }
}"""
PAGE_OTHERS = """
query Open($tenant: UUID!, $owner: UUID!, $first: Int!) {
  opportunities: allOpportunities(
    first: $first, orderBy: [CLOSE_DATE_ASC, ROW_ID_ASC],
    condition: {tenantId: $tenant, archivedAt: null, status: "OPEN", ownerId: $owner}
  ) {
    nodes {
      id: rowId name closeDate
      account: accountByTenantIdAndAccountId { id: rowId name } stage: stageByTenantIdAndStageId { id: rowId name }
    }
    totalCount
  }
}"""

AGGREGATE = """
query ByStage {
  opportunitiesAggregate(groupBy: [STAGE]) { keys { value } count amounts { currency sum { amount } } }
}"""
# It has no aggregates of its own; a view is how its manual would have it.
AGGREGATE_OTHERS = """
query ByStage($tenant: UUID!) {
  groups: allBenchStageTotals(condition: {tenantId: $tenant}) { nodes { stageId currency count amountMinor } }
}"""

CREATE = """
mutation Create($input: ContactCreateInput!) {
  contactCreate(input: $input) {
    contact { id firstName lastName email account { id name } }
    outcome
    errors { message }
  }
}"""
CREATE_OTHERS = """
mutation Create($contact: ContactInput!) {
  contactCreate: createContact(input: {contact: $contact}) {
    contact { id: rowId firstName lastName email account: accountByTenantIdAndAccountId { id: rowId name } }
  }
}"""


def asks(variables: Variables, others: Variables | None = None) -> tuple[Ask, ...]:
    """The same of every tenant."""
    more = variables if others is None else others
    return tuple(Ask(at, variables, {"tenant": str(world.tenant_of(at)), **more}) for at in range(world.TENANTS))


def asks_by_id(name: str, prefix: str, kind: str, rest: Variables, numbers: range) -> tuple[Ask, ...]:
    """One for each of these rows of every tenant."""
    found = []
    for at in range(world.TENANTS):
        for number in numbers:
            id = world.id_of(kind, number * world.TENANTS + at + 1)
            others = {"tenant": str(world.tenant_of(at)), name: str(id), **rest}
            found.append(Ask(at, {name: f"{prefix}_{id.hex}", **rest}, others))
    return tuple(found)


def creations(size: world.Size) -> tuple[Ask, ...]:
    found = []
    for at in range(world.TENANTS):
        for number in range(0, size.accounts // world.TENANTS, size.accounts // world.TENANTS // EACH):
            account = world.id_of("account", number * world.TENANTS + at + 1)
            names = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada.{n}@example.com"}
            contact = {
                **names,
                "tenantId": str(world.tenant_of(at)),
                "rowId": "{uuid}",
                "accountId": str(account),
                "name": "Ada Lovelace",
                "nameSort": "ada lovelace",
                "lastNameSort": "lovelace",
                "emailSort": names["email"],
                "emailNorm": names["email"],
                "ownerId": str(world.id_of("user", at + 1)),
                "version": 1,
                "createdAt": "2026-03-02T09:15:00Z",
                "updatedAt": "2026-03-02T09:15:00Z",
            }
            ours = {"input": {**names, "account": {"id": f"acc_{account.hex}"}}}
            found.append(Ask(at, ours, {"contact": contact}))
    return tuple(found)


def workloads(size: world.Size) -> list[Workload]:
    accounts = size.accounts // world.TENANTS
    some_accounts = range(0, accounts, accounts // EACH)
    return [
        Workload(
            "q1",
            "Q1 nested list",
            Q1,
            Q1_OTHERS,
            asks({"first": 50}),
            {BASELINE: 25, POSTGRAPHILE: 4, LIMIT: 0.8},
            with_rls=True,
        ),
        Workload(
            "q2",
            "Q2 list with two child lists",
            Q2,
            Q2_OTHERS,
            asks({"first": 20}),
            {BASELINE: 40, POSTGRAPHILE: 3.5, LIMIT: 0.8},
            comparable=without_jobs,
            with_rls=True,
        ),
        Workload(
            "q3",
            "Q3 one record",
            Q3,
            Q3_OTHERS,
            asks_by_id("id", "acc", "account", {}, some_accounts),
            {BASELINE: 8, POSTGRAPHILE: 1.6, LIMIT: 0.7},
            with_rls=True,
        ),
        Workload(
            "page",
            "filtered + ordered page, `totalCount` asked",
            PAGE,
            PAGE_OTHERS,
            asks_by_id("owner", "usr", "user", {"first": 25}, range(world.USERS)),
            {BASELINE: 15, POSTGRAPHILE: 3, LIMIT: 0.8},
            comparable=counted,
        ),
        Workload(
            "aggregate",
            "group-by aggregate over a tenant's opportunities",
            AGGREGATE,
            AGGREGATE_OTHERS,
            asks({}),
            {POSTGRAPHILE: 1, LIMIT: 0.85},
            comparable=grouped,
        ),
        Workload(
            "create",
            "`contactCreate` with audit + outbox + read-back",
            CREATE,
            CREATE_OTHERS,
            creations(size),
            {BASELINE: 1.5, POSTGRAPHILE: 1, LIMIT: 0.4},
            comparable=created,
            writes=True,
        ),
    ]


# Answers in one form

WIRE = re.compile(r"[a-z]{3}_[0-9a-f]{32}")
HYPHENS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.*")


def content(workload: Workload, data: Any) -> Any:
    """What an answer says, whichever server gave it."""
    return workload.comparable(plain(data))


def plain(value: Any) -> Any:
    """Ids without prefix and hyphens, instants as instants."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str):
        if WIRE.fullmatch(value):
            return value[4:]
        if HYPHENS.fullmatch(value):
            return UUID(value).hex
        if MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    return value


def without_jobs(data: Any) -> Any:
    for account in data["accounts"]["nodes"]:
        account["contacts"] = [one.get("contact", one) for one in account["contacts"]["nodes"]]
    return data


def counted(data: Any) -> Any:
    page = data["opportunities"]
    if isinstance(page["totalCount"], dict):
        page["totalCount"] = page["totalCount"]["value"]
    return data


def grouped(data: Any) -> Any:
    """Stage, currency, number and sum in minor units."""
    if "groups" in data:
        found = [
            (one["stageId"], one["currency"], int(one["count"]), int(one["amountMinor"]))
            for one in data["groups"]["nodes"]
        ]
    else:
        found = [
            (group["keys"][0]["value"], one["currency"], group["count"], round(float(one["sum"]["amount"]) * 100))
            for group in data["opportunitiesAggregate"]
            for one in group["amounts"]
        ]
    return sorted(found)


def created(data: Any) -> Any:
    """What was sent; the id is another each time."""
    contact = data["contactCreate"]["contact"]
    return {**contact, "id": None, "email": None}
