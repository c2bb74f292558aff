"""Three tenants full of rows of every table, made from what the models declare.

A table that a later slice adds is filled without a line here. Where a CHECK or a unique key refuses a row, the columns
it names take other values until it fits.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Table, Text, Uuid, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.domain import access, webhooks
from api.domain.access import Role, RoleFieldRight, RoleRight, UserRole
from api.domain.kernel import Model, Record, camel, columns_of, fold
from api.domain.tokens import RateBucket
from tests.oracle.memory import models
from tests.probes.constraints import Unmakeable, constraint_of, named_in
from tests.probes.ledgers import ledger_values
from tests.probes.values import LETTERS, id_of, pool

ROWS = 8  # of each kind of record and tenant
MOST_TRIES = 300
TAUGHT = 4  # rows after which it is tried to add the others at once
# Columns that repeat what the row they point at says; rows that contradict it could not have been made by the product.
COHERENT: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "opportunities": (("pipeline_id", "stage_id", "pipeline_id"), ("status", "stage_id", "kind")),
}
PLAIN: Mapping[tuple[str, str], Any] = {
    ("tenants", "currency"): "USD",
    ("tenants", "zone"): "UTC",
    ("tenants", "archived_at"): None,
    ("tokens", "expires_at"): None,
    ("tokens", "revoked_at"): None,
    ("tokens", "contact_id"): None,
    ("tokens", "account_id"): None,
    ("record_shares", "contact_id"): None,
    ("users", "is_active"): True,
    ("feed_heads", "position"): 10_000_000_000,  # behind every event
    ("feed_heads", "pruned"): 0,
    ("exchange_rates", "base"): "EUR",
    ("exchange_rates", "quote"): "USD",
}
MADE_OTHERWISE = (Role, RoleRight, RoleFieldRight, UserRole, RateBucket)
# What is no record, and yet named by an id: the prefix, and the column of the rest.
NAMED_BY: Mapping[str, tuple[str, str]] = {
    "outbox": ("evt", "event_id"),
    "webhook_deliveries": (webhooks.PREFIX, "id"),
    "jobs": ("job", "id"),
}
FEW: Mapping[tuple[str, str], int] = {("stages", "pipeline_id"): 6}  # so many rows in a line point at the same one
# Who owns the n-th row of a kind that has owners, as places among the users of the tenant; None is nobody.
OWNERS = (1, 2, 3, None, 0, 1, 2, 1)
REP, MATE, STRANGER, BOSS = 1, 2, 3, 0


@dataclass(eq=False)
class Row:
    """A row of the world; `n` counts those of its table and tenant."""

    letter: str
    model: type[Model]
    n: int
    values: dict[str, Any]

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    @property
    def id(self) -> UUID:
        found: UUID = self.values["id"]
        return found

    @property
    def wire(self) -> str:
        prefix, column = NAMED_BY.get(self.table) or (self.model.prefix, "id")  # type: ignore[attr-defined] # all others
        return f"{prefix}_{self.values[column].hex}"


@dataclass(eq=False)
class World:
    """All rows; `roles` are the ids of the shipped roles, by tenant and name."""

    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)  # by tenant and table
    by_id: dict[UUID, Row] = field(default_factory=dict)
    roles: dict[tuple[str, str], UUID] = field(default_factory=dict)
    models: dict[str, type[Model]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # of tables, as they stand in ids
    learned: dict[tuple[str, str], int] = field(default_factory=dict)  # which value of its pool a column takes

    def of(self, letter: str, table: str) -> list[Row]:
        return self.rows.get((letter, table), [])

    def place(self, letter: str, table: str, n: int) -> UUID:
        """The id of the n-th row of a table, made or yet to be made."""
        return id_of(letter, self.numbers[table], n)

    def tenant(self, letter: str) -> UUID:
        return self.of(letter, "tenants")[0].id

    def all(self) -> Iterator[Row]:
        return itertools.chain.from_iterable(self.rows.values())

    def add(self, row: Row) -> Row:
        self.rows.setdefault((row.letter, row.table), []).append(row)
        if isinstance(row.values.get("id"), UUID) and row.table != "change_values":
            self.by_id[row.id] = row
        return row


async def a_world(connection: AsyncConnection, rows: int = ROWS) -> World:
    """Fill an empty, migrated database as a superuser, foreign keys unchecked, so that the order does not matter."""
    await connection.execute(text("SET LOCAL session_replication_role = replica"))
    world = World(models={model.__tablename__: model for model in models().values()})
    ordered = in_order(world.models)
    world.numbers = {model.__tablename__: number for number, model in enumerate(ordered)}
    for letter in LETTERS:
        for model in ordered:
            if model not in MADE_OTHERWISE:
                await fill(connection, world, letter, model, list(drafts(world, letter, model, rows)))
            elif model is Role:
                await add_roles(connection, world, letter)
    await read_computed(connection, world)
    return world


async def read_computed(connection: AsyncConnection, world: World) -> None:
    """What the database itself has put into the rows."""
    for row in list(world.all()):
        table: Table = row.model.__table__  # type: ignore[assignment]
        computed = [column for column in table.columns if column.computed is not None]
        if computed:
            found = await connection.execute(select(*computed).where(table.c.id == row.id))
            row.values.update(found.one()._mapping)


def in_order(known: Mapping[str, type[Model]]) -> list[type[Model]]:
    """Tenants and people, then what stands alone, what is made for each record, what goes on under the same id."""

    def rank(name: str) -> int:
        table: Table = known[name].__table__  # type: ignore[assignment]
        early = ["tenants", "users", "teams"]
        if name in early:
            return early.index(name) - len(early)
        return 2 if shared_id(table) else 1 if pairs(table) else 0

    return [known[name] for name in sorted((table.name for table in Model.metadata.sorted_tables), key=rank)]


def pairs(table: Table) -> tuple[str, str] | None:
    """The two columns that point at a record of any kind: its kind and its id."""
    for column in table.columns:
        stem = column.name.removesuffix("_id")
        if stem not in {column.name, "tenant"} and not column.info["references"] and isinstance(column.type, Uuid):
            for name in (f"{stem}_type", "type"):
                if name in table.c and isinstance(table.c[name].type, Text):
                    return name, column.name
    return None


def shared_id(table: Table) -> str | None:
    """The table whose rows this one continues, under the same ids."""
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and [one.name for one in constraint.columns][1:] == ["id"]:
            return str(next(iter(constraint.elements)).column.table.name)
    return None


def drafts(world: World, letter: str, model: type[Model], rows: int) -> Iterator[dict[str, Any]]:
    """The rows of a table as they are first tried."""
    table: Table = model.__table__  # type: ignore[assignment]
    pair, shared = pairs(table), shared_id(table)
    if table.name == "tenants":
        yield {"id": world.place(letter, table.name, 0)}
    elif table.primary_key.columns.keys() == ["tenant_id"]:
        yield {}
    elif shared is not None:
        for other in world.of(letter, shared):
            yield {"id": other.id, **histories(world, table, other)}
    elif pair is not None:
        kinds = [one for one in world.models.values() if issubclass(one, Record) and one.__tablename__ != "tokens"]
        targets = [(one.object, row) for one in kinds for row in world.of(letter, one.__tablename__)]
        for n, (object, target) in enumerate(targets):
            yield {
                "id": world.place(letter, table.name, n),
                pair[0]: object,
                pair[1]: target.id,
                "version": 1,
            }
    else:
        for n in range(rows):
            entries = world.of(letter, "partner_commission_entries")
            yield {"id": world.place(letter, table.name, n), **ledger_values(entries, table.name, letter, n)}


def histories(world: World, table: Table, event: Row) -> dict[str, Any]:
    """What a change tells: the texts of the record it is about, before and after."""
    if not {"before", "after"} <= set(table.c.keys()):
        return {}
    about = world.by_id[event.values["object_id"]]
    known = {
        camel(name): value
        for name, value in about.values.items()
        if isinstance(value, str | int) and not columns_of(about.model)[name].info["internal"]
    }
    return {"before": known, "after": dict(reversed(known.items()))}


async def fill(
    connection: AsyncConnection, world: World, letter: str, model: type[Model], given: Sequence[Mapping[str, Any]]
) -> None:
    """Add the rows of a table at once if no constraint minds, else one by one, until it has been learned what fits."""
    table: Table = model.__table__  # type: ignore[assignment]
    for done in range(len(given)):
        rows = [draft(world, letter, table, n, values) for n, values in enumerate(given)][done:]
        if done < TAUGHT:
            try:
                async with connection.begin_nested():
                    await connection.execute(insert(table), rows)
            except IntegrityError:
                pass  # one row tells what the constraints want, the next ones begin with it
            else:
                for n, values in enumerate(rows, done):
                    world.add(Row(letter, model, n, values))
                return
        await put(connection, world, letter, model, done, given[done])


def draft(world: World, letter: str, table: Table, n: int, given: Mapping[str, Any]) -> dict[str, Any]:
    values = {column.name: first(world, letter, column, n) for column in table.columns if column.computed is None}
    values |= {name: value for name, value in given.items() if name in values}
    copy_coherent(world, table, values)
    return values


async def put(
    connection: AsyncConnection, world: World, letter: str, model: type[Model], n: int, given: Mapping[str, Any]
) -> None:
    """Add a row to database and world, with other values where a constraint refuses the first ones."""
    table: Table = model.__table__  # type: ignore[assignment]
    values = draft(world, letter, table, n, given)
    tried: dict[str, Iterator[dict[str, Any]]] = {}
    for _ in range(MOST_TRIES):
        try:
            async with connection.begin_nested():
                await connection.execute(insert(table), values)
        except IntegrityError as error:
            name = constraint_of(error)
            if name not in tried:
                tried[name] = alternatives(letter, table, name, n, dict(values), set(given))
            changed = next(tried[name], None)
            if changed is None:
                raise Unmakeable(f"{table.name}: {name} refuses every value for {values}") from error
            values |= changed
        else:
            learn(world, letter, table, n, values)
            world.add(Row(letter, model, n, values))
            return
    raise Unmakeable(f"{table.name}: no row fits after {MOST_TRIES} tries, the last was {values}")


def learn(world: World, letter: str, table: Table, n: int, values: Mapping[str, Any]) -> None:
    """Remember which of the values of a column was taken, if it is not the first one."""
    for name, value in values.items():
        known = list(pool(table.c[name], letter, table.name, n))
        if value in known[1:] and value != known[0]:
            world.learned[table.name, name] = known.index(value)


def pooled(world: World, letter: str, column: Any, n: int) -> Any:
    """The value of a column that rows before this one took."""
    known = list(pool(column, letter, column.table.name, n))
    return known[world.learned.get((column.table.name, column.name), 0) % len(known)]


def first(world: World, letter: str, column: Any, n: int) -> Any:  # noqa: PLR0911 - one for each kind of column
    """The value of a column of the n-th row before any constraint was asked."""
    table, name, target = column.table.name, column.name, column.info["references"]
    if (table, name) in PLAIN:
        return PLAIN[table, name]
    if (table, name) == ("exchange_rates", "valid_from"):
        return date(2020, 1, 1 + n)
    if name == "tenant_id":
        return world.tenant(letter)
    if name == "version":
        return 1
    if name == "archived_at":
        return next(pool(column, letter, table, n)) if n == ROWS - 1 else None
    if target is not None:
        return pointed(world, letter, column, n)
    if (name.endswith("_by") and isinstance(column.type, Uuid)) or name in {"actor_id", "principal_id"}:
        return world.place(letter, "users", n % ROWS)
    return pooled(world, letter, column, n)


def pointed(world: World, letter: str, column: Any, n: int) -> UUID | None:
    """What a foreign key of the n-th row says.

    The owner, by `OWNERS`; of the same table the row before; a part its record; of what has owners the next one, so
    that the two ends mostly belong to different people.
    """
    table, target = column.table.name, column.info["references"]
    model = world.models[table]
    if getattr(model, "owner", None) == column.name:
        place = OWNERS[n % len(OWNERS)]
        return None if place is None else world.place(letter, "users", place)
    if target == table:
        return world.place(letter, table, n - 1) if n and n % 2 == 0 else None
    if (table, column.name) in {("users", "team_id"), ("teams", "manager_id")}:
        return staffed(world, letter, column, n)
    rows = world.of(letter, target)
    if not rows:
        return None
    if (table, column.name) in FEW:
        return rows[n // FEW[table, column.name]].id
    shift = 1 if getattr(world.models[target], "owner", None) and getattr(model, "whole", "") != column.name else 0
    return rows[(n + shift) % len(rows)].id


def staffed(world: World, letter: str, column: Any, n: int) -> UUID:
    """The first user leads the first team; the representative and a mate are in the one below; the rest elsewhere."""
    if column.name == "manager_id":
        return world.place(letter, "users", BOSS if n == 0 else STRANGER)
    return world.place(letter, "teams", {BOSS: 0, REP: 1, MATE: 1}.get(n, 4))


def copy_coherent(world: World, table: Table, values: dict[str, Any]) -> None:
    for name, key, source in COHERENT.get(table.name, ()):
        other = world.by_id.get(values[key])
        if other is not None:
            values[name] = type_of(table, name)(other.values[source])


def type_of(table: Table, name: str) -> Any:
    enum = getattr(table.c[name].type, "enum", None)
    return (lambda value: enum(str(value))) if enum else (lambda value: value)


def alternatives(
    letter: str, table: Table, name: str, n: int, values: Mapping[str, Any], given: set[str]
) -> Iterator[dict[str, Any]]:
    """Other values for the columns that a constraint names, the least change first."""
    fixed = {"tenant_id", *given, *(one for one, _, _ in COHERENT.get(table.name, ()))}
    columns = [column for column in named_in(table, name) if column.name not in fixed]
    choices = [list(dict.fromkeys([values[one.name], *pool(one, letter, table.name, n)])) for one in columns]
    found = itertools.product(*choices)
    for picked in sorted(found, key=lambda one: sum(a != b[0] for a, b in zip(one, choices, strict=True))):
        yield {column.name: value for column, value in zip(columns, picked, strict=True)}


async def add_roles(connection: AsyncConnection, world: World, letter: str) -> None:
    """The roles as they are shipped, and one that nobody has, with a canary in its texts."""
    for n, (name, shipped) in enumerate(access.SHIPPED.items()):
        given = {"id": world.place(letter, "roles", n), "name": name, "name_sort": fold(name), "archived_at": None}
        await put(connection, world, letter, Role, n, given)
        role = world.of(letter, "roles")[-1]
        world.roles[letter, name] = role.id
        for object, right in shipped.rights.items():
            cell = {
                "tenant_id": world.tenant(letter),
                "role_id": role.id,
                "object": object,
                "read": right.read,
                "write": right.write,
                "create": right.create,
                "delete": right.delete,
                "export": right.export,
            }
            await connection.execute(insert(RoleRight), cell)
        for object, field_set, granted in shipped.fields:
            about = {"tenant_id": world.tenant(letter), "role_id": role.id, "object": object}
            await connection.execute(insert(RoleFieldRight), {**about, "field_set": field_set, "access": granted})
    last = len(access.SHIPPED)
    await put(connection, world, letter, Role, last, {"id": world.place(letter, "roles", last)})
