"""Values a program may send by mistake or malice: the documented error, never a 5xx, nothing written.

A code in capitals is that of the response's own errors; `payload: CODE` that of a refusal of the mutation.
"""

from typing import Any

import orjson
import pytest

from tests.graphql_client import Client
from tests.http.footprint import footprint

NIL = "0" * 32
NODE = "query($v: ID!) { node(id: $v) { id } }"
NODES = "query($v: [ID!]!) { nodes(ids: $v) { id } }"
ACCOUNT = "query($v: ID!) { account(where: {id: $v}) { id } }"
FILTER = "query($v: AccountFilter) { accounts(filter: $v, first: 1) { nodes { id } } }"
PAGE = """
query($first: Int, $last: Int, $after: String, $before: String, $orderBy: [AccountSort!]) {
  accounts(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy) { nodes { id } }
}
"""
CREATE = "mutation($v: AccountCreateInput!) { accountCreate(input: $v) { outcome errors { code message path } } }"
ARCHIVE = "mutation($v: ID!) { accountArchive(where: {id: $v}) { outcome errors { code message path } } }"
UPDATE = """
mutation($v: AccountPatch!) {
  accountUpdate(where: {id: "acc_00000000000000000000000000000000"}, patch: $v) { outcome errors { code message path } }
}
"""
INPUT = "BAD_USER_INPUT"
MALFORMED_IDS: dict[str, Any] = {
    "empty": "",
    "a word": "x",
    "a prefix": "acc_",
    "too short": "acc_" + "0" * 31,
    "too long": "acc_" + "0" * 33,
    "upper case": "acc_" + "F" * 32,
    "an upper-case prefix": "ACC_" + NIL,
    "an unknown prefix": "xyz_" + NIL,
    "a bare uuid": "01a20044-52cb-74e1-aaea-45b3ae4c6fb3",
    "braces": "{01a20044-52cb-74e1-aaea-45b3ae4c6fb3}",
    "base64": "QWNjb3VudDox",
    "ten kilobytes": "acc_" + "0" * 10_000,
    "SQL": "acc_' OR 1=1 --",
    "a foreign digit": "acc_" + "0" * 31 + "\u0660",
    "a newline": "acc_" + NIL + "\n",
    "a number": 5,
    "a float": 1.5,
    "true": True,
    "null": None,
    "a list": [["acc_" + NIL]],
    "an object": {},
}
CASES: dict[str, tuple[str, Any, str]] = {
    "251 ids": (NODES, ["acc_" + NIL] * 251, INPUT),
    "one bad id among good ones": (NODES, ["acc_" + NIL, "x"], INPUT),
    "a null id": (NODES, [None], INPUT),
    "an id of a user": (ACCOUNT, "usr_" + NIL, INPUT),
    "an explicit null operator": (FILTER, {"id": {"eq": None}}, "INVALID_FILTER"),
    "a null list": (FILTER, {"id": {"in": None}}, "INVALID_FILTER"),
    "null for isNull": (FILTER, {"name": {"isNull": None}}, "INVALID_FILTER"),
    "a null filter": (FILTER, {"name": None}, "INVALID_FILTER"),
    "a null and": (FILTER, {"and": None}, "INVALID_FILTER"),
    "a null or": (FILTER, {"or": None}, "INVALID_FILTER"),
    "a null not": (FILTER, {"not": None}, "INVALID_FILTER"),
    "251 values": (FILTER, {"name": {"in": ["x"] * 251}}, "INVALID_FILTER"),
    "40,000 values": (FILTER, {"name": {"in": ["x"] * 40_000}}, "INVALID_FILTER"),
    "a null among values": (FILTER, {"name": {"in": [None]}}, INPUT),
    "filters 6 deep": (FILTER, {"and": [{"and": [{"and": [{"and": [{"and": [{"and": [{}]}]}]}]}]}]}, "INVALID_FILTER"),
    "500 conditions": (FILTER, {"or": [{"name": {"eq": str(n)}} for n in range(500)]}, "INVALID_FILTER"),
    "an unknown field in a filter": (FILTER, {"nope": {}}, INPUT),
    "an unknown operator": (FILTER, {"name": {"contains": "x"}}, INPUT),
    "a filter that is a list": (FILTER, [], INPUT),
    "a foreign id in a filter": (FILTER, {"id": {"eq": "usr_" + NIL}}, INPUT),
    "an enum in lower case": (FILTER, {"type": {"eq": "customer"}}, INPUT),
    "an enum that is a number": (FILTER, {"type": {"eq": 1}}, INPUT),
    "2^31": (FILTER, {"yearFounded": {"eq": 2**31}}, INPUT),
    "-2^31 - 1": (FILTER, {"yearFounded": {"eq": -(2**31) - 1}}, INPUT),
    "2^53 + 1": (FILTER, {"yearFounded": {"eq": 2**53 + 1}}, INPUT),
    "1.5 for an integer": (FILTER, {"yearFounded": {"eq": 1.5}}, INPUT),
    "a text for an integer": (FILTER, {"yearFounded": {"eq": "1"}}, INPUT),
    "true for an integer": (FILTER, {"yearFounded": {"eq": True}}, INPUT),
    "30 February": (FILTER, {"createdAt": {"gt": "2026-02-30T00:00:00Z"}}, INPUT),
    "a date for an instant": (FILTER, {"createdAt": {"gt": "2026-01-01"}}, INPUT),
    "an instant without offset": (FILTER, {"createdAt": {"gt": "2026-01-01T00:00:00"}}, INPUT),
    "24:00": (FILTER, {"createdAt": {"gt": "2026-01-01T24:00:00Z"}}, INPUT),
    "a leap second": (FILTER, {"createdAt": {"gt": "2026-06-30T23:59:60Z"}}, INPUT),
    "an offset of 99 hours": (FILTER, {"createdAt": {"gt": "2026-01-01T00:00:00+99:99"}}, INPUT),
    "the year 0": (FILTER, {"createdAt": {"gt": "0000-01-01T00:00:00Z"}}, INPUT),
    "the year 10000": (FILTER, {"createdAt": {"gt": "10000-01-01T00:00:00Z"}}, INPUT),
    "the end of time in the west": (FILTER, {"createdAt": {"gt": "9999-12-31T23:59:59-14:00"}}, INPUT),
    "infinity": (FILTER, {"createdAt": {"gt": "infinity"}}, INPUT),
    "an epoch": (FILTER, {"createdAt": {"gt": 1_700_000_000}}, INPUT),
    "a week date": (FILTER, {"createdAt": {"gt": "2026-W01-1T00:00:00Z"}}, INPUT),
    "first -1": (PAGE, {"first": -1}, "BAD_PAGINATION"),
    "first 101": (PAGE, {"first": 101}, "BAD_PAGINATION"),
    "last 101": (PAGE, {"last": 101}, "BAD_PAGINATION"),
    "first and last": (PAGE, {"first": 1, "last": 1}, "BAD_PAGINATION"),
    "first 2^31": (PAGE, {"first": 2**31}, INPUT),
    "first 1.5": (PAGE, {"first": 1.5}, INPUT),
    "an empty cursor": (PAGE, {"after": ""}, "BAD_CURSOR"),
    "a word for a cursor": (PAGE, {"after": "x"}, "BAD_CURSOR"),
    "SQL for a cursor": (PAGE, {"before": "' OR 1=1 --"}, "BAD_CURSOR"),
    "100 kB for a cursor": (PAGE, {"after": "A" * 100_000}, "BAD_CURSOR"),
    "a cursor that is not ASCII": (PAGE, {"after": "é"}, "BAD_CURSOR"),
    "four sort keys": (PAGE, {"orderBy": [{"field": "NAME"}] * 4}, INPUT),
    "a sort key twice": (PAGE, {"orderBy": [{"field": "NAME"}] * 2}, INPUT),
    "a null sort key": (PAGE, {"orderBy": [None]}, INPUT),
    "an unknown sort key": (PAGE, {"orderBy": [{"field": "NOPE"}]}, INPUT),
    "an unknown direction": (PAGE, {"orderBy": [{"field": "NAME", "direction": "UP"}]}, INPUT),
    "no input": (CREATE, None, INPUT),
    "an empty input": (CREATE, {}, INPUT),
    "a null name": (CREATE, {"name": None}, INPUT),
    "a number for a name": (CREATE, {"name": 1}, INPUT),
    "a list for a name": (CREATE, {"name": ["x"]}, INPUT),
    "an empty name": (CREATE, {"name": ""}, "payload: REQUIRED"),
    "a blank name": (CREATE, {"name": " \t\u00a0 "}, "payload: REQUIRED"),
    "a million letters": (CREATE, {"name": "x" * 1_000_000}, "payload: TOO_LONG"),
    "ten thousand marks": (CREATE, {"name": "e" + "\u0301" * 10_000}, "payload: TOO_LONG"),
    "a control character": (CREATE, {"name": "a\u0001b"}, "payload: INVALID"),
    "an escape sequence": (CREATE, {"name": "a\u001b[31mb"}, "payload: INVALID"),
    "an unknown field": (CREATE, {"name": "x", "nope": 1}, INPUT),
    "a tenant": (CREATE, {"name": "x", "tenantId": NIL}, INPUT),
    "a version": (CREATE, {"name": "x", "version": 5}, INPUT),
    "a time of creation": (CREATE, {"name": "x", "createdAt": "2026-01-01T00:00:00Z"}, INPUT),
    "an id": (CREATE, {"name": "x", "id": "acc_" + NIL}, INPUT),
    "-1 employees": (CREATE, {"name": "x", "employees": -1}, "payload: INVALID"),
    "the year 0 as founded": (CREATE, {"name": "x", "yearFounded": 0}, "payload: INVALID"),
    "an owner that is an account": (CREATE, {"name": "x", "owner": {"id": "acc_" + NIL}}, INPUT),
    "an owner that is nobody": (CREATE, {"name": "x", "owner": {"id": "usr_" + NIL}}, "payload: NOT_FOUND"),
    "an empty reference": (CREATE, {"name": "x", "owner": {}}, INPUT),
    "two references": (CREATE, {"name": "x", "owner": {"id": "usr_" + NIL, "email": "a@example.com"}}, INPUT),
    "a null reference": (CREATE, {"name": "x", "owner": {"id": None}}, INPUT),
    "a null domain": (CREATE, {"name": "x", "domains": [None]}, INPUT),
    "300 domains": (CREATE, {"name": "x", "domains": [f"d{n}.example" for n in range(300)]}, "payload: LIMIT_EXCEEDED"),
    "no domain": (CREATE, {"name": "x", "domains": ["not a domain"]}, "payload: INVALID"),
    "NaN money": (CREATE, {"name": "x", "annualRevenue": {"amount": "NaN", "currency": "USD"}}, INPUT),
    "sNaN money": (CREATE, {"name": "x", "annualRevenue": {"amount": "sNaN", "currency": "USD"}}, INPUT),
    "infinite money": (CREATE, {"name": "x", "annualRevenue": {"amount": "Infinity", "currency": "USD"}}, INPUT),
    "a number for money": (CREATE, {"name": "x", "annualRevenue": {"amount": 1, "currency": "USD"}}, INPUT),
    "an exponent": (CREATE, {"name": "x", "annualRevenue": {"amount": "1e5", "currency": "USD"}}, INPUT),
    "a huge exponent": (CREATE, {"name": "x", "annualRevenue": {"amount": "1e999999", "currency": "USD"}}, INPUT),
    "40 digits": (CREATE, {"name": "x", "annualRevenue": {"amount": "1" * 40, "currency": "USD"}}, INPUT),
    "an underscore": (CREATE, {"name": "x", "annualRevenue": {"amount": "1_000", "currency": "USD"}}, INPUT),
    "foreign digits": (CREATE, {"name": "x", "annualRevenue": {"amount": "\u0663", "currency": "USD"}}, INPUT),
    "hexadecimal": (CREATE, {"name": "x", "annualRevenue": {"amount": "0x10", "currency": "USD"}}, INPUT),
    "no currency": (CREATE, {"name": "x", "annualRevenue": {"amount": "1"}}, INPUT),
    "a made-up currency": (CREATE, {"name": "x", "annualRevenue": {"amount": "1", "currency": "QQQ"}}, INPUT),
    "a lower-case currency": (CREATE, {"name": "x", "annualRevenue": {"amount": "1", "currency": "usd"}}, INPUT),
    "a tenth of a cent": (
        CREATE,
        {"name": "x", "annualRevenue": {"amount": "1.001", "currency": "USD"}},
        "payload: INVALID",
    ),
    "an account that is not there": (ARCHIVE, "acc_" + NIL, "payload: NOT_FOUND"),
    "an account that is a user": (ARCHIVE, "usr_" + NIL, INPUT),
    "a change of nothing": (UPDATE, {"name": "x"}, "payload: NOT_FOUND"),
    "a patch of an unknown field": (UPDATE, {"ownerId": "x"}, INPUT),
}
HARMLESS = {
    "format": "{0.__class__.__init__.__globals__}",
    "percent": "%s %(name)s %n",
    "parameter": "$1 :name ?",
    "SQL": "'; DROP TABLE accounts; --",
    "a template": "{{7*7}} ${7*7} <%= 7*7 %>",
    "markup": "<script>alert(1)</script>",
    "a spreadsheet": '=HYPERLINK("http://x","y")',
    "a pattern": "%_\\",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "right to left": "שלום مرحبا",
    "a noncharacter": "a\ufffeb",
    "quotes": "\"'`´’",
    "line separators": "a\u2028b",
    "JSON": '{"__proto__": {"a": 1}}',
}


