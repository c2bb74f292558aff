"""`crm documents push | check | list | retire`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.domain import documents
from api.domain.documents import Registration
from api.domain.kernel import OUTSIDE, PrincipalKind
from api.http.documents import Documents
from api.http.envelope import ID_PREFIX, SHA256
from api.http.errors import Refused
from api.http.limits import by_kind, registered
from api.schema import schema
from api.settings import load

from .database import Database, open_database, operate
from .manifests import Listed, read
from .output import AsJson, CommandRefused, progress, say, say_rows

app = typer.Typer(
    no_args_is_help=True,
    help="Register, list and retire GraphQL documents: the only ones that tokens in mode trusted may send.",
)

OfTenant = Annotated[str, typer.Option(help="Name of the tenant.")]


class Audience(StrEnum):
    """Whose tokens send the documents: they see different schemas and have different limits."""

    STAFF = "staff"
    INTEGRATION = "integration"
    PARTNER = "partner"
    CUSTOMER = "customer"


For = Annotated[Audience, typer.Option("--for", help="Whose tokens send them: their schema and their limits count.")]


@app.command(help="Register every document of a manifest, or none if one is not in order.")
def push(
    manifest: Annotated[Path, typer.Argument(help="A JSON file of graphql-codegen, Relay or Apollo.")],
    tenant: OfTenant,
    client: Annotated[str | None, typer.Option(help="Which program sends them; shown in lists.")] = None,
    audience: For = Audience.STAFF,
    *,
    as_json: AsJson = False,
) -> None:
    listed = read(manifest)
    with progress("Checking", len(listed)) as advance:
        remedy = "Nothing was registered: correct them and push again."
        refuse_unusable(str(manifest), listed, audience, advance, remedy)
    if not listed:
        raise CommandRefused("MANIFEST", f"{manifest}: there is no document in it. Nothing was registered.")
    with open_database() as database:
        done = asyncio.run(push_documents(database, tenant, [document.text for document in listed], client))
    counts = Counter(done.values())
    facts = {
        "tenant": tenant,
        "read": len(listed),
        "created": counts[Registration.CREATED],
        "unchanged": counts[Registration.UNCHANGED],
        "restored": counts[Registration.RESTORED],
    }
    line = ", ".join(f"{name} {count}" for name, count in facts.items() if name != "tenant")
    rows = [
        {"name": document.name, "id": ID_PREFIX + document.sha256, "outcome": done[document.sha256].value}
        for document in listed
    ]
    say(line, {**facts, "documents": rows}, as_json=as_json)


@app.command("check", help="Look whether this version of the API runs every document of a tenant; before an update.")
def check_(
    tenant: OfTenant,
    client: Annotated[str | None, typer.Option(help="Only those that this program sends.")] = None,
    audience: For = Audience.STAFF,
    *,
    as_json: AsJson = False,
) -> None:
    with open_database() as database:
        stored = asyncio.run(live_documents(database, tenant, client))
    with progress("Checking", len(stored)) as advance:
        refuse_unusable(f"the tenant {tenant}", stored, audience, advance, "Push what replaces them and retire them.")
    say(f"checked {len(stored)}, all in order", {"tenant": tenant, "checked": len(stored)}, as_json=as_json)


@app.command("list", help="List the documents of a tenant, the newest first.")
def list_(tenant: OfTenant, *, as_json: AsJson = False) -> None:
    with open_database() as database:
        rows = asyncio.run(rows_of(database, tenant))
    nothing = f"The tenant {tenant} has no document: register some with `crm documents push FILE --tenant {tenant}`."
    say_rows("documents", rows, nothing, as_json=as_json)


@app.command(help="Retire a document: no token may send it any more, after 5 seconds at most.")
def retire(
    document: Annotated[str, typer.Argument(metavar="HASH", help="Its SHA-256, or sha256:…")],
    tenant: OfTenant,
    *,
    as_json: AsJson = False,
) -> None:
    sha256 = document.removeprefix(ID_PREFIX)
    if not SHA256.fullmatch(sha256):
        raise typer.BadParameter("write the 64 hexadecimal digits that the list shows", param_hint="HASH")
    with open_database() as database:
        asyncio.run(retire_document(database, tenant, sha256))
    say(f"Retired {ID_PREFIX}{sha256}.", {"id": ID_PREFIX + sha256, "retired": True}, as_json=as_json)


def refuse_unusable(
    place: str, listed: Sequence[Listed], audience: Audience, advance: Callable[[int], None], remedy: str
) -> None:
    """Raise `CommandRefused`, a sentence for each problem, unless the API would run every document for them."""
    kind = PrincipalKind[audience.name]
    core = schema.outside.core if kind in OUTSIDE else schema.core
    known, problems = Documents(core, by_kind(load())[kind]), []
    for document in listed:
        reason = document.problem() or reason_against(known, document.text)
        if reason is not None:
            problems.append(f"{document.name}: {reason}")
        advance(1)
    if problems:
        wrong = f"{len(problems)} of {len(listed)} documents in {place} are not in order"
        raise CommandRefused("DOCUMENT", *problems, f"{wrong}. {remedy}")


def reason_against(known: Documents, text: str) -> str | None:
    """Why the API would not run this document if it were registered."""
    try:
        known.get(text, limits=registered(known.limits))
    except Refused as refused:
        return " ".join(line_of(error) for error in refused.formatted())
    return None


def line_of(error: Mapping[str, Any]) -> str:
    places = [f"line {place['line']}, column {place['column']}" for place in error.get("locations", ())[:1]]
    return f"{error['message']}{''.join(f' ({place})' for place in places)}"


async def push_documents(
    database: Database, tenant: str, texts: Sequence[str], client: str | None
) -> Mapping[str, Registration]:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "documents push") as work:
        return await documents.register(work, texts, client)


async def retire_document(database: Database, tenant: str, sha256: str) -> None:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "documents retire") as work:
        await documents.retire(work, sha256)


async def live_documents(database: Database, tenant: str, client: str | None) -> list[Listed]:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "documents check") as work:
        stored = await documents.documents(work)
        live = (document for document in stored if document.retired_at is None and client in {None, document.client})
        return [Listed(document.sha256, document.text) for document in live]


async def rows_of(database: Database, tenant: str) -> list[dict[str, Any]]:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions, operate(sessions, found.id, "documents list") as work:
        return [
            {
                "name": Listed(document.sha256, document.text).name,
                "id": ID_PREFIX + document.sha256,
                "client": document.client,
                "registered": document.registered_at.isoformat(timespec="seconds"),
                "retired": document.retired_at.isoformat(timespec="seconds") if document.retired_at else None,
            }
            for document in await documents.documents(work)
        ]
