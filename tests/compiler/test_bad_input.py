"""Values a query may be sent by mistake or malice: refused with a code, before or instead of a statement."""

from typing import Any

import pytest
from graphql import parse, validate

from api.compiler import RequestError, RequestErrors
from api.schema import schema
from tests.compiler.conftest import Library

NIL = "0" * 32
LIST = "query($filter: AccountFilter) { accounts(filter: $filter) { nodes { name } } }"
DEALS = "query($filter: OpportunityFilter) { opportunities(filter: $filter) { nodes { name } } }"
PAGE = "query($first: Int, $last: Int) { accounts(first: $first, last: $last) { nodes { name } } }"
INPUT, FILTER, PAGING = "BAD_USER_INPUT", "INVALID_FILTER", "BAD_PAGINATION"


async def refused(library: Library, query: str, variables: dict[str, Any] | None = None) -> tuple[str, tuple[str, ...]]:
    """Code and path of the refusal; nothing has been sent to the database."""
    library.sent.clear()
    with pytest.raises((RequestError, RequestErrors)) as caught:
        await library(query, variables)
    assert library.sent == []
    refusal: Any = caught.value
    return refusal.code, getattr(refusal, "path", ())


@pytest.mark.parametrize(
    ("filter", "path"),
    [
        ({"name": {"eq": None}}, "name eq"),
        ({"name": {"in": None}}, "name in"),
        ({"name": None}, "name"),
        ({"and": None}, "and"),
        ({"or": [{"not": None}]}, "or 0 not"),
        ({"not": {"owner": {"name": {"ne": None}}}}, "not owner name ne"),
        ({"owner": None}, "owner"),
        ({"owner": {"isNull": None}}, "owner isNull"),
        ({"employees": {"gte": 1, "lt": None}}, "employees lt"),
        ({"annualRevenue": {"currency": "USD", "amount": {"eq": None}}}, "annualRevenue amount eq"),
        ({"industry": {"isNull": None}}, "industry isNull"),
        ({"opportunities": {"some": None}}, "opportunities some"),
        ({"opportunities": {"count": {"eq": None}}}, "opportunities count eq"),
    ],
)
async def test_an_explicit_null_is_no_filter(library: Library, filter: dict[str, Any], path: str):
    assert await refused(library, LIST, {"filter": filter}) == (FILTER, ("filter", *path.split()))


async def test_a_null_operator_in_the_document_and_in_a_variable_of_its_own_are_refused_alike(library: Library):
    literal = "{ accounts(filter: {name: {eq: null}}) { nodes { name } } }"
    variable = "query($name: String) { accounts(filter: {name: {eq: $name}}) { nodes { name } } }"
    for query, variables in ((literal, {}), (variable, {"name": None})):
        assert await refused(library, query, variables) == (FILTER, ("filter", "name", "eq"))


@pytest.mark.parametrize(
    "filter",
    [
        {"isNull": True},
        {"or": [{"isNull": True}]},
        {"owner": {"not": {"isNull": True}}},
        {"owner": {"or": [{"isNull": True}, {"name": {"eq": "Ada"}}]}},
    ],
)
async def test_is_null_stands_directly_in_the_filter_of_a_related_record_or_it_would_not_mean_what_it_says(
    library: Library, filter: dict[str, Any]
):
    code, path = await refused(library, LIST, {"filter": filter})
    assert (code, path[-1]) == (FILTER, "isNull")


async def test_a_list_in_a_filter_has_at_most_250_values(library: Library):
    for values in (["x"] * 250, []):
        await library(LIST, {"filter": {"name": {"in": values}}})
    for variables in ({"in": ["x"] * 251}, {"notIn": ["x"] * 251}):
        assert await refused(library, LIST, {"filter": {"name": variables}}) == (
            FILTER,
            ("filter", "name", next(iter(variables))),
        )


async def test_a_field_takes_at_most_250_ids_also_when_its_statement_is_cached(library: Library):
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await library(query, {"ids": ["acc_" + NIL] * 250}))["nodes"] == [None] * 250

    assert await refused(library, query, {"ids": ["acc_" + NIL] * 251}) == (INPUT, ("ids",))


async def test_a_filter_has_at_most_50_conditions(library: Library):
    fifty = [{"name": {"eq": "x"}}] * 50
    await library(LIST, {"filter": {"or": fifty}})

    assert (await refused(library, LIST, {"filter": {"or": [*fifty, {"name": {"eq": "x"}}]}}))[0] == FILTER


