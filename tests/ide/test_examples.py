"""The operations GraphiQL offers: one for every root field, and valid; tests/access/test_scopes.py runs them."""

import json
from typing import Any

import pytest
from graphql import parse, validate

from api.schema import schema
from clients.ide import examples

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
