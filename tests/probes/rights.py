"""Probes that no schema names: dead and narrowed tokens, rights one may not give, replays, cursors, the tables.

Each check gives the complaints it has; none means that the product holds.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import asyncpg

from api.db.protection import COMPLETED_LATER, COUNTERS, FORGOTTEN
from api.domain import access, accounts, tokens
from api.domain.access import Cells
from api.domain.access.shipped import FULL
from api.domain.kernel import (
    FieldAccess,
    Invalid,
    Level,
    Model,
    NotAllowed,
    PrincipalKind,
    Right,
    Viewer,
    Work,
    open_work,
)
from api.http import auth
from api.schema import schema
from tests.probes.outside_rights import moved_contacts, outsiders_write, partner_columns, partner_login, partner_rows
from tests.probes.outsiders import NOW
from tests.probes.place import SECRET, Answer, Place
from tests.probes.principals import Principal
from tests.probes.world import Row

DENIED = "42501"
UNKNOWN = "GRAPHQL_VALIDATION_FAILED"
VIEWER = "{ viewer { name } }"
OLD = 'filter: {createdAt: {gte: "2029-01-01T00:00:00Z"}}'  # what the world was made with
CREATE = """mutation ($name: String!, $key: String) {
  contactCreate(input: {lastName: $name}, idempotencyKey: $key) { outcome contact { id } errors { code } } }"""


@dataclass(frozen=True)
class Check:
    """`counts`: the kind of probe it is, and how many."""

    name: str
    run: Callable[[Place], Awaitable[tuple[int, list[str]]]]
    counts: str = "mutation"


async def dead_tokens(place: Place) -> tuple[int, list[str]]:
    """What is over opens nothing; what ends is forgotten within seconds."""
    found = []
    for name, token in place.filled.dead.items():
        answer = await ask_with(place, token, VIEWER)
        if answer.status != 401:
            found.append(f"a token that is {name} opens the API: {answer.body[:80]!r}")
    return len(place.filled.dead), found


async def forged_tokens(place: Place) -> tuple[int, list[str]]:
    """The key of a token with another secret opens nothing."""
    found, done = [], 0
    for principal in place.filled.principals:
        key = principal.token.split("_")[2]
        other = tokens.new_credential(principal.kind)
        answer = await ask_with(place, replace(other, key=key).text, VIEWER)
        done += 1
        if answer.status != 401:
            found.append(f"another secret opens the API as {principal.name}")
    return done, found


async def ending_token(place: Place) -> tuple[int, list[str]]:
    world = place.filled.world
    principal = place.filled.principal("a integration read_only")
    if (await place.ask(principal, VIEWER)).status != 200:
        return 1, ["the token does not open the API at all"]
    revoke = "UPDATE tokens SET revoked_at = $2 WHERE id = $1"
    id = next(row.id for row in world.of("a", "tokens") if row.values["name"] == token_name(place, principal))
    await place.owner.execute(revoke, id, NOW)
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 6)
    with patch.object(auth, "time", later):
        answer = await place.ask(principal, VIEWER)
    await place.owner.execute(revoke, id, None)
    place.services.authenticator.forget()
    return 1, [] if answer.status == 401 else ["a token opens the API 6 seconds after it was revoked"]


def token_name(place: Place, principal: Principal) -> str:
    key = principal.token.split("_")[2]
    rows = place.filled.world.of(principal.letter, "tokens")
    return str(next(row.values["name"] for row in rows if row.values["key"] == key))


async def ask_with(place: Place, token: str, text: str) -> Answer:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return Answer(await place.client.post("/graphql", json={"query": text}, headers=headers))


async def counted_rows(place: Place) -> tuple[int, list[str]]:
    """Each principal counts exactly the rows that the roles' cells give it, archived ones left out."""
    world, found, done = place.filled.world, [], 0
    for principal in place.filled.principals:
        names = ("accounts", "contacts", "opportunities")
        text = " ".join(f"{name}({OLD}) {{ totalCount {{ value }} }}" for name in names)
        data = (await place.ask(principal, f"{{ {text} }}")).data
        for table, one in data.items():
            rows = [row for row in world.of(principal.letter, table) if row.values["archived_at"] is None]
            wanted = sum(principal.sees(world, row) for row in rows)
            done += 1
            if one["totalCount"]["value"] != wanted:
                found.append(f"{principal.name} counts {one['totalCount']['value']} {table}, not {wanted}")
    return done, found