async def test_empty_parts_count_as_conditions_too(library: Library):
    assert (await refused(library, LIST, {"filter": {"and": [{}] * 1000}}))[0] == FILTER


async def test_a_filter_nests_at_most_5_deep(library: Library):
    filter: dict[str, Any] = {"name": {"eq": "x"}}
    for _ in range(4):
        filter = {"not": filter}
    await library(LIST, {"filter": filter})

    assert (await refused(library, LIST, {"filter": {"not": filter}}))[0] == FILTER
    assert (await refused(library, LIST, {"filter": {"parent": filter}}))[0] == FILTER


@pytest.mark.parametrize(
    "page",
    [
        {"first": -1},
        {"first": 101},
        {"last": -1},
        {"last": 101},
        {"first": 1, "last": 1},
        {"first": 2**31 - 1},
    ],
)
async def test_a_page_has_0_to_100_rows_from_one_side(library: Library, page: dict[str, int]):
    assert (await refused(library, PAGE, page))[0] == PAGING


@pytest.mark.parametrize("page", ["first: 101", "last: -1", 'after: "x"', 'before: "AAAA"'])
@pytest.mark.parametrize("selected", ["totalCount { value }", "__typename", "pageInfo { __typename }"])
async def test_a_page_is_checked_also_if_none_of_its_rows_is_selected(library: Library, page: str, selected: str):
    expected = PAGING if "1" in page else "BAD_CURSOR"
    assert (await refused(library, f"{{ accounts({page}) {{ {selected} }} }}"))[0] == expected


@pytest.mark.parametrize("bound", [-1, 100_001, 2**31 - 1])
async def test_a_count_is_bounded(library: Library, bound: int):
    query = "query($n: Int!) { accounts { totalCount(upTo: $n) { value } } }"
    assert await refused(library, query, {"n": bound}) == (INPUT, ("upTo",))


@pytest.mark.parametrize(
    ("query", "type_"),
    [
        ("accounts { totalCount(upTo: $v) { value } }", "Int"),
        ("accounts(includeArchived: $v) { nodes { id } }", "Boolean"),
        ("accounts(orderBy: [{field: NAME, direction: $v}]) { nodes { id } }", "Direction"),
        ("accounts(orderBy: [{field: NAME, nulls: $v}]) { nodes { id } }", "NullsPosition"),
        ("opportunitiesAggregate(first: $v) { count }", "Int"),
        ("opportunitiesAggregate(groupBy: $v) { count }", "[OpportunityGroupField!]"),
        ("accounts { nodes { id @skip(if: $v) name } }", "Boolean = true"),
    ],
)
async def test_null_is_not_the_default_of_an_argument_that_cannot_be_null(library: Library, query: str, type_: str):
    assert (await refused(library, f"query($v: {type_}) {{ {query} }}", {"v": None}))[0] == INPUT


@pytest.mark.parametrize(
    "query",
    [
        "query($v: ID!) { node(id: $v) { id } }",
        "query($v: ID!) { nodes(ids: [$v]) { id } }",
        "query($v: ID!) { account(where: {id: $v}) { id } }",
        "query($v: ID!) { accounts(filter: {id: {eq: $v}}) { nodes { id } } }",
        "query($v: ID!) { accounts(filter: {id: {in: [$v]}}) { nodes { id } } }",
        "query($v: ID!) { opportunities(filter: {account: {id: {ne: $v}}}) { nodes { id } } }",
        "query($v: ID!) { salesMetrics(pipeline: {id: $v}) { currency } }",
    ],
)
@pytest.mark.parametrize(
    "id", ["", "x", "acc_", "xyz_" + NIL, "ACC_" + NIL, "acc_" + "F" * 32, "acc_" + NIL + "\n", "evt_" + NIL, "a\0b"]
)
async def test_a_malformed_id_or_one_of_another_type_is_bad_input(library: Library, query: str, id: str):
    assert (await refused(library, query, {"v": id}))[0] == INPUT


async def test_an_id_of_another_type_is_bad_input_where_one_type_is_expected(library: Library):
    query = "query($v: ID!) { account(where: {id: $v}) { id } }"
    assert (await refused(library, query, {"v": "usr_" + NIL}))[0] == INPUT