async def answer_to(graphql: Client, query: str, variables: Any) -> str:
    """The code of the answer, after the checks that hold for every one."""
    response = await graphql.post({"query": query, "variables": variables})
    assert response.status_code == 200, response.text
    found = orjson.loads(response.content)
    assert not any(word in response.text for word in ("Traceback", "asyncpg", "sqlalchemy", "SELECT ", "__class__"))
    if "errors" in found:
        assert len(found["errors"][0]["message"]) <= 300
        return str(found["errors"][0]["extensions"]["code"])
    payload = next(iter(found["data"].values()))
    if isinstance(payload, dict) and payload.get("errors"):
        assert payload["outcome"] == "FAILED"
        return f"payload: {payload['errors'][0]['code']}"
    return "none"


@pytest.mark.parametrize("query", [NODE, NODES, ACCOUNT, ARCHIVE], ids=["node", "nodes", "account", "accountArchive"])
@pytest.mark.parametrize("value", MALFORMED_IDS.values(), ids=MALFORMED_IDS.keys())
async def test_a_malformed_id_is_bad_input_everywhere(graphql: Client, query: str, value: Any):
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    given = value if query != NODES or value is None else [value]
    assert await answer_to(graphql, query, {"v": given}) == INPUT
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before


@pytest.mark.parametrize(("query", "value", "expected"), CASES.values(), ids=CASES.keys())
async def test_a_bad_value_has_its_documented_error(graphql: Client, query: str, value: Any, expected: str):
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    assert await answer_to(graphql, query, value if query == PAGE else {"v": value}) == expected
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
async def test_text_is_only_text(graphql: Client, text: str):
    query = "mutation($v: String!) { accountCreate(input: {name: $v}) { account { id name } errors { code } } }"
    created = (await graphql(query, {"v": text}))["accountCreate"]
    assert created["account"]["name"] == text
    found = await graphql(
        "query($v: String!) { accounts(filter: {name: {startsWith: $v}}) { nodes { id } } }", {"v": text}
    )
    assert found["accounts"]["nodes"] == [{"id": created["account"]["id"]}]


