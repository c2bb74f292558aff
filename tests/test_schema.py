"""The schema as a contract: what it promises in writing, and that SQL can answer all of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    Undefined,
    build_schema,
    get_named_type,
    is_specified_directive,
    is_specified_scalar_type,
    validate_schema,
)

from api.compiler import Composite, Scope, ToOne
from api.compiler.catalog import Source, Value
from api.schema import schema
from tests.test_architecture import ROOT

CORE = schema.core
TYPES = {name: type_ for name, type_ in sorted(CORE.type_map.items()) if not name.startswith("__")}
OBJECTS = {name: type_ for name, type_ in TYPES.items() if isinstance(type_, GraphQLObjectType)}
INPUTS = {name: type_ for name, type_ in TYPES.items() if isinstance(type_, GraphQLInputObjectType)}
ENTITIES = schema.catalog.entities
MUTATIONS = CORE.mutation_type.fields if CORE.mutation_type else {}
QUERIES = CORE.query_type.fields if CORE.query_type else {}
# The verbs every record has; others are of one slice and listed here, because a verb is a promise.
COMMON_VERBS = {"Create", "Update", "Upsert", "BulkUpsert", "Archive", "Restore"}
OWN_VERBS = {
    *("Advance", "Win", "Lose", "Reopen", "MovePipeline", "LineAdd", "LineUpdate", "LineRemove"),
    *("Relate", "RelationEnd", "RelationMakePrimary", "EmailRemove", "PhoneRemove", "AddressRemove"),
    *("Fill", "Start", "WaitForCustomer", "WaitForThirdParty", "Resume", "Resolve", "Close", "Cancel"),
    *("MarkDuplicate", "Escalate", "Comment", "Route", "Take", "Release"),
    *("ContactRoleSet", "ContactRoleRemove", "SplitsSet"),
    *("SetRoles", "TokenCreate", "Rotate", "Revoke"),
    *("Enable", "Disable", "TakeOver", "Test", "Preview", "Replay"),
    *("Submit", "Review", "Override", "Reject", "Extend", "Withdraw"),
    *("Distribute", "Accept", "Decline", "Assign", "Start", "Qualify", "Nurture", "Disqualify", "Convert"),
    *("Publish", "Withdraw", "Link", "Unlink"),
    *("Apply", "Approve", "Activate", "ChangeTier", "Review", "Suspend", "Resume", "Terminate", "SetScope"),
    *("Submit", "Reject", "Withdraw", "Pay", "Award", "PartnerSet", "PartnerRemove"),
    *("Accrue", "Reverse", "Issue"),
}
# Kept by administrators, one at a time: no other system has them, and nobody counts them.
BY_HAND = {
    "FieldProfile": {"Create", "Update", "Archive", "Restore"},
    "HolidayCalendar": {*COMMON_VERBS, "Fill"},
    "PartnerLeadOffer": {"Accept", "Decline"},
    "PartnerLeadProfile": {"Create", "Update", "Archive", "Restore"},
    "PartnerUser": {"Create", "SetScope", "Archive", "Restore"},
    "RecordShare": {"Create", "Update", "Revoke"},
    "Role": {"Create", "Update", "Archive", "Restore"},
    "Token": {"Create", "Rotate", "Revoke"},
    "WebhookEndpoint": {"Create", "Update", "Archive", "Enable", "Disable", "TakeOver"},
}
# Begun and ended by verbs, and counted: nobody writes how they stand.
BY_VERBS = {
    "PartnerCommission": {"Accrue", "Update", "Approve", "Pay", "Reverse", "StatementIssue"},  # as its name begins
    "PartnerCommissionEntry": set[str](),
    "PartnerCommissionStatement": {"Issue"},
    "PartnerCertification": {"Award", "Revoke"},
    "SatisfactionRequest": {"Create", "Decline", "Archive", "Restore"},
    "PartnerFundAllocation": {"Create", "Update", "Archive", "Restore"},
    "PartnerFundClaim": {"Submit", "Update", "Approve", "Reject", "Pay", "Withdraw"},
    "PartnerFundRequest": {"Submit", "Update", "Approve", "Reject", "Withdraw"},
    "PartnerMembership": {
        *("Apply", "Update", "Approve", "Activate", "ChangeTier", "Review", "Suspend", "Resume", "Terminate"),
    },
}
OWN_WAYS = {**BY_HAND, **BY_VERBS}
# Mutations on what is no record of its own, but part of one.
OTHER_NOUNS = ("webhook", "webhookDelivery", "webhookSecret")


def parts() -> Iterator[tuple[str, Any]]:
    """Everything that can have a description, with its name."""
    for name, type_ in TYPES.items():
        if isinstance(type_, GraphQLScalarType) and is_specified_scalar_type(type_):
            continue
        yield name, type_
        for key, field in getattr(type_, "fields", {}).items():
            yield f"{name}.{key}", field
            for argument, about in getattr(field, "args", {}).items():
                yield f"{name}.{key}({argument}:)", about
        for key, value in getattr(type_, "values", {}).items():
            yield f"{name}.{key}", value


def test_the_committed_sdl_is_that_of_the_code():
    committed = (ROOT / "api/schema/schema.graphql").read_text("utf8")
    assert committed == schema.sdl, "The schema has changed. Run: make schema, and read the diff as a client would"


def test_the_sdl_builds_the_same_schema():
    built = build_schema(schema.sdl)
    assert validate_schema(built) == []
    assert sorted(built.type_map) == sorted(CORE.type_map)
    one_of = {name for name, type_ in built.type_map.items() if getattr(type_, "is_one_of", False)}
    assert one_of == {name for name in INPUTS if name.endswith("Ref")}
    assert schema.sdl.count("@oneOf") == len(one_of) + schema.sdl.count('"@oneOf')


def test_everything_is_described():
    assert [name for name, part in parts() if not (part.description or "").strip()] == []


def test_a_description_is_a_sentence_that_fits_on_a_screen():
    bad = [
        name for name, part in parts() if not re.fullmatch(r"[A-Z`@0-9<∑Σ].{2,250}[.`]", part.description, re.DOTALL)
    ]
    assert bad == []


def test_the_directives_are_those_of_graphql_and_of_federation():
    own = [directive.name for directive in CORE.directives if not is_specified_directive(directive)]
    assert own == ["cost", "listSize"]  # as federation has them, so that gateways can compute the cost, too


def test_names_are_spelled_one_way():
    for name, type_ in TYPES.items():
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name), name
        keys = getattr(type_, "values", None)
        for key in keys or ():
            assert re.fullmatch(r"[A-Z][A-Z_0-9]*", key), f"{name}.{key}"
        for key, field in ({} if keys else getattr(type_, "fields", {})).items():
            for word in (key, *getattr(field, "args", {})):
                assert re.fullmatch(r"[a-z][A-Za-z]*", word), f"{name}.{key} {word}"


def test_no_word_of_the_database_is_in_the_schema():
    internal = re.compile(r"_minor|_sort\b|_norm\b|tenant_id|deletedAt|isDeleted|createdOn", re.IGNORECASE)
    assert [name for name, _ in parts() if internal.search(name)] == []


def test_a_mutation_is_named_object_first_and_verb_last():
    known = [*OTHER_NOUNS, *(one[0].lower() + one[1:] for one in record_types())]
    nouns = "|".join(sorted(known, key=len, reverse=True))
    for name in MUTATIONS:
        match = re.fullmatch(rf"({nouns})([A-Z]\w+)", name)
        assert match is not None, name
        assert match[2] in COMMON_VERBS | OWN_VERBS, name


def test_every_record_has_the_same_queries_and_mutations():
    for type_name in record_types():
        noun = type_name[0].lower() + type_name[1:]
        plural = next(
            name for name, root in schema.catalog.roots.items() if (root.kind, root.entity) == ("page", type_name)
        )
        assert schema.catalog.roots[noun].kind == "one"
        assert QUERIES[plural].args.keys() == {
            *("filter", "orderBy", "first", "after", "last", "before", "includeArchived")
        }
        verbs = {name.removeprefix(noun) for name in MUTATIONS if name.startswith(noun)}
        assert verbs == OWN_WAYS.get(type_name, verbs)
        assert type_name in OWN_WAYS or verbs >= COMMON_VERBS
        assert (f"{plural}Aggregate" in QUERIES) is (type_name not in BY_HAND)
        for helper in (
            "Filter",
            "Sort",
            "SortField",
            "Ref",
            *(["CreateInput"] if "Create" in verbs else []),
            *(["Patch"] if "Update" in verbs else []),
            *(["WritePayload"] if verbs else []),
            "Connection",
            "Edge",
        ):
            assert f"{type_name}{helper}" in TYPES


def record_types() -> list[str]:
    record = TYPES["Record"]
    return [name for name, type_ in OBJECTS.items() if record in type_.interfaces]


def test_a_mutation_answers_a_payload_that_may_be_null_so_that_its_siblings_survive():
    for name, field in MUTATIONS.items():
        assert not isinstance(field.type, GraphQLNonNull), name
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["errors"].type) == "[UserError!]!", name
        if payload.name.endswith("WritePayload"):
            assert str(payload.fields["outcome"].type) == "WriteOutcome!"
            assert len(payload.fields) == 3


def test_a_mutation_takes_a_key_and_a_dry_run_and_one_on_a_known_record_its_version():
    for name, field in MUTATIONS.items():
        assert str(field.args["idempotencyKey"].type) == "String", name
        assert str(field.args["dryRun"].type) == "Boolean!", name
        assert field.args["dryRun"].default_value is False
        if "where" in field.args:
            assert str(field.args["ifVersion"].type) == "Int", name


def test_what_a_patch_leaves_out_is_unchanged_so_it_has_no_defaults():
    patches = {name: type_ for name, type_ in INPUTS.items() if name.endswith("Patch")}
    assert len(patches) == len([one for one in record_types() if "Update" in OWN_WAYS.get(one, COMMON_VERBS)])
    for name, type_ in patches.items():
        for key, field in type_.fields.items():
            assert not isinstance(field.type, GraphQLNonNull), f"{name}.{key}"
            assert field.default_value is Undefined, f"{name}.{key}"


def test_every_field_of_query_starts_a_read_and_none_runs_python():
    assert schema.catalog.roots.keys() == QUERIES.keys()
    for name, field in QUERIES.items():
        definition = field.extensions["strawberry-definition"]
        assert definition.base_resolver is None, name


def test_every_field_that_a_query_can_reach_has_a_source():
    unread = {"Mutation", "Query", "RateLimit"}
    unread |= {"Actor", "Money", "Metric", "PartnerCommissionExplanation"}  # parts of other fields
    for name, field, owner in reachable():
        if owner.name in ENTITIES:
            assert isinstance(ENTITIES[owner.name].fields[name], get_args(Source))
            definition = field.extensions["strawberry-definition"]
            assert definition.base_resolver is None, f"{owner.name}.{name}"
        else:
            pages = owner.name.endswith(("Connection", "Edge", "GroupKey")) or owner.name in {
                "PageInfo",
                "BoundedCount",
            }
            assert pages or owner.name in unread, owner.name


def test_a_composite_has_exactly_the_fields_of_its_type():
    for type_name, entity in ENTITIES.items():
        for name, source in entity.fields.items():
            if isinstance(source, Composite):
                composed = get_named_type(OBJECTS[type_name].fields[name].type)
                assert source.fields.keys() == composed.fields.keys(), f"{type_name}.{name}"


def test_a_to_one_field_that_may_be_hidden_is_nullable():
    """Accounts and opportunities can be somebody else's; what everybody may read need not be nullable."""
    for type_name, entity in ENTITIES.items():
        for name, source in entity.fields.items():
            if isinstance(source, ToOne) and entity.targets[name] in {"Account", "Opportunity"}:
                assert not isinstance(OBJECTS[type_name].fields[name].type, GraphQLNonNull), f"{type_name}.{name}"


