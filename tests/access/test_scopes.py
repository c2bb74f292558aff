"""The operations that GraphiQL offers, one for each root field, at work on the tenant of `crm demo`.

What each shipped role may ask for is what its cells say: every field of Query and Mutation, nothing listed by hand.
Each field is asked for by a role that may and by one that may not; `make probes` asks as everybody.

A role's operations are without the fields that do not exist for it. They are sent with a program's token, which owns
nothing: a right reaches all records or none.
"""

import json
import re
from collections.abc import AsyncIterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from graphql import REMOVE, TypeInfo, TypeInfoVisitor, Visitor, VisitorAction, parse, print_ast, visit

from api.app import services
from api.cli.database import Database, operate
from api.cli.demo import demo_tenant
from api.cli.demo_tokens import fresh_tokens
from api.domain import access, tokens
from api.domain.kernel import Capability, Level
from api.http.routes import application
from api.schema import schema
from api.settings import Settings
from api.worker.relay import Relay
from clients.ide import examples
from tests.cluster import Cluster
from tests.conftest import Committed, a_committed
from tests.graphql_client import UNMETERED, bearer, no_problems
from tests.webhooks.hostile import Lying

WRITTEN: list[dict[str, Any]] = json.loads(examples.WRITTEN.read_text("utf8"))
OBJECTS = {entity.object: name for name, entity in schema.catalog.entities.items() if entity.object}
NOUN = re.compile(rf"({'|'.join(sorted(name[0].lower() + name[1:] for name in OBJECTS.values()))})([A-Z]\w+)")
# Fields about no kind of record, or about that of the example's id.
ABOUT = {"viewer": None, "rateLimit": None, "salesMetrics": "opportunity", "shareReport": "record_share"}
ABOUT |= dict.fromkeys(("leadDistributionFairness", "leadDistributionShares"), "partner_lead_offer")
ABOUT |= {"dealRegistrationMetricRows": "deal_registration", "satisfactionMetricRows": "satisfaction_request"}
ABOUT |= {"partnerRevenueMetricRows": "partner_commission_entry"}  # the example's figure is the cost of commissions
ABOUT |= {"caseMetricRows": "case"}
ABOUT |= dict.fromkeys(("node", "nodes", "explainAccess"), "account")
NOBODYS = {"externalIdHolders", "knowledgeSuggestions"}  # the demo has no such key, and no article for its newest case
NOBODYS |= {one["field"] for one in WRITTEN if one["field"].startswith("webhook")}  # tests/webhooks
MAKES = {
    "contactTokenCreate": "token",
    "partnerCommissionAccrue": "partner_commission",
    "leadDistribute": "partner_lead_offer",
}  # what another record's verb makes
ALSO_WRITES = {"contactRelationMakePrimary": "account"}  # it takes the place of the account's former one
# In the demo every pipeline has open opportunities, and every stage some, or it is the only one of its kind.
REFUSED = {"pipelineArchive": "INVALID", "stageArchive": "INVALID"}
# All that partners were promised is asked for, and they are members of the only program.
REFUSED |= {"partnerFundAllocationArchive": "INVALID", "partnerProgramArchive": "INVALID"}
# Whatever was booked for partners is in a statement.
REFUSED |= {"partnerCommissionStatementIssue": "INVALID"}
# Nor does a demo send anything: its webhook endpoint is disabled.
REFUSED |= {"webhookDeliveryReplay": "INVALID", "webhookTest": "INVALID"}
REFUSALS = {"NOT_ALLOWED", "NOT_FOUND"}


def object_of(field: str) -> str | None:
    """The kind of record that a field of Query is about."""
    if field in ABOUT:
        return ABOUT[field]
    entity = schema.catalog.entities[schema.catalog.roots[field].entity or ""]
    return schema.catalog.entities[entity.filtered].object if entity.filtered else entity.object


def may_read(capability: Capability, field: str) -> bool:
    object = object_of(field)
    if object == "token":  # those of the demo are an administrator's among others
        return capability.on(object).create
    return object is None or capability.on(object).read is Level.ALL


def may_write(capability: Capability, field: str) -> bool:
    if field in MAKES:
        return capability.on(MAKES[field]).create
    match = NOUN.fullmatch(field)
    assert match is not None
    noun = match[1][0].upper() + match[1][1:]
    right = capability.on(next(object for object, name in OBJECTS.items() if name == noun))
    everywhere = right.read is Level.ALL and right.write is Level.ALL
    if field in ALSO_WRITES:
        everywhere = everywhere and capability.on(ALSO_WRITES[field]).write is Level.ALL
    if match[2] in {"Create", "Upsert", "BulkUpsert", "Rotate"}:  # the examples' upserts make what they name
        return everywhere and right.create
    return everywhere and (right.delete or match[2] != "Archive")  # what the examples restore is live: nothing happens


def answered(one: dict[str, Any], data: Any) -> bool:
    """Whether a field has answered with something of the tenant, or done what was asked."""
    if one["kind"] == "mutation":
        return not {error["code"] for error in data["errors"]} & REFUSALS and not data.get("failed")
    if isinstance(data, list):
        return any(row is not None and row.get("count", 1) for row in data)
    if one["field"] == "salesMetrics":
        return bool(data["openCount"]["value"] != "0")
    if one["field"] == "leadDistributionFairness":
        return bool(data["offers"])
    return bool(data["nodes"]) if data is not None and "nodes" in data else data is not None


@dataclass(frozen=True)
class Demo:
    """The demo tenant, a program's secret for each shipped role, and that of the demo's administrator."""

    committed: Committed
    client: httpx.AsyncClient
    secrets: dict[str, str]
    administrator: str


