"""`crm doctor`."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from api.db import checks, outside_checks
from api.db.binaries import locate
from api.db.embedded import EmbeddedPostgres, EmbeddedPostgresFailed
from api.db.roles import PARTNER
from api.db.secret_files import secret_key
from api.db.urls import Urls
from api.http.claims import IssuerUnavailable
from api.http.issuer_keys import IssuerKeys
from api.schema.outside import granted_columns
from api.settings import SettingRefused, Settings, describe, load

from .database import own_urls
from .old_keys import made_before
from .output import AsJson, say_rows

app = typer.Typer()

CONNECT_SECONDS = 5.0
LEAST_FREE_BYTES = 500 * 1024 * 1024
MOST_CLOCK_SECONDS = 2.0
# With a locale that knows only ASCII, PostgreSQL drops the letter and search finds nothing; no error shows it.
TRIGRAMS = "SELECT cardinality(show_trgm('é'))"


@dataclass(frozen=True)
class Finding:
    """The answer to one check; a wrong one says what to do."""

    name: str
    good: bool
    text: str


@app.command(help="Check this installation, its database and its settings. Exit code 1 if something is wrong.")
def doctor(
    *,
    settings: Annotated[bool, typer.Option("--settings", help="List all settings instead.")] = False,
    as_json: AsJson = False,
) -> None:
    if settings:
        rows = [{"setting": name, "value": value, "meaning": meaning} for name, value, meaning in describe(load())]
        say_rows("settings", rows, "", as_json=as_json)
        return
    findings = list(examine(load()))
    rows = [{"check": one.name, "result": "ok" if one.good else "WRONG", "text": one.text} for one in findings]
    say_rows("checks", rows, "", as_json=as_json)
    if not all(finding.good for finding in findings):
        raise typer.Exit(code=1)


def examine(settings: Settings) -> Iterator[Finding]:
    yield secret(settings)
    if settings.oidc_issuer is not None:
        yield asyncio.run(issuer(settings.oidc_issuer, settings.oidc_jwks_url))
    if not settings.embedded:
        try:
            urls = own_urls(settings)
        except SettingRefused as error:
            yield Finding("database", good=False, text=str(error))
            return
        yield from examined_with_keys(settings, urls)
        return
    yield binaries()
    yield disk(settings.data_dir)
    try:
        with EmbeddedPostgres(settings.data_dir) as embedded:
            yield Finding("database", good=True, text=f"runs in {settings.data_dir}")
            yield from examined_with_keys(settings, embedded.urls())
    except EmbeddedPostgresFailed as error:
        yield Finding("database", good=False, text=str(error))


def secret(settings: Settings) -> Finding:
    try:
        secret_key(settings.data_dir, settings)
    except (SettingRefused, EmbeddedPostgresFailed) as error:
        return Finding("secret key", good=False, text=str(error))
    where = "CRM_SECRET_KEY" if settings.secret_key is not None else settings.data_dir / "secret.key"
    return Finding("secret key", good=True, text=f"32 bytes, from {where}")


async def issuer(url: str, jwks_url: str | None) -> Finding:
    try:
        found = await IssuerKeys(url, jwks_url).count()
    except IssuerUnavailable as error:
        return Finding("issuer", good=False, text=f"{error}: correct CRM_OIDC_ISSUER or CRM_OIDC_JWKS_URL.")
    if not found:
        return Finding("issuer", good=False, text=f"{url} publishes no RSA or EC key for signatures: let it make one.")
    return Finding("issuer", good=True, text=f"{url} publishes {found} keys for signatures")


def examined_with_keys(settings: Settings, urls: Urls) -> list[Finding]:
    found = asyncio.run(examined(urls))
    if settings.secret_key_previous is not None and all(one.good for one in found):
        counts = asyncio.run(made_before(settings, urls))
        found.append(Finding("previous keys", good=True, text=needed(counts)))
    return found


def needed(counts: Mapping[str, int]) -> str:
    """What to do about what was made with previous keys.

    >>> needed({"tokens": 2, "invitations": 0, "webhooks": 1})
    'still needed for 2 tokens, 1 webhook secrets: rotate them, or wait until they expire'
    """
    names = {"tokens": "tokens", "invitations": "invitations", "webhooks": "webhook secrets"}
    left = [f"{counts[key]} {name}" for key, name in names.items() if counts[key]]
    if left:
        return f"still needed for {', '.join(left)}: rotate them, or wait until they expire"
    return "needed for cursors only: remove CRM_SECRET_KEY_PREVIOUS a day after the key was changed"


def binaries() -> Finding:
    try:
        folder, version = locate()
    except EmbeddedPostgresFailed as error:
        return Finding("binaries", good=False, text=str(error))
    return Finding("binaries", good=True, text=f"PostgreSQL {version} in {folder}")


def disk(folder: Path) -> Finding:
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free // 1024**2:,} MB free in {folder}"
    if free < LEAST_FREE_BYTES:
        return Finding("disk", good=False, text=f"{text}: make room, or set CRM_DATA_DIR to another disk.")
    return Finding("disk", good=True, text=text)


async def examined(urls: Urls) -> list[Finding]:
    """What the database itself can tell, asked as each of the serving roles."""
    found: list[Finding] = []
    for role, url in (("crm_app", urls.app), ("crm_partner", urls.partner), ("crm_worker", urls.worker)):
        if not url:
            continue
        try:
            connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, command_timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            found.append(Finding(f"login {role}", good=False, text=f"{str(error) or 'time-out'}: correct its URL."))
            continue
        try:
            found.append(await judged(f"role {role}", checks.role(connection), "owns nothing, bypasses nothing"))
            if url == urls.app:
                found += [await check(connection) for check in DATABASE_CHECKS]
            if role == PARTNER:
                grants = outside_checks.grants(connection, granted_columns())
                found.append(await judged("outsiders", grants, "read what is declared for them, and change nothing"))
        finally:
            await connection.close()
    return found


async def judged(name: str, problems: AsyncIterator[str], good: str) -> Finding:
    lines = [line async for line in problems]
    return Finding(name, good=not lines, text=" ".join(lines) or good)


async def version(connection: asyncpg.Connection) -> Finding:
    number = await connection.fetchval("SHOW server_version")
    return await judged("version", checks.version(connection), f"PostgreSQL {number}")


async def migrations(connection: asyncpg.Connection) -> Finding:
    return await judged("migrations", checks.migrations(connection), "the tables are up to date")


async def tables(connection: asyncpg.Connection) -> Finding:
    return await judged("tables", checks.tables(connection), "row-level security is forced on every tenant table")


async def functions(connection: asyncpg.Connection) -> Finding:
    return await judged("functions", checks.functions(connection), "none reads across tenants but ours")


async def views(connection: asyncpg.Connection) -> Finding:
    return await judged("views", checks.views(connection), "none reads with the rights of its owner")


async def letters(connection: asyncpg.Connection) -> Finding:
    if await connection.fetchval(TRIGRAMS):
        return Finding("letters", good=True, text="search knows letters beyond ASCII")
    advice = "make the database anew with a UTF-8 locale, such as C.UTF-8"
    return Finding("letters", good=False, text=f"show_trgm('é') is empty, so search loses such letters: {advice}.")


async def clock(connection: asyncpg.Connection) -> Finding:
    before = datetime.now(UTC)
    theirs = await connection.fetchval("SELECT clock_timestamp()")
    apart = abs((theirs - before).total_seconds())
    text = f"the database's differs by {apart:.1f} s"
    if apart > MOST_CLOCK_SECONDS:
        return Finding("clock", good=False, text=f"{text}: let both machines use NTP.")
    return Finding("clock", good=True, text=text)


DATABASE_CHECKS: tuple[Callable[[asyncpg.Connection], Awaitable[Finding]], ...] = (
    version,
    migrations,
    tables,
    functions,
    views,
    letters,
    clock,
)