def reachable() -> Iterator[tuple[str, GraphQLField, GraphQLObjectType]]:
    """The fields of all object types that Query leads to, Query's own left out."""
    waiting, seen = [get_named_type(field.type) for field in QUERIES.values()], set[str]()
    while waiting:
        type_ = waiting.pop()
        if isinstance(type_, GraphQLInterfaceType):
            waiting += CORE.get_possible_types(type_)
        if not isinstance(type_, GraphQLObjectType) or type_.name in seen:
            continue
        seen.add(type_.name)
        for name, field in type_.fields.items():
            yield name, field, type_
            waiting.append(get_named_type(field.type))


def test_a_filter_and_a_sort_name_only_fields_of_their_type():
    for type_name in record_types():
        fields = OBJECTS[type_name].fields.keys()
        assert INPUTS[f"{type_name}Filter"].fields.keys() - {"and", "or", "not", "isNull"} <= fields
        assert ENTITIES[type_name].filters.keys() <= fields
        sorts = TYPES[f"{type_name}SortField"]
        assert isinstance(sorts, GraphQLEnumType)
        assert sorts.values.keys() == ENTITIES[type_name].sorts.keys()


def test_every_filter_on_a_column_is_served_by_an_index_that_begins_with_the_tenant():
    for type_name in record_types():
        table = ENTITIES[type_name].table
        assert table is not None
        indexed = {index.columns.keys()[1] for index in table.indexes if index.columns.keys()[0] == "tenant_id"} | {
            "id"
        }
        own = [column for column in ENTITIES[type_name].sorts.values() if column.through is None]
        for column in (*ENTITIES[type_name].filters.values(), *own):
            assert column.column in indexed, f"{table.name}.{column.column}"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("DateTime", ["2026-03-02T09:15:00Z", "2026-03-02T09:15:00.1+05:30"], ["2026-03-02", "2026-03-02T09:15:00", 5]),
        ("Date", ["2026-03-02", "1900-01-01", "2200-12-31"], ["2026-02-30", "20260302", "2201-01-01", 20260302]),
        ("Decimal", ["0", "-1.50", "9" * 20, "0." + "1" * 10], ["NaN", "1e3", "1,5", 1, 1.5, True, "٣"]),
        ("Duration", ["P1D", "PT1S", "P1Y2M3W4DT5H6M7S"], ["P", "PT", "1D", "P1.5D", "-P1D", "P٣D"]),
        ("CurrencyCode", ["USD", "XAF", "CLF"], ["usd", "XXX", "US", 840]),
        ("CountryCode", ["DE", "US"], ["de", "DEU", "D", 49]),
        ("TimeZone", ["Europe/Berlin", "UTC"], ["Berlin", "../../etc/localtime", "Etc/GMT+99", "europe/berlin"]),
    ],
)  # fmt: skip
def test_a_scalar_takes_its_own_form_only(name: str, good: list[Any], bad: list[Any]):
    scalar = TYPES[name]
    assert isinstance(scalar, GraphQLScalarType)
    for value in good:
        assert scalar.parse_value(value) is not None
    for value in bad:
        with pytest.raises(GraphQLError):
            scalar.parse_value(value)


