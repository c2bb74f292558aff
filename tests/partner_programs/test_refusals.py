"""Every mutation of the slices about partners is refused to whom may only read, and about records that are not there.

The mutations and what they need are taken from the schema, so that a new one is in this table by itself. What each of
them refuses besides stands in the tests of its slice.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from api.domain.kernel import camel
from api.schema import (
    certifications,
    deal_registrations,
    lead_distribution,
    leads,
    partner_budgets,
    partner_funds,
    partner_programs,
    schema,
)
from api.schema.binding import definition_of
from tests.graphql_client import Client, app, graphql  # noqa: F401 - two of them are fixtures
from tests.record_writes import NIL
from tests.watching import nothing_changes

SLICES = (
    partner_programs,
    certifications,
    partner_budgets,
    partner_funds,
    leads,
    lead_distribution,
    deal_registrations,
)
VERBS = sorted(camel(one.name) for module in SLICES for one in definition_of(module.Mutation).fields)
SCALARS: Mapping[str, Any] = {
    "Int": 1,
    "Date": "2026-03-02",
    "Decimal": "1.00",
    "CurrencyCode": "USD",
    "Boolean": True,
}
CREATES = frozenset(  # of these nothing that is needed is a record
    {"certificationCreate", "leadCreate", "dealRegistrationCreate", "partnerProgramCreate"}
    | {"partnerMarketingBudgetCreate"}
)


def sample(type_: Any) -> Any:
    """A value with what is required only; every record that it names is one that is not there."""
    if isinstance(type_, GraphQLNonNull):
        return sample(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [sample(type_.of_type)]
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if not isinstance(named, GraphQLInputObjectType):
        return SCALARS.get(named.name, "x")
    if named.name.endswith("Ref"):
        return {"id": f"{schema.catalog.entities[named.name.removesuffix('Ref')].prefix}_{NIL}"}
    return {name: sample(one.type) for name, one in named.fields.items() if is_required_input_field(one)}


async def refused(graphql: Client, verb: str, **who: Any) -> set[str]:  # noqa: F811 - the fixture's value
    """The codes of the errors; whatever is refused is not done in part."""
    field = schema.core.mutation_type.fields[verb]  # type: ignore[union-attr]
    needed = {name: one.type for name, one in field.args.items() if is_required_argument(one)}
    declared = ", ".join(f"${name}: {type_}" for name, type_ in needed.items())
    given = ", ".join(f"{name}: ${name}" for name in needed)
    shown = "results { outcome errors { code } }" if "BulkUpsert" in verb else "outcome errors { code }"
    text = f"mutation({declared}) {{ it: {verb}({given}) {{ {shown} }} }}"
    found = (await graphql(text, {name: sample(type_) for name, type_ in needed.items()}, **who))["it"]
    rows = found.get("results", [found])
    assert {one["outcome"] for one in rows} == {"FAILED"}, verb
    return {error["code"] for one in rows for error in one["errors"]}


@pytest.mark.parametrize("module", SLICES, ids=lambda module: module.__name__.rpartition(".")[2])
async def test_nothing_changes_and_nothing_is_emitted_when_a_mutation_is_refused(
    graphql: Client,  # noqa: F811 - the fixture's value
    module: Any,
):
    async with nothing_changes(graphql):
        for one in definition_of(module.Mutation).fields:
            verb = camel(one.name)
            reader = await refused(graphql, verb, as_="read_only")
            stranger = set() if verb in CREATES else await refused(graphql, verb)
            assert reader <= {"NOT_ALLOWED", "NOT_FOUND"}, verb
            assert reader, verb
            assert stranger <= {"NOT_FOUND"}, verb


def test_the_table_has_every_mutation_about_partners():
    assert len(VERBS) == len(set(VERBS)) == 90
    assert set(VERBS) >= CREATES