async def test_a_cursor_belongs_to_its_list_and_order(graphql: Client):
    for name in ("Acme", "Umbrella"):
        await graphql("mutation($v: String!) { accountCreate(input: {name: $v}) { outcome } }", {"v": name})
    query = "query($v: AccountSortField!) { accounts(first: 1, orderBy: [{field: $v}]) { pageInfo { endCursor } } }"
    cursor = (await graphql(query, {"v": "NAME"}))["accounts"]["pageInfo"]["endCursor"]
    by_name, by_time = [{"field": "NAME"}], [{"field": "CREATED_AT"}]
    assert await answer_to(graphql, PAGE, {"after": cursor, "orderBy": by_name}) == "none"
    assert await answer_to(graphql, PAGE, {"after": cursor, "orderBy": by_time}) == "BAD_CURSOR"
    assert await answer_to(graphql, PAGE, {"after": cursor}) == "BAD_CURSOR"
    for position in range(0, len(cursor) - 1, 3):  # of the last character not every bit counts
        flipped = "A" if cursor[position] != "A" else "B"
        damaged = cursor[:position] + flipped + cursor[position + 1 :]
        assert await answer_to(graphql, PAGE, {"after": damaged, "orderBy": by_name}) == "BAD_CURSOR", position
    other = "query($v: String!) { products(after: $v, orderBy: [{field: NAME}]) { nodes { id } } }"
    assert await answer_to(graphql, other, {"v": cursor}) == "BAD_CURSOR"