def test_an_instant_leaves_in_the_form_of_its_scalar_wherever_it_comes_from():
    """Columns are written by SQL; whatever else has an instant is told from memory, and written by the scalar."""
    by_hand, instant, nowhere = set(), TYPES["DateTime"], cast("Scope", None)
    for name, type_ in OBJECTS.items():
        for key in (key for key, field in type_.fields.items() if get_named_type(field.type) is instant):
            source, table = (ENTITIES[name].fields[key], ENTITIES[name].table) if name in ENTITIES else (None, None)
            if isinstance(source, Value) and table is not None:
                assert "YYYY-MM-DD" in str(source.expression(table.alias("row").c, nowhere)), f"{name}.{key}"
            else:
                by_hand.add(f"{name}.{key}")
    assert by_hand == {"RateLimit.resetAt"}
    written = [datetime(2026, 3, 2, 9, 15, 0, micro, tzinfo=UTC) for micro in (0, 120_000, 1)]
    assert isinstance(instant, GraphQLScalarType)
    assert [instant.serialize(one.astimezone(ZoneInfo("Asia/Kolkata"))) for one in written] == [
        "2026-03-02T09:15:00Z",
        "2026-03-02T09:15:00.12Z",
        "2026-03-02T09:15:00.000001Z",
    ]


def test_every_scalar_of_ours_says_where_it_is_specified_or_how_it_is_bounded():
    for name, type_ in TYPES.items():
        if isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_):
            assert type_.specified_by_url or "at most" in (type_.description or ""), name


def test_a_refusal_is_an_interface_so_that_a_new_kind_breaks_no_client():
    error = TYPES["UserError"]
    assert isinstance(error, GraphQLInterfaceType)
    kinds = [type_ for type_ in OBJECTS.values() if error in type_.interfaces]
    assert len(kinds) >= 5
    assert all(type_.fields.keys() >= {"code", "message", "path"} for type_ in kinds)


def test_the_details_of_all_refusals_can_be_asked_for_at_once():
    """Two kinds with a field of one name and two types would need aliases in every client."""
    found: dict[str, str] = {}
    for type_ in CORE.get_possible_types(TYPES["UserError"]):  # type: ignore[arg-type] # it is an interface
        for name, field in type_.fields.items():
            assert found.setdefault(name, str(field.type)) == str(field.type), f"{type_.name}.{name}"
