"""The operations GraphiQL offers: one for every root field, valid, and at work on the tenant of `crm demo`."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from graphql import parse, validate

from api.app import services
from api.cli.database import Database
from api.cli.demo import demo_tenant, fresh_tokens
from api.http.routes import application
from api.schema import schema
from api.settings import Settings
from api.worker.relay import Relay
from clients.ide import examples
from tests.conftest import Committed
from tests.graphql_client import UNMETERED, bearer, no_problems
from tests.webhooks.hostile import Lying

# In the demo every pipeline has open opportunities, and every stage some, or it is the only one of its kind.
REFUSED = {"pipelineArchive": "INVALID", "stageArchive": "INVALID"}
# All that partners were promised is asked for, and they are members of the only program.
REFUSED |= {"partnerFundAllocationArchive": "INVALID", "partnerProgramArchive": "INVALID"}
# Nor does a demo send anything: its webhook endpoint is disabled.
REFUSED |= {"webhookDeliveryReplay": "INVALID", "webhookTest": "INVALID"}
WRITTEN: list[dict[str, Any]] = json.loads(examples.WRITTEN.read_text("utf8"))


def test_the_examples_are_those_of_the_schema():
    assert examples.WRITTEN.read_text("utf8") == examples.text(schema.sdl), "Run: make schema"


def test_every_root_field_has_one_example():
    assert schema.core.query_type
    assert schema.core.mutation_type
    fields = [("query", name) for name in schema.core.query_type.fields]
    fields += [("mutation", name) for name in schema.core.mutation_type.fields]
    assert sorted((one["kind"], one["field"]) for one in WRITTEN) == sorted(fields)


@pytest.mark.parametrize("one", WRITTEN, ids=lambda one: one["field"])
def test_an_example_and_what_it_looks_up_are_valid(one: dict[str, Any]):
    documents = [one["document"], *(lookup["document"] for lookup in one["lookups"])]
    assert [validate(schema.core, parse(document)) for document in documents] == [[] for _ in documents]
    assert "dryRun" in one["variables"] or one["kind"] == "query"


async def test_every_example_runs_on_the_demo_tenant_and_changes_nothing(committed: Committed, tmp_path: Path):
    database = Database(Settings(data_dir=tmp_path, **UNMETERED), committed.urls)
    tenant = await demo_tenant(database, reset=False)
    token = (await fresh_tokens(database, tenant.id))["admin"]
    changes = await count_changes(committed)
    await number_events(committed)
    connections = (committed.reads, committed.sessions, database.secret())
    wired = services(database.settings, *connections, outside=committed.reads, resolve=Lying())
    transport = httpx.ASGITransport(application(wired, problems=no_problems))
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers=bearer(token)) as client:
        answers = {one["field"]: await answer(client, one) for one in WRITTEN}
    assert {name: found["errors"] for name, found in answers.items() if "errors" in found} == {}
    assert [name for name, found in answers.items() if found["data"][name] is None] == []
    payloads = {
        one["field"]: answers[one["field"]]["data"][one["field"]] for one in WRITTEN if one["kind"] == "mutation"
    }
    refused = {name: payload["errors"] for name, payload in payloads.items() if payload.get("errors")}
    assert {name: errors[0]["code"] for name, errors in refused.items()} == REFUSED, refused
    assert await count_changes(committed) == changes


async def number_events(committed: Committed) -> None:
    """What the worker of a demo does all the time."""
    worker = await asyncpg.connect(committed.urls.worker)
    try:
        while await Relay().step(worker):
            pass
    finally:
        await worker.close()


async def answer(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[str, Any]:
    """What the server answers to an example whose ids were looked up, as `src/examples.ts` does it."""
    variables = deepcopy(one["variables"])
    for lookup in one["lookups"]:
        found = (await call(client, lookup["document"], {}))["data"]
        rows = at(found, lookup["rows"])
        values = [{variable: at(row, path) for variable, path in lookup["into"].items()} for row in rows]
        for variable, value in next((row for row in values if None not in row.values()), {}).items():
            put(variables, variable.split("."), value)
    return await call(client, one["document"], variables)


async def call(client: httpx.AsyncClient, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    response = await client.post("/graphql", json={"query": document, "variables": variables})
    answered: dict[str, Any] = response.json()
    return answered


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


async def count_changes(committed: Committed) -> int:
    connection = await asyncpg.connect(committed.superuser_url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM change_events"))
    finally:
        await connection.close()
