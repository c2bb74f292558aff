"""`crm role list | grant | revoke`."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select

from api.domain import access
from api.domain.kernel import Work, wire

from .database import Database, open_database, operate
from .output import AsJson, CommandRefused, say, say_rows
from .tokens import user_named

app = typer.Typer(no_args_is_help=True, help="List roles, and give them to people: what somebody may do is their sum.")

OfTenant = Annotated[str, typer.Option(help="Name of the tenant.")]
OfUser = Annotated[str, typer.Option(help="E-mail address or id of the person.")]
Role = Annotated[str, typer.Argument(help="Name of the role, as in the list.")]


@app.command("list", help="List the roles of a tenant.")
def list_(tenant: OfTenant, *, as_json: AsJson = False) -> None:
    with open_database() as database:
        rows = asyncio.run(rows_of(database, tenant))
    say_rows("roles", rows, "There is no role.", as_json=as_json)


@app.command(help="Give a role to a person; it counts after 5 seconds at most.")
def grant(role: Role, tenant: OfTenant, user: OfUser, *, as_json: AsJson = False) -> None:
    with open_database() as database:
        names = asyncio.run(change(database, tenant, user, role, hold=True))
    say(f"{user} has now: {', '.join(names)}.", {"user": user, "roles": names}, as_json=as_json)


@app.command(help="Take a role from a person; it counts after 5 seconds at most.")
def revoke(role: Role, tenant: OfTenant, user: OfUser, *, as_json: AsJson = False) -> None:
    with open_database() as database:
        names = asyncio.run(change(database, tenant, user, role, hold=False))
    say(f"{user} has now: {', '.join(names) or 'no role'}.", {"user": user, "roles": names}, as_json=as_json)


async def rows_of(database: Database, tenant: str) -> list[dict[str, Any]]:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "role list") as work:
        query = select(access.Role).where(access.Role.tenant_id == work.tenant, access.Role.archived_at.is_(None))
        roles = (await work.session.execute(query.order_by(access.Role.name_sort))).scalars().all()
        held = select(access.UserRole.role_id).where(access.UserRole.tenant_id == work.tenant)
        holders = Counter((await work.session.execute(held)).scalars())
        return [
            {
                "id": wire("rol", role.id),
                "name": role.name,
                "holders": holders[role.id],
                "description": role.description,
            }
            for role in roles
        ]


async def change(database: Database, tenant: str, user: str, role: str, *, hold: bool) -> list[str]:
    """The names of the roles that the person has then."""
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "role grant") as work:
        person, wanted = await user_named(work, user), await access.role_named(work, role)
        held = await access.roles_of(work, person)
        if not hold and wanted.id not in held:
            raise CommandRefused("NOT_FOUND", f"{user} has not the role {role!r}: nothing was changed.")
        await access.set_roles(work, person, [*held, wanted.id] if hold else [id for id in held if id != wanted.id])
        return await names_of(work, person)


async def names_of(work: Work, person: UUID) -> list[str]:
    roles = await work.load(access.Role, await access.roles_of(work, person))
    return sorted(role.name for role in roles.values())
