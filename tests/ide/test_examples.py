"""The operations GraphiQL offers: one for every root field, valid, and at work on the tenant of `crm demo`."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate

from api.app import services
from api.cli.database import Database
from api.cli.demo_data import fill
from api.cli.tenants import create_tenant
from api.domain import tokens
from api.http.routes import application
from api.schema import schema
from api.settings import Settings
from clients.ide import examples
from tests.conftest import Committed
from tests.graphql_client import SECRET, bearer, no_problems
from tests.people import NOW, opener

WRITTEN: list[dict[str, Any]] = json.loads(examples.WRITTEN.read_text("utf8"))


def test_the_examples_are_those_of_the_schema():
    assert examples.WRITTEN.read_text("utf8") == examples.text(schema.sdl), "Run: make schema"


def test_every_root_field_has_one_example():
    core = build_schema(schema.sdl)
    assert core.query_type
    assert core.mutation_type
    fields = [("query", name) for name in core.query_type.fields]
    fields += [("mutation", name) for name in core.mutation_type.fields]
    assert [(one["kind"], one["field"]) for one in WRITTEN] == fields


@pytest.mark.parametrize("one", WRITTEN, ids=lambda one: one["field"])
def test_an_example_and_what_it_looks_up_are_valid(one: dict[str, Any]):
    core = build_schema(schema.sdl)
    documents = [one["document"], *(lookup["document"] for lookup in one["lookups"])]
    assert [validate(core, parse(document)) for document in documents] == [[] for _ in documents]
    assert "dryRun" in one["variables"] or one["kind"] == "query"


async def test_every_example_runs_on_the_demo_tenant_and_changes_nothing(committed: Committed, tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    database = Database(settings, committed.urls)
    tenant = await create_tenant(database, "demo")
    await fill(database, tenant.id, date(2026, 3, 1))
    async with opener(committed.sessions, committed.admin)() as work:
        _, token = await tokens.create(work, "admin", "test", pepper=tokens.pepper(SECRET))
    wired = services(settings, committed.reads, committed.sessions, SECRET, now=lambda: NOW)
    transport = httpx.ASGITransport(application(wired, sdl=schema.sdl, problems=no_problems))
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers=bearer(token)) as client:
        answers = {one["field"]: await answer(client, one) for one in WRITTEN}
    assert answers
