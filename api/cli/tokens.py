"""`crm token create | list | revoke`."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select

from api.domain import access, sharing, tokens
from api.domain.contacts import Contact, key_of_email
from api.domain.kernel import Work, fold, parse, wire
from api.domain.users import User

from .database import Database, open_database, operate
from .output import AsJson, CommandRefused, say, say_rows

app = typer.Typer(
    no_args_is_help=True, help="Make, list and revoke tokens: what programs and people call the API with."
)

VALIDITY = re.compile(r"(\d{1,6})([mhd])")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Outsider(StrEnum):
    PARTNER = tokens.TokenKind.PARTNER.value
    CUSTOMER = tokens.TokenKind.CUSTOMER.value


OfTenant = Annotated[str, typer.Option(help="Name of the tenant.")]


@app.command(help="Make a token. It is shown this once and cannot be had again.")
def create(
    tenant: OfTenant,
    role: Annotated[
        str | None, typer.Option(help="Role of the integration; of a person's token it narrows what he may do.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail address or id of the person it is for.")] = None,
    contact: Annotated[
        str | None, typer.Option(help="E-mail address or id of the outsider it is for; it has no role.")
    ] = None,
    kind: Annotated[
        Outsider,
        typer.Option("--as", case_sensitive=False, help="What the outsider is: a partner acts for his account."),
    ] = Outsider.PARTNER,
    name: Annotated[str, typer.Option(help="What it is for; shown in lists.")] = "made by crm token create",
    expires_in: Annotated[
        str | None, typer.Option(help="Minutes, hours or days: 90m, 24h, 30d. Without it the token never expires.")
    ] = None,
    documents: Annotated[
        tokens.DocumentMode,
        typer.Option(
            case_sensitive=False,
            help="open: any document; apq: also by a hash sent before; trusted: registered ones only.",
        ),
    ] = tokens.DocumentMode.OPEN,
    *,
    as_json: AsJson = False,
) -> None:
    if contact is not None and (role is not None or user is not None):
        raise typer.BadParameter("a contact's token has neither a role nor a user", param_hint="--contact")
    validity = None if expires_in is None else checked_validity(expires_in)
    options: dict[str, Any] = {"expires_in": validity, "documents": documents}
    with open_database() as database:
        if contact is None:
            token, text = asyncio.run(create_token(database, tenant, role, name, user, options))
        else:
            token, text = asyncio.run(create_for_contact(database, tenant, contact, kind, name, options))
    facts = {
        "token": text,
        "id": wire("tok", token.id),
        "role": role,
        "kind": token.kind,
        "documents": token.documents,
        "tenant": tenant,
        "expires": token.expires_at,
    }
    say(text, facts, as_json=as_json)


@app.command("list", help="List the tokens of a tenant, the newest first.")
def list_(tenant: OfTenant, *, as_json: AsJson = False) -> None:
    with open_database() as database:
        rows = asyncio.run(rows_of(database, tenant))
    nothing = f"The tenant {tenant} has no token: make one with `crm token create --tenant {tenant} --role admin`."
    say_rows("tokens", rows, nothing, as_json=as_json)


@app.command(help="Revoke a token: it opens nothing any more, after 5 seconds at most.")
def revoke(
    id: Annotated[str, typer.Argument(help="Id of the token: tok_…")],
    tenant: OfTenant,
    *,
    as_json: AsJson = False,
) -> None:
    key = parse("tok", id)
    with open_database() as database:
        asyncio.run(revoke_token(database, tenant, key))
    say(f"Revoked {id}.", {"id": id, "revoked": True}, as_json=as_json)


async def create_token(
    database: Database, tenant: str, role: str | None, name: str, user: str | None, options: dict[str, Any]
) -> tuple[tokens.Token, str]:
    found = await database.tenant(tenant)
    pepper = tokens.pepper(database.secret())
    async with database.sessions() as sessions, operate(sessions, found.id, "token create") as work:
        user_id = None if user is None else await user_named(work, user)
        return await tokens.create(work, role, name, pepper=pepper, user_id=user_id, **options)


async def create_for_contact(
    database: Database, tenant: str, contact: str, kind: Outsider, name: str, options: dict[str, Any]
) -> tuple[tokens.Token, str]:
    found = await database.tenant(tenant)
    pepper = tokens.pepper(database.secret())
    async with database.sessions() as sessions, operate(sessions, found.id, "token create") as work:
        id = await contact_named(work, contact)
        return await sharing.create_for_contact(work, id, tokens.TokenKind(kind), name, pepper=pepper, **options)


async def revoke_token(database: Database, tenant: str, id: UUID) -> None:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "token revoke") as work:
        await tokens.revoke(work, id)


async def rows_of(database: Database, tenant: str) -> list[dict[str, Any]]:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "token list") as work:
        all_tokens = await tokens.tokens(work)
        roles = await work.load(access.Role, [token.role_id for token in all_tokens if token.role_id])
        people = await work.load(User, [token.user_id for token in all_tokens if token.user_id])
        outsiders = await work.load(Contact, [token.contact_id for token in all_tokens if token.contact_id])
        return [
            {
                "id": wire("tok", token.id),
                "name": token.name,
                "role": roles[token.role_id].name if token.role_id in roles else None,
                "documents": token.documents.value,
                "user": people[token.user_id].name if token.user_id in people else None,
                "contact": outsiders[token.contact_id].name if token.contact_id in outsiders else None,
                "made": moment(token.created_at),
                "expires": moment(token.expires_at),
                "revoked": moment(token.revoked_at),
            }
            for token in all_tokens
        ]


async def user_named(work: Work, text: str) -> UUID:
    """The user with this e-mail address or id."""
    if "@" not in text:
        return parse("usr", text)
    query = select(User.id).where(
        User.tenant_id == work.tenant, User.email_norm == fold(text), User.archived_at.is_(None)
    )
    found = (await work.session.execute(query)).scalar_one_or_none()
    if found is None:
        raise CommandRefused("NOT_FOUND", f"Nobody in this tenant has the e-mail address {text!r}.")
    return found


async def contact_named(work: Work, text: str) -> UUID:
    """The contact with this primary e-mail address or id."""
    if "@" not in text:
        return parse("con", text)
    query = select(Contact.id).where(
        Contact.tenant_id == work.tenant, Contact.email_norm == key_of_email(text), Contact.archived_at.is_(None)
    )
    found = (await work.session.execute(query)).scalar_one_or_none()
    if found is None:
        raise CommandRefused("NOT_FOUND", f"No contact of this tenant has the primary e-mail address {text!r}.")
    return found


def checked_validity(text: str) -> timedelta:
    match = VALIDITY.fullmatch(text)
    if match is None:
        raise typer.BadParameter("write 90m, 24h or 30d", param_hint="--expires-in")
    return int(match[1]) * UNITS[match[2]]


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