TEXTS = [
    "query($v: String!) { account(where: {domain: $v}) { id } }",
    'query($v: String!) { account(where: {externalId: {source: $v, value: "x"}}) { id } }',
    "query($v: String!) { user(where: {email: $v}) { id } }",
    "query($v: String!) { product(where: {code: $v}) { id } }",
    'query($v: String!) { stage(where: {byName: {pipeline: $v, name: "x"}}) { id } }',
    "query($v: String!) { accounts(filter: {name: {eq: $v}}) { nodes { id } } }",
    "query($v: String!) { accounts(filter: {name: {notIn: [$v]}}) { nodes { id } } }",
    "query($v: String!) { accounts(filter: {name: {startsWith: $v}}) { nodes { id } } }",
    "query($v: String!) { opportunities(filter: {account: {industry: {ne: $v}}}) { totalCount { value } } }",
    "query($v: String!) { opportunitiesAggregate(filter: {name: {eq: $v}}) { count } }",
    "query($v: String!) { salesMetrics(pipeline: {name: $v}) { currency } }",
]


@pytest.mark.parametrize("query", TEXTS)
@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\udfffb"], ids=["NUL", "high surrogate", "low surrogate"])
async def test_a_text_that_no_column_can_hold_is_bad_input(library: Library, query: str, text: str):
    assert (await refused(library, query, {"v": text}))[0] == INPUT


@pytest.mark.parametrize("escape", [r"a\u0000b", r"\ud800", r"\u{0}"])
async def test_so_is_one_that_is_escaped_in_the_document(library: Library, escape: str):
    for query in TEXTS:
        head, body = query.split(") {", 1)
        assert head.endswith("$v: String!")
        text = "{" + body.replace("$v", f'"{escape}"')
        if escape == r"\ud800":  # graphql-core refuses half of a pair by itself
            with pytest.raises(Exception, match="Invalid Unicode escape sequence"):
                parse(text)
        else:
            assert (await refused(library, text))[0] == INPUT


