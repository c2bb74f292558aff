"""Probes of outsiders that no schema names: what they may write, and what their login may read in the database."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson

from api.domain import contacts, opportunities
from api.domain.kernel import FieldAccess, IllegalTransition, Model, NotAllowed, NotFound, open_work
from tests.probes.outsiders import COMMON, NOW, Outsider, reached, shareable
from tests.probes.place import Place
from tests.probes.principals import Principal
from tests.probes.values import LETTERS
from tests.probes.world import Row

WRITES: Any = {"contacts": (contacts.update, "title"), "opportunities": (opportunities.update, "next_step")}
UNAUTHENTICATED = 401
NEVER = ("notes", "owner_id")  # fields that no outsider writes
# What the rules for outsiders look up; nobody is shown it.
LOOKED_UP = {
    "record_shares": frozenset(
        {"tenant_id", "object_type", "object_id", "account_id", "contact_id"}
        | {"field_profile_id", "expires_at", "revoked_at"}
    ),
    "field_profile_sets": frozenset({"tenant_id", "profile_id", "object", "field_set"}),
}


def expected_write(outsider: Outsider, row: Row) -> type[Exception] | None:
    """How a write by an outsider of its tenant is refused."""
    if not outsider.sees(outsider.world, row):  # type: ignore[arg-type] # it has one
        return NotFound
    return None if outsider.changes(outsider.world, row) else NotAllowed  # type: ignore[arg-type] # as above


async def outsiders_write(place: Place) -> tuple[int, list[str]]:
    """Only what is shared for editing is written, and of it only the fields that are for outsiders."""
    found, done = [], 0
    for outsider in (one for one in place.filled.outsiders if one.letter == "a"):
        for table, (update, field) in WRITES.items():
            for row in place.filled.world.of(outsider.letter, table)[:8]:
                wanted = expected_write(outsider, row)
                for name in (field, *NEVER):
                    if name in NEVER and row.values[name] is None:
                        continue  # what is not changed is not refused
                    refused = NotAllowed if name in NEVER and wanted is None else wanted
                    got = await refusal(place, outsider, update, row, {name: None})
                    done += 1
                    if got is not refused and not (name in NEVER and got is not None):
                        found.append(f"{outsider.name} writes {name} of {row.wire}: {got}, not {refused}")
        other = place.filled.world.of("b" if outsider.letter == "a" else "a", "contacts")[0]
        done += 1
        if await refusal(place, outsider, contacts.update, other, {"title": None}) is not NotFound:
            found.append(f"{outsider.name} finds a contact of another tenant")
    return done, found


async def refusal(place: Place, outsider: Outsider, update: Any, row: Row, values: Any) -> type[Exception] | None:
    viewer = await place.viewer(outsider)
    options: Any = {"now": NOW, "request_id": "probe", "operation": "probe", "dry_run": True}
    try:
        async with open_work(place.sessions, viewer, **options) as work:
            await update(work, row.id, values)
            await work.flush()
    except (NotAllowed, NotFound, IllegalTransition) as error:
        return type(error)
    return None


async def partner_columns(place: Place) -> tuple[int, list[str]]:
    """The login of outsiders may read what is declared to be for them, what serves it, and nothing more."""
    found, done = [], 0
    asked = "SELECT has_column_privilege('crm_partner', $1, $2, $3)"
    for table in Model.metadata.sorted_tables:
        model = place.filled.world.models[table.name]
        for column in table.columns:
            wanted = column.name in LOOKED_UP.get(table.name, ()) or granted(model, column)
            for verb in ("SELECT", "INSERT", "UPDATE"):
                done += 1
                held = await place.owner.fetchval(asked, table.name, column.name, verb)
                if held is not (verb == "SELECT" and wanted):
                    found.append(f"crm_partner's right to {verb} {table.name}.{column.name} is not {wanted}")
    return done, found


def granted(model: type[Model], column: Any) -> bool:
    serves = [one.info["folded_in"] for one in column.table.columns if one.info["partner"] is not FieldAccess.HIDDEN]
    if not shareable(model):
        keys = {"tenant_id"} if own(model) and reached(model) else set()
        return bool(own(model)) and (column.info["partner"] is not FieldAccess.HIDDEN or column.name in keys)
    return (
        column.info["partner"] is not FieldAccess.HIDDEN
        or column.name in serves
        or column.name in {"tenant_id", "archived_at"}
    )


def own(model: type[Model]) -> list[str]:
    """Columns of an own that are for outsiders."""
    columns = (one for one in model.__table__.columns if one.name not in COMMON)
    return [one.name for one in columns if one.info["partner"] is not FieldAccess.HIDDEN]


async def partner_rows(place: Place) -> tuple[int, list[str]]:
    """As the login of outsiders: exactly the rows that are shared with whom the settings name, none without them."""
    world, found, done = place.filled.world, [], 0
    tables = [name for name, model in world.models.items() if shareable(model)]
    connection = await asyncpg.connect(place.urls.partner)
    try:
        for outsider in [None, *place.filled.outsiders]:
            settings: dict[str, Any] = {"tenant": None, "principal": None, "account": None}
            if outsider is not None:
                settings = {
                    "tenant": world.tenant(outsider.letter),
                    "principal": outsider.contact,
                    "account": outsider.account,
                }
            async with connection.transaction():
                for name, value in settings.items():
                    await connection.execute("SELECT set_config($1, $2, true)", f"crm.{name}", str(value or ""))
                for table in tables:
                    rows = {row["id"] for row in await connection.fetch(f"SELECT id FROM {table}")}
                    all_rows = world.of(outsider.letter, table) if outsider else []
                    wanted = {row.id for row in all_rows if outsider and outsider.sees(world, row)}
                    done += 1
                    if rows != wanted:
                        name = outsider.name if outsider else "nobody"
                        found.append(f"{name}: {len(rows)} rows of {table} are seen, {len(wanted)} are shared")
                seen = await connection.fetch("SELECT contact_id, account_id FROM record_shares")
                done += 1
                for one in seen:
                    mine = outsider is not None and (
                        one["contact_id"] == outsider.contact or one["account_id"] in outsider.grantees
                    )
                    if not mine:
                        found.append(f"{outsider.name if outsider else 'nobody'} sees the shares of others")
                        break
    finally:
        await connection.close()
    return done, found


async def partner_login(place: Place) -> tuple[int, list[str]]:
    """What outsiders read is read by their own login: without its right to a column there is no answer."""
    found = []
    outsider = place.filled.outsiders[0]
    text = "{ accounts(first: 1) { nodes { id name } } }"
    if (await place.ask(outsider, text)).errors:
        return 1, ["an outsider cannot read accounts at all"]
    await place.owner.execute("REVOKE SELECT (name) ON accounts FROM crm_partner")
    try:
        if not (await place.ask(outsider, text)).errors:
            found.append("outsiders are read for by another login than crm_partner")
    finally:
        await place.owner.execute("GRANT SELECT (name) ON accounts TO crm_partner")
    return 2, found


async def moved_contacts(place: Place) -> tuple[int, list[str]]:
    """A contact who goes to another account takes no partner's token along; a customer sees what it saw before."""
    world, found, done = place.filled.world, [], 0
    for letter in LETTERS:
        goes, stays, customer = (
            place.filled.principal(f"{letter} {name}") for name in ("partner 0", "partner 1", "customer 4")
        )
        moving = [one for one in place.filled.outsiders if one in {goes, customer}]
        to = world.of(letter, "contacts")[2].values["account_id"]  # with shares of its own
        before = {one: await seen_by(place, one) for one in (stays, customer)}
        await move(place, {one.contact: to for one in moving})
        if (await seen_by(place, goes))[0] != UNAUTHENTICATED:
            found.append(f"{goes.name} keeps its token in another account")
        after = {one: await seen_by(place, one) for one in (stays, customer)}
        found += [
            f"{one.name} sees something else since a contact moved" for one in before if before[one] != after[one]
        ]
        await move(place, {one.contact: world.by_id[one.contact].values["account_id"] for one in moving})  # type: ignore[index] # they have one
        done += 3
    return done, found


async def move(place: Place, contacts: Mapping[Any, Any]) -> None:
    for contact, account in contacts.items():
        await place.owner.execute("UPDATE contacts SET account_id = $2 WHERE id = $1", contact, account)
    place.services.authenticator.forget()


async def seen_by(place: Place, principal: Principal) -> tuple[int, bytes]:
    """The status, and all records that are seen."""
    names = ("accounts", "contacts", "opportunities")
    text = " ".join(f"{name}(first: 100) {{ nodes {{ id }} }}" for name in names)
    answer = await place.ask(principal, f"{{ {text} }}")
    return answer.status, orjson.dumps(answer.data)
