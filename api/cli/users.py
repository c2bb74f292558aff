"""`crm user invite | unlink`."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import typer

from api.domain import identities, tokens
from api.domain.kernel import wire

from .database import Database, open_database, operate
from .output import AsJson, CommandRefused, say
from .tokens import checked_validity, user_named

app = typer.Typer(no_args_is_help=True, help="Invite people to sign in with an account of your issuer, and end that.")

OfTenant = Annotated[str, typer.Option(help="Name of the tenant.")]


@app.command(help="Invite somebody: the code links one account of the issuer, once. It is shown this once.")
def invite(
    name: Annotated[str, typer.Argument(help="Name of the person; kept if the e-mail address is known.")],
    tenant: OfTenant,
    email: Annotated[str, typer.Option(help="E-mail address: whose it is is invited, else a user is made.")],
    role: Annotated[list[str] | None, typer.Option(help="Role to give; may be repeated.")] = None,
    expires_in: Annotated[str, typer.Option(help="Minutes or hours, at most 24h: 90m, 24h.")] = "24h",
    *,
    as_json: AsJson = False,
) -> None:
    validity = checked_validity(expires_in)
    with open_database() as database:
        if database.settings.oidc_issuer is None:
            message = "Nobody could accept: set CRM_OIDC_ISSUER and CRM_OIDC_AUDIENCE first, here as for the server."
            raise CommandRefused("SETTING", message)
        user, expires, code = asyncio.run(invite_user(database, tenant, name, email, role or [], validity))
    facts = {"code": code, "user": user, "email": email, "tenant": tenant, "expires": expires}
    say(code, facts, as_json=as_json)


@app.command(help="Take the account from a person: it opens nothing any more, after 5 seconds at most.")
def unlink(
    user: Annotated[str, typer.Argument(help="E-mail address or id of the person.")],
    tenant: OfTenant,
    *,
    as_json: AsJson = False,
) -> None:
    with open_database() as database:
        asyncio.run(unlink_user(database, tenant, user))
    say(f"{user} can no longer sign in.", {"user": user, "unlinked": True}, as_json=as_json)


async def invite_user(
    database: Database, tenant: str, name: str, email: str, roles: list[str], validity: timedelta
) -> tuple[str, datetime, str]:
    """The id of the user, until when the code is good, and the code."""
    found = await database.tenant(tenant)
    pepper = tokens.pepper(database.secret())
    async with database.sessions() as sessions, operate(sessions, found.id, "user invite") as work:
        user, invitation, code = await identities.invite(work, name, email, roles, pepper=pepper, expires_in=validity)
        return wire("usr", user.id), invitation.expires_at, code


async def unlink_user(database: Database, tenant: str, user: str) -> None:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "user unlink") as work:
        await identities.unlink(work, await user_named(work, user))
