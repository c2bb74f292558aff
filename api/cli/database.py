"""The database a command works on: embedded and shared with a running server, or the operator's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.db import revisions
from api.db.embedded import EmbeddedPostgres
from api.db.engine import write_engine, write_sessions
from api.db.secret_files import secret_key
from api.db.urls import Urls
from api.db.writes import WriteSession
from api.domain import access
from api.domain.kernel import PrincipalKind, Viewer, Work, new_id, open_work
from api.settings import SettingRefused, Settings, load

from .output import CommandRefused

CONNECT_SECONDS = 5.0
Sessions = async_sessionmaker[WriteSession]
NOBODY = UUID(int=0)  # the operator of the machine is no user of the tenant
TENANTS = "SELECT id, name, currency, zone, created_at, archived_at FROM crm_tenants()"


@dataclass(frozen=True)
class TenantFacts:
    id: UUID
    name: str
    currency: str
    zone: str
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True)
class Database:
    """Where the roles of the product log in, and with which settings."""

    settings: Settings
    urls: Urls
    embedded: EmbeddedPostgres | None = None

    def secret(self) -> bytes:
        return secret_key(self.settings.data_dir, self.settings)

    async def tenants(self) -> list[TenantFacts]:
        """All tenants, the oldest first."""
        connection = await asyncpg.connect(self.urls.worker, timeout=CONNECT_SECONDS)
        try:
            return [TenantFacts(**row) for row in await connection.fetch(TENANTS)]
        finally:
            await connection.close()

    async def find_tenant(self, name: str) -> TenantFacts | None:
        return next((tenant for tenant in await self.tenants() if tenant.name == name), None)

    async def tenant(self, name: str) -> TenantFacts:
        """Raise `CommandRefused` unless there is a live tenant of this name."""
        tenant = await self.find_tenant(name)
        if tenant is None:
            raise CommandRefused("NOT_FOUND", f"There is no tenant {name!r}: make it with `crm tenant create {name}`.")
        if tenant.archived_at is not None:
            raise CommandRefused("ARCHIVED", f"The tenant {name!r} is archived: choose another.")
        return tenant

    @asynccontextmanager
    async def sessions(self, size: int = 2) -> AsyncIterator[Sessions]:
        engine = write_engine(self.urls.app, size=size)
        try:
            yield write_sessions(engine)
        finally:
            await engine.dispose()


def operator_of(tenant: UUID) -> Viewer:
    """Whoever may run commands on this machine may do everything in every tenant."""
    return Viewer(tenant, NOBODY, PrincipalKind.SYSTEM, "crm", access.shipped("admin"))


def operate(
    sessions: Sessions, tenant: UUID, operation: str, *, now: datetime | None = None
) -> AbstractAsyncContextManager[Work]:
    """A work of the operator, in its own transaction."""
    request = f"crm-{new_id().hex}"
    return open_work(
        sessions, operator_of(tenant), now=now or datetime.now(UTC), request_id=request, operation=operation
    )


@contextmanager
def open_database(settings: Settings | None = None, *, migrate: bool = False) -> Iterator[Database]:
    """The database of the settings, with up-to-date tables.

    An embedded one is started, or joined if it runs; when it is still empty it gets its tables. `migrate`: bring the
    tables up to date, whatever they are.

    Raises:
        CommandRefused: it does not answer, or its tables are behind.
        SettingRefused: a URL is missing.
    """
    settings = settings or load()
    if not settings.embedded:
        yield checked(Database(settings, own_urls(settings)), migrate=migrate)
        return
    with EmbeddedPostgres(settings.data_dir) as embedded:
        yield checked(Database(settings, embedded.urls(), embedded), migrate=migrate)


def own_urls(settings: Settings) -> Urls:
    """The addresses of the operator's own database; the partner's is not needed by commands."""
    urls = {"CRM_DATABASE_URL": settings.database_url, "CRM_WORKER_DATABASE_URL": settings.worker_database_url}
    for name, url in urls.items():
        if url is None:
            raise SettingRefused(f"{name} is missing: with a database of your own every role needs its URL.")
    return Urls(
        app=settings.database_url or "",
        partner=settings.partner_database_url or "",
        worker=settings.worker_database_url or "",
        migration=settings.migration_database_url or "",
    )


def checked(database: Database, *, migrate: bool) -> Database:
    applied, head = asyncio.run(applied_revision(database.urls.app)), revisions.head()
    if applied == head:
        return database
    if migrate or (applied is None and database.settings.embedded):
        # Alembic takes long to import, and hardly any command needs it.
        import_module("api.cli.migrate").upgrade(database.urls.migration)
    elif applied is None:
        raise CommandRefused("MIGRATION", "The database has no tables yet: run `crm migrate`.")
    else:
        raise CommandRefused("MIGRATION", f"The database is at {applied}, the program at {head}: run `crm migrate`.")
    return database


async def applied_revision(url: str) -> str | None:
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or "time-out"
        raise CommandRefused(
            "DATABASE", f"The database does not answer ({reason}): start it, or correct CRM_DATABASE_URL."
        ) from error
    try:
        return await revisions.applied(connection)
    finally:
        await connection.close()
