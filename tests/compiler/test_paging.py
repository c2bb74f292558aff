"""Walking through lists: every row once, in order, in both directions, whatever the sort values are."""

import base64
import random
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import orjson
import pytest
from graphql import DocumentNode, GraphQLEnumType

from api.compiler import RequestError
from api.domain.kernel import Viewer
from api.schema import schema
from tests.compiler.conftest import Library, valid
from tests.compiler.crowd import ROWS, a_crowd, accounts
from tests.people import NOW, viewer_of

LISTS = {name: root.entity for name, root in schema.catalog.roots.items() if root.kind == "page"}
PAGE = """
  edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage }
"""
VARIABLES = "$first: Int, $last: Int, $after: String, $before: String"
GIVEN = "first: $first, last: $last, after: $after, before: $before"


@dataclass
class Walk:
    """One list of the crowd's tenant, asked page by page."""

    library: Library
    viewer: Viewer
    query: str
    path: tuple[str, ...]
    fixed: dict[str, Any]

    @cached_property
    def parsed(self) -> tuple[DocumentNode, Any]:
        return valid(self.query)

    async def page(self, **arguments: Any) -> dict[str, Any]:
        data = await self.library.reads.execute(*self.parsed, self.fixed | arguments, self.viewer, key=self.query)
        found = orjson.loads(data)
        for key in self.path:
            found = found[key]
        ends = (
            {"startCursor": found["edges"][0]["cursor"], "endCursor": found["edges"][-1]["cursor"]}
            if found["edges"]
            else {}
        )
        return {"ids": [edge["node"]["id"] for edge in found["edges"]], **ends, **found["pageInfo"]}

    async def forward(self, size: int) -> list[str]:
        ids: list[str] = []
        after: dict[str, Any] = {}
        while True:
            page = await self.page(first=size, **after)
            assert page["hasPreviousPage"] is bool(ids)
            ids += page["ids"]
            if not page["hasNextPage"]:
                return ids
            assert len(page["ids"]) == size
            after = {"after": page["endCursor"]}

    async def backward(self, size: int) -> list[str]:
        ids: list[str] = []
        before: dict[str, Any] = {}
        while True:
            page = await self.page(last=size, **before)
            assert page["hasNextPage"] is bool(ids)
            ids = page["ids"] + ids
            if not page["hasPreviousPage"]:
                return ids
            assert len(page["ids"]) == size
            before = {"before": page["startCursor"]}


@pytest.fixture(scope="module")
async def crowd(library: Library) -> Viewer:
    return viewer_of((await a_crowd(library.sessions, "Crowd"))[1], "admin")


def walk_of(library: Library, viewer: Viewer, name: str, keys: list[dict[str, str]]) -> Walk:
    query = f"query({VARIABLES}, $by: [{LISTS[name]}Sort!]) {{ {name}({GIVEN}, orderBy: $by) {{ {PAGE} }} }}"
    return Walk(library, viewer, query, (name,), {"by": keys})


async def in_order(library: Library, viewer: Viewer, name: str, keys: list[dict[str, str]]) -> list[str]:
    """The wire ids of the whole list as a plain ORDER BY gives them."""
    entity = schema.catalog.entities[LISTS[name] or ""]
    assert entity.table is not None
    joins, order = "", []
    for at, key in enumerate(keys):
        column = entity.sorts[key["field"]]
        own = f"t.{column.column}"
        if column.through is not None:
            other = schema.catalog.entities[column.through.entity].table
            assert other is not None
            joins += f" LEFT JOIN {other.name} AS j{at} ON j{at}.tenant_id = t.tenant_id"
            joins += f" AND j{at}.id = t.{column.through.key}"
            own = f"j{at}.{column.through.column}"
        order.append(f"{own} {key['direction']} NULLS {key['nulls']}")
    order.append(f"t.id {keys[0]['direction']}")
    rows = await library.exempt.fetch(
        f"SELECT t.id FROM {entity.table.name} AS t{joins} WHERE t.tenant_id = $1 AND t.archived_at IS NULL "
        f"ORDER BY {', '.join(order)}",
        viewer.tenant,
    )
    return [f"{entity.prefix}_{row['id'].hex}" for row in rows]