# -- rights that one has not, and cannot give ------------------------------------------------------------------------


async def refused_commands(place: Place) -> tuple[int, list[str]]:
    """Somebody who may make roles, users and tokens, and nothing else, gives nobody more than that."""
    world = place.filled.world
    keeper = access.capability(["keeper"], Cells([("role", FULL), ("user", FULL), ("token", FULL)]))
    person = world.of("a", "users")[2]
    viewer = Viewer(world.tenant("a"), person.id, PrincipalKind.STAFF, "keeper", keeper, person.id)
    admin = world.roles["a", "admin"]
    commands: dict[str, Callable[[Work], Awaitable[Any]]] = {
        "make a role with all rights": lambda work: access.create(work, {"name": "evil", "rights": {"*": FULL}}),
        "change a role of more rights": lambda work: access.update(work, admin, {"description": "mine"}),
        "archive a role of more rights": lambda work: access.archive(work, admin),
        "give the role of an administrator": lambda work: access.set_roles(work, person.id, [admin]),
        "make a token of an administrator": lambda work: tokens.create(
            work, "admin", "evil", pepper=tokens.pepper(SECRET)
        ),
    }
    # A role that changes accounts and makes none; none that is shipped is like that.
    changer = access.capability(["changer"], Cells([("account", Right(Level.ALL, Level.ALL))]))
    commands["make an account"] = lambda work: accounts.create(work, {"name": "evil"})
    # One that is shown fields of what it changes, and may not change them; none that is shipped is like that either.
    shown = [("account", "commercial", FieldAccess.READ)]
    reader = access.capability(["reader"], Cells([("account", FULL)], shown))
    account = live(world.of("a", "accounts"))[0].id
    commands["write fields that are only shown"] = lambda work: accounts.update(work, account, {"tax_id": None})
    others = {"make an account": changer, "write fields that are only shown": reader}
    found = []
    for name, command in commands.items():
        one = replace(viewer, capability=others.get(name, keeper))
        try:
            options = {"now": NOW, "request_id": "probe", "operation": "probe", "dry_run": True}
            async with open_work(place.sessions, one, **options) as work:  # type: ignore[arg-type]
                await command(work)
        except NotAllowed:
            continue
        except Invalid as error:  # of whoever may do it
            found.append(f"somebody without the rights is kept from what is to {name} by a rule only: {error}")
            continue
        found.append(f"somebody without the rights may {name}")
    return len(commands), found


async def refused_writes(place: Place) -> tuple[int, list[str]]:
    """Writes beyond the cells of a role are refused by their name; those within them are not."""
    world, filled = place.filled.world, place.filled
    users = world.of("a", "users")
    rep = filled.principal("a staff sales_rep")
    mine = next(row for row in live(world.of("a", "accounts")) if row.values["owner_id"] == rep.user)
    contact, account = live(world.of("a", "contacts"))[0], live(world.of("a", "accounts"))[1]
    product = live(world.of("a", "products"))[0]
    to_other = f'owner: {{id: "{users[2].wire}"}}'
    tried = [
        ("a staff marketer", f'contactUpdate(where: {{id: "{contact.wire}"}}, patch: {{notes: "x"}}', UNKNOWN),
        (
            "a staff marketer",
            f'accountUpdate(where: {{id: "{account.wire}"}}, patch: {{territory: "x"}}',
            "NOT_ALLOWED",
        ),
        ("a staff marketer", f'accountUpdate(where: {{id: "{account.wire}"}}, patch: {{notes: "x"}}', UNKNOWN),
        ("a integration read_only", 'accountCreate(input: {name: "x"}', "NOT_ALLOWED"),
        ("a staff support_agent", 'productCreate(input: {code: "x", name: "x"}', "NOT_ALLOWED"),
        # It has no owner, so that nothing but the check of the row refuses.
        ("a staff sales_rep", f'productUpdate(where: {{id: "{product.wire}"}}, patch: {{name: "x"}}', "NOT_ALLOWED"),
        ("a staff support_agent", f'contactArchive(where: {{id: "{contact.wire}"}}', "NOT_ALLOWED"),
        ("a staff sales_rep", f'accountUpdate(where: {{id: "{mine.wire}"}}, patch: {{{to_other}}}', "NOT_ALLOWED"),
        ("a staff sales_rep", f'accountCreate(input: {{name: "x", {to_other}}}', "NOT_ALLOWED"),
        ("a staff sales_rep", f'accountUpdate(where: {{id: "{mine.wire}"}}, patch: {{territory: "x"}}', None),
        ("a staff marketer", f'contactUpdate(where: {{id: "{contact.wire}"}}, patch: {{title: "x"}}', None),
    ]
    found = []
    for name, text, wanted in tried:
        answer = await place.ask(
            filled.principal(name), f"mutation {{ {text}, dryRun: true) {{ outcome errors {{ code }} }} }}"
        )
        (payload,) = answer.data.values() if answer.data else ({"errors": answer.errors},)
        codes = [error.get("code") or error["extensions"]["code"] for error in payload["errors"]]
        if codes != ([wanted] if wanted else []):
            found.append(f"{name} gets {codes}, not {wanted}, for {text})")
    return len(tried), found


