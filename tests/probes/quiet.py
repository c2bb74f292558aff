"""Non-interference: two worlds that differ only in what a principal may not see give it the same bytes.

The second world is the first one after every hidden row was changed: other texts, numbers and days, archived or not.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from tests.probes.judging import Leak
from tests.probes.outsiders import NOW, Outsider
from tests.probes.paths import Path
from tests.probes.place import Answer, Place
from tests.probes.principals import Principal
from tests.probes.reading import Asked, Reader, batched, document, variables
from tests.probes.world import Row, World

UNLIKE = re.compile(rb'"requestId":"[^"]*"|"durationMs":[0-9.]+')
PAIRS = (
    "a staff sales_rep",
    "a staff sales_manager",
    "a staff support_agent",
    "b staff admin",
    "c integration admin",
    "a partner 0",
    "b partner 3",
    "a customer 4",
)
RIGHTS = ("record_shares", "field_profiles", "field_profile_sets")  # what is shared is the rows of these
PER_REQUEST = 8  # paths
PER_REQUEST_OUTSIDE = 2
Change = tuple[Row, dict[str, Any], dict[str, Any]]  # with its values before and after


def other(row: Row, name: str) -> Any:
    """Another value of the same form for a column; the same one where a constraint may mind."""
    value = row.values[name]
    if isinstance(value, str) and "cnry" in value:
        return value.replace("cnry", "zzzz" if row.n % 2 else "aaaa")
    if name == "archived_at" and "id" in row.values:
        return None if value is not None else NOW
    if isinstance(value, datetime):
        return value + timedelta(days=4000 if row.n % 2 else -9)
    if isinstance(value, date):
        return value + timedelta(days=4000)
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**9:
        return value - 10**9 + row.n
    return value


def hidden_from(world: World, principal: Principal) -> list[Row]:
    """What of the world may change unseen: not who the principal is, and what its rights are made of."""
    kept = {"tenants", "tokens", "roles", "users", "teams"}
    return [
        row
        for row in world.all()
        if not principal.sees(world, row) and (row.table not in kept or row.letter != principal.letter)
        and not row.table.startswith("role") and row.table != "tokens"
        and not (isinstance(principal, Outsider) and row.letter == principal.letter and row.table in RIGHTS)
        and not (isinstance(principal, Outsider) and is_seat(principal, row))
    ]  # fmt: skip


def is_seat(principal: Outsider, row: Row) -> bool:
    """Whether a row makes a partner user of the principal, or did until it was archived."""
    return row.table == "partner_users" and row.values["contact_id"] == principal.contact


def unlike_row(principal: Principal, row: Row) -> dict[str, Any]:
    """The row with other values, of which none may be seen; a record that is shared, and an account, stays archived."""
    outside = isinstance(principal, Outsider) and (row.table == "accounts" or row.values.get("id") in principal.ids)
    kept = {"archived_at"} if outside else set()
    return {name: value if name in kept else other(row, name) for name, value in row.values.items()}


def unlike_cells(principal: Principal, row: Row) -> dict[str, Any]:
    """A row that an outsider sees with other values in the columns that are hidden of it."""
    hidden = {name for name in row.values if name not in {"archived_at", "tenant_id"} and principal.hides(row, name)}
    return {name: other(row, name) if name in hidden else value for name, value in row.values.items()}


@asynccontextmanager
async def changed(place: Place, principal: Principal) -> AsyncIterator[int]:
    """The world with what the principal may not see changed, and as it was afterwards. Gives how many rows differ."""
    world = place.filled.world
    changes = [(row, unlike_row(principal, row)) for row in hidden_from(world, principal)]
    if isinstance(principal, Outsider):
        seen = [row for row in world.all() if row.table != "tenants" and principal.sees(world, row)]
        changes += [(row, unlike_cells(principal, row)) for row in seen]
    done: list[Change] = []
    for tried in alike((row, row.values, new) for row, new in changes if new != row.values):
        if await rewritten(place, tried):
            done += tried
            continue
        for row, old, new in tried:
            words = {name: value if isinstance(value, str) else old[name] for name, value in new.items()}
            for values in (new, words):  # a constraint may mind a day or a number
                if values != old and await rewritten(place, [(row, old, values)]):
                    done.append((row, old, values))
                    break
    try:
        yield len(done)
    finally:
        for tried in alike((row, new, old) for row, old, new in done):
            assert await rewritten(place, tried), f"rows of {tried[0][0].table} are not as they were"


def differing(change: Change) -> list[str]:
    """The columns that a change sets."""
    row, old, new = change
    table: Any = row.model.__table__
    return [name for name in new if table.c[name].computed is None and old[name] != new[name]]


def alike(changes: Iterable[Change]) -> list[list[Change]]:
    """Those of one table that set the same columns together."""
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        if names := differing(change):
            found.setdefault((change[0].table, *names), []).append(change)
    return list(found.values())


async def rewritten(place: Place, changes: Sequence[Change]) -> bool:
    """Whether the constraints let rows have these values; all change the same columns of one table."""
    row, names = changes[0][0], differing(changes[0])
    if not names:
        return True
    table: Any = row.model.__table__
    keys = [column.name for column in table.primary_key.columns]
    sets = ", ".join(f'"{name}" = ${at}' for at, name in enumerate(names, 1))
    where = " AND ".join(f'"{name}" = ${len(names) + at}' for at, name in enumerate(keys, 1))
    values = [[*(new[name] for name in names), *(old[name] for name in keys)] for _, old, new in changes]
    try:
        async with place.owner.transaction():
            await place.owner.execute("SET LOCAL session_replication_role = replica")
            await place.owner.executemany(f"UPDATE {row.table} SET {sets} WHERE {where}", values)
    except asyncpg.IntegrityConstraintViolationError:
        return False
    return True


def about(reader: Reader, path: Path, principal: Principal, at: int) -> Row | None:
    """A row that an operand is taken from: one with a field that changes unseen, else one that is hidden, or any."""
    rows = [
        row
        for row in reader.world.of(principal.letter, path.table or "")
        if row.n < 100 and path.victim is not None and path.victim(reader.world, row) is not None
    ]
    cells = [
        row
        for row in rows
        if path.column is not None and principal.sees(reader.world, row) and principal.hides(row, path.column)
    ]
    hidden = [row for row in rows if not principal.sees(reader.world, row)]
    chosen = cells or (hidden if at % 2 else rows) or rows
    return chosen[at // 2 % len(chosen)] if chosen else None


def bytes_of(answer: Answer) -> bytes:
    return UNLIKE.sub(b"", answer.body)


async def interference(
    reader: Reader, principal: Principal, paths: Sequence[Path], tell: Callable[[str], None] = lambda _line: None
) -> int:
    """How many requests were compared; what differs becomes a leak of the reader's."""
    place, world = reader.place, reader.world
    batches = list(batched(paths, PER_REQUEST_OUTSIDE if isinstance(principal, Outsider) else PER_REQUEST))
    texts = [document(batch) for batch in batches]
    given = [
        variables(world, [Asked(path, about(reader, path, principal, at)) for path in batch])
        for at, batch in enumerate(batches)
    ]
    before = [bytes_of(await place.ask(principal, *one)) for one in zip(texts, given, strict=True)]
    async with changed(place, principal) as rows:
        after = [bytes_of(await place.ask(principal, *one)) for one in zip(texts, given, strict=True)]
    for batch, text, values, one, two in zip(batches, texts, given, before, after, strict=True):
        if one != two:
            at = next((n for n, (x, y) in enumerate(zip(one, two, strict=False)) if x != y), 0)
            seen = [text[max(at - 60, 0) : at + 40] for text in (one, two)]
            what = f"hidden data makes a difference: {seen[0]!r}, {seen[1]!r}"
            reader.found.leaks.append(
                Leak(principal.name, " ".join(path.name for path in batch)[:200], what, text, values)
            )
    tell(f"quiet: {len(batches)} requests of {principal.name}, {rows} hidden rows changed")
    return len(batches)