@pytest.mark.parametrize(
    ("type_", "argument", "values"),
    [
        ("Int!", "accounts(filter: {employees: {eq: $v}}) { nodes { id } }", [2**31, -(2**31) - 1, 1.5, "1", True]),
        (
            "Decimal!",
            'opportunities(filter: {amount: {currency: "USD", amount: {gt: $v}}}) { nodes { id } }',
            ["NaN", "sNaN", "Infinity", "-Infinity", "1e5", "1E-400", "1e999999", "9" * 21, "1." + "0" * 11, "1_000",
             "٣", "0x10", "", " 1", "+1", 1, 1.5, True],
        ),
        (
            "DateTime!",
            "accounts(filter: {createdAt: {gt: $v}}) { nodes { id } }",
            ["2026-03-02T24:00:00Z", "2026-03-02T23:59:60Z", "2026-03-02T09:15:00", "2026-03-02T09:15:00+99:99",
             "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "infinity",
             "2026-02-30T00:00:00Z", "2026-W10-1T00:00:00Z", "2026-03-02", "20260302T091500Z", "1899-12-31T23:59:59Z",
             "2200-12-31T23:59:59-01:00", "٢٠٢٦-03-02T09:15:00Z", "", 1_772_442_900, True],
        ),
        (
            "Date!",
            "opportunities(filter: {closeDate: {gt: $v}}) { nodes { id } }",
            ["2026-02-30", "2026-3-2", "20260302", "2026-03-02T00:00:00Z", "1899-12-31", "2201-01-01", "٢٠٢٦-03-02",
             "today", "infinity", "", 1],
        ),
        (
            "Duration!",
            "accounts(filter: {createdAt: {inLast: $v}}) { nodes { id } }",
            ["P", "PT", "P1", "30D", "P-1D", "P1.5D", "p1d", "P٣D", "P1D\n", "P100000D", "1 day", "", 1],
        ),
        (
            "CurrencyCode!",
            'opportunities(filter: {amount: {currency: $v, amount: {gt: "1"}}}) { nodes { id } }',
            ["usd", "XXX", "US", "", "USD ", 1],
        ),
        ("OpportunityStatus!", "opportunities(filter: {status: {eq: $v}}) { nodes { id } }", ["won", "", 1, True]),
        ("Boolean!", "users(filter: {isActive: {eq: $v}}) { nodes { id } }", ["true", 1, "x"]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith("!") else None,
)  # fmt: skip
async def test_scalars_are_strict(library: Library, type_: str, argument: str, values: list[Any]):
    for value in [*values, {}, [[]]]:
        assert (await refused(library, f"query($v: {type_}) {{ {argument} }}", {"v": value}))[0] == INPUT, value


@pytest.mark.parametrize(
    "literal", ['amount: "NaN"', "amount: 1.5", "amount: 1", 'currency: "usd"', "currency: USD", 'amount: "1e5"']
)
async def test_so_they_are_in_the_document(library: Library, literal: str):
    name, value = literal.split(": ")
    given = {"currency": '"USD"', "amount": '"1"', name: value}
    filter = f"{{amount: {{currency: {given['currency']}, amount: {{gt: {given['amount']}}}}}}}"
    errors = validate(schema.core, parse(f"{{ opportunities(filter: {filter}) {{ nodes {{ id }} }} }}"))
    assert len(errors) == 1


@pytest.mark.parametrize("duration", ["P30D", "P1Y2M3W4DT5H6M7S", "PT12H", "P999Y", "PT9999999S"])
async def test_every_duration_that_is_accepted_is_one_to_the_database(library: Library, duration: str):
    query = """
    query($v: Duration!) {
      accounts(filter: {createdAt: {inLast: $v}}) { nodes { id } }
      opportunities(filter: {closeDate: {inNext: $v}}) { nodes { id } }
    }
    """
    assert set(await library(query, {"v": duration})) == {"accounts", "opportunities"}


@pytest.mark.parametrize(
    ("currency", "amount"), [("USD", "0.001"), ("JPY", "1.5"), ("KWD", "0.0001"), ("USD", "9" * 20), ("JPY", "9" * 20)]
)
async def test_an_amount_that_its_currency_cannot_have_is_an_invalid_filter(
    library: Library, currency: str, amount: str
):
    for operator in ({"gt": amount}, {"in": [amount]}):
        filter = {"amount": {"currency": currency, "amount": operator}}
        assert (await refused(library, DEALS, {"filter": filter}))[0] == FILTER


async def test_a_text_that_is_no_domain_is_bad_input(library: Library):
    query = "query($v: String!) { account(where: {domain: $v}) { id } }"
    for text in ("", "no domain", "a..b", "x" * 300, "-a.com", "example"):
        assert (await refused(library, query, {"v": text}))[0] == INPUT


async def test_a_list_has_at_most_three_different_sort_keys(library: Library):
    query = "query($by: [AccountSort!]) { accounts(orderBy: $by) { nodes { id } } }"
    keys = [{"field": field} for field in ("NAME", "INDUSTRY", "EMPLOYEES", "CREATED_AT")]
    await library(query, {"by": keys[:3]})

    assert await refused(library, query, {"by": keys}) == (INPUT, ("orderBy",))
    assert await refused(library, query, {"by": [keys[0], keys[0]]}) == (INPUT, ("orderBy",))


async def test_an_aggregate_has_at_most_four_different_keys_and_1000_groups(library: Library):
    query = """
    query($by: [OpportunityGroupField!]!, $n: Int!) { opportunitiesAggregate(groupBy: $by, first: $n) { count } }
    """
    await library(query, {"by": ["STAGE", "OWNER", "STATUS", "ACCOUNT"], "n": 1000})

    for by in (["STAGE", "OWNER", "STATUS", "ACCOUNT", "TEAM"], ["STAGE", "STAGE"]):
        assert await refused(library, query, {"by": by, "n": 1}) == (INPUT, ("groupBy",))
    for number in (-1, 1001):
        assert await refused(library, query, {"by": [], "n": number}) == (INPUT, ("first",))


async def test_a_reference_names_exactly_one_key(library: Library):
    query = "query($where: AccountRef!) { account(where: $where) { id } }"
    for where in ({}, {"id": "acc_" + NIL, "domain": "x.com"}, {"id": None}, None):
        assert (await refused(library, query, {"where": where}))[0] == INPUT


async def test_a_statement_of_unusual_width_is_answered_in_full(library: Library):
    keys = [f"k{number}" for number in range(200)]
    names, cursors, flags = (" ".join(f"{key}: {field}" for key in keys) for field in ("name", "cursor", "hasNextPage"))
    query = f"{{ accounts(first: 1) {{ nodes {{ {names} }} edges {{ {cursors} }} pageInfo {{ {flags} }} }} }}"
    page = (await library(query))["accounts"]

    assert [list(part) for part in (page["nodes"][0], page["edges"][0], page["pageInfo"])] == [keys] * 3


async def test_long_aliases_are_answered_whole(library: Library):
    long, longer = "a" * 64, "a" * 64 + "b" * 200
    query = f"{{ {long}: accounts(first: 1) {{ {long}: nodes {{ {long}: name {longer}: owner {{ {long}: name }} }} }} {longer}: viewer {{ {long}: name }} }}"  # noqa: E501 - one line for three levels
    data = await library(query)

    assert data == {
        long: {long: [{long: "Zenith", longer: None}]},
        longer: {long: "Ada Admin"},
    }