def live(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.values["archived_at"] is None]


async def replays(place: Place) -> tuple[int, list[str]]:
    """A key is its principal's alone, and stands for one request."""
    filled, found, ids = place.filled, [], []
    given = {"name": "probe", "key": f"probe {time.monotonic_ns()}"}
    names = ("a staff support_agent", "a staff marketer", "b staff marketer")
    for name in names:
        answer = await place.ask(filled.principal(name), CREATE, given)
        ids.append(answer.data["contactCreate"]["contact"]["id"] if answer.data["contactCreate"]["contact"] else None)
        if b"idempotent-replayed" in answer.headers:
            found.append(f"{name} is told what another principal did with the key")
    if len(set(ids)) != len(names) or None in ids:
        found.append(f"a key has one effect for several principals: {ids}")
    again = await place.ask(filled.principal(names[0]), CREATE, given)
    if (again.data["contactCreate"]["contact"] or {}).get("id") != ids[0]:
        found.append("a replay by the same principal has a second effect")
    other = await place.ask(filled.principal(names[0]), CREATE, {**given, "name": "another"})
    codes = [error["code"] for error in other.data["contactCreate"]["errors"]]
    if codes != ["IDEMPOTENCY_KEY_REUSED"]:
        found.append(f"a key with another request is answered with {codes}")
    return len(names) + 2, found


async def cursors(place: Place) -> tuple[int, list[str]]:
    """The cursors of every list are refused to another tenant, in another list, in another order, and changed."""
    filled, found, done = place.filled, [], 0
    admin, other = filled.principal("a staff admin"), filled.principal("b staff admin")
    lists = [name for name, root in schema.catalog.roots.items() if root.kind == "page"]
    for at, name in enumerate(lists):
        text = f"{{ {name}(first: 2, includeArchived: true) {{ pageInfo {{ endCursor }} }} }}"
        cursor = (await place.ask(admin, text)).data[name]["pageInfo"]["endCursor"]
        asked = [
            (other, name, "", cursor),
            (admin, lists[at - 1], "", cursor),
            (admin, name, ", orderBy: [{field: CREATED_AT, direction: ASC}]", cursor),
            (admin, name, "", cursor[:-1] + ("A" if cursor[-1] != "A" else "B")),
        ]
        for principal, list_, order, one in asked:
            answer = await place.ask(principal, f'{{ {list_}(first: 5, after: "{one}"{order}) {{ nodes {{ id }} }} }}')
            done += 1
            if [error["extensions"]["code"] for error in answer.errors] != ["BAD_CURSOR"]:
                found.append(f"{principal.name}: {list_}(after: a cursor of a's {name}{order}) is answered")
        again = await place.ask(
            admin, f'{{ {name}(first: 5, after: "{cursor}", includeArchived: true) {{ nodes {{ id }} }} }}'
        )
        if again.errors:
            found.append(f"{name}: its own cursor is refused")
    return done, found


# -- the second ring -------------------------------------------------------------------------------------------------


