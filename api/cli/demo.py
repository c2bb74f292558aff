"""`crm demo`."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from api import __version__, telemetry
from api.app import boot_problems, create_app
from api.domain.accounts import Account
from api.domain.kernel import Tenant, new_id
from api.domain.opportunities import Opportunity
from api.http import server
from api.settings import load
from api.worker.process import in_background

from .database import Database, TenantFacts, open_database, operate
from .demo_data import fill
from .demo_tokens import Shown, fresh_tokens
from .ide_build import start_in_background
from .output import CommandRefused
from .tenants import archive_tenant, create_tenant
from .watch import kept_running

app = typer.Typer()

HOST = "127.0.0.1"  # the tokens are printed: nobody else's machine may use them
TENANT = "demo"
UNFINISHED = "demo, unfinished "
QUERY = "{ opportunities(first: 3) { nodes { name amount { amount currency } stage { name } account { name } } } }"


@app.command(help="Serve the CRM with a tenant full of examples, on this machine only; Ctrl-C stops everything.")
def demo(
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = None,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Archive the demo tenant and make a new one.")] = False,
    build_ide: Annotated[bool, typer.Option("--build-ide", hidden=True, help="Build GraphiQL meanwhile.")] = False,
) -> None:
    settings = load()
    with (
        listening(settings.port if port is None else port) as listening_socket,
        open_database(settings, migrate=True) as database,
    ):
        found = asyncio.run(boot_problems(database.urls))
        if found:
            raise CommandRefused("CANNOT_SERVE", *found)
        tenant = asyncio.run(demo_tenant(database, reset=reset))
        made = asyncio.run(fresh_tokens(database, tenant.id))
        counts = asyncio.run(count(database, tenant.id))
        telemetry.configure(settings.log_level if "log_level" in settings.model_fields_set else "warning")
        url = server.url_of(listening_socket, HOST)
        configuration = server.configuration(create_app(settings, database.urls, database.secret()))
        note = start_in_background() if build_ide else None
        working = in_background(settings, database.urls, database.secret())
        with kept_running(database.embedded), working, suppress(KeyboardInterrupt):
            server.Server(configuration, lambda: tell(url, made, counts, note)).run([listening_socket])
    typer.echo("Stopped.")


def listening(port: int) -> socket.socket:
    """Taken before anything else happens: a second demo must not revoke the tokens of the first."""
    try:
        return server.listen(HOST, port)
    except server.AddressTaken as error:
        raise CommandRefused("ADDRESS_TAKEN", str(error)) from error


async def demo_tenant(database: Database, *, reset: bool) -> TenantFacts:
    """The tenant with its data, made when there is none."""
    for tenant in await database.tenants():
        if tenant.archived_at is None and tenant.name.startswith(UNFINISHED):
            await archive_tenant(database, tenant.name)  # of a start that was interrupted
    found = await database.find_tenant(TENANT)
    if found is not None and (reset or found.archived_at is not None):
        await put_aside(database, found)
        found = None
    if found is None:
        typer.echo("Making the demo tenant …")
        await make(database)
    return await database.tenant(TENANT)


async def put_aside(database: Database, tenant: TenantFacts) -> None:
    """Archive it under another name; nothing of a tenant is ever deleted."""
    name = f"{TENANT}, until {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    if tenant.archived_at is None:
        await archive_tenant(database, TENANT, new_name=name)
    else:
        await rename(database, tenant.id, name)


async def make(database: Database) -> None:
    """Under another name until it is whole, so that an interrupted start leaves no half of a demo."""
    tenant = await create_tenant(database, f"{UNFINISHED}{new_id().hex}")
    await fill(database, tenant.id, datetime.now(UTC).date())
    try:
        await rename(database, tenant.id, TENANT)
    except IntegrityError:
        await archive_tenant(database, tenant.name)  # another start on another port was faster


async def rename(database: Database, tenant: UUID, name: str) -> None:
    async with database.sessions() as sessions, operate(sessions, tenant, "demo") as work:
        row = (await work.session.execute(select(Tenant).where(Tenant.id == tenant))).scalar_one()
        row.name = name


async def count(database: Database, tenant: UUID) -> dict[str, int]:
    async with database.sessions() as sessions, operate(sessions, tenant, "demo") as work:
        return {
            name: (
                await work.session.execute(
                    select(func.count())
                    .select_from(model)
                    .where(model.tenant_id == tenant, model.archived_at.is_(None))
                )
            ).scalar_one()
            for name, model in (("accounts", Account), ("opportunities", Opportunity))
        }


def tell(url: str, made: Mapping[str, Shown], counts: Mapping[str, int], note: str | None = None) -> None:
    """What a newcomer needs, in lines that are not broken where he copies them."""
    body = json.dumps({"query": QUERY})
    holds = ", ".join(f"{number} {name}" for name, number in counts.items())
    header = f"-H 'Authorization: Bearer {made['admin'].text}' -H 'Content-Type: application/json'"
    lines = [
        f"Headless CRM {__version__}, tenant {TENANT}: {holds}",
        "",
        f"  {url}/#token={made['admin'].text}",
        "",
        "Tokens, valid for 24 hours or until the next start:",
        *(f"  {label:<10} {token.text}  {token.who}" for label, token in made.items()),
        "",
        "One query to paste:",
        f"  curl -s {url}/graphql {header} -d '{body}'",
        "",
        *([note] if note else []),
        "Ctrl-C stops everything.",
    ]
    typer.echo("\n".join(lines))