def sort_fields(name: str) -> list[str]:
    enum = schema.core.type_map[f"{LISTS[name]}SortField"]
    assert isinstance(enum, GraphQLEnumType)
    return list(enum.values)


FIELDS = [(name, field) for name in LISTS for field in sort_fields(name)]


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=lambda value: value)
async def test_every_sort_is_walked_in_full_both_ways(library: Library, crowd: Viewer, name: str, field: str):
    """Each field forward in one direction and backward in the other; which ones goes by its place among the fields."""
    chance = random.Random(f"{name} {field}")
    place = FIELDS.index((name, field))
    nullable = schema.catalog.entities[LISTS[name] or ""].sorts[field].nullable
    ways = [("ASC", "FIRST"), ("DESC", "LAST"), ("ASC", "LAST"), ("DESC", "FIRST")]
    for way, (direction, nulls) in enumerate((ways[place % 4], ways[(place + 1) % 4])):
        keys = [{"field": field, "direction": direction, "nulls": nulls if nullable else "LAST"}]
        expected = await in_order(library, crowd, name, keys)
        walk = walk_of(library, crowd, name, keys)

        assert len(expected) >= ROWS
        walked = (walk.forward, walk.backward)[(way + place // 4) % 2]
        assert await walked(chance.choice((5, 9, 20))) == expected


@pytest.mark.parametrize("seed", range(12))
async def test_so_is_every_mixture_of_keys_and_page_sizes(library: Library, crowd: Viewer, seed: int):
    chance = random.Random(seed)
    name = chance.choice(["accounts", "opportunities", "products"])
    fields = chance.sample(sort_fields(name), chance.choice((2, 3)))
    keys = [
        {"field": field, "direction": chance.choice(("ASC", "DESC")), "nulls": chance.choice(("FIRST", "LAST"))}
        for field in fields
    ]
    expected = await in_order(library, crowd, name, keys)
    walk = walk_of(library, crowd, name, keys)

    assert await walk.forward(chance.randint(1, ROWS + 2)) == expected
    assert await walk.backward(chance.randint(1, ROWS + 2)) == expected


@pytest.mark.parametrize("seed", range(12))
async def test_a_window_between_two_cursors_holds_what_lies_between_them(library: Library, crowd: Viewer, seed: int):
    chance = random.Random(seed)
    keys = [
        {"field": "CLOSE_DATE", "direction": chance.choice(("ASC", "DESC")), "nulls": chance.choice(("FIRST", "LAST"))}
    ]
    walk = walk_of(library, crowd, "opportunities", keys)
    expected = await in_order(library, crowd, "opportunities", keys)
    start, end = chance.randint(0, ROWS - 1), chance.randint(0, ROWS - 1)
    after = (await walk.page(first=start + 1))["endCursor"]
    before = (await walk.page(first=end + 1))["endCursor"]
    inside, size = expected[start + 1 : end], chance.randint(0, 5)

    forward = await walk.page(first=size, after=after, before=before)
    assert forward["ids"] == inside[:size]
    assert (forward["hasPreviousPage"], forward["hasNextPage"]) == (True, True)
    backward = await walk.page(last=size, after=after, before=before)
    assert backward["ids"] == (inside[-size:] if size else [])
    assert (backward["hasPreviousPage"], backward["hasNextPage"]) == (True, True)


async def test_the_page_names_the_cursors_of_its_first_and_last_row(library: Library):
    page = (await library("{ accounts(first: 3) { edges { cursor } pageInfo { startCursor endCursor } } }"))["accounts"]
    cursors = [edge["cursor"] for edge in page["edges"]]
    assert page["pageInfo"] == {"startCursor": cursors[0], "endCursor": cursors[2]}


async def test_a_list_of_a_record_is_walked_like_any_other(library: Library, crowd: Viewer):
    query = f"query({VARIABLES}, $id: ID!) {{ account(where: {{id: $id}}) {{ opportunities({GIVEN}) {{ {PAGE} }} }} }}"
    rows = await library.exempt.fetch(
        "SELECT account_id, array_agg(id ORDER BY created_at DESC, id DESC) AS ids FROM opportunities "
        "WHERE tenant_id = $1 AND account_id IS NOT NULL GROUP BY account_id",
        crowd.tenant,
    )
    assert len(rows) == 4
    for row in rows:
        walk = Walk(library, crowd, query, ("account", "opportunities"), {"id": f"acc_{row['account_id'].hex}"})
        expected = [f"opp_{id.hex}" for id in row["ids"]]
        assert await walk.forward(2) == expected
        assert await walk.backward(2) == expected


async def test_the_history_of_a_record_is_walked_by_version(library: Library):
    world = library.world
    query = f"query({VARIABLES}, $id: ID!) {{ opportunity(where: {{id: $id}}) {{ history({GIVEN}) {{ {PAGE} }} }} }}"
    walk = Walk(library, world.viewer("admin"), query, ("opportunity", "history"), {"id": world.id("opp", "Barn")})
    ids = await walk.forward(1)
    assert len(ids) == 3
    assert await walk.backward(1) == ids


@pytest.mark.parametrize("seed", range(4))
async def test_rows_that_come_and_go_between_pages_double_or_hide_no_other_row(library: Library, seed: int):
    tenant, admin = await a_crowd(library.sessions, f"Moving {seed}", rows=20, only_up_to=accounts)
    chance, exempt = random.Random(seed), library.exempt
    by = chance.choice(("EMPLOYEES", "NAME", "CREATED_AT"))
    keys = [{"field": by, "direction": chance.choice(("ASC", "DESC")), "nulls": chance.choice(("FIRST", "LAST"))}]
    walk = walk_of(library, viewer_of(admin, "admin"), "accounts", keys)
    await exempt.execute("UPDATE accounts SET parent_id = NULL WHERE tenant_id = $1", tenant.id)
    lasting = await in_order(library, viewer_of(admin, "admin"), "accounts", keys)
    seen: list[str] = []
    after: dict[str, Any] = {}
    while True:
        page = await walk.page(first=3, **after)
        seen += page["ids"]
        if not page["hasNextPage"] or len(seen) > 100:
            break
        after = {"after": page["endCursor"]}
        gone = {page["ids"][-1], chance.choice([id for id in lasting if id not in seen[-1:]])}
        for id in gone:  # the row of the cursor, and one anywhere
            await exempt.execute("DELETE FROM accounts WHERE tenant_id = $1 AND id = $2", tenant.id, uuid_hex(id))
        lasting = [id for id in lasting if id not in gone]
        await exempt.execute(
            "INSERT INTO accounts (tenant_id, id, name, name_sort, type, employees, version, created_at, updated_at) "
            "VALUES ($1, gen_random_uuid(), 'new', $2, 'PROSPECT', $3, 1, $4, $4)",
            tenant.id,
            chance.choice(("a", "m", "zz")),
            chance.choice((None, 3, 9)),
            NOW - timedelta(seconds=chance.choice((-1, 1, 10**6))),
        )

    assert len(seen) == len(set(seen))
    assert [id for id in seen if id in lasting] == lasting


def uuid_hex(id: str) -> str:
    return id[4:]


# Cursors of somebody or something else


async def bad(library: Library, query: str, cursor: Any, viewer: Viewer, argument: str = "after") -> None:
    sent = len(library.sent)
    with pytest.raises(RequestError) as caught:
        await library.reads.execute(*valid(query), {"c": cursor}, viewer, key=query)
    assert (caught.value.code, caught.value.path) == ("BAD_CURSOR", (argument,))
    assert len(library.sent) == sent


@pytest.fixture
async def cursor(library: Library) -> str:
    """Of the first account by name."""
    data = await library("{ accounts(first: 1, orderBy: [{field: NAME}]) { pageInfo { endCursor } } }")
    return str(data["accounts"]["pageInfo"]["endCursor"])


ACCOUNTS = "query($c: String) { accounts(after: $c, orderBy: [{field: NAME}]) { nodes { id } } }"


@pytest.mark.parametrize(
    "query",
    [
        "query($c: String) { accounts(after: $c) { nodes { id } } }",
        "query($c: String) { accounts(after: $c, orderBy: [{field: NAME, direction: DESC}]) { nodes { id } } }",
        "query($c: String) { accounts(after: $c, orderBy: [{field: INDUSTRY}]) { nodes { id } } }",
        "query($c: String) { accounts(after: $c, orderBy: [{field: NAME}, {field: CREATED_AT}]) { nodes { id } } }",
        "query($c: String) { users(after: $c, orderBy: [{field: NAME}]) { nodes { id } } }",
        "query($c: String) { users { nodes { accounts(after: $c, orderBy: [{field: NAME}]) { nodes { id } } } } }",
    ],
)
async def test_a_cursor_is_worth_nothing_in_another_list_or_order(library: Library, cursor: str, query: str):
    await bad(library, query, cursor, library.world.viewer("admin"))
    assert (await library(ACCOUNTS, {"c": cursor}))["accounts"]["nodes"] != []


async def test_a_cursor_is_worth_nothing_in_another_tenant(library: Library, cursor: str):
    await bad(library, ACCOUNTS, cursor, library.neighbour.viewer("admin"))


async def test_a_cursor_of_nulls_first_is_worth_nothing_where_they_are_last(library: Library):
    query = "query($c: String) { accounts(after: $c, orderBy: [{field: INDUSTRY, nulls: %s}]) { edges { cursor } } }"
    first = (await library(query % "FIRST"))["accounts"]["edges"][0]["cursor"]
    await bad(library, query % "LAST", first, library.world.viewer("admin"))


async def test_a_cursor_outlives_its_row_and_may_be_used_by_a_colleague(library: Library, cursor: str):
    names = "query($c: String) { accounts(after: $c, orderBy: [{field: NAME}]) { nodes { name } } }"
    found = await library(names, {"c": cursor}, as_="sales_rep")
    assert [node["name"] for node in found["accounts"]["nodes"]] == ["Globex", "Globex France"]


async def test_a_cursor_outlives_the_secret_it_was_written_with_as_long_as_that_is_known(
    library: Library, cursor: str, monkeypatch: pytest.MonkeyPatch
):
    found = await library(ACCOUNTS, {"c": cursor})
    old = library.reads.secret
    monkeypatch.setattr(library.reads, "secret", b"n" * 32)
    monkeypatch.setattr(library.reads, "former", (b"x" * 32, old))
    assert await library(ACCOUNTS, {"c": cursor}) == found
    monkeypatch.setattr(library.reads, "former", (b"x" * 32,))
    await bad(library, ACCOUNTS, cursor, library.world.viewer("admin"))


async def test_no_damaged_cursor_is_accepted(library: Library, cursor: str):
    """Every bit flipped, every length, and other alphabets: 700 cursors and not one statement."""
    chance, viewer = random.Random(1), library.world.viewer("admin")
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    flipped = [bytes([*raw[:at], raw[at] ^ (1 << bit), *raw[at + 1 :]]) for at in range(len(raw)) for bit in range(8)]
    damaged: list[str] = [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in flipped]
    damaged += [cursor[:length] for length in range(len(cursor))]
    damaged += [cursor + more for more in ("A", "=", "==", "\n", " ", "!", "\0", "\ud800", "é", cursor)]
    damaged += [" " + cursor, cursor[:5] + "!" + cursor[5:], cursor.swapcase(), "é" * 50, "A" * 100_000]
    damaged += ["".join(chance.choices("ABCabc012-_", k=chance.randint(1, 99))) for _ in range(100)]
    damaged += [base64.urlsafe_b64encode(raw[:5] + body + raw[-8:]).decode() for body in (b"[]", b"null", b'{"a":1}')]
    assert len(damaged) > 700
    for one in damaged:
        await bad(library, ACCOUNTS, one, viewer)
    assert (await library(ACCOUNTS, {"c": cursor}))["accounts"]["nodes"] != []


async def test_before_is_checked_as_after_is(library: Library, cursor: str):
    query = ACCOUNTS.replace("after:", "before:")
    await bad(library, query, cursor[:-1], library.world.viewer("admin"), "before")
    await bad(library, query, "x", library.world.viewer("admin"), "before")