@pytest.fixture(scope="module")
async def demo(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    async with a_committed(cluster, template, "crm_demo_tenant") as committed:
        database = Database(Settings(data_dir=tmp_path_factory.mktemp("demo"), **UNMETERED), committed.urls)
        tenant = await demo_tenant(database, reset=False)
        administrator = (await fresh_tokens(database, tenant.id))["admin"].text
        pepper = tokens.pepper(database.secret())
        async with database.sessions() as sessions, operate(sessions, tenant.id, "test") as work:
            secrets = {role: (await tokens.create(work, role, role, pepper=pepper))[1] for role in access.SHIPPED}
        await number_events(committed)
        connections = (committed.reads, committed.sessions, database.secret())
        wired = services(database.settings, *connections, outside=committed.reads, resolve=Lying())
        transport = httpx.ASGITransport(application(wired, problems=no_problems))
        async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
            yield Demo(committed, client, secrets, administrator)


async def send(client: httpx.AsyncClient, secret: str, document: str, variables: Any) -> Any:
    response = await client.post("/graphql", json={"query": document, "variables": variables}, headers=bearer(secret))
    return response.json()


async def call(client: httpx.AsyncClient, secret: str, document: str, variables: Any) -> Any:
    answer = await send(client, secret, document, variables)
    assert "errors" not in answer, answer
    return answer["data"]


async def filled(client: httpx.AsyncClient, secret: str, one: dict[str, Any], looked_up: dict[str, Any]) -> Any:
    """The variables of an example, with the ids that an administrator finds; what was `looked_up` stays as it was."""
    variables = deepcopy(one["variables"])
    for lookup in one["lookups"]:
        document = lookup["document"]
        if document not in looked_up:
            looked_up[document] = await call(client, secret, document, {})
        rows = at(looked_up[document], lookup["rows"])
        values = [{variable: at(row, path) for variable, path in lookup["into"].items()} for row in rows]
        for variable, value in next((row for row in values if None not in row.values()), {}).items():
            put(variables, variable.split("."), value)
    return variables


class Hidden(Visitor):
    """Removes the fields that a schema does not have."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types

    def enter_field(self, *_: object) -> VisitorAction:
        return REMOVE if self._types.get_field_def() is None else None


def known_to(role: str, document: str) -> str:
    """The document as somebody writes it who sees the schema that the role has."""
    types = TypeInfo(schema.editions.of(access.shipped(role)).core)
    return print_ast(visit(parse(document), TypeInfoVisitor(types, Hidden(types))))


def asked(number: int, allowed: set[str]) -> list[str]:
    """One role that may, one that may not, each time the next of them, so that every role has its turn."""
    groups = ([role for role in access.SHIPPED if (role in allowed) is wanted] for wanted in (True, False))
    return [group[number % len(group)] for group in groups if group]


async def test_every_example_runs_on_the_demo_tenant_and_changes_nothing(demo: Demo):
    client, changes = demo.client, await count_changes(demo.committed)
    looked_up: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    for one in WRITTEN:
        variables = await filled(client, demo.administrator, one, looked_up)
        answers[one["field"]] = await send(client, demo.administrator, one["document"], variables)
    assert {name: found["errors"] for name, found in answers.items() if "errors" in found} == {}
    assert [name for name, found in answers.items() if found["data"][name] is None] == []
    payloads = {
        one["field"]: answers[one["field"]]["data"][one["field"]] for one in WRITTEN if one["kind"] == "mutation"
    }
    refused = {name: payload["errors"] for name, payload in payloads.items() if payload.get("errors")}
    assert {name: errors[0]["code"] for name, errors in refused.items()} == REFUSED, refused
    assert await count_changes(demo.committed) == changes


async def test_a_role_opens_exactly_what_its_cells_say(demo: Demo):
    client, secrets = demo.client, demo.secrets
    said, found, roles = set(), set(), set()
    looked_up: dict[str, Any] = {}
    for number, one in enumerate(WRITTEN):
        field = one["field"]
        if field in NOBODYS:
            continue
        variables = await filled(client, secrets["admin"], one, looked_up)
        rule = may_read if one["kind"] == "query" else may_write
        allowed = {role for role in access.SHIPPED if rule(access.shipped(role), field)}
        for role in asked(number, allowed):
            roles.add((role, role in allowed))
            said |= {(role, field)} if role in allowed else set()
            answer = await send(client, secrets[role], known_to(role, one["document"]), variables)
            if "errors" in answer:  # nothing is left of it, or the variables name what the role does not know
                codes = [error["extensions"]["code"] for error in answer["errors"]]
                assert codes in (["GRAPHQL_PARSE_FAILED"], ["BAD_USER_INPUT"]), answer
            elif answered(one, answer["data"][field]):
                found |= {(role, field)}
    assert (sorted(found - said), sorted(said - found)) == ([], [])
    assert {field for _, field in found} == {one["field"] for one in WRITTEN} - NOBODYS
    assert roles == {(role, may) for role in access.SHIPPED for may in (True, False)} - {("admin", False)}


async def count_changes(committed: Committed) -> int:
    connection = await asyncpg.connect(committed.superuser_url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM change_events"))
    finally:
        await connection.close()


async def number_events(committed: Committed) -> None:
    """What the worker of a demo does all the time."""
    worker = await asyncpg.connect(committed.urls.worker)
    try:
        while await Relay().step(worker):
            pass
    finally:
        await worker.close()


def at(value: Any, path: str) -> Any:
    for key in path.split("."):
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        elif value is not None:
            value = value.get(key)
    return value


def put(into: Any, path: Sequence[str], value: Any) -> None:
    key, *rest = path
    place: Any = int(key) if isinstance(into, list) else key
    if rest:
        put(into[place], rest, value)
    else:
        into[place] = value
