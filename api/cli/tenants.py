"""`crm tenant create | list | archive`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import available_timezones

import typer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.domain import access, opportunities
from api.domain.kernel import Invalid, Tenant, checked, checked_currency, new_id, wire

from .database import Database, TenantFacts, open_database, operate
from .output import AsJson, CommandRefused, say, say_rows

app = typer.Typer(
    no_args_is_help=True, help="Make, list and archive tenants: companies strictly apart from each other."
)

PREFIX = "ten"
LONGEST_NAME = 100
JANUARY = 1


@app.command(help="Make a tenant with the shipped roles and a default pipeline.")
def create(
    name: Annotated[str, typer.Argument(help="Name of the tenant, unique in this database.")],
    currency: Annotated[str, typer.Option(help="Reporting currency, an ISO 4217 code.")] = "USD",
    zone: Annotated[str, typer.Option(help="IANA time zone of its days, such as Europe/Berlin.")] = "UTC",
    *,
    as_json: AsJson = False,
) -> None:
    with open_database() as database:
        tenant = asyncio.run(create_tenant(database, name, currency, zone))
    facts = {"id": wire(PREFIX, tenant.id), "name": tenant.name, "currency": tenant.currency, "zone": tenant.zone}
    say(f"Made the tenant {tenant.name} ({tenant.currency}, {tenant.zone}).", {"tenant": facts}, as_json=as_json)


@app.command("list", help="List all tenants.")
def list_(*, as_json: AsJson = False) -> None:
    with open_database() as database:
        tenants = asyncio.run(database.tenants())
    nothing = "There is no tenant yet: make one with `crm tenant create NAME`."
    say_rows("tenants", [row_of(tenant) for tenant in tenants], nothing, as_json=as_json)


@app.command(help="Archive a tenant: its tokens open nothing any more; its data stays.")
def archive(
    name: Annotated[str, typer.Argument(help="Name of the tenant.")],
    *,
    as_json: AsJson = False,
) -> None:
    with open_database() as database:
        tenant = asyncio.run(archive_tenant(database, name))
    say(f"Archived the tenant {name}.", {"tenant": row_of(tenant)}, as_json=as_json)


async def create_tenant(database: Database, name: str, currency: str = "USD", zone: str = "UTC") -> Tenant:
    """A new tenant with the shipped roles and its default pipeline.

    Raises:
        CommandRefused: the name is taken, if only by an archived tenant.
        Required, TooLong, Invalid: a value is wrong.
    """
    tenant = Tenant(
        id=new_id(),
        name=checked(name, "name", limit=LONGEST_NAME),
        currency=checked_currency(currency),
        zone=checked_zone(zone),
        fiscal_year_start=JANUARY,
        created_at=datetime.now(UTC),
    )
    taken = CommandRefused("DUPLICATE", f"There is a tenant {tenant.name!r} already: choose another name.")
    if await database.find_tenant(tenant.name) is not None:
        raise taken
    try:
        async with database.sessions() as sessions, operate(sessions, tenant.id, "tenant create") as work:
            work.session.add(tenant)
            await work.session.flush()
            await access.seed(work)
            await opportunities.create_default_pipeline(work)
    except IntegrityError as error:
        raise taken from error  # made by somebody else since we looked
    return tenant


async def archive_tenant(database: Database, name: str, *, new_name: str | None = None) -> TenantFacts:
    """Archive it, and give its name free if it gets another."""
    tenant = await database.tenant(name)
    async with database.sessions() as sessions, operate(sessions, tenant.id, "tenant archive") as work:
        row = (await work.session.execute(select(Tenant).where(Tenant.id == tenant.id))).scalar_one()
        row.archived_at = work.now
        row.name = new_name or row.name
    return TenantFacts(tenant.id, row.name, row.currency, row.zone, row.created_at, row.archived_at)


def checked_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise Invalid(("zone",), f"{zone[:64]!r} is not an IANA time zone, such as Europe/Berlin", "zone")
    return zone


def row_of(tenant: TenantFacts) -> dict[str, str | None]:
    return {
        "id": wire(PREFIX, tenant.id),
        "name": tenant.name,
        "currency": tenant.currency,
        "zone": tenant.zone,
        "created": tenant.created_at.isoformat(timespec="seconds"),
        "archived": tenant.archived_at.isoformat(timespec="seconds") if tenant.archived_at else None,
    }