async def tables_read(place: Place) -> tuple[int, list[str]]:
    """As the application's role: only rows of the tenant that is set, none without one, none for the owner either."""
    world, found, done = place.filled.world, [], 0
    connection = await asyncpg.connect(place.urls.app)
    try:
        for table in Model.metadata.sorted_tables:
            own = "id" if table.name == "tenants" else "tenant_id"
            count = f"SELECT count(*) FILTER (WHERE {own} = $1), count(*) FROM {table.name}"
            wanted = await place.owner.fetchval(
                f"SELECT count(*) FROM {table.name} WHERE {own} = $1", world.tenant("b")
            )
            for tenant, expected in (("b", (wanted, wanted)), (None, (0, 0))):
                setting = str(world.tenant(tenant)) if tenant else ""
                async with connection.transaction():
                    await connection.execute("SELECT set_config('crm.tenant', $1, true)", setting)
                    (found_row,) = await connection.fetch(count, world.tenant("b"))
                    mine, all_ = found_row
                done += 1
                if (mine, all_) != expected:
                    found.append(f"{table.name}: {all_} rows are seen, {mine} of the tenant, {expected[0]} expected")
            async with place.owner.transaction():
                await place.owner.execute("SET LOCAL ROLE crm_owner")
                done += 1
                if seen := await place.owner.fetchval(f"SELECT count(*) FROM {table.name}"):
                    found.append(f"{table.name}: its owner sees {seen} rows without a tenant")
    finally:
        await connection.close()
    return done, found


async def tables_written(place: Place) -> tuple[int, list[str]]:
    """As the application's role: no row for another tenant or moved there, none deleted but parts, ledgers sealed."""
    found, done = [], 0
    connection = await asyncpg.connect(place.urls.app)
    try:
        for table in Model.metadata.sorted_tables:
            for text in hostile(place, table):
                transaction = connection.transaction()
                await transaction.start()
                await connection.execute(
                    "SELECT set_config('crm.tenant', $1, true)", str(place.filled.world.tenant("b"))
                )
                done += 1
                try:
                    status = await connection.execute(text)
                except asyncpg.PostgresError as error:
                    if error.sqlstate != DENIED:
                        found.append(f"{text[:120]}: {error.sqlstate} {error}")
                else:
                    if not status.endswith(" 0"):
                        found.append(f"{text[:120]}: {status}")
                finally:
                    await transaction.rollback()
    finally:
        await connection.close()
    return done, found


def hostile(place: Place, table: Any) -> list[str]:
    """Statements that must do nothing, or be denied."""
    world, name = place.filled.world, table.name
    own = "id" if name == "tenants" else "tenant_id"
    a = f"'{world.tenant('a')}'"
    names = [column.name for column in table.columns if column.computed is None]
    quoted = ", ".join(f'"{one}"' for one in names)
    literal = ", ".join(f"{a}::uuid" if one == own else f'"{one}"' for one in names)
    deletable = name in FORGOTTEN or any(base.__name__ == "Part" for base in world.models[name].__mro__)
    entry = any(base.__name__ == "Entry" for base in world.models[name].__mro__)
    texts = [f"INSERT INTO {name} ({quoted}) SELECT {literal} FROM {name} LIMIT 1", f"TRUNCATE {name}"]
    if not world.of("b", name):
        texts = texts[1:]
    texts.append(f"UPDATE {name} SET {own} = {a}")
    texts.append(f"DELETE FROM {name}" + (f" WHERE {own} = {a}" if deletable else ""))
    if entry:
        filled_in = {*COMPLETED_LATER.get(name, ()), *COUNTERS.get(name, ()), "position"}
        texts.append(f'UPDATE {name} SET "{next(one for one in reversed(names) if one not in filled_in)}" = NULL')
    return texts


async def granted_columns(place: Place) -> tuple[int, list[str]]:
    """No column that says what a row is may be changed by the application."""
    found, done = [], 0
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            if column.primary_key or column.name == "created_at":
                done += 1
                asked = "SELECT has_column_privilege('crm_app', $1, $2, 'UPDATE')"
                if await place.owner.fetchval(asked, table.name, column.name):
                    found.append(f"crm_app may change {table.name}.{column.name}")
    return done, found


CHECKS = (
    Check("dead tokens", dead_tokens, "read"),
    Check("forged tokens", forged_tokens, "read"),
    Check("a token that ends", ending_token, "read"),
    Check("counts", counted_rows, "read"),
    Check("commands", refused_commands),
    Check("writes", refused_writes),
    Check("replays", replays),
    Check("cursors", cursors, "read"),
    Check("tables read", tables_read, "read"),
    Check("tables written", tables_written),
    Check("granted columns", granted_columns),
    Check("outsiders write", outsiders_write),
    Check("partner columns", partner_columns),
    Check("partner rows", partner_rows, "read"),
    Check("partner login", partner_login, "read"),
    Check("contacts who move", moved_contacts, "read"),
)
